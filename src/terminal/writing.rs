//! The thread that writes what is typed into one terminal, and what comes between when
//! something urgent does.
//!
//! Knows the queue and the line; not who asked, nor who is told.

use super::input::{InputQueue, Job, Source};
use super::ledger::Fate;
use super::line::Line;
use super::paste::{self, Pasting};

/// Writes what comes until the queue is closed.
pub(super) fn serve(queue: &InputQueue, line: Line) {
    let mut writing = Writing {
        queue,
        line,
        pasting: Pasting::default(),
        unfinished: None,
        reopens: None,
    };
    while let Some(job) = queue.take() {
        if job.urgent {
            writing.urgent(&job);
        } else {
            writing.ordinary(job);
        }
    }
}

struct Writing<'a> {
    queue: &'a InputQueue,
    line: Line,
    pasting: Pasting<Source>,
    /// The end of a character or marker that has been begun, and whose it is.
    unfinished: Option<(Source, Vec<u8>)>,
    /// Whose paste was closed for the sake of somebody else's urgent key and is not over.
    reopens: Option<Source>,
}

/// Why writing stopped before the end.
enum Stopped {
    /// Something urgent is there, or the end.
    Interrupted,
    /// The terminal takes nothing any more.
    Broken,
}

impl Writing<'_> {
    fn ordinary(&mut self, mut job: Job) {
        if self.reopens.take_if(|owner| *owner == job.from).is_some() {
            // What is left must not arrive as if it had been typed: lines of it would be run.
            let begin = paste::BEGIN.iter().copied();
            job.bytes.splice(job.at..job.at, begin);
        }
        while job.at < job.bytes.len() {
            match self.write(&job.from, &job.bytes[job.at..], InputQueue::interrupted) {
                Ok(written) => job.at += written,
                Err(Stopped::Broken) => return self.queue.finish(Fate::Ended),
                Err(Stopped::Interrupted) => return self.give_way(job),
            }
        }
        self.queue.finish(Fate::Written);
    }

    fn give_way(&mut self, mut job: Job) {
        if job.at > 0 {
            let rest = &job.bytes[job.at..];
            let end = rest[..self.pasting.unfinished(rest)].to_vec();
            job.at += end.len();
            self.unfinished = Some((job.from.clone(), end));
        }
        self.queue.give_way(job);
    }

    fn urgent(&mut self, job: &Job) {
        // Where its beginning was discarded, the end is not wanted.
        let discarded = self.line.make_way(&job.bytes);
        let unfinished = self.unfinished.take().filter(|_| !discarded);
        let mut written = match unfinished {
            Some((from, end)) => self.write_all(&from, &end),
            None => Ok(()),
        };
        self.reopens.take_if(|owner| *owner == job.from);
        if let Some(owner) = self.pasting.open().cloned() {
            written = written.and_then(|()| self.write_all(&job.from, paste::END));
            if discarded {
                self.line.until_read();
            }
            if owner != job.from {
                self.reopens = Some(owner);
            }
        }
        written = written.and_then(|()| self.write_all(&job.from, &job.bytes));
        self.queue.finish(match written {
            Ok(()) => Fate::Written,
            Err(Stopped::Interrupted | Stopped::Broken) => Fate::Ended,
        });
    }

    /// Writes all of it; only the end of the terminal stops it.
    fn write_all(&mut self, from: &Source, bytes: &[u8]) -> Result<(), Stopped> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = self.write(from, rest, InputQueue::closed)?;
            rest = &rest[written..];
        }
        Ok(())
    }

    /// Writes some of it, unless `stops`.
    fn write(
        &mut self,
        from: &Source,
        bytes: &[u8],
        stops: fn(&InputQueue) -> bool,
    ) -> Result<usize, Stopped> {
        while !stops(self.queue) {
            match self.line.write(bytes) {
                Ok(0) => {}
                Ok(written) => {
                    self.pasting.wrote(from, &bytes[..written]);
                    self.queue.wrote(&bytes[..written]);
                    return Ok(written);
                }
                Err(_) => return Err(Stopped::Broken),
            }
        }
        Err(Stopped::Interrupted)
    }
}

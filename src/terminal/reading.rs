//! The thread that reads what a program prints.
//!
//! The kernel hands a flood over in pieces of 4 KiB, and a reader that sleeps after each is woken
//! for each: that takes longer than the piece does. So in a flood it stays awake for a moment and
//! takes several together; in calm it sleeps in `read`. It does not know who gets the bytes.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionread;

use super::ring::BLOCK;
use super::session::Session;

/// A read of so many bytes belongs to a flood: half of what the kernel has room for. An echo, a
/// line, a small part of a screen are less.
const FLOOD: usize = 2 << 10;

/// Room for what one read brings.
const PIECE: usize = 4 << 10;

/// In a flood the next piece is there sooner; a program that only prints much now and then costs
/// no more than this each time. Twice as long gained nothing.
const PATIENCE: Patience = Patience {
    awake: Duration::from_micros(50),
    together: Duration::from_millis(1),
};

/// How long more is waited for.
#[derive(Clone, Copy)]
struct Patience {
    /// For the next piece, awake.
    awake: Duration,
    /// For all that are taken together.
    together: Duration,
}

/// Reads until nothing more can be printed.
pub(super) fn serve(reader: Box<dyn Read + Send>, tty: Option<File>, session: &Session) {
    let _ends = EndsOutput(session);
    let mut lots = Lots::new(reader, tty, PATIENCE);
    let mut hurry = true;
    while let Some(lot) = lots.next(hurry) {
        // With viewers that lack processor time, there is no hurry.
        hurry = !session.output(lot);
        if !hurry {
            session.let_viewers_run();
        }
    }
}

/// Nobody waits for a reader that has panicked.
struct EndsOutput<'a>(&'a Session);

impl Drop for EndsOutput<'_> {
    fn drop(&mut self) {
        self.0.end_of_output();
    }
}

/// What is printed, in pieces that came together.
struct Lots {
    reader: Box<dyn Read + Send>,
    /// The master's side of the terminal that is read, which tells whether there is more.
    tty: Option<File>,
    patience: Patience,
    buffer: Vec<u8>,
}

impl Lots {
    fn new(reader: Box<dyn Read + Send>, tty: Option<File>, patience: Patience) -> Self {
        Self {
            reader,
            tty,
            patience,
            buffer: vec![0; BLOCK],
        }
    }

    /// Waits for what comes next; in a flood, when there is a `hurry`, with what follows at
    /// once. None at the end.
    fn next(&mut self, hurry: bool) -> Option<&[u8]> {
        let mut len = self.read(0)?;
        if hurry && len >= FLOOD {
            let begun = Instant::now();
            while len + PIECE <= BLOCK && begun.elapsed() < self.patience.together && self.comes() {
                // An end is found again by the next call.
                let Some(more) = self.read(len) else { break };
                len += more;
            }
        }
        Some(&self.buffer[..len])
    }

    /// Reads into the buffer from `at` on; how many bytes. None at the end.
    fn read(&mut self, at: usize) -> Option<usize> {
        loop {
            match self.reader.read(&mut self.buffer[at..]) {
                Ok(0) => return None,
                Ok(n) => return Some(n),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }

    /// Whether there is more within a moment. Anybody else who is ready to run may have it: the
    /// kernel's thread that brings the next piece, above all.
    fn comes(&self) -> bool {
        let Some(tty) = &self.tty else { return false };
        let begun = Instant::now();
        loop {
            // Not `poll`, which waits for that thread when nothing is there.
            match ioctl_fionread(tty) {
                Ok(0) => {}
                Ok(_) => return true,
                Err(_) => return false,
            }
            if begun.elapsed() >= self.patience.awake {
                return false;
            }
            std::thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{PipeReader, PipeWriter, Write, pipe};
    use std::os::fd::OwnedFd;

    /// Gives no more than a pseudo-terminal does at once.
    struct Pieces(PipeReader, usize);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    /// A pipe can be asked like a terminal.
    fn lots(piece: usize, asked: bool) -> (PipeWriter, Lots) {
        let (read, write) = pipe().unwrap();
        let tty = asked.then(|| OwnedFd::from(read.try_clone().unwrap()).into());
        let patience = Patience {
            awake: Duration::ZERO,
            together: Duration::MAX,
        };
        let lots = Lots::new(Box::new(Pieces(read, piece)), tty, patience);
        (write, lots)
    }

    #[test]
    fn table_of_what_is_taken_together() {
        let flooded = [(PIECE, true, true), (FLOOD, true, true)];
        let one_by_one = [
            (FLOOD - 1, true, true),
            (PIECE, true, false),
            (PIECE, false, true),
        ];
        for (piece, asked, hurry) in [&flooded[..], &one_by_one].concat() {
            let (mut program, mut lots) = lots(piece, asked);
            let printed: Vec<u8> = (0..=u8::MAX).cycle().take(3 * piece + 1).collect();
            program.write_all(&printed).unwrap();
            drop(program);
            let (mut all, mut took) = (Vec::new(), Vec::new());
            while let Some(lot) = lots.next(hurry) {
                all.extend_from_slice(lot);
                took.push(lot.len());
            }
            assert_eq!(all, printed);
            let expected = match flooded.contains(&(piece, asked, hurry)) {
                true => vec![3 * piece + 1],
                false => vec![piece, piece, piece, 1],
            };
            assert_eq!(took, expected, "{piece} {asked} {hurry}");
        }
    }

    #[test]
    fn it_is_never_more_than_a_block() {
        let (mut program, mut lots) = lots(PIECE, true);
        let writing = std::thread::spawn(move || program.write_all(&vec![b'x'; 4 * BLOCK]));
        let mut all = 0;
        while let Some(lot) = lots.next(true) {
            assert!(lot.len() <= BLOCK);
            all += lot.len();
        }
        writing.join().unwrap().unwrap();
        assert_eq!(all, 4 * BLOCK);
    }
}

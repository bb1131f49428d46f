//! Writes lots of a recording into one file after another, each a recording of its own. Blocks.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::terminal::session::Session;
use crate::terminal::stream::Size;
use crate::time::millis_since_epoch;

use super::cast::{Header, What};
use super::folder::{Folder, Reel};
use super::tape::Lot;

pub(super) struct Writer {
    session: Arc<Session>,
    folder: Arc<Folder>,
    /// The kind of terminal that the program was told of, `TERM`.
    kind: Option<String>,
    began: SystemTime,
    reel: Option<Reel>,
    reels: usize,
    /// As of the last event written.
    size: Size,
    /// When that was, since the beginning.
    at: Duration,
}

impl Writer {
    pub(super) fn new(
        session: Arc<Session>,
        folder: Arc<Folder>,
        kind: Option<String>,
        size: Size,
    ) -> Self {
        Self {
            session,
            folder,
            kind,
            began: SystemTime::now(),
            reel: None,
            reels: 0,
            size,
            at: Duration::ZERO,
        }
    }

    /// Appends a lot. What it holds is in the file when this returns.
    ///
    /// # Errors
    ///
    /// What the disk says, or that there is no room for more.
    pub(super) fn write(&mut self, lot: &Lot) -> io::Result<()> {
        let mut lines = Vec::new();
        for event in &lot.events {
            let line = event.line(self.at);
            let full = |reel: &Reel| reel.is_full(lines.len() + line.len());
            if self.reel.as_ref().is_none_or(full) {
                self.flush(&mut lines)?;
                lines = self.next_reel()?;
            }
            lines.extend_from_slice(&line);
            // Events of several sources; none goes back in time.
            self.at = self.at.max(event.at);
            if let What::Resized(size) = event.what {
                self.size = size;
            }
        }
        self.flush(&mut lines)
    }

    fn flush(&mut self, lines: &mut Vec<u8>) -> io::Result<()> {
        if let Some(reel) = self.reel.as_mut().filter(|_| !lines.is_empty()) {
            reel.append(lines)?;
            lines.clear();
        }
        Ok(())
    }

    /// Begins another file; what it begins with.
    fn next_reel(&mut self) -> io::Result<Vec<u8>> {
        // Closed first, so that it may make room.
        self.reel = None;
        let facts = &self.session.facts;
        self.reel = Some(self.folder.create(&facts.id, &facts.epoch)?);
        self.reels += 1;
        let title = match self.reels {
            1 => facts.title.clone(),
            part => format!("{} ({part})", facts.title),
        };
        let seconds = millis_since_epoch(self.began + self.at) / 1_000;
        let kind = self.kind.as_deref();
        Ok(Header::new(self.size, kind, seconds, &facts.command, title).line())
    }
}

//! One life of a terminal as viewers see it: bytes, sizes, happenings and the end, in order.
//!
//! Pure: no clock, no lock, no task. A [`Cursor`] is one viewer's place; [`Stream::next`]
//! gives what comes after it, [`Stream::resume`] lets one go on where it stopped. The model of
//! the screen reads it like a viewer ([`super::model`]), and paints for those who come anew.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use bytes::Bytes;

use crate::protocol::{Replay, TerminalExit};

use super::ring::{Ring, to_usize};
use super::utf8;

/// Most bytes of a replay that goes on where a viewer stopped. A picture is about as large at
/// most, so that beyond it the picture is the cheaper one.
pub(crate) const RESUME_MAX: u64 = 256 << 10;

/// Happenings that are kept for viewers which have not been told yet.
const HAPPENINGS: usize = 64;

/// Width and height in cells, each 1..=1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) cols: u16,
    pub(crate) rows: u16,
}

/// One viewer's place in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Bytes that the viewer has been given.
    pub(crate) offset: u64,
    /// Resizes up to this number have been given.
    resizes: u64,
    /// Happenings up to this number have been given.
    happenings: u64,
    exit_given: bool,
}

impl Cursor {
    /// Before everything.
    pub(crate) fn at_start() -> Self {
        Self {
            offset: 0,
            resizes: 0,
            happenings: 0,
            exit_given: false,
        }
    }

    /// Whether the end of the program has been given.
    pub(crate) fn exit_given(&self) -> bool {
        self.exit_given
    }
}

/// What comes next for a viewer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// Bytes; the cursor is after them now. Never ends inside a UTF-8 character.
    Bytes(Bytes),
    /// The terminal has another size from here on.
    Resized(Size),
    /// The program did something that is told in words, too.
    Happened(Happening),
    /// The program has ended.
    Exit(TerminalExit),
    /// The bytes at the cursor are gone; only a replay helps.
    Lost,
}

/// What a program's output meant, beside what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    /// The terminal has this title now.
    Title(String),
    /// The bell rang.
    Bell,
    /// A notification for the user.
    Notification {
        /// When the program gave one.
        title: Option<String>,
        /// What it says.
        body: String,
    },
}

/// Where a viewer starts.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) bytes: Bytes,
    pub(crate) kind: Replay,
    pub(crate) cursor: Cursor,
    pub(crate) size: Size,
}

#[derive(Debug)]
struct Resize {
    at: u64,
    number: u64,
    size: Size,
}

#[derive(Debug)]
pub(crate) struct Stream {
    ring: Ring,
    size: Size,
    /// In order of offset and number, no two at one offset.
    resizes: VecDeque<Resize>,
    resize_count: u64,
    /// In order of number, and of offset: what happened, and the offset that it comes after.
    happenings: VecDeque<(u64, u64, Happening)>,
    happening_count: u64,
    exit: Option<(u64, TerminalExit)>,
    /// Nothing more will be written, not even by a surviving grandchild.
    ended: bool,
}

impl Stream {
    pub(crate) fn new(size: Size) -> Self {
        Self {
            ring: Ring::default(),
            size,
            resizes: VecDeque::new(),
            resize_count: 0,
            happenings: VecDeque::new(),
            happening_count: 0,
            exit: None,
            ended: false,
        }
    }

    /// Bytes written in this life.
    pub(crate) fn end(&self) -> u64 {
        self.ring.end()
    }

    /// Offset of the first byte held.
    pub(crate) fn start(&self) -> u64 {
        self.ring.start()
    }

    /// Bytes held.
    pub(crate) fn held(&self) -> usize {
        self.ring.len()
    }

    /// The first bytes of what is held, at most `n`.
    pub(crate) fn first_bytes(&self, n: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.ring.collect(self.ring.start(), n, &mut bytes);
        bytes
    }

    pub(crate) fn size(&self) -> Size {
        self.size
    }

    pub(crate) fn exit(&self) -> Option<&TerminalExit> {
        self.exit.as_ref().map(|(_, exit)| exit)
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.ring.push(bytes);
    }

    /// Forgets bytes before `keep_from` (whole blocks) and the resizes among them.
    pub(crate) fn forget_before(&mut self, keep_from: u64) {
        self.ring.forget_before(keep_from);
        let start = self.ring.start();
        while self.resizes.front().is_some_and(|resize| resize.at < start) {
            self.resizes.pop_front();
        }
    }

    /// Records a size. False when it is the present one.
    pub(crate) fn resize(&mut self, size: Size) -> bool {
        if size == self.size {
            return false;
        }
        self.size = size;
        self.resize_count += 1;
        // Before a character that is not complete yet: its bytes belong together.
        let at = self.ring.end() - self.tail_held_back() as u64;
        if self.resizes.back().is_some_and(|last| last.at == at) {
            self.resizes.pop_back();
        }
        self.resizes.push_back(Resize {
            at,
            number: self.resize_count,
            size,
        });
        true
    }

    /// Records what the output up to `at` meant.
    pub(crate) fn happened(&mut self, at: u64, happening: Happening) {
        self.happening_count += 1;
        self.happenings
            .push_back((self.happening_count, at, happening));
        if self.happenings.len() > HAPPENINGS {
            self.happenings.pop_front();
        }
    }

    /// Records the end of the program. What is written later still comes.
    pub(crate) fn finish(&mut self, exit: TerminalExit) {
        if self.exit.is_none() {
            self.exit = Some((self.ring.end(), exit));
        }
    }

    /// Records that nothing more will be written.
    pub(crate) fn end_of_output(&mut self) {
        self.ended = true;
    }

    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether a viewer at `cursor` would get anything at all.
    pub(crate) fn has_more(&self, cursor: &Cursor) -> bool {
        cursor.offset != self.ring.end()
            || cursor.resizes != self.resize_count
            || self.next_happening(cursor).is_some()
            || (self.exit.is_some() && !cursor.exit_given)
    }

    /// What comes after `cursor`, and moves it. At most `max` bytes.
    pub(crate) fn next(&mut self, cursor: &mut Cursor, max: usize) -> Option<Piece> {
        if cursor.offset < self.ring.start() {
            return Some(Piece::Lost);
        }
        let resize = self.resizes.iter().find(|r| r.number > cursor.resizes);
        if let Some(resize) = resize.filter(|resize| resize.at <= cursor.offset) {
            cursor.resizes = resize.number;
            return Some(Piece::Resized(resize.size));
        }
        let happening = self.next_happening(cursor);
        if let Some((number, _, what)) = happening.filter(|(_, at, _)| *at <= cursor.offset) {
            cursor.happenings = *number;
            return Some(Piece::Happened(what.clone()));
        }
        let exit = self.exit.as_ref().filter(|_| !cursor.exit_given);
        if let Some((_, exit)) = exit.filter(|(at, _)| *at <= cursor.offset) {
            cursor.exit_given = true;
            return Some(Piece::Exit(exit.clone()));
        }
        // Stop where something that is not bytes has its place.
        let stop = [
            resize.map(|resize| resize.at),
            happening.map(|(_, at, _)| *at),
            exit.map(|(at, _)| *at),
        ]
        .into_iter()
        .flatten()
        .min();
        let bytes = self.whole_characters(cursor.offset, stop, max);
        cursor.offset += bytes.len() as u64;
        (!bytes.is_empty()).then_some(Piece::Bytes(bytes))
    }

    /// At most `max` bytes from `from` on, up to `stop`, or up to a character that has only
    /// begun.
    fn whole_characters(&mut self, from: u64, stop: Option<u64>, max: usize) -> Bytes {
        let limit = stop.unwrap_or(u64::MAX).min(self.ring.end());
        let wanted = usize::try_from(limit - from).map_or(max, |n| n.min(max));
        let mut bytes = self.ring.read(from, wanted);
        if utf8::incomplete_tail(&bytes) == bytes.len() && bytes.len() < wanted {
            // The end of a block looks like the beginning of a character, and what follows
            // shows that it is none.
            let mut joined = Vec::new();
            self.ring.collect(from, wanted, &mut joined);
            bytes = joined.into();
        }
        let reached = from + bytes.len() as u64;
        // Nothing that belongs to these bytes follows: see `resize` and `finish`.
        let complete = stop == Some(reached) || self.ended && reached == self.ring.end();
        if !complete {
            bytes.truncate(bytes.len() - utf8::incomplete_tail(&bytes));
        }
        bytes
    }

    fn next_happening(&self, cursor: &Cursor) -> Option<&(u64, u64, Happening)> {
        self.happenings
            .iter()
            .find(|(number, ..)| *number > cursor.happenings)
    }

    /// Lets a viewer go on at `offset` of this life with exactly the bytes that it missed: when
    /// they are held, the size has not changed since, and a picture would not be cheaper.
    pub(crate) fn resume(&self, offset: u64) -> Option<Start> {
        let missed = self.ring.end().checked_sub(offset)?;
        let held = offset >= self.ring.start() && missed <= RESUME_MAX;
        let resized = self.resizes.back().is_some_and(|last| last.at > offset);
        if !held || resized {
            return None;
        }
        let mut bytes = Vec::new();
        self.ring.collect(offset, to_usize(missed), &mut bytes);
        if !self.ended {
            bytes.truncate(bytes.len() - utf8::incomplete_tail(&bytes));
        }
        let cursor = Cursor {
            offset: offset + bytes.len() as u64,
            // What the viewer has not heard of is old; its present state is in the answer.
            resizes: self.resize_count,
            happenings: self.happening_count,
            exit_given: false,
        };
        Some(Start {
            bytes: bytes.into(),
            kind: Replay::Resume,
            cursor,
            size: self.size,
        })
    }

    /// Lets a viewer start with a picture of the screen as of `painted`. An exit that is told
    /// with the answer still comes as an event, for that is what a client waits for; unless it
    /// has been given to this viewer before.
    pub(crate) fn start_with(
        &self,
        picture: Bytes,
        painted: &Cursor,
        size: Size,
        exit_given: bool,
    ) -> Start {
        Start {
            bytes: picture,
            kind: Replay::Screen,
            cursor: Cursor {
                happenings: self.happening_count,
                exit_given,
                ..painted.clone()
            },
            size,
        }
    }

    /// Bytes at the end that begin a character.
    fn tail_held_back(&self) -> usize {
        let mut last = Vec::new();
        let from = self.ring.end().saturating_sub(utf8::MAX_CHAR as u64 - 1);
        self.ring
            .collect(from.max(self.ring.start()), utf8::MAX_CHAR, &mut last);
        utf8::incomplete_tail(&last)
    }
}

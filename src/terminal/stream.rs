//! One life of a terminal as viewers see it: bytes, sizes and the end, in their order.
//!
//! Pure: no clock, no lock, no task. A [`Cursor`] is one viewer's place; [`Stream::next`]
//! gives what comes after it, [`Stream::replay`] gives a new viewer its start. This is where
//! the picture of the screen will come in (`Replay::Tail` is what there is without one).

use std::collections::VecDeque;

use bytes::Bytes;

use crate::protocol::{Replay, TerminalExit};

use super::ring::Ring;
use super::utf8;

/// Most bytes of a replay. As much as fits a phone's patience; the picture has the same bound.
pub(crate) const REPLAY_MAX: usize = 192 << 10;

/// How far into a tail a line break is looked for, to begin after it: a cut in the middle of
/// an escape sequence paints garbage, one at a line break rarely does.
const LINE_SEARCH: usize = 4 << 10;

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
    exit_given: bool,
}

impl Cursor {
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
    /// The program has ended.
    Exit(TerminalExit),
    /// The bytes at the cursor are gone; only a replay helps.
    Lost,
}

/// Where a new viewer starts.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) bytes: Vec<u8>,
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
            exit: None,
            ended: false,
        }
    }

    /// Bytes written in this life.
    pub(crate) fn end(&self) -> u64 {
        self.ring.end()
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
            || (self.exit.is_some() && !cursor.exit_given)
    }

    /// What comes after `cursor`, and moves it. At most `max` bytes; with fewer than a
    /// character's worth ([`utf8::MAX_CHAR`]) only what is not bytes.
    pub(crate) fn next(&self, cursor: &mut Cursor, max: usize) -> Option<Piece> {
        if cursor.offset < self.ring.start() {
            return Some(Piece::Lost);
        }
        let resize = self.resizes.iter().find(|r| r.number > cursor.resizes);
        if let Some(resize) = resize.filter(|resize| resize.at <= cursor.offset) {
            cursor.resizes = resize.number;
            return Some(Piece::Resized(resize.size));
        }
        let exit = self.exit.as_ref().filter(|_| !cursor.exit_given);
        if let Some((_, exit)) = exit.filter(|(at, _)| *at <= cursor.offset) {
            cursor.exit_given = true;
            return Some(Piece::Exit(exit.clone()));
        }
        if max < utf8::MAX_CHAR {
            return None;
        }
        // Stop where something that is not bytes has its place.
        let limit = [resize.map(|resize| resize.at), exit.map(|(at, _)| *at)]
            .into_iter()
            .flatten()
            .fold(self.ring.end(), u64::min);
        let wanted = usize::try_from(limit - cursor.offset).map_or(max, |n| n.min(max));
        let mut bytes = self.ring.read(cursor.offset, wanted);
        let reached = cursor.offset + bytes.len() as u64;
        let nothing_follows =
            self.ended && reached == self.ring.end() || exit.is_some_and(|(at, _)| *at == reached);
        if !nothing_follows {
            bytes.truncate(bytes.len() - utf8::incomplete_tail(&bytes));
        }
        cursor.offset += bytes.len() as u64;
        (!bytes.is_empty()).then_some(Piece::Bytes(bytes))
    }

    /// Where a viewer starts: at `resume`, an offset of this life, when its bytes are held and
    /// the size has not changed since; otherwise with the tail.
    pub(crate) fn replay(&self, resume: Option<u64>) -> Start {
        match resume.filter(|offset| self.can_resume(*offset)) {
            Some(offset) => self.start(offset, REPLAY_MAX, Replay::Resume),
            None => self.tail(),
        }
    }

    fn can_resume(&self, offset: u64) -> bool {
        (self.ring.start()..=self.ring.end()).contains(&offset)
            && self.resizes.back().is_none_or(|last| last.at <= offset)
    }

    fn tail(&self) -> Start {
        let end = self.ring.end() - self.tail_held_back() as u64;
        let first = end.saturating_sub(REPLAY_MAX as u64).max(self.ring.start());
        let mut head = Vec::new();
        self.ring.collect(first, LINE_SEARCH, &mut head);
        let skip = match first {
            0 => 0,
            _ => match head.iter().position(|byte| *byte == b'\n') {
                Some(line_break) => line_break + 1,
                None => utf8::orphaned_head(&head),
            },
        };
        self.start((first + skip as u64).min(end), REPLAY_MAX, Replay::Tail)
    }

    fn start(&self, from: u64, max: usize, kind: Replay) -> Start {
        let mut bytes = Vec::new();
        self.ring.collect(from, max, &mut bytes);
        if !self.ended {
            bytes.truncate(bytes.len() - utf8::incomplete_tail(&bytes));
        }
        let offset = from + bytes.len() as u64;
        Start {
            cursor: Cursor {
                offset,
                // The answer names the present size, so every resize so far has been given.
                resizes: self.resize_count,
                // An exit that is told with the answer still comes as an event: that is what
                // a client waits for.
                exit_given: false,
            },
            bytes,
            kind,
            size: self.size,
        }
    }

    fn tail_held_back(&self) -> usize {
        let mut last = Vec::new();
        let from = self.ring.end().saturating_sub(utf8::MAX_CHAR as u64 - 1);
        self.ring
            .collect(from.max(self.ring.start()), utf8::MAX_CHAR, &mut last);
        utf8::incomplete_tail(&last)
    }
}

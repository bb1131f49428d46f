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

    /// What comes after `cursor`, and moves it. At most `max` bytes.
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
        // Stop where something that is not bytes has its place.
        let stop = [resize.map(|resize| resize.at), exit.map(|(at, _)| *at)]
            .into_iter()
            .flatten()
            .min();
        let bytes = self.whole_characters(cursor.offset, stop, max);
        cursor.offset += bytes.len() as u64;
        (!bytes.is_empty()).then_some(Piece::Bytes(bytes))
    }

    /// At most `max` bytes from `from` on, up to `stop`, or up to a character that has only
    /// begun.
    fn whole_characters(&self, from: u64, stop: Option<u64>, max: usize) -> Bytes {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ExitReason;
    use proptest::prelude::*;

    const SIZE: Size = Size { cols: 80, rows: 24 };

    #[derive(Debug, Clone)]
    enum Step {
        Push(Vec<u8>),
        Repeat(u8, usize),
        Resize(u16),
        Read(usize),
        Forget(u64),
        Exit,
        Enter(Option<u64>),
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            "\\PC{0,20}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..8),
            // What begins characters and does not end them.
            proptest::collection::vec(
                prop::sample::select(&[0xE2, 0x82, 0xF0, 0x9F, 0x41][..]),
                0..6
            ),
        ]
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => bytes().prop_map(Step::Push),
            1 => (any::<u8>(), 60_000usize..66_000).prop_map(|(byte, n)| Step::Repeat(byte, n)),
            1 => (1u16..5).prop_map(Step::Resize),
            4 => prop_oneof![0usize..8, 0usize..200_000].prop_map(Step::Read),
            1 => any::<u64>().prop_map(Step::Forget),
            1 => Just(Step::Exit),
            1 => proptest::option::of(any::<u64>()).prop_map(Step::Enter),
        ]
    }

    fn exit() -> TerminalExit {
        TerminalExit {
            exit_code: Some(0),
            reason: ExitReason::Exited,
            signal: None,
        }
    }

    /// Whether the last of these bytes may have been cut off the next.
    fn splits(before: &[u8], after: &[u8]) -> bool {
        let cut = utf8::incomplete_tail(before);
        cut > 0
            && std::str::from_utf8(&[&before[before.len() - cut..], after].concat())
                .map_or_else(|error| error.valid_up_to() > 0, |_| true)
    }

    proptest! {
        #![proptest_config(ProptestConfig::default())]
        #[test]
        fn a_viewer_gets_everything_once_in_order_and_no_character_in_parts(
            steps in proptest::collection::vec(step(), 1..40),
        ) {
            let (mut stream, mut all) = (Stream::new(SIZE), Vec::<u8>::new());
            let mut cursor = stream.replay(None).cursor;
            let (mut seen_size, mut exits) = (SIZE, 0);
            let drain = [Step::Read(0), Step::Read(1 << 20)].into_iter().cycle().take(40);
            for step in steps.into_iter().chain(drain) {
                match step {
                    Step::Push(bytes) => {
                        stream.push(&bytes);
                        all.extend_from_slice(&bytes);
                    }
                    Step::Repeat(byte, n) => {
                        stream.push(&vec![byte; n]);
                        all.resize(all.len() + n, byte);
                    }
                    Step::Resize(cols) => {
                        stream.resize(Size { cols, rows: 24 });
                    }
                    Step::Forget(r) => stream.forget_before(r % (all.len() as u64 + 1)),
                    Step::Exit => stream.finish(exit()),
                    Step::Enter(resume) => {
                        let resume = resume.map(|r| r % (all.len() as u64 + 1));
                        let start = stream.replay(resume);
                        let end = start.cursor.offset as usize;
                        prop_assert_eq!(&start.bytes[..], &all[end - start.bytes.len()..end]);
                        if start.kind == Replay::Resume {
                            prop_assert_eq!(Some((end - start.bytes.len()) as u64), resume);
                        }
                        (cursor, seen_size, exits) = (start.cursor, start.size, 0);
                    }
                    Step::Read(max) => {
                        let before = cursor.clone();
                        match stream.next(&mut cursor, max) {
                            Some(Piece::Bytes(bytes)) => {
                                prop_assert!(bytes.len() <= max);
                                let from = before.offset as usize;
                                let to = cursor.offset as usize;
                                prop_assert_eq!(&bytes[..], &all[from..to]);
                                // Only the end of the program comes in the middle of one.
                                let begun = (to - utf8::incomplete_tail(&all[..to])) as u64;
                                let cut_by_exit = stream.exit.as_ref()
                                    .is_some_and(|(at, _)| (begun + 1..=to as u64).contains(at));
                                let rest = &all[to..all.len().min(to + 3)];
                                prop_assert!(cut_by_exit || !splits(&all[..to], rest));
                            }
                            Some(Piece::Resized(size)) => seen_size = size,
                            Some(Piece::Exit(_)) => exits += 1,
                            Some(Piece::Lost) => {
                                let start = stream.replay(None);
                                (cursor, seen_size, exits) = (start.cursor, start.size, 0);
                            }
                            None if max >= utf8::MAX_CHAR => {
                                let left = &all[before.offset as usize..];
                                prop_assert_eq!(utf8::incomplete_tail(left), left.len(), "stuck");
                            }
                            None => {}
                        }
                    }
                }
            }
            prop_assert_eq!(seen_size, stream.size());
            prop_assert_eq!(exits, usize::from(stream.exit().is_some()));
        }
    }
}

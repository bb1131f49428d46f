//! The last bytes of a terminal, addressed by how many bytes came before them.
//!
//! A queue of blocks. Appending copies once; a block is shared with whoever reads it, without
//! copying (reading closes the one that is being filled, unless there is little in it);
//! forgetting drops whole blocks; and a terminal that has printed nothing holds nothing. Blocks
//! end between UTF-8 characters, so that reading block by block splits none. It does not know
//! viewers.

use std::collections::VecDeque;

use bytes::Bytes;

use super::memory::{Blocks, Memory};
use super::utf8;

/// Most bytes of one block, and of one read. Large enough to make the queue short, small
/// enough that keeping one more than needed does not matter.
pub(crate) const BLOCK: usize = 64 << 10;

/// A block with less in it is copied when it is read, and goes on being filled: the memory of
/// one that is closed is taken whole.
const LEAST: usize = BLOCK / 2;

#[derive(Debug)]
pub(crate) struct Ring {
    memory: Blocks,
    /// Complete blocks, the oldest first.
    blocks: VecDeque<Bytes>,
    /// The block that is being filled, after the others.
    last: Filling,
    /// Offset of the first byte held.
    start: u64,
    /// Offset of the first byte of `last`.
    last_start: u64,
}

/// A block that is being filled.
#[derive(Debug)]
enum Filling {
    /// Grows as it is filled: most terminals print less than a block.
    First(Vec<u8>),
    Block {
        memory: Memory,
        len: usize,
    },
}

impl Filling {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::First(bytes) => bytes,
            Self::Block { memory, len } => &memory.bytes()[..*len],
        }
    }

    /// `bytes` must have room.
    fn extend(&mut self, bytes: &[u8]) {
        match self {
            Self::First(all) => all.extend_from_slice(bytes),
            Self::Block { memory, len } => {
                memory.bytes_mut()[*len..*len + bytes.len()].copy_from_slice(bytes);
                *len += bytes.len();
            }
        }
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            memory: Blocks::new(BLOCK),
            blocks: VecDeque::new(),
            last: Filling::First(Vec::new()),
            start: 0,
            last_start: 0,
        }
    }
}

impl Ring {
    /// Offset of the first byte held.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Offset after the last byte held: how many bytes there have been.
    pub(crate) fn end(&self) -> u64 {
        self.last_start + self.last.bytes().len() as u64
    }

    /// Bytes held.
    pub(crate) fn len(&self) -> usize {
        to_usize(self.end() - self.start)
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = BLOCK - self.last.bytes().len();
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.last.extend(now);
            bytes = later;
            if now.len() == room {
                self.close();
            }
        }
    }

    /// Closes the last block, up to a character that has only begun.
    fn close(&mut self) {
        let filled = self.last.bytes();
        let whole = filled.len() - utf8::incomplete_tail(filled);
        let mut next = Filling::Block {
            memory: self.memory.take(),
            len: 0,
        };
        next.extend(&filled[whole..]);
        let block = match std::mem::replace(&mut self.last, next) {
            Filling::First(mut bytes) => {
                bytes.truncate(whole);
                bytes.into()
            }
            Filling::Block { memory, .. } => self.memory.share(memory, whole),
        };
        self.last_start += whole as u64;
        self.blocks.push_back(block);
    }

    /// At most `max` bytes from `from` on, which must be held; not beyond the end of a block.
    pub(crate) fn read(&mut self, from: u64, max: usize) -> Bytes {
        if from >= self.last_start && self.end() - from >= LEAST as u64 {
            self.close();
        }
        self.peek(from, max)
    }

    /// The same, copied when it is part of the block that is being filled.
    fn peek(&self, from: u64, max: usize) -> Bytes {
        debug_assert!((self.start..=self.end()).contains(&from));
        if from >= self.last_start {
            let last = self.last.bytes();
            let rest = &last[to_usize(from - self.last_start).min(last.len())..];
            return Bytes::copy_from_slice(&rest[..rest.len().min(max)]);
        }
        // From the back, where nearly everybody is.
        let mut begins = self.last_start;
        for block in self.blocks.iter().rev() {
            begins -= block.len() as u64;
            if begins <= from {
                let at = to_usize(from - begins);
                return block.slice(at..block.len().min(at.saturating_add(max)));
            }
        }
        Bytes::new()
    }

    /// Appends at most `max` bytes from `from` on to `out`, however many blocks that takes.
    pub(crate) fn collect(&self, from: u64, max: usize, out: &mut Vec<u8>) {
        let mut at = from;
        let until = self.end().min(from.saturating_add(max as u64));
        while at < until {
            let part = self.peek(at, to_usize(until - at));
            if part.is_empty() {
                return;
            }
            out.extend_from_slice(&part);
            at += part.len() as u64;
        }
    }

    /// Forgets what lies before `keep_from`, as far as whole blocks go.
    pub(crate) fn forget_before(&mut self, keep_from: u64) {
        while let Some(block) = self.blocks.front() {
            let end = self.start + block.len() as u64;
            if end > keep_from {
                return;
            }
            self.start = end;
            self.blocks.pop_front();
        }
    }
}

/// As much of it as there can be in memory.
pub(super) fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Push(usize),
        Forget(u64),
        Read(u64, usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0usize..3 * BLOCK).prop_map(Step::Push),
            any::<u64>().prop_map(Step::Forget),
            (any::<u64>(), 0usize..3 * BLOCK).prop_map(|(at, max)| Step::Read(at, max)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_answers_as_a_vector_of_everything_would(steps in proptest::collection::vec(step(), 1..24)) {
            let (mut ring, mut all) = (Ring::default(), Vec::<u8>::new());
            for step in steps {
                match step {
                    Step::Push(n) => {
                        let bytes: Vec<u8> = "aé界🌍"
                            .bytes()
                            .cycle()
                            .skip(all.len() % 10)
                            .take(n)
                            .collect();
                        ring.push(&bytes);
                        all.extend_from_slice(&bytes);
                    }
                    Step::Forget(r) => {
                        let keep = r % (all.len() as u64 + 1);
                        let before = ring.start();
                        ring.forget_before(keep);
                        prop_assert!(ring.start() <= keep.max(before));
                        prop_assert!(keep.saturating_sub(ring.start()) <= BLOCK as u64);
                    }
                    Step::Read(r, max) => {
                        let from = ring.start() + r % (ring.len() as u64 + 1);
                        let mut out = Vec::new();
                        ring.collect(from, max, &mut out);
                        let at = from as usize;
                        prop_assert_eq!(&out[..], &all[at..all.len().min(at + max)]);
                        let part = ring.read(from, max);
                        prop_assert!(out.starts_with(&part));
                        prop_assert_eq!(part.is_empty(), out.is_empty());
                    }
                }
                prop_assert_eq!(ring.end(), all.len() as u64);
            }
        }
    }
}

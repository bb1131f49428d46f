//! The last bytes of a terminal, addressed by how many bytes came before them.
//!
//! A queue of blocks: appending copies once, forgetting drops whole blocks, and a terminal
//! that has printed nothing holds nothing. It knows neither viewers nor what the bytes mean.

use std::collections::VecDeque;

/// Bytes of one block. Large enough to make the queue short, small enough that keeping one
/// more than needed does not matter.
pub(crate) const BLOCK: usize = 64 << 10;

#[derive(Debug, Default)]
pub(crate) struct Ring {
    /// Every block but the last holds exactly [`BLOCK`] bytes.
    blocks: VecDeque<Vec<u8>>,
    /// Offset of the first byte held.
    start: u64,
    /// Offset after the last byte held.
    end: u64,
    /// A forgotten block, kept so that a steady flow allocates nothing.
    spare: Option<Vec<u8>>,
}

impl Ring {
    /// Offset of the first byte held.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Offset after the last byte held: how many bytes there have been.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Bytes held.
    pub(crate) fn len(&self) -> usize {
        to_usize(self.end - self.start)
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        self.end += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.blocks.back().is_none_or(|block| block.len() == BLOCK) {
                self.blocks.push_back(self.spare.take().unwrap_or_default());
            }
            let Some(block) = self.blocks.back_mut() else {
                return;
            };
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - block.len()));
            block.extend_from_slice(now);
            bytes = later;
        }
    }

    /// Appends at most `max` bytes from `from` on to `out`. `from` must be held.
    pub(crate) fn read(&self, from: u64, max: usize, out: &mut Vec<u8>) {
        debug_assert!((self.start..=self.end).contains(&from));
        let mut skip = to_usize(from.saturating_sub(self.start));
        let mut left = max.min(to_usize(self.end.saturating_sub(from)));
        out.reserve(left);
        let first = skip / BLOCK;
        skip %= BLOCK;
        for block in self.blocks.iter().skip(first) {
            if left == 0 {
                break;
            }
            let part = &block[skip..block.len().min(skip + left)];
            out.extend_from_slice(part);
            left -= part.len();
            skip = 0;
        }
    }

    /// Forgets what lies before `keep_from`, as far as whole blocks go.
    pub(crate) fn forget_before(&mut self, keep_from: u64) {
        while self.start + BLOCK as u64 <= keep_from
            && self
                .blocks
                .front()
                .is_some_and(|block| block.len() == BLOCK)
        {
            if let Some(mut block) = self.blocks.pop_front() {
                block.clear();
                self.spare = Some(block);
            }
            self.start += BLOCK as u64;
        }
    }
}

fn to_usize(n: u64) -> usize {
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
                        let bytes: Vec<u8> = (0..n).map(|i| ((all.len() + i) % 251) as u8).collect();
                        ring.push(&bytes);
                        all.extend_from_slice(&bytes);
                    }
                    Step::Forget(r) => {
                        let keep = r % (all.len() as u64 + 1);
                        let before = ring.start();
                        ring.forget_before(keep);
                        prop_assert!(ring.start() <= keep.max(before));
                        prop_assert!(keep.saturating_sub(ring.start()) < BLOCK as u64);
                    }
                    Step::Read(r, max) => {
                        let from = ring.start() + r % (ring.len() as u64 + 1);
                        let mut out = Vec::new();
                        ring.read(from, max, &mut out);
                        let from = from as usize;
                        prop_assert_eq!(&out[..], &all[from..all.len().min(from + max)]);
                    }
                }
                prop_assert_eq!(ring.end(), all.len() as u64);
            }
        }
    }
}

//! Memory for output in blocks that goes back to the system when a flood is over.
//!
//! The allocator of the C library keeps what a flood needed: blocks of this size stay in its
//! heaps, between others that live on. So blocks, and the scratch of the model, are mapped by
//! themselves. It does not know what they hold.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use memmap2::MmapMut;

/// Blocks kept for the next ones: mapping and the first touch of each page cost more than
/// copying into it.
const SPARE: usize = 8;

/// Memory of one size, mapped by itself. On the heap when the system has none to map.
#[derive(Debug)]
pub(super) enum Memory {
    Mapped(MmapMut),
    Heap(Vec<u8>),
}

impl Memory {
    pub(super) fn new(bytes: usize) -> Self {
        MmapMut::map_anon(bytes).map_or_else(|_| Self::Heap(vec![0; bytes]), Self::Mapped)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Heap(bytes) => bytes,
        }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Heap(bytes) => bytes,
        }
    }
}

/// Blocks of one size that are used again.
#[derive(Debug)]
pub(super) struct Blocks {
    size: usize,
    spare: Arc<Mutex<Vec<Memory>>>,
}

impl Blocks {
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            spare: Arc::default(),
        }
    }

    pub(super) fn take(&self) -> Memory {
        let spare = self
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        spare.unwrap_or_else(|| Memory::new(self.size))
    }

    /// Shares the first `len` bytes. The block comes back when nobody has them any more.
    pub(super) fn share(&self, block: Memory, len: usize) -> Bytes {
        Bytes::from_owner(Lent {
            block: Some(block),
            len,
            spare: Arc::downgrade(&self.spare),
        })
    }
}

/// A block that is read.
struct Lent {
    /// Always there until dropped.
    block: Option<Memory>,
    len: usize,
    spare: Weak<Mutex<Vec<Memory>>>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        let bytes = self.block.as_ref().map_or(&[][..], Memory::bytes);
        &bytes[..self.len.min(bytes.len())]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(block), Some(spare)) = (self.block.take(), self.spare.upgrade()) {
            let mut spare = spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < SPARE {
                spare.push(block);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_back_when_nobody_reads_it_and_not_before() {
        let blocks = Blocks::new(4096);
        let mut block = blocks.take();
        block.bytes_mut()[..5].copy_from_slice(b"hello");
        let shared = blocks.share(block, 5);
        let again = shared.clone();
        drop(shared);
        assert_eq!(blocks.spare.lock().unwrap().len(), 0);
        assert_eq!(again, "hello");
        drop(again);
        assert_eq!(blocks.spare.lock().unwrap().len(), 1);
        assert_eq!(&blocks.take().bytes()[..5], b"hello", "the same block");
        let many: Vec<_> = (0..2 * SPARE)
            .map(|_| blocks.share(blocks.take(), 1))
            .collect();
        drop(many);
        assert_eq!(blocks.spare.lock().unwrap().len(), SPARE);
        let last = blocks.share(blocks.take(), 3);
        drop(blocks);
        assert_eq!(last.len(), 3, "outlives the ring");
    }
}

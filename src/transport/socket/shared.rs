//! Output as text, encoded once for viewers that are at the same place of the same life.
//!
//! Decoding and escaping cost several times what sending does, and in a flood viewers take the
//! same blocks one shortly after the other. It knows no sockets.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use crate::transport::tickets::Frames;

/// Bytes of text kept for each life: as much as the ring holds, since that is how far viewers
/// are apart in a flood. Each is given several chunks at once, and then it is the next one's
/// turn: with a few chunks kept, each would have gone when it is wanted again.
const KEPT: usize = 4 << 20;

/// The texts of every life that is watched as text, by epoch.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedTexts(Arc<Mutex<HashMap<String, Weak<Texts>>>>);

impl SharedTexts {
    /// What the viewers of a life share, as long as one of them keeps it.
    pub(crate) fn of(&self, epoch: &str) -> Arc<Texts> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(texts) = all.get(epoch).and_then(Weak::upgrade) {
            return texts;
        }
        all.retain(|_, texts| texts.strong_count() > 0);
        let texts = Arc::<Texts>::default();
        all.insert(epoch.to_owned(), Arc::downgrade(&texts));
        texts
    }
}

/// The latest texts of one life.
#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<VecDeque<Chunk>>);

#[derive(Debug)]
struct Chunk {
    /// Bytes of the life after it.
    offset: u64,
    /// Its bytes.
    size: usize,
    /// Absent until whoever came first has encoded it.
    frames: Arc<OnceLock<Option<Frames>>>,
}

impl Chunk {
    /// Bytes that it holds; those of the terminal as long as it is not encoded.
    fn bytes(&self) -> usize {
        let frames = self.frames.get().and_then(Option::as_ref);
        frames.map_or(self.size, |frames| frames.body.len())
    }
}

impl Texts {
    /// The chunk of `size` bytes that ends at `offset`, as somebody encoded it before or as
    /// `encode` does.
    pub(crate) fn encoded(
        self: &Arc<Self>,
        offset: u64,
        size: usize,
        encode: impl FnOnce() -> Option<Frames>,
    ) -> Option<Frames> {
        if Arc::strong_count(self) == 1 {
            self.kept().clear();
            return encode();
        }
        // Encoded outside of the lock; those who want the same wait for it.
        self.chunk(offset, size).get_or_init(encode).clone()
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Chunk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chunk(&self, offset: u64, size: usize) -> Arc<OnceLock<Option<Frames>>> {
        let mut kept = self.kept();
        let known = kept.iter().find(|c| (c.offset, c.size) == (offset, size));
        if let Some(chunk) = known {
            return chunk.frames.clone();
        }
        let mut bytes: usize = kept.iter().map(Chunk::bytes).sum();
        while bytes > KEPT {
            // One that is encoded meanwhile holds more than was counted.
            let gone = kept.pop_front().map_or(bytes, |chunk| chunk.bytes());
            bytes = bytes.saturating_sub(gone);
        }
        let frames = Arc::default();
        kept.push_back(Chunk {
            offset,
            size,
            frames: Arc::clone(&frames),
        });
        frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::cell::Cell;

    const SIZE: usize = 1 << 16;

    fn frames(text: &str) -> Option<Frames> {
        let body = Bytes::copy_from_slice(text.as_bytes());
        let head = Bytes::new();
        Some(Frames { head, body })
    }

    #[test]
    fn the_same_place_is_encoded_once_for_all() {
        let shared = SharedTexts::default();
        let encoded = Cell::new(0);
        let text = |texts: &Arc<Texts>, offset, size, text| {
            let encode = || {
                encoded.set(encoded.get() + 1);
                frames(text)
            };
            texts.encoded(offset, size, encode).unwrap().body
        };
        let (one, other) = (shared.of("life"), shared.of("life"));
        assert_eq!(text(&one, 10, 5, "first"), "first");
        assert_eq!(text(&other, 10, 5, "again"), "first");
        assert_eq!(encoded.get(), 1);
        // Another end, another beginning, another life.
        assert_eq!(text(&other, 20, 5, "next"), "next");
        assert_eq!(text(&other, 20, 15, "longer"), "longer");
        let (elsewhere, _with) = (shared.of("other"), shared.of("other"));
        assert_eq!(text(&elsewhere, 10, 5, "apart"), "apart");
    }

    #[test]
    fn what_is_kept_is_bounded_and_goes_with_its_viewers() {
        let shared = SharedTexts::default();
        let (texts, with) = (shared.of("life"), shared.of("life"));
        let kept = || -> usize { texts.0.lock().unwrap().iter().map(Chunk::bytes).sum() };
        let long = "x".repeat(SIZE);
        for n in 0..2 * KEPT / SIZE {
            assert!(texts.encoded(n as u64, SIZE, || frames(&long)).is_some());
        }
        assert!((KEPT - SIZE..=KEPT + 2 * SIZE).contains(&kept()));
        drop(with);
        let alone = texts.encoded(0, 3, || frames("alone")).unwrap();
        assert_eq!(alone.body, "alone");
        assert_eq!(kept(), 0);
        assert_eq!(texts.encoded(0, 3, || frames("anew")).unwrap().body, "anew");
        drop(texts);
        drop(shared.of("another"));
        assert_eq!(shared.0.lock().unwrap().len(), 1);
    }
}

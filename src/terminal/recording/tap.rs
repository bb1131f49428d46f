//! What has been typed into a terminal, on its way to its recording. Never waits: what there is
//! no room for is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;
use tokio::time::Instant;

/// Pieces that wait to be recorded. Each is at most one message.
const WAITING: usize = 16;

/// Something typed, and when.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) at: Instant,
    pub(super) bytes: Vec<u8>,
}

/// Where an input queue tells what it has written.
#[derive(Debug)]
pub(crate) struct Tap {
    tell: mpsc::Sender<Keys>,
    missed: Arc<AtomicU64>,
}

/// The other end.
#[derive(Debug)]
pub(super) struct Ear {
    heard: mpsc::Receiver<Keys>,
    missed: Arc<AtomicU64>,
}

pub(super) fn tap() -> (Tap, Ear) {
    let (tell, heard) = mpsc::channel(WAITING);
    let missed = Arc::<AtomicU64>::default();
    let ear = Ear {
        heard,
        missed: missed.clone(),
    };
    (Tap { tell, missed }, ear)
}

impl Tap {
    pub(crate) fn hear(&self, bytes: &[u8]) {
        let typed = Keys {
            at: Instant::now(),
            bytes: bytes.to_vec(),
        };
        // Closed when the recording has stopped; then nobody asks how much was missed.
        if self.tell.try_send(typed).is_err() {
            self.missed.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
    }
}

impl Ear {
    /// What waits, without waiting for more.
    pub(super) fn next(&mut self) -> Option<Keys> {
        self.heard.try_recv().ok()
    }

    /// Waits for something; for ever when nothing can come.
    pub(super) async fn wait(&mut self) -> Keys {
        match self.heard.recv().await {
            Some(typed) => typed,
            None => std::future::pending().await,
        }
    }

    /// Bytes that there was no room for since the last call.
    pub(super) fn missed(&self) -> u64 {
        self.missed.swap(0, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_there_is_no_room_for_is_counted_once() {
        let (tap, mut ear) = tap();
        for _ in 0..WAITING + 2 {
            tap.hear(b"abc");
        }
        assert_eq!(ear.wait().await.bytes, b"abc");
        assert_eq!(std::iter::from_fn(|| ear.next()).count(), WAITING - 1);
        assert_eq!((ear.missed(), ear.missed()), (6, 0));
        tap.hear(b"d");
        assert_eq!(ear.next().unwrap().bytes, b"d");
    }
}

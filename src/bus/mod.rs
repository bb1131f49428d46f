//! Carries what has been committed to whoever delivers it. Bounded: whoever does not listen in
//! time is told so, and reads the log.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::domain::Logged;

/// Events that wait for the slowest listener.
const WAITING: usize = 1024;

/// Within one process.
#[derive(Debug, Clone)]
pub(crate) struct LocalBus(broadcast::Sender<Arc<Logged>>);

impl Default for LocalBus {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl LocalBus {
    /// Tells of events, in the order of their places.
    pub(crate) fn tell(&self, events: Vec<Arc<Logged>>) {
        for event in events {
            // Fails when nobody listens.
            let _ = self.0.send(event);
        }
    }

    /// What is told from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Logged>> {
        self.0.subscribe()
    }
}

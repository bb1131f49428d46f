//! What happens to terminals, for whoever shows a list of them. Bounded: whoever does not
//! listen in time is told so, and looks at the terminals themselves.

use tokio::sync::broadcast;

use crate::ids::{ProjectId, SessionId};
use crate::protocol::NeedsInput;

/// News that wait for the slowest listener.
const WAITING: usize = 256;

/// Something that has happened to a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: SessionId,
    pub(crate) project: ProjectId,
    pub(crate) what: What,
}

/// What has happened.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// It has begun this life.
    Started { epoch: String },
    /// It needs somebody, or does not any more.
    Attention(NeedsInput),
}

/// Where news are told.
#[derive(Debug, Clone)]
pub(crate) struct News(broadcast::Sender<Item>);

impl Default for News {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl News {
    pub(crate) fn tell(&self, item: Item) {
        // Fails when nobody listens.
        let _ = self.0.send(item);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Item> {
        self.0.subscribe()
    }
}

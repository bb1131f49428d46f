//! From the log of events to whoever hears of them: each event once, in order, or not silently.
//!
//! One task takes what has been committed from the bus and hands it to each member that it is
//! for. Whoever cannot take it is caught up from the log by a task of its own, and is
//! disconnected when it is too far behind: its client then asks for what it has missed. This
//! room knows no sockets; a [`Line`] leads to one.

mod index;
mod member;
#[cfg(test)]
mod orders_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::future::BoxFuture;
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::auth::Principal;
use crate::domain::{Cursor, Logged};
use crate::error::{HubError, Result};
use crate::hub::WeakHub;
use crate::ids::HubId;
use crate::protocol::{Envelope, NamespaceStatus};
use crate::router::{Namespace, Room};
use crate::store::domain::Since;
use crate::tasks::Tasks;

use super::connection::Connection;

use index::{Caught, Index, MemberId};
use member::Addressed;

/// Events that are read from the log at once.
const CHUNK: usize = 256;

/// An event as it is sent, encoded once for all.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) name: String,
    /// The envelope.
    pub(crate) json: Box<RawValue>,
}

impl Outgoing {
    /// Its bytes, about.
    pub(crate) fn size(&self) -> usize {
        self.json.get().len()
    }
}

/// How an event travels.
pub(crate) fn envelope(hub: &HubId, log: &str, event: &Logged) -> Envelope {
    let cursor = Cursor {
        log: log.to_owned(),
        seq: event.seq,
    };
    Envelope {
        kind: event.name.clone(),
        event: event.name.clone(),
        data: event.data.clone(),
        timestamp: event.timestamp,
        seq: event.seq,
        hub: hub.clone(),
        cursor: cursor.to_string(),
    }
}

/// What leads to a member.
pub(crate) trait Line: Send + Sync {
    /// The connection that it uses.
    fn connection(&self) -> &Connection;

    /// Whether the client has asked for this, of what is for it.
    fn wants(&self, event: &Logged) -> bool {
        let _ = event;
        true
    }

    /// Hands an event over. False when it was not taken.
    fn send(&self, event: &Outgoing) -> bool;
}

/// What has been committed.
pub(crate) trait Log: Send + Sync {
    /// Everything from now on, in order; whoever is slow is told.
    fn listen(&self) -> Option<Receiver<Arc<Logged>>>;
    /// The place after the last event.
    fn head(&self) -> BoxFuture<'_, Result<Cursor>>;
    /// What has happened after a place, at most so many events.
    fn since(&self, cursor: Cursor, limit: usize) -> BoxFuture<'_, Result<Since>>;
}

impl Log for WeakHub {
    fn listen(&self) -> Option<Receiver<Arc<Logged>>> {
        self.upgrade().map(|hub| hub.events())
    }

    fn head(&self) -> BoxFuture<'_, Result<Cursor>> {
        Box::pin(async move { self.upgrade().ok_or_else(closing)?.head().await })
    }

    fn since(&self, cursor: Cursor, limit: usize) -> BoxFuture<'_, Result<Since>> {
        Box::pin(async move {
            let hub = self.upgrade().ok_or_else(closing)?;
            hub.since(cursor, limit).await
        })
    }
}

fn closing() -> HubError {
    HubError::unavailable("the hub is closing")
}

/// Everybody who hears of events. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub(crate) struct Outbound(Arc<Inner>);

struct Inner {
    index: Mutex<Index>,
    log: Box<dyn Log>,
    tasks: Tasks,
    hub: HubId,
    /// Which log the places are of; known when the first event is taken.
    log_id: OnceLock<String>,
    most_rooms: usize,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").finish_non_exhaustive()
    }
}

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Rooms that one member is in.
    pub(crate) rooms: usize,
    /// Events for it that one member may miss before it is lost.
    pub(crate) behind: usize,
    /// Bytes of events, as they are sent, that are kept for those who are behind.
    pub(crate) at_hand: usize,
}

/// [`Bounds::at_hand`]: some thousand events.
pub(crate) const AT_HAND: usize = 2 << 20;

impl Outbound {
    pub(crate) fn new(log: Box<dyn Log>, hub: HubId, tasks: Tasks, bounds: Bounds) -> Self {
        Self(Arc::new(Inner {
            index: Mutex::new(Index::new(bounds)),
            log,
            tasks,
            hub,
            log_id: OnceLock::new(),
            most_rooms: bounds.rooms,
        }))
    }

    /// Tells of what is committed from now on. Before anybody enters: nobody can have missed
    /// what was before.
    pub(crate) async fn begin(&self) {
        let Some(events) = self.0.log.listen() else {
            return;
        };
        match self.0.log.head().await {
            Ok(head) => {
                self.index().begin(head.seq);
                // The only place where it is set.
                let _ = self.0.log_id.set(head.log);
                let telling = self.clone();
                let tell = async move { telling.tell(events).await };
                self.0.tasks.spawn(tell);
            }
            Err(error) => tracing::error!(%error, "nothing can be told of the domain"),
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.0.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes somebody in, who hears of what is for everybody from now on. It is handed nothing
    /// before it is connected, and misses nothing meanwhile.
    pub(crate) fn enter(&self, namespace: Namespace, principal: Principal) -> Membership {
        Membership {
            id: self.index().add(namespace, principal),
            outbound: self.clone(),
        }
    }

    pub(crate) fn status(&self, namespace: Namespace) -> NamespaceStatus {
        self.index().status(namespace)
    }

    /// Takes events from the bus, as long as there are any.
    async fn tell(&self, mut events: Receiver<Arc<Logged>>) {
        loop {
            match events.recv().await {
                Ok(event) => self.take(&event).await,
                // The next one shows what is missing.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    async fn take(&self, event: &Arc<Logged>) {
        let before = event.seq.saturating_sub(1);
        if self.index().at() < before {
            self.read_up_to(before).await;
        }
        self.dispatch(event);
    }

    /// Reads what the bus did not bring.
    async fn read_up_to(&self, seq: u64) {
        loop {
            let at = self.index().at();
            if at >= seq {
                return;
            }
            let events = match self.since(at).await {
                Ok(Since::Events(events)) => events,
                Ok(Since::Unknown) | Err(_) => {
                    tracing::warn!("events were lost: everybody has to ask anew");
                    return self.index().lose_all(seq);
                }
            };
            if events.is_empty() {
                return;
            }
            for event in events.iter().take_while(|event| event.seq <= seq) {
                self.dispatch(event);
            }
        }
    }

    async fn since(&self, seq: u64) -> Result<Since> {
        let log = self.0.log_id.get().cloned().unwrap_or_default();
        self.0.log.since(Cursor { log, seq }, CHUNK).await
    }

    fn outgoing(&self, event: &Logged) -> Option<Outgoing> {
        let log = self.0.log_id.get().map_or("", String::as_str);
        match to_raw_value(&envelope(&self.0.hub, log, event)) {
            Ok(json) => Some(Outgoing {
                name: event.name.clone(),
                json,
            }),
            Err(error) => {
                tracing::error!(%error, name = event.name, "an event cannot be encoded");
                None
            }
        }
    }

    fn dispatch(&self, event: &Arc<Logged>) {
        let Some(outgoing) = self.outgoing(event) else {
            return self.index().lose_all(event.seq);
        };
        let behind = self
            .index()
            .dispatch(Addressed::new(event), Arc::new(outgoing));
        for id in behind {
            self.catch_up(id);
        }
    }

    /// Hands somebody what it has missed; what it cannot take at once, in a task of its own.
    fn catch_up(&self, id: MemberId) {
        let (caught, gone) = {
            let mut index = self.index();
            (index.catch_up(id), index.gone(id))
        };
        let (false, Some(gone)) = (matches!(caught, Caught::Up), gone) else {
            return;
        };
        let outbound = self.clone();
        self.0.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = gone.cancelled() => {}
                () = outbound.catching_up(id, caught) => {}
            }
        });
    }

    async fn catching_up(&self, id: MemberId, mut caught: Caught) {
        loop {
            match caught {
                Caught::Up => return,
                Caught::Full(line) => line.connection().outflow.ready().await,
                Caught::Old(heard, line) => match self.since(heard).await {
                    Ok(Since::Events(events)) if !events.is_empty() => {
                        self.hand_over(id, &line, &events).await;
                    }
                    // The log does not go back so far.
                    _ => return self.index().lose(id),
                },
            }
            caught = self.index().catch_up(id);
        }
    }

    /// Hands somebody who is behind events of the log, as fast as it takes them.
    async fn hand_over(&self, id: MemberId, line: &Arc<dyn Line>, events: &[Arc<Logged>]) {
        for event in events {
            let event = Addressed::new(event);
            if !self.index().awaits(id, &event) {
                self.index().hear(id, &event, None);
                continue;
            }
            let Some(outgoing) = self.outgoing(&event.event) else {
                return self.index().lose(id);
            };
            line.connection().outflow.ready().await;
            self.index().hear(id, &event, Some(&outgoing));
        }
    }
}

/// Somebody's place among those who hear of events; given up when dropped.
pub(crate) struct Membership {
    outbound: Outbound,
    id: MemberId,
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Membership").field(&self.id).finish()
    }
}

impl Membership {
    /// Lets events come, beginning with those since it entered.
    pub(crate) fn connect(&self, line: Arc<dyn Line>) {
        self.outbound.index().connect(self.id, line);
        self.outbound.catch_up(self.id);
    }

    /// Follows what happens in a room, from now on.
    ///
    /// # Errors
    ///
    /// `TOO_LARGE` when it follows too much already.
    pub(crate) fn join(&self, room: Room) -> Result<()> {
        if self.outbound.index().join(self.id, room) {
            return Ok(());
        }
        let most = self.outbound.0.most_rooms;
        Err(HubError::too_large(format!(
            "a socket follows at most {most} projects and sessions"
        )))
    }

    pub(crate) fn leave(&self, room: Room) {
        self.outbound.index().leave(self.id, room);
    }

    /// What it follows.
    pub(crate) fn rooms(&self) -> Vec<Room> {
        self.outbound.index().rooms_of(self.id)
    }

    /// It came with another credential of the same holder.
    pub(crate) fn is_now(&self, principal: Principal) {
        self.outbound.index().is_now(self.id, principal);
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.outbound.index().remove(self.id);
    }
}

//! Who carries the domain out: the hub's own store, or a host application's database.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::error::Result;
use crate::protocol::{Entity, EntityRef, ListQuery};

use super::{Mutation, NewEvent};

/// What a service answers, when it has done it.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What has become of a mutation.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The thing as it is now; as it was, when it was removed.
    pub entity: Entity,
    /// Whether it was made by this very mutation, and not by one that this one repeats.
    pub created: bool,
    /// What is to be told of it, in this order.
    pub events: Vec<NewEvent>,
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Some of it, the oldest first.
    pub items: Vec<Entity>,
    /// What [`ListQuery::after`] takes to go on; none when this was the end.
    pub next: Option<String>,
}

/// Keeps the domain. The hub has services of its own, on its store; a host application that
/// has a database can bring others, with [`HubHandle::builder`] or the plugin's `Builder`.
///
/// Whoever asks has passed the hub's gate already. What the hub does with services that are not
/// its own:
///
/// - It carries out one change at a time, to the end, also when whoever asked is gone. So what
///   is told is told in the order in which it was made.
/// - The events of a mutation go into the hub's log after [`Services::change`] has returned:
///   what is on the wire has been committed. In between the application may end. So an
///   application that wants every event told keeps each with an id, in the same transaction as
///   the change, and hands those over again at its next start, by [`HubHandle::emit`]. An event
///   whose id the log holds is told once.
/// - When the log cannot be written, the answer is `UNAVAILABLE` although the change was made.
/// - What the application changes without the hub it tells with [`HubHandle::emit`].
/// - Panics are errors, and so is no answer within 30 seconds: [`Services::change`] must not
///   wait for another change by the hub.
///
/// Terminals that name no project belong to `default`; services should have one.
///
/// # Example
///
/// Tasks in memory, and nothing else:
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
///
/// use tauri_plugin_realtime_hub::domain::{Answer, Mutation, NewEvent, Outcome, Page, Services};
/// use tauri_plugin_realtime_hub::protocol::{Entity, EntityRef, EventName, EventScope, ListQuery};
/// use tauri_plugin_realtime_hub::{ErrorCode, HubConfig, HubError, HubHandle};
///
/// #[derive(Debug, Default)]
/// struct Tasks(Mutex<BTreeMap<String, Entity>>);
///
/// impl Services for Tasks {
///     fn get(&self, what: EntityRef) -> Answer<'_, Option<Entity>> {
///         Box::pin(async move { Ok(self.0.lock().unwrap().get(what.id()).cloned()) })
///     }
///
///     fn list(&self, query: ListQuery) -> Answer<'_, Page> {
///         Box::pin(async move {
///             let tasks = self.0.lock().unwrap();
///             let wanted = tasks.values().filter(|task| task.reference().kind() == query.kind);
///             let items = wanted.filter(|task| query.wants(task)).take(query.limit);
///             Ok(Page { items: items.cloned().collect(), next: None })
///         })
///     }
///
///     fn change(&self, mutation: Mutation) -> Answer<'_, Outcome> {
///         Box::pin(async move {
///             let Mutation::DeleteTask(id) = mutation else {
///                 return Err(HubError::new(ErrorCode::Invalid, "tasks are only finished here"));
///             };
///             let Some(task) = self.0.lock().unwrap().remove(id.as_str()) else {
///                 return Err(HubError::new(ErrorCode::NotFound, "there is no such task"));
///             };
///             let name = EventName::TaskDeleted.as_str();
///             let scope = EventScope::Project(task.project().clone());
///             let event = NewEvent::new(name, scope, serde_json::json!({"id": id}))
///                 .with_id(format!("deleted {id}"));
///             Ok(Outcome { entity: task, created: false, events: vec![event] })
///         })
///     }
/// }
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let config = HubConfig { port: Some(0), ..HubConfig::default() };
/// let hub = HubHandle::builder(config)
///     .services(Arc::new(Tasks::default()))
///     .start(&tokio::runtime::Handle::current());
/// # hub.shutdown().await;
/// # });
/// ```
///
/// [`HubHandle::builder`]: crate::HubHandle::builder
/// [`HubHandle::emit`]: crate::HubHandle::emit
pub trait Services: fmt::Debug + Send + Sync {
    /// One thing; none when there is no such thing.
    fn get(&self, what: EntityRef) -> Answer<'_, Option<Entity>>;

    /// Several things.
    fn list(&self, query: ListQuery) -> Answer<'_, Page>;

    /// Carries a change out, whole or not at all.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`, `INVALID`, `TOO_LARGE`, `CONFLICT`; `UNAVAILABLE` when it cannot be kept
    /// now.
    fn change(&self, mutation: Mutation) -> Answer<'_, Outcome>;
}

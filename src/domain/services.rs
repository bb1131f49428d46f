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
/// has a database can bring others.
///
/// Whoever asks has passed the hub's gate already. The events of a mutation are told after
/// [`Services::change`] has returned: what is on the wire has been committed.
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

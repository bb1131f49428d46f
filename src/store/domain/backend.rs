//! What a place for rows and events has to do. How they change and who asks is none of its
//! business.

use std::fmt;

use crate::domain::{Logged, NewEvent, Page, Tables};
use crate::error::{HubError, Result};
use crate::protocol::{Entity, EntityRef, ListQuery};

/// One place: written by one thread, read by two others.
pub(crate) struct Backend {
    pub(crate) writer: Box<dyn Writer>,
    /// For what is short.
    pub(crate) reader: Box<dyn Reader>,
    /// For what may be long.
    pub(crate) lister: Box<dyn Reader>,
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").finish_non_exhaustive()
    }
}

/// Changes the place.
pub(crate) trait Writer: Send {
    /// Runs `work` within one transaction, which is kept when it goes well, whole and as safely
    /// as configured; otherwise nothing of it is. `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// That of `work`, or `UNAVAILABLE`; then `work` may not have run at all.
    fn transact(
        &mut self,
        now: u64,
        work: &mut dyn FnMut(&mut dyn Writing) -> Result<()>,
    ) -> Result<()>;

    /// Nothing more will be written.
    fn end(&mut self);
}

/// Looks at the place.
pub(crate) trait Reader: Send {
    /// Runs `work` on what had been kept at one moment.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE`; then `work` may not have run.
    fn read(&mut self, work: &mut dyn FnMut(&dyn View)) -> Result<()>;
}

/// A transaction, which consists of steps that can be undone each by itself.
pub(crate) trait Writing: Tables {
    fn begin_step(&mut self) -> Result<()>;
    fn keep_step(&mut self) -> Result<()>;
    /// # Errors
    ///
    /// When it cannot be undone alone: then the whole transaction is lost.
    fn undo_step(&mut self) -> Result<()>;
    /// Gives an event its place. None when one with its id is there already.
    fn append(&mut self, event: NewEvent) -> Result<Option<Logged>>;
}

/// What had been kept at one moment.
pub(crate) trait View {
    fn get(&self, what: &EntityRef) -> Result<Option<Entity>>;
    fn list(&self, query: &ListQuery) -> Result<Page>;
    /// The events after `seq`, the oldest first, at most so many.
    fn since(&self, seq: u64, limit: usize) -> Result<Vec<Logged>>;
    /// Which log this is, and which events it holds.
    fn log(&self) -> Result<LogBounds>;
}

/// Which log, and which of its events it still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogBounds {
    /// Another one whenever the numbers began anew.
    pub(crate) log: String,
    /// Events up to this one are not held any more; 0 when all are.
    pub(crate) forgotten: u64,
    /// The last event.
    pub(crate) head: u64,
}

/// The number of the last thing on the page before.
pub(crate) fn place(query: &ListQuery) -> Result<u64> {
    match &query.after {
        None => Ok(0),
        Some(after) => after
            .parse()
            .map_err(|_| HubError::invalid("cursor: it is none of this list")),
    }
}

/// As many of `things`, each with its number, as were asked for.
pub(crate) fn page(
    things: impl Iterator<Item = Result<(u64, Entity)>>,
    limit: usize,
) -> Result<Page> {
    let (mut items, mut last) = (Vec::new(), None);
    for thing in things {
        let (number, entity) = thing?;
        if items.len() == limit {
            return Ok(Page { items, next: last });
        }
        last = Some(number.to_string());
        items.push(entity);
    }
    Ok(Page { items, next: None })
}

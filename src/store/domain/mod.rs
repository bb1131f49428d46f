//! The domain as the hub's own store keeps it: the things, and the log of events, changed
//! together or not at all.
//!
//! One thread carries every change out, so what is told is told in the order in which it was
//! committed. Two others read what has been committed: one answers what is short, which every
//! change asks first, and one what may be long, so that a thousand clients who come back at once
//! hold up nobody who writes. What a mutation does is `domain::apply`'s business; where rows lie is a
//! [`Backend`]'s.

mod backend;
mod memory;
#[cfg(test)]
mod replay;
mod restart;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod tests;
mod threads;

use std::io;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::domain::{
    Answer, Context, Cursor, Logged, Mutation, NewEvent, Outcome, Page, Services, apply,
};
use crate::error::{HubError, Result};
use crate::ids::{HubId, ProjectId};
use crate::protocol::{Entity, EntityKind, EntityRef, ErrorCode, ListQuery};

pub(crate) use backend::Backend;
#[cfg(feature = "sqlite")]
pub(super) use backend::{LogBounds, Reader, View, Writer, Writing, page, place};
pub(crate) use memory::in_memory;
pub(crate) use threads::OnCommit;
use threads::{Read, WAITING, Write, step, write_together};

/// What has happened after a cursor.
#[derive(Debug)]
pub(crate) enum Since {
    /// All of it, or the beginning of it, when that was as much as was asked for.
    Events(Vec<Arc<Logged>>),
    /// The log does not cover that any more, or never did.
    Unknown,
}

/// Everything of one project at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) project: Entity,
    pub(crate) sessions: Vec<Entity>,
    pub(crate) tasks: Vec<Entity>,
    pub(crate) team_members: Vec<Entity>,
    /// Some list is longer.
    pub(crate) truncated: bool,
    /// The moment.
    pub(crate) cursor: Cursor,
}

/// Cheap to clone; all clones are the same store.
#[derive(Debug, Clone)]
pub(crate) struct DomainStore {
    writes: mpsc::Sender<Write>,
    reads: mpsc::Sender<Read>,
    /// What may take long.
    lists: mpsc::Sender<Read>,
}

impl DomainStore {
    /// Begins to work on `backend`, and tells `committed` of what has been kept. `first` is
    /// carried out before anything else, unless what it makes is there; with it, sessions that were
    /// left running become `failed`. Without it the things are somebody else's.
    ///
    /// # Errors
    ///
    /// When no thread can be had.
    pub(crate) fn start(
        backend: Backend,
        hub: HubId,
        first: Option<Mutation>,
        mut committed: OnCommit,
    ) -> io::Result<Self> {
        let (writes, to_write) = mpsc::channel(WAITING);
        let (reads, to_read) = mpsc::channel(WAITING);
        let (lists, to_list) = mpsc::channel(WAITING);
        let Backend {
            mut writer,
            mut reader,
            lister,
        } = backend;
        let restarted = match first {
            Some(_) => restart::left_running(&mut *reader),
            None => Vec::new(),
        };
        for first in first.into_iter().chain(restarted) {
            let (answer, mut answered) = oneshot::channel();
            let mut alone = [step(answer, carrying_out(first))].into();
            write_together(&mut *writer, &hub, &mut alone, &mut committed);
            match answered.try_recv() {
                Ok(Err(error)) if error.code != ErrorCode::Conflict => {
                    tracing::error!(%error, "a first change could not be kept");
                }
                _ => {}
            }
        }
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        thread("hub-domain").spawn(move || threads::write(writer, &hub, to_write, committed))?;
        thread("hub-reader").spawn(move || threads::read(reader, to_read))?;
        thread("hub-lister").spawn(move || threads::read(lister, to_list))?;
        Ok(Self {
            writes,
            reads,
            lists,
        })
    }

    /// A store that keeps nothing and says so, for a hub that could have no other.
    pub(crate) fn ended() -> Self {
        Self {
            writes: mpsc::channel(1).0,
            reads: mpsc::channel(1).0,
            lists: mpsc::channel(1).0,
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn backend::Writing, &Context) -> Result<(T, Vec<NewEvent>)>
        + Send
        + 'static,
    ) -> Result<oneshot::Receiver<Result<T>>> {
        let (answer, answered) = oneshot::channel();
        let write = Write::Step(step(answer, work));
        self.writes.send(write).await.map_err(|_| ended())?;
        Ok(answered)
    }

    async fn read<T: Send + 'static>(
        &self,
        reads: &mpsc::Sender<Read>,
        work: impl FnOnce(&dyn backend::View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let read: Read = Box::new(move |view| {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(view.and_then(work));
        });
        reads.send(read).await.map_err(|_| ended())?;
        self::answer(answered).await
    }

    /// Writes events that happened elsewhere; those whose ids are known are left out.
    pub(crate) async fn append(&self, events: Vec<NewEvent>) -> Result<()> {
        self.queue(events).await?.await
    }

    /// As [`Self::append`]; the place of the events is certain when this returns, and they are
    /// kept when what it gives does.
    pub(crate) async fn queue(
        &self,
        events: Vec<NewEvent>,
    ) -> Result<impl Future<Output = Result<()>> + use<>> {
        let queued = self.write(move |_, _| Ok(((), events))).await?;
        Ok(answer(queued))
    }

    /// What has happened after `cursor`, at most so many events.
    pub(crate) async fn since(&self, cursor: Cursor, limit: usize) -> Result<Since> {
        self.read(&self.lists, move |view| {
            let bounds = view.log()?;
            let covered =
                cursor.log == bounds.log && (bounds.forgotten..=bounds.head).contains(&cursor.seq);
            if !covered {
                return Ok(Since::Unknown);
            }
            let events = view.since(cursor.seq, limit)?;
            Ok(Since::Events(events.into_iter().map(Arc::new).collect()))
        })
        .await
    }

    /// The place after the last event.
    pub(crate) async fn head(&self) -> Result<Cursor> {
        self.read(&self.reads, head).await
    }

    /// Everything of a project, each list at most `limit` long.
    pub(crate) async fn snapshot(
        &self,
        project: ProjectId,
        archived: bool,
        limit: usize,
    ) -> Result<Snapshot> {
        self.read(&self.lists, move |view| {
            snapshot(view, &project, archived, limit)
        })
        .await
    }

    /// Takes no further change, and returns when all that were brought are kept.
    pub(crate) async fn end(&self) {
        let (told, ended) = oneshot::channel();
        if self.writes.send(Write::End(told)).await.is_ok() {
            // An error: the thread is gone already.
            let _ = ended.await;
        }
    }
}

async fn answer<T>(answered: oneshot::Receiver<Result<T>>) -> Result<T> {
    answered.await.map_err(|_| ended())?
}

fn ended() -> HubError {
    HubError::unavailable("the store has ended")
}

impl Services for DomainStore {
    fn get(&self, what: EntityRef) -> Answer<'_, Option<Entity>> {
        Box::pin(self.read(&self.reads, move |view| view.get(&what)))
    }

    fn list(&self, query: ListQuery) -> Answer<'_, Page> {
        Box::pin(self.read(&self.lists, move |view| view.list(&query)))
    }

    fn change(&self, mutation: Mutation) -> Answer<'_, Outcome> {
        Box::pin(async { answer(self.write(carrying_out(mutation)).await?).await })
    }
}

fn carrying_out(
    mutation: Mutation,
) -> impl FnOnce(&mut dyn backend::Writing, &Context) -> Result<(Outcome, Vec<NewEvent>)> {
    move |tables, context| {
        let outcome = apply(tables, context, mutation)?;
        let events = outcome.events.clone();
        Ok((outcome, events))
    }
}

fn head(view: &dyn backend::View) -> Result<Cursor> {
    let bounds = view.log()?;
    Ok(Cursor {
        log: bounds.log,
        seq: bounds.head,
    })
}

fn snapshot(
    view: &dyn backend::View,
    project: &ProjectId,
    archived: bool,
    limit: usize,
) -> Result<Snapshot> {
    let what = EntityRef::Project(project.clone());
    let not_found = || HubError::not_found(format!("there is no project {:?}", what.id()));
    let found = view.get(&what)?.ok_or_else(not_found)?;
    let mut truncated = false;
    let mut all = |kind| -> Result<Vec<Entity>> {
        let page = view.list(&ListQuery {
            projects: Some(vec![project.clone()]),
            archived,
            limit,
            ..ListQuery::all(kind)
        })?;
        truncated |= page.next.is_some();
        Ok(page.items)
    };
    Ok(Snapshot {
        sessions: all(EntityKind::Session)?,
        tasks: all(EntityKind::Task)?,
        team_members: all(EntityKind::TeamMember)?,
        project: found,
        truncated,
        cursor: head(view)?,
    })
}

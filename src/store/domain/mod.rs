//! The domain as the hub's own store keeps it: the things, and the log of events, changed
//! together or not at all.
//!
//! One thread carries everything out, one thing after the other, so what is told is told in
//! the order in which it was committed. What a mutation does is `domain::apply`'s business;
//! where rows lie is a [`Backend`]'s.

mod memory;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::SystemTime;

use tokio::sync::oneshot;

use crate::domain::{
    Answer, Context, Cursor, Logged, Mutation, NewEvent, Outcome, Page, Services, Tables, apply,
};
use crate::error::{HubError, Result};
use crate::ids::{HubId, ProjectId};
use crate::protocol::{Entity, EntityKind, EntityRef, ListQuery, NewProject};
use crate::time::millis_since_epoch;

pub(crate) use memory::MemoryTables;

/// Where rows and events lie. Used by one thread.
pub(crate) trait Backend: Tables + Send {
    /// Begins a transaction.
    fn begin(&mut self) -> Result<()>;
    /// Makes what was done since it began last.
    fn commit(&mut self) -> Result<()>;
    /// Undoes what was done since it began.
    fn undo(&mut self);

    fn list(&self, query: &ListQuery) -> Result<Page>;

    /// Gives an event its place. None when one with its id is there already.
    fn append(&mut self, event: NewEvent, now: u64) -> Result<Option<Logged>>;
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

/// Told of what has been committed, in order.
pub(crate) type OnCommit = Box<dyn FnMut(Vec<Arc<Logged>>) + Send>;

type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub(crate) struct DomainStore {
    jobs: Sender<Job>,
}

impl fmt::Debug for DomainStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DomainStore").finish_non_exhaustive()
    }
}

/// What the thread has.
struct Worker {
    backend: Box<dyn Backend>,
    hub: HubId,
    committed: OnCommit,
}

impl DomainStore {
    /// Begins to work on `backend`.
    ///
    /// # Errors
    ///
    /// When no thread can be had.
    pub(crate) fn start(
        backend: Box<dyn Backend>,
        hub: HubId,
        committed: OnCommit,
    ) -> std::io::Result<Self> {
        let (jobs, todo) = channel::<Job>();
        let mut worker = Worker {
            backend,
            hub,
            committed,
        };
        std::thread::Builder::new()
            .name("hub-domain".into())
            .spawn(move || {
                if let Err(error) = worker.make_default_project() {
                    tracing::error!(%error, "the project \"default\" could not be made");
                }
                for job in todo {
                    job(&mut worker);
                }
            })?;
        Ok(Self { jobs })
    }

    /// A store that keeps nothing and says so, for a hub that could have no other.
    pub(crate) fn ended() -> Self {
        Self { jobs: channel().0 }
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Worker) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let sent = self.jobs.send(Box::new(move |worker| {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(job(worker));
        }));
        let ended = || HubError::unavailable("the store has ended");
        sent.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }

    /// Writes events that happened elsewhere; those whose ids are known are left out.
    pub(crate) async fn append(&self, events: Vec<NewEvent>) -> Result<()> {
        self.run(move |worker| worker.transact(|_, _| Ok(((), events))))
            .await
    }

    /// What has happened after `cursor`, at most so many events.
    pub(crate) async fn since(&self, cursor: Cursor, limit: usize) -> Result<Since> {
        self.run(move |worker| {
            let bounds = worker.backend.log()?;
            let covered =
                cursor.log == bounds.log && (bounds.forgotten..=bounds.head).contains(&cursor.seq);
            if !covered {
                return Ok(Since::Unknown);
            }
            let events = worker.backend.since(cursor.seq, limit)?;
            Ok(Since::Events(events.into_iter().map(Arc::new).collect()))
        })
        .await
    }

    /// The place after the last event.
    pub(crate) async fn head(&self) -> Result<Cursor> {
        self.run(|worker| worker.head()).await
    }

    /// Everything of a project, each list at most `limit` long.
    pub(crate) async fn snapshot(
        &self,
        project: ProjectId,
        archived: bool,
        limit: usize,
    ) -> Result<Snapshot> {
        self.run(move |worker| worker.snapshot(&project, archived, limit))
            .await
    }
}

impl Services for DomainStore {
    fn get(&self, what: EntityRef) -> Answer<'_, Option<Entity>> {
        Box::pin(self.run(move |worker| worker.backend.get(&what)))
    }

    fn list(&self, query: ListQuery) -> Answer<'_, Page> {
        Box::pin(self.run(move |worker| worker.backend.list(&query)))
    }

    fn change(&self, mutation: Mutation) -> Answer<'_, Outcome> {
        Box::pin(self.run(move |worker| worker.change(mutation)))
    }
}

impl Worker {
    /// Runs `work` and writes the events that come of it, as one.
    fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Backend, &Context) -> Result<(T, Vec<NewEvent>)>,
    ) -> Result<T> {
        let context = Context {
            hub: self.hub.clone(),
            now: millis_since_epoch(SystemTime::now()),
        };
        self.backend.begin()?;
        let done = work(&mut *self.backend, &context).and_then(|(done, events)| {
            let mut logged = Vec::with_capacity(events.len());
            for event in events {
                logged.extend(self.backend.append(event, context.now)?.map(Arc::new));
            }
            self.backend.commit()?;
            Ok((done, logged))
        });
        match done {
            Ok((done, logged)) => {
                if !logged.is_empty() {
                    (self.committed)(logged);
                }
                Ok(done)
            }
            Err(error) => {
                self.backend.undo();
                Err(error)
            }
        }
    }

    /// It always exists: terminals that name no project belong to it.
    fn make_default_project(&mut self) -> Result<()> {
        let id = ProjectId::default();
        if self.backend.get(&EntityRef::Project(id.clone()))?.is_some() {
            return Ok(());
        }
        let mutation = Mutation::CreateProject(NewProject {
            name: id.to_string(),
            id: Some(id),
            ..NewProject::default()
        });
        self.change(mutation).map(drop)
    }

    fn change(&mut self, mutation: Mutation) -> Result<Outcome> {
        self.transact(|backend, context| {
            let outcome = apply(backend, context, mutation)?;
            let events = outcome.events.clone();
            Ok((outcome, events))
        })
    }

    fn head(&self) -> Result<Cursor> {
        let bounds = self.backend.log()?;
        Ok(Cursor {
            log: bounds.log,
            seq: bounds.head,
        })
    }

    fn snapshot(&self, project: &ProjectId, archived: bool, limit: usize) -> Result<Snapshot> {
        let what = EntityRef::Project(project.clone());
        let not_found = || HubError::not_found(format!("there is no project {:?}", what.id()));
        let found = self.backend.get(&what)?.ok_or_else(not_found)?;
        let mut truncated = false;
        let mut all = |kind| -> Result<Vec<Entity>> {
            let page = self.backend.list(&ListQuery {
                kind,
                projects: Some(vec![project.clone()]),
                to: None,
                archived,
                limit,
                after: None,
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
            cursor: self.head()?,
        })
    }
}

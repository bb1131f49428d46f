//! The terminals of this hub: which there are.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, oneshot};

use crate::config::{Lifecycle, Timing};
use crate::error::{HubError, Result};
use crate::ids::SessionId;
use crate::protocol::{ExitReason, RegisterRequest};
use crate::tasks::Tasks;

use super::adopted::{AdoptError, AdoptRequest, Adopted};
use super::lifecycle::supervise;
use super::news::{Item, What};
use super::pty::Ended;
use super::recording::Recorder;
use super::session::Session;
use super::start::{DEFAULT_TERM, Starter, check, check_adopted};

/// The terminals of this hub.
pub(crate) struct Registry {
    starter: Starter,
    pub(crate) recorder: Arc<Recorder>,
    sessions: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    by_id: HashMap<SessionId, Entry>,
    /// Those that have ended and are not forgotten, in the order of their ends.
    ended: VecDeque<Arc<Session>>,
    /// The hub is ending: nothing is started any more.
    closed: bool,
}

enum Entry {
    /// Being started: the id is taken.
    Starting,
    /// Running, or ended and still to be watched.
    Session(Arc<Session>),
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

impl Registry {
    pub(crate) fn new(starter: Starter, recorder: Arc<Recorder>) -> Arc<Self> {
        Arc::new(Self {
            starter,
            recorder,
            sessions: Mutex::default(),
        })
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn find(&self, id: &SessionId) -> Option<Arc<Session>> {
        match self.sessions().by_id.get(id) {
            Some(Entry::Session(session)) => Some(session.clone()),
            _ => None,
        }
    }

    /// All of them, the oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        let mut all: Vec<_> = self
            .sessions()
            .by_id
            .values()
            .filter_map(|entry| match entry {
                Entry::Session(session) => Some(session.clone()),
                Entry::Starting => None,
            })
            .collect();
        all.sort_by_cached_key(|session| (session.info().created_at, session.facts.id.clone()));
        all
    }

    /// How many run.
    pub(crate) fn running(&self) -> usize {
        self.all()
            .iter()
            .filter(|session| session.running())
            .count()
    }

    /// Starts a terminal.
    ///
    /// # Errors
    ///
    /// `CONFLICT` while the id runs, `INVALID` for a command, folder or size that cannot be,
    /// `UNAVAILABLE` when there are too many.
    pub(crate) async fn start(self: &Arc<Self>, request: RegisterRequest) -> Result<Arc<Session>> {
        let checked = check(&request)?;
        let record = self.recorder.wanted(request.record)?;
        let mut reservation = self.reserve(&request.session_id)?;
        let (session, ended) = self.starter.launch(&request, checked).await?;
        reservation.starting = Some(session.clone());
        self.supervise(&session, ended);
        self.starter.check_exec(&session).await?;
        if record {
            let kind = request.env.get("TERM").cloned();
            let kind = kind.unwrap_or_else(|| DEFAULT_TERM.into());
            self.recorder.begin(&session, Some(kind));
        }
        self.settle(reservation, session)
    }

    /// Takes over a terminal that the host application has started.
    ///
    /// # Errors
    ///
    /// As [`Registry::start`], with what was to be handed over.
    pub(crate) fn adopt(
        self: &Arc<Self>,
        request: AdoptRequest,
        adopted: Adopted,
    ) -> std::result::Result<Arc<Session>, AdoptError> {
        let id = request.session_id.clone();
        let sound = check_adopted(&request, &adopted).and_then(|checked| {
            let record = self.recorder.wanted(request.record)?;
            Ok((checked, record, self.reserve(&id)?))
        });
        let (checked, record, reservation) = match sound {
            Ok(sound) => sound,
            Err(error) => {
                return Err(AdoptError {
                    error,
                    adopted: Some(Box::new(adopted)),
                });
            }
        };
        let lost = |error| AdoptError {
            error,
            adopted: None,
        };
        let (session, ended) = self
            .starter
            .take_over(request, checked, adopted)
            .map_err(lost)?;
        self.supervise(&session, ended);
        if record {
            self.recorder.begin(&session, None);
        }
        self.settle(reservation, session).map_err(lost)
    }

    /// What happens to terminals from now on.
    pub(crate) fn news(&self) -> broadcast::Receiver<Item> {
        self.starter.news.listen()
    }

    fn supervise(self: &Arc<Self>, session: &Arc<Session>, ended: oneshot::Receiver<Ended>) {
        self.starter
            .tasks
            .spawn(supervise(self.clone(), session.clone(), ended));
    }

    /// Gives the id to the new life. What the one before has left running is ended.
    fn settle(
        &self,
        mut reservation: Reservation<'_>,
        session: Arc<Session>,
    ) -> Result<Arc<Session>> {
        reservation.starting = None;
        let previous = reservation.becomes.replace(session.clone());
        drop(reservation);
        if let Some(previous) = previous {
            previous.dismiss();
        }
        session.tell(What::Started {
            epoch: session.facts.epoch.clone(),
        });
        if self.sessions().closed {
            // Too late for end_all to have seen it.
            session.kill_now();
            return Err(shutting_down());
        }
        Ok(session)
    }

    /// Takes an id, or tells why it cannot be had. Dropped, the reservation gives it back.
    fn reserve<'a>(&'a self, id: &'a SessionId) -> Result<Reservation<'a>> {
        let mut sessions = self.sessions();
        if sessions.closed {
            return Err(shutting_down());
        }
        let busy = sessions
            .by_id
            .values()
            .filter(|entry| match entry {
                Entry::Starting => true,
                Entry::Session(session) => session.running(),
            })
            .count();
        let previous = match sessions.by_id.get(id) {
            Some(Entry::Starting) => return Err(already_running(id)),
            Some(Entry::Session(session)) if session.running() => return Err(already_running(id)),
            Some(Entry::Session(session)) => Some(session.clone()),
            None => None,
        };
        if busy >= self.starter.limits.terminals {
            return Err(HubError::unavailable(format!(
                "{busy} terminals are running, which is the limit"
            ))
            .retry_after(Duration::from_secs(5)));
        }
        sessions.by_id.insert(id.clone(), Entry::Starting);
        Ok(Reservation {
            registry: self,
            id,
            becomes: previous,
            starting: None,
        })
    }

    /// Ends every terminal, all at once, and waits until their ends have been recorded.
    pub(crate) async fn end_all(&self) {
        self.sessions().closed = true;
        let grace = self.starter.timing.kill_grace();
        let endings: Vec<_> = self
            .all()
            .into_iter()
            .map(|session| {
                self.starter.tasks.spawn(async move {
                    let reason = ExitReason::ServerShutdown;
                    if session.relay().is_some() {
                        // Its owner goes on without us.
                        return session.let_go(reason);
                    }
                    match session.kill(reason, grace).await {
                        Ok(()) => session.finished().await,
                        // Its program is the host application's, which goes on without us.
                        Err(_) => session.let_go(reason),
                    }
                })
            })
            .collect();
        for ending in endings {
            let _ = ending.await;
        }
    }

    /// Records the end of those that would not end, so that their viewers are told.
    pub(crate) fn abandon_all(&self) {
        for session in self.all() {
            session.finish(Ended::unknown());
        }
    }

    /// Waits until every viewer has been told how its terminal ended.
    pub(crate) async fn all_told(&self) {
        for session in self.all() {
            session.all_told().await;
        }
    }

    pub(super) fn tasks(&self) -> &Tasks {
        &self.starter.tasks
    }

    pub(super) fn timing(&self) -> &Timing {
        &self.starter.timing
    }

    pub(super) fn lifecycle(&self) -> &Lifecycle {
        &self.starter.lifecycle
    }

    /// Notes that a terminal has ended. Of those that have, the last few are kept.
    pub(super) fn keep_ended(&self, session: &Arc<Session>) {
        let mut sessions = self.sessions();
        sessions.ended.push_back(session.clone());
        while sessions.ended.len() > self.starter.limits.ended_terminals {
            if let Some(oldest) = sessions.ended.pop_front() {
                oldest.dismiss();
            }
        }
    }

    pub(super) fn forget(&self, session: &Arc<Session>) {
        let mut sessions = self.sessions();
        sessions.ended.retain(|ended| !Arc::ptr_eq(ended, session));
        if let Some(Entry::Session(present)) = sessions.by_id.get(&session.facts.id)
            && Arc::ptr_eq(present, session)
        {
            sessions.by_id.remove(&session.facts.id);
        }
    }
}

impl Drop for Registry {
    /// The last guard: however the hub came to its end, its programs do not stay behind.
    fn drop(&mut self) {
        for session in self.all() {
            session.kill_now();
        }
    }
}

/// Holds an id while its terminal is being started, and gives it over in the end: to the new
/// terminal, or back to the one before when that failed or whoever asked has gone.
struct Reservation<'a> {
    registry: &'a Registry,
    id: &'a SessionId,
    becomes: Option<Arc<Session>>,
    /// The new terminal, while it may still turn out to be none.
    starting: Option<Arc<Session>>,
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.starting.take() {
            // Nobody will ever know of it. It must take no place among those that have ended.
            session.kill_now();
            session.dismiss();
        }
        let mut sessions = self.registry.sessions();
        match self.becomes.take() {
            Some(session) => sessions
                .by_id
                .insert(self.id.clone(), Entry::Session(session)),
            None => sessions.by_id.remove(self.id),
        };
    }
}

fn shutting_down() -> HubError {
    HubError::unavailable("the hub is shutting down")
}

pub(super) fn already_running(id: &SessionId) -> HubError {
    HubError::conflict(format!("the terminal {id} is running"))
}

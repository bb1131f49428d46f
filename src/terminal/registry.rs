//! The terminals of this hub: starting them, finding them, ending them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use crate::config::{Limits, Timing};
use crate::error::{HubError, Result};
use crate::ids::{HubId, SessionId};
use crate::protocol::{ExitReason, RegisterRequest};
use crate::secret::random_token;
use crate::tasks::Tasks;

use super::input::InputQueue;
use super::pty::{Ended, Pty, PtyDriver, Spawn, Wait};
use super::session::{Facts, Session};
use super::stream::Size;

/// The size of a terminal for which none is asked, as terminals have had for decades.
const DEFAULT_SIZE: (u32, u32) = (80, 24);

/// Largest width and height of a terminal, in cells.
const MAX_SIDE: u32 = 1000;

/// Longest command, argument, title or environment value, in bytes: what Linux takes.
const MAX_TEXT: usize = 128 << 10;

/// What every terminal needs to know of the hub, as environment.
pub(crate) type HubEnv = Box<dyn Fn(&RegisterRequest) -> BTreeMap<String, String> + Send + Sync>;

/// The terminals of this hub.
pub(crate) struct Registry {
    hub: HubId,
    limits: Limits,
    timing: Timing,
    tasks: Tasks,
    driver: Box<dyn PtyDriver>,
    env: HubEnv,
    sessions: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    by_id: HashMap<SessionId, Entry>,
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
    pub(crate) fn new(
        hub: HubId,
        limits: Limits,
        timing: Timing,
        tasks: Tasks,
        driver: Box<dyn PtyDriver>,
        env: HubEnv,
    ) -> Arc<Self> {
        Arc::new(Self {
            hub,
            limits,
            timing,
            tasks,
            driver,
            env,
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
        let size = size(
            request.cols.unwrap_or(DEFAULT_SIZE.0),
            request.rows.unwrap_or(DEFAULT_SIZE.1),
        )?;
        check_texts(&request)?;
        let cwd = folder(request.cwd.as_deref())?;
        let previous = self.reserve(&request.session_id)?;
        let mut reservation = Reservation {
            registry: self,
            id: &request.session_id,
            becomes: previous.clone(),
        };
        let session = self.launch(&request, cwd, size).await?;
        reservation.becomes = Some(session.clone());
        drop(reservation);
        if self.sessions().closed {
            // Too late for end_all to have seen it.
            session.kill_now();
            return Err(shutting_down());
        }
        if let Some(previous) = previous {
            // What its program left in the background goes with it.
            let grace = self.timing.kill_grace();
            self.tasks
                .spawn(async move { previous.kill(ExitReason::Killed, grace).await });
        }
        Ok(session)
    }

    fn reserve(&self, id: &SessionId) -> Result<Option<Arc<Session>>> {
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
        if busy >= self.limits.terminals {
            return Err(HubError::unavailable(format!(
                "{busy} terminals are running, which is the limit"
            ))
            .retry_after(Duration::from_secs(5)));
        }
        sessions.by_id.insert(id.clone(), Entry::Starting);
        Ok(previous)
    }

    async fn launch(
        self: &Arc<Self>,
        request: &RegisterRequest,
        cwd: PathBuf,
        size: Size,
    ) -> Result<Arc<Session>> {
        let mut env = request.env.clone();
        env.entry("TERM".into())
            .or_insert_with(|| "xterm-256color".into());
        env.entry("COLORTERM".into())
            .or_insert_with(|| "truecolor".into());
        env.extend((self.env)(request));
        let spawn = Spawn {
            command: request.command.clone(),
            args: request.args.clone(),
            cwd: cwd.clone(),
            env,
            size,
        };
        let registry = self.clone();
        let pty = self
            .tasks
            .blocking(move || registry.driver.spawn(&spawn))
            .await
            .ok_or_else(|| HubError::internal("the terminal could not be started", &"panic"))?
            .map_err(HubError::invalid)?;
        let facts = Facts {
            id: request.session_id.clone(),
            project: request.project_id.clone(),
            hub: self.hub.clone(),
            epoch: random_token(),
            title: request
                .title
                .clone()
                .unwrap_or_else(|| base_name(&pty.command)),
            command: pty.command.clone(),
            args: request.args.clone(),
            cwd,
            ring_bytes: self.limits.ring_bytes as u64,
            burst_bytes: self.limits.ring_burst_bytes as u64,
        };
        let (session, ended) = attach(facts, pty, size)?;
        self.tasks
            .spawn(supervise(self.clone(), session.clone(), ended));
        self.check_exec(&session).await?;
        Ok(session)
    }

    /// A program that could not be executed looks like one that aborts at once, saying so in
    /// the words of Rust's runtime: the pseudo-terminal closes the pipe that would have told.
    async fn check_exec(&self, session: &Arc<Session>) -> Result<()> {
        const WORDS: &[u8] = b"fatal runtime error";
        let mut changes = session.changes();
        let begun = async {
            while session.progress() == (0, false) {
                if changes.changed().await.is_err() {
                    break;
                }
            }
        };
        let _ = timeout(self.timing.exec_check(), begun).await;
        let first = session.first_bytes(WORDS.len());
        if session.progress() == (0, false) || !WORDS.starts_with(&first) {
            return Ok(());
        }
        let _ = timeout(self.timing.exit_drain(), session.finished()).await;
        match session.info().exit {
            Some(exit)
                if exit.signal.as_deref() == Some("SIGABRT")
                    && session.first_bytes(WORDS.len()).trim_ascii_start() == WORDS =>
            {
                let command = &session.facts.command;
                Err(HubError::invalid(format!(
                    "{command} could not be executed"
                )))
            }
            _ => Ok(()),
        }
    }

    /// Ends every terminal, all at once, and waits until their ends have been recorded.
    pub(crate) async fn end_all(&self) {
        self.sessions().closed = true;
        let grace = self.timing.kill_grace();
        let endings: Vec<_> = self
            .all()
            .into_iter()
            .map(|session| {
                self.tasks.spawn(async move {
                    session.kill(ExitReason::ServerShutdown, grace).await;
                    session.finished().await;
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

    fn forget(&self, session: &Arc<Session>) {
        let mut sessions = self.sessions();
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
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut sessions = self.registry.sessions();
        match self.becomes.take() {
            Some(session) => sessions
                .by_id
                .insert(self.id.clone(), Entry::Session(session)),
            None => sessions.by_id.remove(self.id),
        };
    }
}

/// Puts the threads of a terminal to work. The receiver tells when its program was reaped.
fn attach(facts: Facts, pty: Pty, size: Size) -> Result<(Arc<Session>, oneshot::Receiver<Ended>)> {
    let Pty {
        mut reader,
        writer,
        control,
        child,
        leader,
        ..
    } = pty;
    let inputs = Arc::new(InputQueue::default());
    let session = Arc::new(Session::new(facts, leader, size, control, inputs.clone()));
    let (ended_tx, ended) = oneshot::channel();
    let reading = session.clone();
    let threads = [
        thread("terminal-write", move || inputs.serve(writer)),
        thread("terminal-wait", move || {
            let _ = ended_tx.send(wait(child));
        }),
        thread("terminal-read", move || {
            let mut buffer = vec![0; super::ring::BLOCK];
            loop {
                match reader.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(n) => reading.output(&buffer[..n]),
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            reading.end_of_output();
        }),
    ];
    for started in threads {
        started.map_err(|error| HubError::internal("no thread for the terminal", &error))?;
    }
    Ok((session, ended))
}

fn wait(mut child: Box<dyn Wait>) -> Ended {
    child.wait().unwrap_or_else(|error| {
        tracing::error!(%error, "waiting for a terminal's program failed");
        Ended::unknown()
    })
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}

/// Sees a terminal through its end: the program is reaped, its last output is taken, the exit
/// is told, and after the recovery window the terminal is forgotten.
async fn supervise(
    registry: Arc<Registry>,
    session: Arc<Session>,
    ended: oneshot::Receiver<Ended>,
) {
    let Ok(ended) = ended.await else {
        return;
    };
    session.reaped();
    drain(&session, &registry.timing).await;
    session.finish(ended);
    sleep(registry.timing.recovery_window()).await;
    registry.forget(&session);
    session
        .kill(ExitReason::Killed, registry.timing.kill_grace())
        .await;
}

/// Waits until the output is quiet, has ended, or has had its time.
async fn drain(session: &Session, timing: &Timing) {
    let until = Instant::now() + timing.exit_drain();
    let mut changes = session.changes();
    let (mut seen, mut ended) = session.progress();
    while !ended && Instant::now() < until {
        let quiet = timeout(timing.exit_quiet(), changes.changed())
            .await
            .is_err();
        let (now, over) = session.progress();
        if quiet && now == seen {
            return;
        }
        (seen, ended) = (now, over);
    }
}

/// Checks a size that somebody asks for.
pub(crate) fn size(cols: u32, rows: u32) -> Result<Size> {
    let side = |n: u32| {
        u16::try_from(n)
            .ok()
            .filter(|_| (1..=MAX_SIDE).contains(&n))
    };
    match (side(cols), side(rows)) {
        (Some(cols), Some(rows)) => Ok(Size { cols, rows }),
        _ => Err(HubError::invalid(format!(
            "cols and rows are whole numbers from 1 to {MAX_SIDE}"
        ))),
    }
}

fn shutting_down() -> HubError {
    HubError::unavailable("the hub is shutting down")
}

fn already_running(id: &SessionId) -> HubError {
    HubError::conflict(format!("the terminal {id} is running"))
}

fn check_texts(request: &RegisterRequest) -> Result<()> {
    let texts = request
        .command
        .iter()
        .chain(&request.title)
        .chain(&request.args)
        .chain(request.env.keys())
        .chain(request.env.values());
    for text in texts {
        if text.len() > MAX_TEXT {
            return Err(HubError::too_large(format!(
                "a command, argument, title or environment value is over {MAX_TEXT} bytes"
            )));
        }
        if text.contains('\0') {
            return Err(HubError::invalid(
                "a command, argument, title or environment value holds a NUL",
            ));
        }
    }
    if request
        .env
        .keys()
        .any(|name| name.is_empty() || name.contains('='))
    {
        return Err(HubError::invalid("env: a name is empty or holds `=`"));
    }
    if request.command.as_ref().is_some_and(String::is_empty) {
        return Err(HubError::invalid("command is empty"));
    }
    if request.command.is_none() && !request.args.is_empty() {
        return Err(HubError::invalid("args without a command"));
    }
    Ok(())
}

/// A pseudo-terminal silently starts elsewhere when the folder does not exist, so it is checked.
fn folder(cwd: Option<&Path>) -> Result<PathBuf> {
    let home = || std::env::home_dir().unwrap_or_else(|| PathBuf::from("/"));
    let cwd = match cwd {
        Some(cwd) if cwd.is_absolute() => cwd.to_owned(),
        Some(cwd) => home().join(cwd),
        None => home(),
    };
    if cwd.is_dir() {
        Ok(cwd)
    } else {
        Err(HubError::invalid(format!(
            "cwd: {} is not a folder",
            cwd.display()
        )))
    }
}

fn base_name(command: &str) -> String {
    Path::new(command).file_name().map_or_else(
        || command.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

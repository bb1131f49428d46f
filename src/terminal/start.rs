//! Starting a terminal: what is asked for is checked, its program started in a pseudo-terminal,
//! its threads put to work. Knows nothing of other terminals.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::{Lifecycle, Limits, NeedsInputWhen, Timing};
use crate::error::{HubError, Result};
use crate::ids::{HubId, ProjectId, SessionId};
use crate::protocol::{RegisterRequest, SizePolicy};
use crate::secret::random_token;
use crate::tasks::Tasks;

use super::adopted::{AdoptRequest, Adopted};
use super::news::News;
use super::pty::{Ended, PtyDriver, Spawn};
use super::session::{Facts, Session};
use super::stream::Size;
use super::threads::attach;

/// What a program is told its terminal is, unless it is told otherwise.
pub(crate) const DEFAULT_TERM: &str = "xterm-256color";

/// The size of a terminal for which none is asked, as terminals have had for decades.
const DEFAULT_SIZE: (u32, u32) = (80, 24);

/// Largest width and height of a terminal, in cells.
const MAX_SIDE: u32 = 1000;

/// Longest command, argument, title or environment value, in bytes: what Linux takes.
const MAX_TEXT: usize = 128 << 10;

/// What every terminal needs to know of the hub, as environment.
pub(crate) type HubEnv = Box<dyn Fn(&RegisterRequest) -> BTreeMap<String, String> + Send + Sync>;

/// Starts terminals.
pub(crate) struct Starter {
    pub(crate) hub: HubId,
    pub(crate) limits: Limits,
    pub(crate) timing: Timing,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) tasks: Tasks,
    pub(crate) driver: Arc<dyn PtyDriver>,
    pub(crate) env: HubEnv,
    pub(crate) size_policy: SizePolicy,
    pub(crate) needs_input: NeedsInputWhen,
    pub(crate) news: News,
}

/// What has been checked of a request.
pub(crate) struct Checked {
    size: Size,
    cwd: PathBuf,
}

/// Checks what a terminal is asked for, before anything is done for it.
///
/// # Errors
///
/// `INVALID` for a command, folder or size that cannot be, `TOO_LARGE` for a text.
pub(crate) fn check(request: &RegisterRequest) -> Result<Checked> {
    let size = size_or_default(request.cols, request.rows)?;
    let texts = request
        .command
        .iter()
        .chain(&request.title)
        .chain(&request.args)
        .chain(request.env.keys())
        .chain(request.env.values());
    check_texts(texts)?;
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
    let cwd = folder(request.cwd.as_deref())?;
    Ok(Checked { size, cwd })
}

/// Checks what a terminal that is handed over is said to be.
///
/// # Errors
///
/// `INVALID` for a size that cannot be, `TOO_LARGE` for a text.
pub(crate) fn check_adopted(request: &AdoptRequest, adopted: &Adopted) -> Result<Checked> {
    // What a pseudo-terminal says of itself may be nothing.
    let present = adopted.size.filter(|(cols, rows)| *cols > 0 && *rows > 0);
    let (cols, rows) = match request.size.or(present) {
        Some((cols, rows)) => (cols.into(), rows.into()),
        None => DEFAULT_SIZE,
    };
    let size = size(cols, rows)?;
    check_texts(
        request
            .title
            .iter()
            .chain([&request.command])
            .chain(&request.args),
    )?;
    let cwd = request.cwd.clone().unwrap_or_else(home);
    Ok(Checked { size, cwd })
}

/// What a terminal is said to be.
struct Words {
    title: Option<String>,
    command: String,
    args: Vec<String>,
    cwd: PathBuf,
    size_policy: Option<SizePolicy>,
}

impl Starter {
    /// Starts a program. The receiver tells when it was reaped.
    pub(crate) async fn launch(
        &self,
        request: &RegisterRequest,
        Checked { size, cwd }: Checked,
    ) -> Result<(Arc<Session>, oneshot::Receiver<Ended>)> {
        let mut env = request.env.clone();
        env.entry("TERM".into())
            .or_insert_with(|| DEFAULT_TERM.into());
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
        let driver = self.driver.clone();
        let pty = self
            .tasks
            .blocking(move || driver.spawn(&spawn))
            .await
            .ok_or_else(|| HubError::internal("the terminal could not be started", &"panic"))?
            .map_err(HubError::invalid)?;
        let facts = self.facts(
            &request.session_id,
            &request.project_id,
            Words {
                title: request.title.clone(),
                command: pty.command.clone(),
                args: request.args.clone(),
                cwd,
                size_policy: request.size_policy,
            },
        );
        attach(facts, pty, size)
    }

    /// Puts a terminal to work that the host application has started. The receiver tells when
    /// it has ended.
    pub(crate) fn take_over(
        &self,
        request: AdoptRequest,
        Checked { size, cwd }: Checked,
        adopted: Adopted,
    ) -> Result<(Arc<Session>, oneshot::Receiver<Ended>)> {
        let words = Words {
            title: request.title,
            command: request.command,
            args: request.args,
            cwd,
            size_policy: request.size_policy,
        };
        let facts = self.facts(&request.session_id, &request.project_id, words);
        let pty = adopted.into_pty(facts.command.clone());
        attach(facts, pty, size)
    }

    fn facts(&self, id: &SessionId, project: &ProjectId, words: Words) -> Facts {
        let name = match words.command.as_str() {
            "" => id.to_string(),
            command => base_name(command),
        };
        Facts {
            id: id.clone(),
            project: project.clone(),
            hub: self.hub.clone(),
            epoch: random_token(),
            title: words.title.unwrap_or(name),
            command: words.command,
            args: words.args,
            cwd: words.cwd,
            ring_bytes: self.limits.ring_bytes as u64,
            burst_bytes: self.limits.ring_burst_bytes as u64,
            needs_input: self.needs_input,
            news: self.news.clone(),
            size_policy: words.size_policy.unwrap_or(self.size_policy),
        }
    }

    /// A program that could not be executed looks like one that aborts at once, saying so in
    /// the words of Rust's runtime: the pseudo-terminal closes the pipe that would have told.
    pub(crate) async fn check_exec(&self, session: &Arc<Session>) -> Result<()> {
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
}

/// Checks a size that somebody asks for, or may have left out.
pub(crate) fn size_or_default(cols: Option<u32>, rows: Option<u32>) -> Result<Size> {
    size(
        cols.unwrap_or(DEFAULT_SIZE.0),
        rows.unwrap_or(DEFAULT_SIZE.1),
    )
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

fn check_texts<'a>(texts: impl Iterator<Item = &'a String>) -> Result<()> {
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
    Ok(())
}

/// A pseudo-terminal silently starts elsewhere when the folder does not exist, so it is checked.
fn folder(cwd: Option<&Path>) -> Result<PathBuf> {
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

fn home() -> PathBuf {
    std::env::home_dir().unwrap_or_else(|| PathBuf::from("/"))
}

fn base_name(command: &str) -> String {
    Path::new(command).file_name().map_or_else(
        || command.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

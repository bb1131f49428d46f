//! A terminal that the host application has started itself and hands over to the hub: what it
//! is called, and the parts that the hub needs of it. Starts nothing.

use std::fmt;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crate::error::HubError;
use crate::ids::{ProjectId, SessionId};
use crate::protocol::SizePolicy;

use super::program::Program;
use super::pty::{Control, Ended, Output, Pty, Wait};
use super::stream::Size;

/// What to call a terminal that is handed over; see [`HubHandle::adopt`](crate::HubHandle::adopt).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AdoptRequest {
    /// Its session.
    pub session_id: SessionId,
    /// The project that it belongs to; `default` unless set.
    pub project_id: ProjectId,
    /// What to call it; the command's name when absent, or else the session's id.
    pub title: Option<String>,
    /// The program, for people.
    pub command: String,
    /// Its arguments, for people.
    pub args: Vec<String>,
    /// Where it was started, for people; the user's home when absent.
    pub cwd: Option<PathBuf>,
    /// Its width and height in cells, each 1..=1000. When absent, what the pseudo-terminal
    /// says, or else 80×24.
    pub size: Option<(u16, u16)>,
    /// Whose size it has when several show it; as configured when absent.
    pub size_policy: Option<SizePolicy>,
    /// Whether it is recorded; as configured when absent.
    pub record: Option<bool>,
}

impl AdoptRequest {
    /// A terminal of this session, with nothing else known of it.
    #[must_use]
    pub fn new(session_id: SessionId) -> Self {
        Self {
            session_id,
            project_id: ProjectId::default(),
            title: None,
            command: String::new(),
            args: Vec::new(),
            cwd: None,
            size: None,
            size_policy: None,
            record: None,
        }
    }
}

/// The parts of a terminal that the host application hands over.
///
/// From a pseudo-terminal of `portable_pty`:
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use tauri_plugin_realtime_hub::portable_pty::{CommandBuilder, PtySize, native_pty_system};
/// use tauri_plugin_realtime_hub::{AdoptRequest, Adopted, HubConfig, HubHandle, SessionId};
///
/// # let config = HubConfig { port: Some(0), ..HubConfig::default() };
/// # let hub = HubHandle::start(config, &tokio::runtime::Handle::current());
/// let pty = native_pty_system().openpty(PtySize::default()).unwrap();
/// let child = pty.slave.spawn_command(CommandBuilder::new("cat")).unwrap();
/// drop(pty.slave); // as long as it is open, the terminal's output does not end
///
/// let mut request = AdoptRequest::new(SessionId::new("mine").unwrap());
/// request.command = "cat".into();
/// let info = hub.adopt(request, Adopted::from_pty(pty.master).unwrap().child(child)).unwrap();
/// assert!(info.running);
/// # hub.shutdown().await;
/// # });
/// ```
///
/// From anything that can be read and written:
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # use tauri_plugin_realtime_hub::{AdoptRequest, Adopted, HubConfig, HubHandle, SessionId};
/// # let config = HubConfig { port: Some(0), ..HubConfig::default() };
/// # let hub = HubHandle::start(config, &tokio::runtime::Handle::current());
/// let (reader, output) = std::io::pipe().unwrap();
/// let mut output = Some(output);
/// let (input, writer) = std::io::pipe().unwrap();
/// let terminal = Adopted::new(reader, writer)
///     .on_resize(|cols, rows| {
///         println!("now {cols}×{rows}");
///         Ok(())
///     })
///     .on_kill(move || {
///         output.take(); // what writes there ends, and so does the terminal
///         Ok(())
///     });
/// hub.adopt(AdoptRequest::new(SessionId::new("serial").unwrap()), terminal).unwrap();
/// # drop(input);
/// # hub.shutdown().await;
/// # });
/// ```
///
/// The hub reads, writes and waits on threads of its own. What is called to resize or to kill
/// is called on the hub's runtime: it must not block.
#[must_use = "hand it over with `HubHandle::adopt`"]
pub struct Adopted {
    output: Output,
    writer: Box<dyn Write + Send>,
    control: Box<dyn Control>,
    child: Option<Box<dyn Wait>>,
    program: Program,
    pub(super) size: Option<(u16, u16)>,
}

impl fmt::Debug for Adopted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adopted")
            .field("program", &self.program)
            .field("waited_for", &self.child.is_some())
            .finish_non_exhaustive()
    }
}

impl Adopted {
    /// A terminal whose output comes from `reader` and whose input goes to `writer`, both
    /// blocking. Without more it has ended when the reader has, it cannot be resized
    /// ([`Adopted::on_resize`]), and it cannot be killed ([`Adopted::on_kill`]).
    pub fn new(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> Self {
        let output = Output::Read(Box::new(reader));
        Self::with_control(output, Box::new(writer), Box::new(Unsizable))
    }

    pub(super) fn with_control(
        output: Output,
        writer: Box<dyn Write + Send>,
        control: Box<dyn Control>,
    ) -> Self {
        Self {
            output,
            writer,
            control,
            child: None,
            program: Program::untouchable(),
            size: None,
        }
    }

    /// How its size is set, in cells.
    pub fn on_resize(
        mut self,
        resize: impl Fn(u16, u16) -> io::Result<()> + Send + 'static,
    ) -> Self {
        self.control = Box::new(Resizer(resize));
        self
    }

    /// How it is ended: by `terminal:kill`, when its id is registered anew, and when the hub
    /// shuts down. Called until it has ended; an error is told to whoever asked.
    pub fn on_kill(mut self, kill: impl FnMut() -> io::Result<()> + Send + 'static) -> Self {
        self.program = Program::given(Box::new(kill));
        self
    }

    /// Blocks until its program has ended, and says how. Without it the terminal has ended when
    /// its reader has, and its exit code is not known. Needed when something else than the
    /// program may keep the reader open, such as a background process.
    pub fn on_exit(self, wait: impl FnOnce() -> io::Result<Ended> + Send + 'static) -> Self {
        self.waited_for(Box::new(Waiter(Some(wait))))
    }

    pub(super) fn waited_for(mut self, child: Box<dyn Wait>) -> Self {
        self.child = Some(child);
        self
    }

    pub(super) fn ended_by(mut self, program: Program) -> Self {
        self.program = program;
        self
    }

    pub(super) fn into_pty(self, command: String) -> Pty {
        Pty {
            output: self.output,
            writer: self.writer,
            control: self.control,
            child: self.child,
            program: self.program,
            command,
        }
    }
}

/// Why a terminal was not taken, and the terminal, unless it was lost on the way.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct AdoptError {
    /// Why.
    pub error: HubError,
    /// What was to be handed over. To drop it closes it, which ends most programs.
    pub adopted: Option<Box<Adopted>>,
}

impl From<AdoptError> for HubError {
    fn from(refused: AdoptError) -> Self {
        refused.error
    }
}

struct Unsizable;

impl Control for Unsizable {
    fn resize(&self, _: Size) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

struct Resizer<F>(F);

impl<F: Fn(u16, u16) -> io::Result<()> + Send> Control for Resizer<F> {
    fn resize(&self, size: Size) -> io::Result<()> {
        // The host application's code; its panics must not be the hub's.
        catch_unwind(AssertUnwindSafe(|| (self.0)(size.cols, size.rows)))
            .unwrap_or_else(|_| Err(io::Error::other("the resizer panicked")))
    }
}

struct Waiter<F>(Option<F>);

impl<F: FnOnce() -> io::Result<Ended> + Send> Wait for Waiter<F> {
    fn wait(&mut self) -> io::Result<Ended> {
        self.0
            .take()
            .map_or_else(|| Ok(Ended::unknown()), |wait| wait())
    }
}

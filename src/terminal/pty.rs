//! Starting a program in a pseudo-terminal. The only file that knows `portable_pty`.
//!
//! [`PtyDriver`] is what a session needs of a pseudo-terminal; [`NativePty`] is the real one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

#[cfg(unix)]
use filedescriptor::FileDescriptor;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tokio::sync::oneshot;

use super::adopted::Adopted;
use super::program::Program;
use super::stream::Size;

pub use portable_pty;

/// What to start. It has no `Debug`: its environment holds secrets.
#[derive(Clone)]
pub(crate) struct Spawn {
    /// The program; the login shell when absent.
    pub(crate) command: Option<String>,
    pub(crate) args: Vec<String>,
    /// An existing folder.
    pub(crate) cwd: PathBuf,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) size: Size,
}

/// A program that runs in a pseudo-terminal, taken apart for the threads that serve it.
pub(crate) struct Pty {
    pub(crate) output: Output,
    pub(crate) writer: Box<dyn Write + Send>,
    pub(crate) control: Box<dyn Control>,
    /// When absent, the program has ended when there is nothing more to read, or as is told
    /// by whoever hands in the output.
    pub(crate) child: Option<Box<dyn Wait>>,
    pub(crate) program: Program,
    /// What was started, for people.
    pub(crate) command: String,
}

impl std::fmt::Debug for Pty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pty")
            .field("command", &self.command)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// Where what the program prints comes from.
pub(crate) enum Output {
    /// It is read.
    Read(Box<dyn Read + Send>),
    /// It is handed to the session. Fires when the program has ended.
    HandedIn(oneshot::Receiver<Ended>),
}

/// Sets the size of a pseudo-terminal.
pub(crate) trait Control: Send {
    fn resize(&self, size: Size) -> io::Result<()>;

    /// The master's side of the terminal, when it is one of the operating system.
    fn tty(&self) -> Option<File> {
        None
    }

    /// Whether something was printed that has not been read, as far as anybody can tell.
    fn unread(&self) -> bool {
        false
    }
}

/// Waits for the program, blocking.
pub(crate) trait Wait: Send {
    fn wait(&mut self) -> io::Result<Ended>;
}

/// How a program ended: with a code, or by a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// The name of the signal that ended it, such as `SIGKILL`.
    pub signal: Option<String>,
}

impl Ended {
    /// With this exit code.
    #[must_use]
    pub fn with_code(code: i32) -> Self {
        Self {
            code: Some(code),
            signal: None,
        }
    }

    /// By this signal.
    #[must_use]
    pub fn by_signal(name: impl Into<String>) -> Self {
        Self {
            code: None,
            signal: Some(name.into()),
        }
    }

    /// Nobody knows how.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            code: None,
            signal: None,
        }
    }
}

/// Starts programs in pseudo-terminals.
pub(crate) trait PtyDriver: Send + Sync {
    /// # Errors
    ///
    /// A sentence for people when the program cannot be started.
    fn spawn(&self, spawn: &Spawn) -> Result<Pty, String>;
}

/// The operating system's pseudo-terminals.
#[derive(Debug)]
pub(crate) struct NativePty;

impl PtyDriver for NativePty {
    fn spawn(&self, spawn: &Spawn) -> Result<Pty, String> {
        let mut builder = match &spawn.command {
            Some(command) => {
                let mut builder = CommandBuilder::new(command);
                builder.args(&spawn.args);
                builder
            }
            None => CommandBuilder::new_default_prog(),
        };
        builder.cwd(&spawn.cwd);
        for (name, value) in &spawn.env {
            builder.env(name, value);
        }
        let command = spawn.command.clone().unwrap_or_else(|| builder.get_shell());

        let pair = native_pty_system()
            .openpty(pty_size(spawn.size))
            .map_err(|error| format!("no pseudo-terminal: {error}"))?;
        let child = pair
            .slave
            .spawn_command(builder)
            .map_err(|error| first_line(&error.to_string()))?;
        let program = child.process_id().map(Program::session);
        let reader = pair.master.try_clone_reader().map_err(|e| e.to_string())?;
        let writer = pair.master.take_writer().map_err(|e| e.to_string())?;
        Ok(Pty {
            output: Output::Read(reader),
            writer,
            control: Box::new(NativeControl(pair.master)),
            child: Some(Box::new(NativeChild(child))),
            program: program.unwrap_or_else(Program::untouchable),
            command,
        })
    }
}

impl Adopted {
    /// A pseudo-terminal of `portable_pty`. Its reader is cloned and its writer taken, so
    /// neither may be in use elsewhere. The slave's side has to be dropped by the application.
    ///
    /// # Errors
    ///
    /// What the library says: the writer has been taken already, or it is not open any more.
    pub fn from_pty(master: Box<dyn MasterPty + Send>) -> io::Result<Self> {
        let reader = master.try_clone_reader().map_err(io::Error::other)?;
        let writer = master.take_writer().map_err(io::Error::other)?;
        let size = master.get_size().ok();
        let output = Output::Read(reader);
        let mut adopted = Self::with_control(output, writer, Box::new(NativeControl(master)));
        adopted.size = size.map(|size| (size.cols, size.rows));
        Ok(adopted)
    }

    /// The program in it, as `portable_pty` started it: its exit ends the terminal, and killing
    /// the terminal ends every process of it.
    pub fn child(self, mut child: Box<dyn Child + Send + Sync>) -> Self {
        let program = match own_session(&mut *child) {
            Some(leader) => Program::session(leader),
            None => {
                let mut killer = child.clone_killer();
                Program::given(Box::new(move || killer.kill()))
            }
        };
        self.ended_by(program)
            .waited_for(Box::new(NativeChild(child)))
    }
}

/// The POSIX session that a child leads. Only of a process of this system: the number that
/// another implementation gives may be somebody else's here.
#[cfg(unix)]
fn own_session(child: &mut (dyn Child + Send + Sync)) -> Option<u32> {
    let child: &mut dyn Child = child;
    let pid = child.downcast_mut::<std::process::Child>()?.id();
    super::processes::leads_a_session(pid).then_some(pid)
}

#[cfg(not(unix))]
fn own_session(_: &mut (dyn Child + Send + Sync)) -> Option<u32> {
    None
}

struct NativeControl(Box<dyn MasterPty + Send>);

impl Control for NativeControl {
    fn resize(&self, size: Size) -> io::Result<()> {
        self.0.resize(pty_size(size)).map_err(io::Error::other)
    }

    #[cfg(unix)]
    fn tty(&self) -> Option<File> {
        let master = FileDescriptor::dup(&self.0.as_raw_fd()?).ok()?;
        master.as_file().ok()
    }

    #[cfg(unix)]
    fn unread(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        self.tty().is_some_and(|tty| {
            let mut fds = [PollFd::new(&tty, PollFlags::IN)];
            poll(&mut fds, Some(&Timespec::default())).is_ok()
                && fds[0].revents().contains(PollFlags::IN)
        })
    }
}

struct NativeChild(Box<dyn Child + Send + Sync>);

impl Wait for NativeChild {
    fn wait(&mut self) -> io::Result<Ended> {
        // The library's own status names a signal in words of the user's language.
        #[cfg(unix)]
        if let Some(child) = (&mut *self.0 as &mut dyn Child).downcast_mut::<std::process::Child>()
        {
            use std::os::unix::process::ExitStatusExt;
            let status = child.wait()?;
            return Ok(Ended {
                code: status.code(),
                signal: status.signal().map(super::processes::signal_name),
            });
        }
        let status = self.0.wait()?;
        Ok(Ended {
            code: i32::try_from(status.exit_code()).ok(),
            signal: None,
        })
    }
}

fn pty_size(size: Size) -> PtySize {
    PtySize {
        cols: size.cols,
        rows: size.rows,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .trim_end_matches(" because:")
        .to_owned()
}

//! Starting a program in a pseudo-terminal. The only file that knows `portable_pty`.
//!
//! [`PtyDriver`] is what a session needs of a pseudo-terminal; [`NativePty`] is the real one.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::stream::Size;

/// What to start.
#[derive(Debug, Clone)]
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
    pub(crate) reader: Box<dyn Read + Send>,
    pub(crate) writer: Box<dyn Write + Send>,
    pub(crate) control: Box<dyn Control>,
    pub(crate) child: Box<dyn Wait>,
    /// Leader of the POSIX session that the program began, when there is one.
    pub(crate) leader: Option<u32>,
    /// What was started, for people.
    pub(crate) command: String,
}

impl std::fmt::Debug for Pty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pty")
            .field("command", &self.command)
            .field("leader", &self.leader)
            .finish_non_exhaustive()
    }
}

/// Sets the size of a pseudo-terminal.
pub(crate) trait Control: Send {
    fn resize(&self, size: Size) -> io::Result<()>;
}

/// Waits for the program, blocking.
pub(crate) trait Wait: Send {
    fn wait(&mut self) -> io::Result<Ended>;
}

/// How a program ended: a code, or a signal by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<String>,
}

impl Ended {
    /// Nobody knows how.
    pub(crate) fn unknown() -> Self {
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
        let leader = child.process_id();
        let reader = pair.master.try_clone_reader().map_err(|e| e.to_string())?;
        let writer = pair.master.take_writer().map_err(|e| e.to_string())?;
        Ok(Pty {
            reader,
            writer,
            control: Box::new(NativeControl(pair.master)),
            child: Box::new(NativeChild(child)),
            leader,
            command,
        })
    }
}

struct NativeControl(Box<dyn MasterPty + Send>);

impl Control for NativeControl {
    fn resize(&self, size: Size) -> io::Result<()> {
        self.0.resize(pty_size(size)).map_err(io::Error::other)
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

//! The hub in a process of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::material::READY;
use crate::process::Process;
use crate::spectator::Address;

/// The id of the terminal that a hub has when it has one.
pub(crate) const TERMINAL: &str = "t";

/// A viewer answers no heartbeats while something else is measured.
const PATIENT: &str = r#"{"timing": {"pingTimeoutMs": 120000}}"#;

pub(crate) struct HubProcess {
    child: Child,
    pub(crate) url: String,
    pub(crate) token: String,
}

impl HubProcess {
    /// A hub with one terminal that runs this script when it is ready.
    pub(crate) fn start(script: &str) -> Result<Self, Failure> {
        Self::with_terminals(&[format!("{TERMINAL}={}", shell(&format!("{READY}{script}")))])
    }

    /// A hub with `count` terminals that print nothing.
    pub(crate) fn with_silent_terminals(count: usize) -> Result<Self, Failure> {
        let silent = |n| format!("{TERMINAL}{n}={}", shell("exec sleep 1000"));
        Self::with_terminals(&(0..count).map(silent).collect::<Vec<_>>())
    }

    /// A hub that keeps what it is told in this folder.
    pub(crate) fn keeping(folder: &Path) -> Result<Self, Failure> {
        Self::with(&[OsStr::new("--data"), folder.as_os_str()])
    }

    fn with_terminals(terminals: &[String]) -> Result<Self, Failure> {
        let each = terminals.iter().map(OsStr::new);
        let arguments: Vec<_> = each.flat_map(|t| [OsStr::new("--terminal"), t]).collect();
        Self::with(&arguments)
    }

    fn with(arguments: &[&OsStr]) -> Result<Self, Failure> {
        let mut command = Command::new(headless()?);
        command.args(["--port", "0", "--config", PATIENT]);
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)?;
        let text = |name: &str| ready[name].as_str().map(str::to_owned).ok_or("not ready");
        Ok(Self {
            url: text("url")?,
            token: text("token")?,
            child,
        })
    }

    pub(crate) fn address(&self) -> Address<'_> {
        Address {
            url: &self.url,
            token: &self.token,
        }
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

fn shell(script: &str) -> String {
    format!("sh -c {}", shell_words::quote(script))
}

fn headless() -> Result<PathBuf, Failure> {
    let mut path = std::env::current_exe()?;
    path.pop();
    path.pop();
    let path = path.join("examples/headless");
    if path.exists() {
        Ok(path)
    } else {
        Err("the headless example is not built: `make bench` builds it".into())
    }
}

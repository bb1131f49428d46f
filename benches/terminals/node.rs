//! A server in Node that broadcasts a pseudo-terminal to a Socket.IO room: `benches/node/`.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use serde_json::Value;

use crate::Failure;
use crate::material::READY;
use crate::process::Process;
use crate::spectator::Address;

/// How it broadcasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mode {
    /// `text` or `binary`.
    pub(crate) encoding: &'static str,
    /// `timer` or `turn`: what it waits for before it sends what has gathered.
    pub(crate) gather: &'static str,
}

/// The ways that are tried, of which the fastest counts.
pub(crate) const MODES: [Mode; 4] = [
    Mode::new("text", "timer"),
    Mode::new("text", "turn"),
    Mode::new("binary", "timer"),
    Mode::new("binary", "turn"),
];

impl Mode {
    const fn new(encoding: &'static str, gather: &'static str) -> Self {
        Self { encoding, gather }
    }
}

pub(crate) struct NodeServer {
    server: Child,
    program: Child,
    keyboard: File,
    url: String,
}

impl NodeServer {
    /// Node reads the pseudo-terminal itself, as its standard input.
    pub(crate) fn start(mode: Mode, script: &str) -> Result<Self, Failure> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let slave = File::from(ioctl_tiocgptpeer(
            &master,
            OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC,
        )?);
        let program = Command::new("sh")
            .args(["-c", &format!("{READY}{script}")])
            .stdin(slave.try_clone()?)
            .stdout(slave.try_clone()?)
            .stderr(slave)
            .spawn()?;
        let mut server = Command::new("node")
            .args(["benches/node/server.js", mode.encoding, mode.gather])
            .stdin(master.try_clone()?)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)?;
        Ok(Self {
            server,
            program,
            keyboard: master.into(),
            url: ready["url"].as_str().ok_or("not ready")?.to_owned(),
        })
    }

    pub(crate) fn address(&self) -> Address<'_> {
        Address {
            url: &self.url,
            token: "",
        }
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.server.id())
    }

    pub(crate) fn press(&mut self) -> Result<(), Failure> {
        Ok(self.keyboard.write_all(b"g")?)
    }
}

impl Drop for NodeServer {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

//! The hub in a process of its own, and a viewer of its one terminal.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::Failure;
use crate::client::Client;

/// What a measured script prints when it is ready, with the terminal as it will be.
pub(crate) const READY: &str = "stty raw -echo; printf ready; ";
pub(crate) const READY_BYTES: usize = 5;

pub(crate) struct HubProcess {
    child: Child,
    url: String,
    token: String,
}

impl HubProcess {
    pub(crate) async fn start(script: &str, config: &str) -> Result<Self, Failure> {
        let terminal = format!(
            "t=sh -c {}",
            shell_words::quote(&format!("{READY}{script}"))
        );
        let mut child = Command::new(headless()?)
            .args(["--port", "0", "--config", config, "--terminal", &terminal])
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

    /// Lets the peak of memory begin anew.
    pub(crate) fn reset_peak(&self) -> Result<(), Failure> {
        Ok(std::fs::write(
            format!("/proc/{}/clear_refs", self.child.id()),
            "5",
        )?)
    }

    /// The largest resident set since, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .ok_or("no VmHWM")?;
        let kib: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
        Ok(kib * 1024.0)
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

pub(crate) struct Viewer {
    client: Client,
    epoch: Value,
    offset: u64,
    acknowledged: u64,
    window: u64,
}

impl Viewer {
    /// A viewer in binary that declares this window.
    pub(crate) async fn watch(hub: &HubProcess, window: u64) -> Result<Self, Failure> {
        let mut client = Client::connect(&hub.url, &hub.token).await;
        let watch = json!({"sessionId": "t", "encoding": "binary", "window": window});
        let answer = client.request("terminal:watch", watch).await;
        let mut viewer = Self {
            client,
            epoch: answer["epoch"].clone(),
            offset: answer["offset"].as_u64().ok_or("no offset")?,
            acknowledged: 0,
            window,
        };
        viewer.acknowledge().await;
        while viewer.offset < READY_BYTES as u64 {
            viewer.next().await?;
        }
        Ok(viewer)
    }

    async fn acknowledge(&mut self) {
        let ack = json!({"sessionId": "t", "offset": self.offset, "epoch": self.epoch});
        self.client.emit("terminal:ack", &ack).await;
        self.acknowledged = self.offset;
    }

    /// Takes the next output, and acknowledges it. None when the viewer had fallen behind and
    /// got a new start.
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let event = self.client.event().await.map_err(|e| format!("{e:?}"))?;
            let bytes = match event.name.as_str() {
                "terminal:output" => Some(event.bytes()),
                "terminal:reset" => None,
                _ => continue,
            };
            self.offset = event.offset();
            // As flow control is meant to be used: in good time, but not for every event.
            if bytes.is_none() || self.offset - self.acknowledged >= self.window * 3 / 4 {
                self.acknowledge().await;
            }
            return Ok(bytes);
        }
    }

    /// Types a key and takes what follows, which must be `expected`, byte for byte.
    pub(crate) async fn burst(&mut self, expected: &[u8]) -> Result<Duration, Failure> {
        let mut left = expected;
        let begun = Instant::now();
        self.press().await;
        while !left.is_empty() {
            let bytes = self.next().await?.ok_or("the viewer fell behind")?;
            left = left
                .strip_prefix(&*bytes)
                .ok_or("what arrived is not what was printed")?;
        }
        Ok(begun.elapsed())
    }

    /// Types a key and takes `bytes` without a gap, whatever they are.
    pub(crate) async fn contiguous_burst(&mut self, bytes: usize) -> Result<Duration, Failure> {
        let end = self.offset + bytes as u64;
        let begun = Instant::now();
        self.press().await;
        while self.offset < end {
            let before = self.offset;
            let bytes = self.next().await?.ok_or("the viewer fell behind")?;
            if self.offset != before + bytes.len() as u64 {
                return Err("a gap in what arrived".into());
            }
        }
        Ok(begun.elapsed())
    }

    /// Types a key and takes `bytes`, falling behind or not.
    pub(crate) async fn burst_unchecked(&mut self, bytes: usize) -> Result<Duration, Failure> {
        let end = self.offset + bytes as u64;
        let begun = Instant::now();
        self.press().await;
        while self.offset < end {
            self.next().await?;
        }
        Ok(begun.elapsed())
    }

    async fn press(&mut self) {
        let input = json!({"sessionId": "t", "input": "g"});
        self.client.emit("terminal:input", &input).await;
    }

    /// A viewer that has not read or acknowledged for a while does, and is given the present.
    pub(crate) async fn goes_on(&mut self) -> Result<(), Failure> {
        while self.next().await?.is_some() {}
        Ok(())
    }
}

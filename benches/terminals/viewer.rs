//! A viewer as our own clients are: binary, with a window, acknowledging in good time.

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::Failure;
use crate::client::{Client, bytes_of};
use crate::hub::{HubProcess, TERMINAL};
use crate::material::READY_BYTES;
use crate::verdict::megabytes_per_second;

/// The window of a viewer, in bytes.
pub(crate) const WINDOW: u64 = 256 << 10;

/// How long nothing may come.
const QUIET: Duration = Duration::from_secs(20);

pub(crate) struct Viewer {
    client: Client,
    epoch: Value,
    offset: u64,
    acknowledged: u64,
    /// What it was given to begin with.
    pub(crate) picture: Bytes,
}

/// What a viewer took of a burst.
pub(crate) struct Taken {
    pub(crate) took: Duration,
    /// Bytes as the terminal printed them.
    pub(crate) bytes: u64,
    /// Pictures instead of bytes, because it was behind.
    pub(crate) resets: u32,
}

impl Taken {
    /// Pictures do not count.
    pub(crate) fn speed(&self) -> f64 {
        megabytes_per_second(self.bytes, self.took)
    }
}

/// What comes next for a viewer.
#[derive(Debug, Clone)]
pub(crate) enum Next {
    Bytes(Bytes),
    /// Start anew with it.
    Picture(Bytes),
}

impl Viewer {
    /// Watches the hub's one terminal, whose script is ready when this returns.
    pub(crate) async fn watch(hub: &HubProcess) -> Result<Self, Failure> {
        let mut client = Client::connect(&hub.url, &hub.token).await;
        let watch = json!({"sessionId": TERMINAL, "encoding": "binary", "window": WINDOW});
        let (answer, attachments) = client
            .request_with_attachments("terminal:watch", watch)
            .await;
        let mut viewer = Self {
            client,
            epoch: answer["epoch"].clone(),
            offset: answer["offset"].as_u64().ok_or("no offset")?,
            acknowledged: 0,
            picture: bytes_of(&answer["scrollback"], &attachments),
        };
        viewer.acknowledge().await;
        while viewer.offset < READY_BYTES {
            viewer.next().await?;
        }
        Ok(viewer)
    }

    /// Bytes that the terminal has printed, as far as this viewer knows.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) async fn acknowledge(&mut self) {
        let ack = json!({"sessionId": TERMINAL, "offset": self.offset, "epoch": self.epoch});
        self.client.emit("terminal:ack", &ack).await;
        self.acknowledged = self.offset;
    }

    /// Takes what comes next, and acknowledges it.
    async fn next(&mut self) -> Result<Next, Failure> {
        loop {
            let event = self.client.event().await.map_err(|e| format!("{e:?}"))?;
            let next = match event.name.as_str() {
                "terminal:output" => Next::Bytes(event.bytes()),
                "terminal:reset" => {
                    Next::Picture(bytes_of(&event.data["scrollback"], &event.attachments))
                }
                _ => continue,
            };
            let before = std::mem::replace(&mut self.offset, event.offset());
            match &next {
                Next::Bytes(bytes) if self.offset != before + bytes.len() as u64 => {
                    return Err("a gap in what arrived".into());
                }
                // As flow control is meant to be used: in good time, but not for every event.
                Next::Bytes(_) if self.offset - self.acknowledged < WINDOW * 3 / 4 => {}
                Next::Bytes(_) | Next::Picture(_) => self.acknowledge().await,
            }
            return Ok(next);
        }
    }

    /// Types a key and takes what follows, which must be `expected`, byte for byte. None when
    /// a part of it was given as a picture.
    pub(crate) async fn exact_burst(
        &mut self,
        expected: &[u8],
    ) -> Result<Option<Duration>, Failure> {
        let end = self.offset + expected.len() as u64;
        let mut left = expected;
        let begun = Instant::now();
        self.press().await;
        while !left.is_empty() {
            match self.next().await? {
                Next::Bytes(bytes) => {
                    left = left
                        .strip_prefix(&*bytes)
                        .ok_or("what arrived is not what was printed")?;
                }
                Next::Picture(_) => {
                    self.catch_up(end).await?;
                    return Ok(None);
                }
            }
        }
        Ok(Some(begun.elapsed()))
    }

    /// Types a key and takes `bytes` without a gap, whatever they are, or pictures of them.
    pub(crate) async fn burst(&mut self, bytes: u64) -> Result<Taken, Failure> {
        let end = self.offset + bytes;
        let begun = Instant::now();
        self.press().await;
        let (mut taken, mut resets) = (0, 0);
        while self.offset < end {
            match self.next().await? {
                Next::Bytes(bytes) => taken += bytes.len() as u64,
                Next::Picture(_) => resets += 1,
            }
        }
        Ok(Taken {
            took: begun.elapsed(),
            bytes: taken,
            resets,
        })
    }

    async fn press(&mut self) {
        let input = json!({"sessionId": TERMINAL, "input": "g"});
        self.client.emit("terminal:input", &input).await;
    }

    /// Takes what there is up to the offset `end`, and gives it.
    pub(crate) async fn catch_up(&mut self, end: u64) -> Result<Vec<Next>, Failure> {
        let mut all = Vec::new();
        while self.offset < end {
            all.push(self.next().await?);
        }
        Ok(all)
    }

    /// Takes what its credit allows and acknowledges nothing, for ever. Its heartbeats go on.
    pub(crate) async fn only_reads(&mut self) -> Failure {
        loop {
            // Shorter than the client's own patience.
            match timeout(QUIET, self.client.event()).await {
                Ok(Ok(event)) if event.name == "terminal:output" => self.offset = event.offset(),
                Ok(Ok(_)) | Err(_) => {}
                Ok(Err(closed)) => return format!("it was closed: {closed:?}").into(),
            }
        }
    }

    /// Gives the terminal another size.
    pub(crate) async fn resize(&mut self, cols: u16, rows: u16) -> Result<(), Failure> {
        let resize = json!({"sessionId": TERMINAL, "cols": cols, "rows": rows});
        let answer = self.client.request("terminal:resize", resize).await;
        match answer["success"] == true {
            true => Ok(()),
            false => Err(format!("the size was refused: {answer}").into()),
        }
    }
}

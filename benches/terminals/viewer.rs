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
    /// What it was given last to begin with.
    picture: Bytes,
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
enum Next {
    Bytes(Bytes),
    Picture,
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

    pub(crate) fn picture(&self) -> &Bytes {
        &self.picture
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
                    self.picture = bytes_of(&event.data["scrollback"], &event.attachments);
                    Next::Picture
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
                Next::Bytes(_) | Next::Picture => self.acknowledge().await,
            }
            return Ok(next);
        }
    }

    /// Types a key and takes what follows, which must be `expected`, byte for byte.
    pub(crate) async fn exact_burst(&mut self, expected: &[u8]) -> Result<Duration, Failure> {
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
                Next::Picture => {
                    return Err("the viewer fell behind and was given a picture".into());
                }
            }
        }
        Ok(begun.elapsed())
    }

    /// Types a key and takes `bytes` without a gap, whatever they are, or pictures of them.
    pub(crate) async fn burst(&mut self, bytes: u64) -> Result<Taken, Failure> {
        let end = self.offset + bytes;
        let begun = Instant::now();
        self.press().await;
        self.take_until(end, begun).await
    }

    /// Takes what there is up to the offset `end`.
    pub(crate) async fn take_until(&mut self, end: u64, begun: Instant) -> Result<Taken, Failure> {
        let (mut taken, mut resets) = (0, 0);
        while self.offset < end {
            match self.next().await? {
                Next::Bytes(bytes) => taken += bytes.len() as u64,
                Next::Picture => resets += 1,
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

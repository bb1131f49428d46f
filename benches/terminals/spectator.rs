//! A viewer that costs as little as it can, so that many of them measure the server and not
//! themselves. It counts what the terminal printed and keeps nothing of it.
//!
//! The same for the hub and for a server in Node: both speak Socket.IO.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Failure;
use crate::frames::{Frame, Frames, masked};
use crate::hub::TERMINAL;
use crate::viewer::{Taken, WINDOW};

/// How long a burst may take.
const PATIENCE: Duration = Duration::from_secs(30);

thread_local! {
    /// All spectators of a thread read into the same place, one after the other.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; 256 << 10]);
}

/// How a spectator wants its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// As our own clients: binary, with a window that is acknowledged.
    Credit,
    /// As a stock client: asks for nothing.
    Stock,
}

/// Where to connect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address<'a> {
    pub(crate) url: &'a str,
    pub(crate) token: &'a str,
}

pub(crate) struct Spectator {
    stream: TcpStream,
    frames: Frames,
    seen: Seen,
    style: Style,
    epoch: Value,
    acknowledged: u64,
}

/// What has come.
#[derive(Default)]
struct Seen {
    /// Bytes that the terminal has printed.
    offset: u64,
    /// Bytes of these that came as they were printed.
    bytes: u64,
    resets: u32,
    /// One of these has just come.
    painted: bool,
    /// What the next binary frame is, and the offset after it where one was named.
    attachment: Option<(Kind, Option<u64>)>,
    /// What came and is no event.
    answers: VecDeque<String>,
    pinged: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Output,
    Picture,
}

impl Spectator {
    pub(crate) async fn join(address: Address<'_>, style: Style) -> Result<Self, Failure> {
        let authority = address.url.strip_prefix("http://").ok_or("not http")?;
        let mut spectator = Self {
            stream: upgraded(authority).await?,
            frames: Frames::default(),
            seen: Seen::default(),
            style,
            epoch: Value::Null,
            acknowledged: 0,
        };
        spectator.answer("0{").await?;
        let auth = json!({"token": address.token});
        spectator.send(&format!("40/terminal,{auth}")).await?;
        spectator.answer("40/terminal").await?;
        let watch = match style {
            Style::Credit => {
                json!({"sessionId": TERMINAL, "encoding": "binary", "window": WINDOW})
            }
            Style::Stock => json!({"sessionId": TERMINAL}),
        };
        let request = json!(["terminal:watch", watch]);
        spectator.send(&format!("42/terminal,0{request}")).await?;
        let answer = spectator.answer("4").await?;
        let json = answer
            .find('[')
            .map(|at| &answer[at..])
            .ok_or("no answer")?;
        let answer: Value = serde_json::from_str(json)?;
        if answer[0]["success"] != true {
            return Err(format!("not watching: {answer}").into());
        }
        spectator.epoch = answer[0]["epoch"].clone();
        spectator.seen.offset = answer[0]["offset"].as_u64().unwrap_or(0);
        spectator.acknowledge().await?;
        Ok(spectator)
    }

    /// Waits for something that is no event and begins so.
    async fn answer(&mut self, begins: &str) -> Result<String, Failure> {
        loop {
            while let Some(answer) = self.seen.answers.pop_front() {
                if answer.starts_with(begins) {
                    return Ok(answer);
                }
            }
            self.read().await?;
        }
    }

    /// Takes what comes until the terminal has printed `end` bytes.
    async fn take_until(&mut self, end: u64) -> Result<(), Failure> {
        while self.seen.offset < end {
            self.read().await?;
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Failure> {
        self.stream.readable().await?;
        let (frames, seen, stream) = (&mut self.frames, &mut self.seen, &self.stream);
        let read = SCRATCH.with_borrow_mut(|scratch| {
            let n = stream.try_read(scratch)?;
            frames.feed(&scratch[..n], |frame| seen.frame(frame));
            Ok::<_, std::io::Error>(n)
        });
        match read {
            Ok(0) => return Err("the server closed the connection".into()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        if std::mem::take(&mut self.seen.pinged) {
            self.send("3").await?;
        }
        // Nothing follows a picture before it is acknowledged.
        let painted = std::mem::take(&mut self.seen.painted);
        if painted || self.seen.offset - self.acknowledged >= WINDOW * 3 / 4 {
            self.acknowledge().await?;
        }
        Ok(())
    }

    async fn acknowledge(&mut self) -> Result<(), Failure> {
        self.acknowledged = self.seen.offset;
        if self.style == Style::Stock {
            return Ok(());
        }
        let ack = json!(["terminal:ack", {
            "sessionId": TERMINAL, "offset": self.acknowledged, "epoch": self.epoch,
        }]);
        self.send(&format!("42/terminal,{ack}")).await
    }

    async fn send(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.stream.write_all(&masked(text)).await?)
    }
}

async fn upgraded(authority: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {authority}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    match head.starts_with(b"HTTP/1.1 101") {
        true => Ok(stream),
        false => Err(String::from_utf8_lossy(&head).into()),
    }
}

impl Seen {
    fn frame(&mut self, frame: Frame<'_>) {
        match frame {
            Frame::Text(b"2") => self.pinged = true,
            Frame::Text(text) if text.starts_with(b"42") => self.event(text),
            Frame::Text(text) if text.starts_with(b"45") => {
                // Everything before its end is short: the bytes come by themselves.
                self.attachment = Some((kind(text), offset(text)));
            }
            Frame::Text(text) => self
                .answers
                .push_back(String::from_utf8_lossy(text).into_owned()),
            Frame::Binary(bytes) => {
                if let Some((kind, offset)) = self.attachment.take() {
                    self.given(kind, bytes, offset);
                }
            }
        }
    }

    /// Output as text.
    fn event(&mut self, text: &[u8]) {
        const DATA: &[u8] = b"\"data\":\"";
        if !text.starts_with(b"42/terminal,[\"terminal:output\"") {
            return;
        }
        let Some(at) = find(text, DATA) else { return };
        let (bytes, rest) = string(&text[at + DATA.len()..]);
        let kind = match find(rest, b"\"reset\":true") {
            Some(_) => Kind::Picture,
            None => Kind::Output,
        };
        self.given(kind, bytes, offset(rest));
    }

    fn given(&mut self, kind: Kind, bytes: u64, offset: Option<u64>) {
        match kind {
            Kind::Output => self.bytes += bytes,
            Kind::Picture => {
                self.resets += 1;
                self.painted = true;
            }
        }
        // A server that names no offsets sends everything.
        self.offset = offset.unwrap_or(self.offset + bytes);
    }
}

fn kind(header: &[u8]) -> Kind {
    match find(header, b"\"terminal:reset\"") {
        Some(_) => Kind::Picture,
        None => Kind::Output,
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// The `offset` that a packet names.
fn offset(text: &[u8]) -> Option<u64> {
    const OFFSET: &[u8] = b"\"offset\":";
    let digits = &text[find(text, OFFSET)? + OFFSET.len()..];
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

/// How many bytes of UTF-8 a string of JSON stands for, and what follows it.
fn string(json: &[u8]) -> (u64, &[u8]) {
    let (mut bytes, mut at) = (0, 0);
    while let Some(plain) = memchr::memchr2(b'"', b'\\', &json[at..]) {
        bytes += plain;
        at += plain;
        match json[at..] {
            [b'"', ..] => return (bytes as u64, &json[at + 1..]),
            [_, b'u', ..] => {
                bytes += escaped(&json[at + 2..]);
                at += 6;
            }
            _ => {
                bytes += 1;
                at += 2;
            }
        }
    }
    (bytes as u64, &[])
}

/// Bytes of a character that is written as four digits. Half of a pair is half of four.
fn escaped(digits: &[u8]) -> usize {
    let code = digits
        .get(..4)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| u16::from_str_radix(digits, 16).ok());
    match code {
        Some(..0x80) => 1,
        Some(..0x800 | 0xd800..0xe000) => 2,
        _ => 3,
    }
}

/// Spectators of one terminal.
pub(crate) struct Crowd(Vec<Spectator>);

impl Crowd {
    pub(crate) async fn join(
        address: Address<'_>,
        style: Style,
        count: usize,
    ) -> Result<Self, Failure> {
        let mut spectators = Vec::new();
        for _ in 0..count {
            spectators.push(Spectator::join(address, style).await?);
        }
        Ok(Self(spectators))
    }

    /// One of them types a key.
    pub(crate) async fn press(&mut self) -> Result<(), Failure> {
        let input = json!(["terminal:input", {"sessionId": TERMINAL, "input": "g"}]);
        let one = self.0.first_mut().ok_or("nobody is there")?;
        one.send(&format!("42/terminal,{input}")).await
    }

    /// What the terminal has printed, as far as all of them know.
    pub(crate) fn offset(&self) -> u64 {
        let offsets = self.0.iter().map(|spectator| spectator.seen.offset);
        offsets.min().unwrap_or(0)
    }

    /// Takes what comes until all of them know of `end` bytes. What they took together, where
    /// each has had all of them, or a picture where it has not.
    pub(crate) async fn take_until(&mut self, end: u64, begun: Instant) -> Result<Taken, Failure> {
        let counted = |crowd: &Self| {
            let seen = crowd.0.iter().map(|spectator| &spectator.seen);
            seen.fold((0, 0), |sum, seen| {
                (sum.0 + seen.bytes, sum.1 + seen.resets)
            })
        };
        let before = counted(self);
        let all = try_join_all(self.0.iter_mut().map(|spectator| spectator.take_until(end)));
        if let Ok(taken) = timeout(PATIENCE, all).await {
            taken?;
        } else {
            let behind = self.0.iter().map(|spectator| end - spectator.seen.offset);
            let behind: Vec<u64> = behind.filter(|bytes| *bytes > 0).collect();
            return Err(format!("after {PATIENCE:?} bytes were missing: {behind:?}").into());
        }
        let took = begun.elapsed();
        let after = counted(self);
        Ok(Taken {
            took,
            bytes: after.0 - before.0,
            resets: after.1 - before.1,
        })
    }
}

//! One viewer of one terminal: pulls at its own pace and gives what it gets to a [`Sink`].
//!
//! A slow one delays nobody and holds nothing but its place. It is slowed by its credit, when
//! it declared a window, and by what its connection has taken, always. It knows no sockets.

use std::future::Future;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::protocol::TerminalExit;

use super::ring::BLOCK;
use super::session::{LOT, Session};
use super::stream::{Cursor, Piece, Size, Start};

/// Most bytes of one output event: a block, which is shared and not copied. What has gathered
/// since the last event is sent together.
const CHUNK: usize = BLOCK;

/// While output flows, it is sent no more often than this unless there is a [`LOT`] of it:
/// a program writes in small pieces, and each event costs both ends far more than its bytes.
/// What comes after a pause, or after no more than a key's echo, is sent at once.
const GATHER: Duration = Duration::from_millis(1);

/// An event of fewer bytes does not make the next one wait.
const FLOWING: usize = 1 << 10;

/// Windows outside of this are clamped, in bytes.
pub(crate) const WINDOW: RangeInclusive<u64> = (4 << 10)..=(4 << 20);

/// Where a viewer's stream goes.
pub(crate) trait Sink: Send {
    /// Waits until there is room for more. An error means nobody is there any more.
    fn ready(&mut self) -> impl Future<Output = Result<(), Gone>> + Send;
    fn send(&mut self, event: Event) -> Result<(), Gone>;
}

/// Nobody is there any more.
#[derive(Debug)]
pub(crate) struct Gone;

/// What a viewer gets, in order.
#[derive(Debug)]
pub(crate) enum Event {
    /// Bytes, and the offset after them.
    Output {
        bytes: Bytes,
        offset: u64,
    },
    /// Start anew with this.
    Reset {
        bytes: Bytes,
        offset: u64,
        size: Size,
    },
    Resized(Size),
    Exit(TerminalExit),
}

/// The credit of a viewer that declared a window.
#[derive(Debug)]
pub(crate) struct Credit {
    window: u64,
    acked: watch::Receiver<u64>,
    /// Nothing may follow a replay before its offset is acknowledged.
    replayed_to: u64,
}

impl Credit {
    pub(crate) fn new(window: u64, acked: watch::Receiver<u64>) -> Self {
        Self {
            window,
            acked,
            replayed_to: 0,
        }
    }

    /// Bytes that may follow `offset` now.
    fn room(&mut self, offset: u64) -> u64 {
        let acked = *self.acked.borrow_and_update();
        if acked < self.replayed_to {
            return 0;
        }
        (acked + self.window).saturating_sub(offset)
    }

    /// Whether `room` is enough to send something of a `backlog`: all of it, or a piece that
    /// is worth an event (a viewer that acknowledges single bytes must not get single bytes).
    fn enough(&self, room: u64, backlog: u64) -> bool {
        room >= backlog.min(self.window / 4).min(CHUNK as u64)
    }
}

/// What a viewer waits for in its session.
struct Wakes {
    changes: watch::Receiver<()>,
    fillings: watch::Receiver<()>,
}

impl Wakes {
    fn seen(&mut self) {
        self.changes.borrow_and_update();
        self.fillings.borrow_and_update();
    }

    async fn change(&mut self) -> Result<(), Gone> {
        self.changes.changed().await.map_err(|_| Gone)
    }

    /// Waits for a lot of output, or until `then`.
    async fn filling_or(&mut self, then: Instant) -> Result<(), Gone> {
        match timeout_at(then, self.fillings.changed()).await {
            Ok(filled) => filled.map_err(|_| Gone),
            Err(_) => Ok(()),
        }
    }
}

/// A viewer's place in a session, taken until dropped.
#[derive(Debug)]
pub(crate) struct Viewer {
    session: Arc<Session>,
    number: u64,
    cursor: Cursor,
    credit: Option<Credit>,
    /// What comes after `gathered_to` is not sent before this, unless there is a lot.
    not_before: Instant,
    /// Up to this offset output has gathered; it is sent without waiting again.
    gathered_to: u64,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.session.leave(self.number);
    }
}

impl Viewer {
    /// Takes a place. The start is for the answer; [`Viewer::run`] gives what follows it.
    pub(crate) fn enter(
        session: Arc<Session>,
        resume: Option<u64>,
        credit: Option<Credit>,
    ) -> (Self, Start) {
        let (number, start) = session.enter(resume);
        let mut viewer = Self {
            session,
            number,
            cursor: start.cursor.clone(),
            credit,
            not_before: Instant::now(),
            gathered_to: 0,
        };
        viewer.replayed();
        (viewer, start)
    }

    fn replayed(&mut self) {
        if let Some(credit) = &mut self.credit {
            credit.replayed_to = self.cursor.offset;
        }
    }

    /// Gives everything to `sink` until nobody is there.
    pub(crate) async fn run(mut self, mut sink: impl Sink) {
        let mut wakes = Wakes {
            changes: self.session.changes(),
            fillings: self.session.fillings(),
        };
        while self.step(&mut wakes, &mut sink).await.is_ok() {}
    }

    /// Waits for something to give, and gives it.
    async fn step(&mut self, wakes: &mut Wakes, sink: &mut impl Sink) -> Result<(), Gone> {
        // Marked as seen before looking, so that what comes while looking wakes us.
        wakes.seen();
        let Some(mut backlog) = self.session.backlog(&self.cursor) else {
            return wakes.change().await;
        };
        if self.cursor.offset >= self.gathered_to {
            if backlog < LOT && Instant::now() < self.not_before {
                wakes.filling_or(self.not_before).await?;
                backlog = self.session.backlog(&self.cursor).unwrap_or(backlog);
            }
            self.gathered_to = self.cursor.offset + backlog;
        }
        sink.ready().await?;
        let max = match &mut self.credit {
            None => CHUNK,
            Some(credit) => {
                let room = credit.room(self.cursor.offset);
                if credit.enough(room, backlog) {
                    usize::try_from(room).unwrap_or(CHUNK).min(CHUNK)
                } else {
                    0
                }
            }
        };
        let piece = self.session.next(self.number, &mut self.cursor, max);
        let event = match piece {
            Some(Piece::Bytes(bytes)) => Event::Output {
                bytes,
                offset: self.cursor.offset,
            },
            Some(Piece::Resized(size)) => Event::Resized(size),
            Some(Piece::Exit(exit)) => Event::Exit(exit),
            Some(Piece::Lost) if max > 0 => self.restart(),
            // Out of credit. More output changes nothing about that, and under a flood it would
            // wake a stalled viewer thousands of times a second.
            Some(Piece::Lost) | None if (max as u64) < backlog => {
                return self.acknowledged().await;
            }
            // All there is is the beginning of a character.
            Some(Piece::Lost) | None => return wakes.change().await,
        };
        if matches!(&event, Event::Output { bytes, .. } if bytes.len() >= FLOWING) {
            self.not_before = Instant::now() + GATHER;
        }
        sink.send(event)
    }

    fn restart(&mut self) -> Event {
        let start = self.session.restart(self.number);
        self.cursor = start.cursor;
        self.gathered_to = self.cursor.offset;
        self.replayed();
        Event::Reset {
            bytes: start.bytes.into(),
            offset: self.cursor.offset,
            size: start.size,
        }
    }

    async fn acknowledged(&mut self) -> Result<(), Gone> {
        match &mut self.credit {
            Some(credit) => credit.acked.changed().await.map_err(|_| Gone),
            None => Ok(()),
        }
    }
}

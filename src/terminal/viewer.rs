//! One viewer of one terminal: pulls at its own pace and gives what it gets to a [`Sink`].
//!
//! A slow one delays nobody and holds nothing but its place. It is slowed by its credit, when
//! it declared a window, and by what its connection has taken, always. One that cannot keep up
//! gets pictures of the present instead of the past. It knows no sockets.

use std::future::Future;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use crate::protocol::{Rate, TerminalExit};
use crate::tasks::Tasks;

use super::model::PICTURE_MAX;
use super::ring::BLOCK;
use super::session::Session;
use super::state::LOT;
use super::stream::{Cursor, Happening, Piece, Size, Start};

/// Most bytes of one output event: a block, which is shared and not copied. What has gathered
/// since the last event is sent together.
const CHUNK: usize = BLOCK;

/// While output flows, it is sent no more often than this unless there is a [`LOT`] of it:
/// a program writes in small pieces, and each event costs both ends far more than its bytes.
/// What comes after a pause, or after no more than a key's echo, is sent at once.
const GATHER: Duration = Duration::from_millis(1);

/// An event of fewer bytes does not make the next one wait.
const FLOWING: usize = 1 << 10;

/// A viewer that is further behind than this sees the past, and gets a picture of the present
/// instead: about what a person takes for "at once".
const BEHIND: Duration = Duration::from_millis(300);

/// Most bytes of a picture for a viewer that is behind: it needs the screen soon, and history
/// can wait until there is time for it.
const PICTURE_BRIEF: usize = 32 << 10;

/// A viewer that asked for a low rate gets something this often: a page that nobody looks at.
const LOW_EVERY: Duration = Duration::from_millis(500);

/// And then a picture instead of output, when there is more of it than this, in bytes.
const LOW_RAW: u64 = 16 << 10;

/// After so much silence there is time.
const CALM: Duration = Duration::from_millis(300);

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
    Happened(Happening),
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
    tasks: Tasks,
    number: u64,
    cursor: Cursor,
    credit: Option<Credit>,
    rate: watch::Receiver<Rate>,
    /// When something was last given at a low rate.
    low_at: Instant,
    /// What comes after `gathered_to` is not sent before this, unless there is a lot.
    not_before: Instant,
    /// Up to this offset output has gathered; it is sent without waiting again.
    gathered_to: u64,
    owes: Owes,
}

/// What a viewer is to get beside what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owes {
    Nothing,
    /// The last picture was a brief one.
    History,
    /// What an emulator makes of a resize differs from one to the next, so more output only
    /// makes sense after a picture.
    Picture,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.session.leave(self.number);
    }
}

impl Viewer {
    /// Takes a place. The start is for the answer; [`Viewer::run`] gives what follows it.
    ///
    /// # Errors
    ///
    /// [`Gone`] when the hub is ending.
    pub(crate) async fn enter(
        session: Arc<Session>,
        tasks: Tasks,
        resume: Option<u64>,
        credit: Option<Credit>,
        rate: watch::Receiver<Rate>,
    ) -> Result<(Self, Start), Gone> {
        let mut viewer = Self {
            number: session.new_viewer(),
            session,
            tasks,
            cursor: Cursor::at_start(),
            credit,
            rate,
            low_at: Instant::now(),
            not_before: Instant::now(),
            gathered_to: 0,
            owes: Owes::Nothing,
        };
        let resumed = resume.and_then(|offset| viewer.session.resume(viewer.number, offset));
        let start = match resumed {
            Some(start) => start,
            None => viewer.paint(PICTURE_MAX).await?,
        };
        viewer.begin_at(&start);
        Ok((viewer, start))
    }

    async fn paint(&self, most: usize) -> Result<Start, Gone> {
        let (session, number) = (self.session.clone(), self.number);
        let painting = self.tasks.blocking(move || session.paint(number, most));
        painting.await.ok_or(Gone)
    }

    fn begin_at(&mut self, start: &Start) {
        self.cursor = start.cursor.clone();
        self.gathered_to = self.cursor.offset;
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
            return self.idle(wakes, sink).await;
        };
        if self.cursor.offset >= self.gathered_to {
            self.gather(wakes, backlog).await?;
            backlog = self.session.backlog(&self.cursor).unwrap_or(backlog);
            self.gathered_to = self.cursor.offset + backlog;
        }
        self.until_ready(sink).await?;
        let mut max = self.room(backlog);
        if max > 0 && self.sees_the_past(backlog) {
            return self.repaint(PICTURE_BRIEF, sink).await;
        }
        if self.owes == Owes::Picture {
            if self.room(0) > 0 {
                return self.repaint(PICTURE_MAX, sink).await;
            }
            max = 0;
        }
        let piece = self.session.next(self.number, &mut self.cursor, max);
        let event = match piece {
            Some(Piece::Bytes(bytes)) => Event::Output {
                bytes,
                offset: self.cursor.offset,
            },
            Some(Piece::Resized(size)) => {
                self.owes = Owes::Picture;
                Event::Resized(size)
            }
            Some(Piece::Happened(happening)) => Event::Happened(happening),
            Some(Piece::Exit(exit)) => Event::Exit(exit),
            Some(Piece::Lost) if max > 0 => return self.repaint(PICTURE_BRIEF, sink).await,
            // Out of credit. More output changes nothing about that, and under a flood it would
            // wake a stalled viewer thousands of times a second.
            Some(Piece::Lost) | None if (max as u64) < backlog => {
                self.session.held_up(self.number);
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

    /// Waits while more should come together before something is sent.
    async fn gather(&mut self, wakes: &mut Wakes, backlog: u64) -> Result<(), Gone> {
        if self.low() {
            let due = self.low_at + LOW_EVERY;
            // An error means that nobody can change the rate any more.
            let _ = timeout_at(due, self.rate.changed()).await;
            self.low_at = Instant::now();
        } else if backlog < LOT && Instant::now() < self.not_before {
            wakes.filling_or(self.not_before).await?;
        }
        Ok(())
    }

    fn low(&self) -> bool {
        *self.rate.borrow() == Rate::Low
    }

    /// Whether a picture of the present is better than the `backlog`.
    fn sees_the_past(&self, backlog: u64) -> bool {
        self.low() && backlog > LOW_RAW || self.session.lag(&self.cursor) > BEHIND
    }

    /// Bytes of a `backlog` that the viewer may be given now.
    fn room(&mut self, backlog: u64) -> usize {
        let Some(credit) = &mut self.credit else {
            return CHUNK;
        };
        let room = credit.room(self.cursor.offset);
        if credit.enough(room, backlog) {
            usize::try_from(room).unwrap_or(CHUNK).min(CHUNK)
        } else {
            0
        }
    }

    /// There is nothing to give: time for what is owed, or to wait.
    async fn idle(&mut self, wakes: &mut Wakes, sink: &mut impl Sink) -> Result<(), Gone> {
        let calm = match self.owes {
            Owes::Nothing => return wakes.change().await,
            Owes::History => CALM,
            Owes::Picture => Duration::ZERO,
        };
        match timeout(calm, wakes.change()).await {
            Ok(changed) => changed,
            // What needs no credit still comes.
            Err(_) if self.room(0) == 0 => tokio::select! {
                changed = wakes.change() => changed,
                acknowledged = self.acknowledged() => acknowledged,
            },
            Err(_) => {
                sink.ready().await?;
                self.repaint(PICTURE_MAX, sink).await
            }
        }
    }

    /// Waits until there is room for more, and lets the session know that it waits.
    async fn until_ready(&self, sink: &mut impl Sink) -> Result<(), Gone> {
        tokio::select! {
            biased;
            ready = sink.ready() => return ready,
            () = std::future::ready(()) => {}
        }
        self.session.held_up(self.number);
        sink.ready().await
    }

    /// Gives a picture of the present instead of what lies between.
    async fn repaint(&mut self, most: usize, sink: &mut impl Sink) -> Result<(), Gone> {
        let start = self.paint(most).await?;
        self.begin_at(&start);
        self.owes = match most < PICTURE_MAX {
            true => Owes::History,
            false => Owes::Nothing,
        };
        sink.send(Event::Reset {
            bytes: start.bytes,
            offset: self.cursor.offset,
            size: start.size,
        })
    }

    async fn acknowledged(&mut self) -> Result<(), Gone> {
        match &mut self.credit {
            Some(credit) => credit.acked.changed().await.map_err(|_| Gone),
            None => Ok(()),
        }
    }
}

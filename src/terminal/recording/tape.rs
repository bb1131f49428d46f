//! One recording: takes what a session prints, in lots, and has each written.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::protocol::TerminalExit;
use crate::tasks::Tasks;
use crate::terminal::model::PICTURE_MAX;
use crate::terminal::ring::BLOCK;
use crate::terminal::session::Session;
use crate::terminal::stream::{Cursor, Piece};
use crate::terminal::utf8;

use super::cast::{Event, What};
use super::tap::{Ear, Keys, tap};
use super::writer::Writer;

/// What is printed gathers for so long before it is written: each event costs a line, and this
/// is less than an eye sees.
const GATHER: Duration = Duration::from_millis(10);

/// So much is written at once, in bytes of output. Bounds what a recording holds in memory
/// while the disk is slow; what the disk does not keep up with stays in the ring.
const LOT: usize = 8 * BLOCK;

/// So long after the exit the last output is waited for, when something keeps the terminal
/// open. The exit is the last that a recording tells.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Ends whatever sequence was cut off, and resets an xterm.
const RESET: &[u8] = b"\x18\x1bc";

pub(super) struct Tape {
    place: Place,
    began: Instant,
    /// What somebody types, when that is recorded.
    ear: Option<Ear>,
    /// The beginning of a character that was typed and is not complete.
    begun: Vec<u8>,
    /// How the program ended, and until when its last words are waited for.
    exit: Option<(TerminalExit, Instant)>,
}

/// The recorder's place in a session, taken until dropped.
struct Place {
    session: Arc<Session>,
    number: u64,
    cursor: Cursor,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.session.leave_recorder(self.number);
    }
}

/// What is written together.
#[derive(Default)]
pub(super) struct Lot {
    pub(super) events: Vec<Event>,
    /// Of output.
    bytes: usize,
    /// Nothing comes after this.
    over: bool,
}

impl Lot {
    fn push(&mut self, at: Duration, what: What) {
        if let What::Output(bytes) = &what {
            self.bytes += bytes.len();
        }
        self.events.push(Event { at, what });
    }

    fn may_take_more(&self) -> bool {
        !self.over && self.bytes < LOT
    }
}

impl Tape {
    /// Takes its place at once: what is printed from here on is recorded.
    pub(super) fn new(session: Arc<Session>, input: bool) -> Self {
        let (number, cursor) = session.enter_recorder();
        let ear = input.then(|| {
            let (tap, ear) = tap();
            session.tap_input(tap);
            ear
        });
        Self {
            place: Place {
                session,
                number,
                cursor,
            },
            began: Instant::now(),
            ear,
            begun: Vec::new(),
            exit: None,
        }
    }

    /// Records until the program has ended.
    ///
    /// # Errors
    ///
    /// What kept it from being written further.
    pub(super) async fn run(mut self, mut writer: Writer, tasks: &Tasks) -> io::Result<()> {
        let mut changes = self.place.session.changes();
        let mut fillings = self.place.session.fillings();
        loop {
            let lot = self.gather(&mut changes, &mut fillings).await;
            let over = lot.over;
            let written = tasks.blocking(move || writer.write(&lot).map(|()| writer));
            writer = match written.await {
                Some(written) => written?,
                None => return Err(io::Error::other("writing panicked")),
            };
            if over {
                return Ok(());
            }
        }
    }

    /// Waits for something to record, and takes what there is then and shortly after.
    async fn gather(
        &mut self,
        changes: &mut watch::Receiver<()>,
        fillings: &mut watch::Receiver<()>,
    ) -> Lot {
        let mut lot = Lot::default();
        loop {
            // Marked as seen before looking, so that what comes while looking wakes us.
            changes.borrow_and_update();
            fillings.borrow_and_update();
            self.take(&mut lot);
            if !lot.events.is_empty() {
                break;
            }
            let until = self.exit.as_ref().map(|(_, until)| *until);
            tokio::select! {
                // Fails when the session is gone, and its place holds it.
                _ = changes.changed() => {}
                typed = typing(self.ear.as_mut()) => self.typed(&mut lot, typed),
                () = at(until) => {}
            }
        }
        if lot.may_take_more() {
            let _ = timeout(GATHER, fillings.changed()).await;
            self.take(&mut lot);
        }
        lot
    }

    /// Takes what can be had without waiting.
    fn take(&mut self, lot: &mut Lot) {
        while let Some(typed) = self.ear.as_mut().and_then(Ear::next) {
            self.typed(lot, typed);
        }
        if let Some(missed) = self.ear.as_ref().map(Ear::missed).filter(|n| *n > 0) {
            let text = format!("{missed} bytes of input are not recorded");
            lot.push(self.began.elapsed(), What::Marker(text));
        }
        let now = self.began.elapsed();
        while lot.may_take_more() {
            let Place {
                session,
                number,
                cursor,
            } = &mut self.place;
            match session.next(*number, cursor, BLOCK) {
                Some(Piece::Bytes(bytes)) => lot.push(now, What::Output(bytes)),
                Some(Piece::Resized(size)) => lot.push(now, What::Resized(size)),
                Some(Piece::Exit(exit)) => self.exit = Some((exit, Instant::now() + LAST_WORDS)),
                // The bytes say it, too.
                Some(Piece::Happened(_)) => {}
                Some(Piece::Lost) => self.skip(lot, now),
                None => return self.finish(lot, now),
            }
        }
    }

    /// Ends the recording when everything has been said.
    fn finish(&mut self, lot: &mut Lot, now: Duration) {
        let Some((exit, until)) = &self.exit else {
            return;
        };
        let Place {
            session, cursor, ..
        } = &self.place;
        // In this order: what comes before the end of the output is seen after it.
        let (_, ended) = session.progress();
        let complete = ended && session.backlog(cursor).is_none();
        if complete || *until <= Instant::now() {
            lot.push(now, end(exit));
            lot.over = true;
        }
    }

    /// Goes on where there is something left to go on from, and says what is missing.
    fn skip(&mut self, lot: &mut Lot, now: Duration) {
        let Place {
            session,
            number,
            cursor,
        } = &mut self.place;
        let start = session.paint(*number, PICTURE_MAX);
        let lost = start.cursor.offset - cursor.offset;
        *cursor = start.cursor;
        let text = format!("{lost} bytes of output are not recorded");
        lot.push(now, What::Marker(text));
        lot.push(now, What::Resized(start.size));
        // From here on the screen is right again.
        let shown = [RESET, &start.bytes].concat();
        lot.push(now, What::Output(shown.into()));
    }

    fn typed(&mut self, lot: &mut Lot, Keys { at, bytes }: Keys) {
        let mut bytes = [std::mem::take(&mut self.begun), bytes].concat();
        self.begun = bytes.split_off(bytes.len() - utf8::incomplete_tail(&bytes));
        if !bytes.is_empty() {
            let at = at.saturating_duration_since(self.began);
            lot.push(at, What::Input(bytes));
        }
    }
}

async fn at(then: Option<Instant>) {
    match then {
        Some(then) => sleep_until(then).await,
        None => std::future::pending().await,
    }
}

async fn typing(ear: Option<&mut Ear>) -> Keys {
    match ear {
        Some(ear) => ear.wait().await,
        None => std::future::pending().await,
    }
}

/// The format has codes only.
fn end(exit: &TerminalExit) -> What {
    match (exit.exit_code, &exit.signal) {
        (Some(code), _) => What::Exit(code),
        (None, Some(signal)) => What::Marker(format!("ended by {signal}")),
        (None, None) => What::Marker("ended".into()),
    }
}

//! Keeps the model of a session's screen up to date, off the hot path.
//!
//! One thread per terminal. What a program prints after a pause is taken at once, so that its
//! questions are answered; what flows is gathered, so that most of a flood can be skipped.
//! Whoever needs a picture brings the model up to date itself. The reader of the
//! pseudo-terminal waits for the model only when it is a whole burst behind.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::model::{BATCH, Model};
use super::session::Session;
use super::state::State;
use super::stream::{Cursor, Size, Start, Stream};

/// What comes right after something else is gathered for this long, so that a program which
/// writes in small pieces does not wake the model for each.
const GATHER: Duration = Duration::from_millis(2);

/// While output flows the model looks at it this often.
const GATHER_FLOW: Duration = Duration::from_millis(25);

/// Or when there is so much of it, in bytes: what the model takes at once.
const LOT: u64 = BATCH as u64;

/// So much output that the model has not taken is kept for it, in bytes; then the reader waits.
/// Large enough for the model to skip most of a flood, small beside what a flooding terminal
/// may cost.
const MOST_BEHIND: u64 = 8 << 20;

/// So much at once is a flow, in bytes; less is what a person causes.
const FLOW: u64 = 32 << 10;

/// The model of a session, and those who wait for it.
pub(crate) struct Keeper {
    /// Taken before the session's state, never after it.
    model: Mutex<Model>,
    /// Wakes the keeper's thread.
    woken: Condvar,
    /// Wakes the reader when the model has caught up.
    room: Condvar,
}

/// What the session knows of the model, under the lock of its state.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Up to here everything is in the model.
    pub(crate) cursor: Cursor,
    /// The model has been given all there was when the stream was like this.
    seen: Option<Seen>,
    waits: Waits,
}

/// What the keeper's thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    Nothing,
    Anything,
    /// For output up to this offset.
    Until(u64),
}

/// How far a stream has come.
type Seen = (u64, Size, bool);

fn seen(stream: &Stream) -> Seen {
    (stream.end(), stream.size(), stream.ended())
}

impl Kept {
    pub(crate) fn new() -> Self {
        Self {
            cursor: Cursor::at_start(),
            seen: None,
            waits: Waits::Nothing,
        }
    }

    /// Whether the model is so far behind that more has to wait for it.
    pub(crate) fn too_far_behind(&self, stream: &Stream) -> bool {
        stream.end().saturating_sub(self.cursor.offset) >= MOST_BEHIND
    }

    pub(crate) fn reached(&mut self, cursor: Cursor) {
        self.cursor = cursor;
    }

    /// Whether the thread must be woken for what is in the stream now.
    pub(crate) fn wants(&mut self, stream: &Stream) -> bool {
        let wants = match self.waits {
            Waits::Nothing => false,
            Waits::Anything => self.seen != Some(seen(stream)),
            Waits::Until(offset) => stream.end() >= offset || stream.ended(),
        };
        if wants {
            self.waits = Waits::Nothing;
        }
        wants
    }
}

impl Keeper {
    pub(crate) fn new(size: Size) -> Self {
        Self {
            model: Mutex::new(Model::new(size)),
            woken: Condvar::new(),
            room: Condvar::new(),
        }
    }

    pub(crate) fn wake(&self) {
        self.woken.notify_one();
    }

    /// Waits, as the reader, until the model has room for more.
    pub(crate) fn wait_for_room<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.room
            .wait_while(state, |state| state.kept.too_far_behind(&state.stream))
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the model of `session` up to date until nothing more can be printed.
    pub(crate) fn keep(&self, session: &Session) {
        loop {
            if !self.wait_for_output(session) {
                return;
            }
            let begun = Instant::now();
            let (model, took) = self.catch_up(session);
            drop(model);
            let gather = if took < FLOW { GATHER } else { GATHER_FLOW };
            if !self.gather(session, begun + gather) {
                self.model().calm();
            }
        }
    }

    fn model(&self) -> MutexGuard<'_, Model> {
        // A fault within the model has been dealt with there.
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a lot of output, or until `then`. False when there is none.
    fn gather(&self, session: &Session, then: Instant) -> bool {
        let mut state = session.state();
        let left = then.saturating_duration_since(Instant::now());
        state.kept.waits = Waits::Until(state.kept.cursor.offset + LOT);
        let (mut state, _) = self
            .woken
            .wait_timeout_while(state, left, |state| state.kept.waits != Waits::Nothing)
            .unwrap_or_else(PoisonError::into_inner);
        state.kept.waits = Waits::Nothing;
        state.kept.seen != Some(seen(&state.stream))
    }

    /// Waits for something to take. False when there will be nothing more.
    fn wait_for_output(&self, session: &Session) -> bool {
        let mut state = session.state();
        while state.kept.seen == Some(seen(&state.stream)) {
            if state.stream.ended() {
                return false;
            }
            state.kept.waits = Waits::Anything;
            state = self
                .woken
                .wait_while(state, |state| state.kept.waits != Waits::Nothing)
                .unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    /// Brings the model to where the stream is now. Also says how many bytes that took.
    fn catch_up(&self, session: &Session) -> (MutexGuard<'_, Model>, u64) {
        let mut model = self.model();
        let from = model.cursor().offset;
        let until = session.printed();
        loop {
            let batch = {
                let mut state = session.state();
                let batch = model.batch(&mut state.stream);
                if batch.is_none() {
                    state.kept.seen = Some(seen(&state.stream));
                }
                batch
            };
            let Some(batch) = batch else { break };
            let meant = model.take(batch);
            session.modelled(model.cursor(), meant);
            self.room.notify_all();
            if model.cursor().offset >= until && model.size() == session.size() {
                break;
            }
        }
        let took = model.cursor().offset - from;
        (model, took)
    }

    /// Brings the model up to date.
    pub(crate) fn understand(&self, session: &Session) {
        drop(self.catch_up(session));
    }

    /// Gives `viewer` a start with a picture of the present, of at most `most` bytes or as many
    /// as the screen alone needs.
    pub(crate) fn paint(&self, session: &Session, viewer: u64, most: usize) -> Start {
        let (mut model, _) = self.catch_up(session);
        let picture = model.picture(most);
        let (cursor, size) = (model.cursor().clone(), model.size());
        session.state().start(viewer, picture, &cursor, size)
    }
}

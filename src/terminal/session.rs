//! One life of a terminal: its program, what it printed, who watches, what is typed.
//!
//! The hot path is [`Session::output`]: the reading thread appends, wakes the viewers and
//! never waits for one. Viewers pull ([`super::viewer`]).

mod life;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::NeedsInputWhen;
use crate::error::Result;
use crate::ids::{HubId, ProjectId, SessionId};
use crate::protocol::{ExitReason, SizePolicy, TerminalExit, TerminalInfo};
use crate::time::millis_since_epoch;

use super::attention::{Attention, Heard};
use super::audience::Audience;
use super::input::{Input, InputQueue};
use super::news::News;
use super::program::Program;
use super::pty::{Control, Ended};
use super::recording::Tap;
use super::replies::is_typed;
use super::ring::BLOCK;
use super::stream::{Cursor, Piece, Size, Start, Stream};

/// How long a viewer that takes nothing still counts as moving, and may hold more output than
/// the ring. Short: at the speed of a pseudo-terminal one that has stalled holds a megabyte or
/// two for this long.
const MOVING: Duration = Duration::from_millis(10);

/// The same for what records a terminal: a disk takes its time, and what is lost is lost for
/// ever. There is one of it at most.
const WRITING: Duration = Duration::from_secs(1);

/// So much output, in bytes, is sent at once even while it flows. Waking a viewer and its
/// client costs as much as carrying tens of kilobytes; with half of this a viewer of a flood
/// got a twentieth less, and twice as much gained nothing.
pub(crate) const LOT: u64 = 2 * BLOCK as u64;

/// What a session is told when it starts and never changes.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) id: SessionId,
    pub(crate) project: ProjectId,
    pub(crate) hub: HubId,
    pub(crate) epoch: String,
    pub(crate) title: String,
    pub(crate) command: String,
    pub(crate) args: Vec<String>,
    pub(crate) cwd: PathBuf,
    /// Bytes kept for whoever comes back.
    pub(crate) ring_bytes: u64,
    /// Bytes kept at most, for viewers that are behind and moving.
    pub(crate) burst_bytes: u64,
    pub(crate) size_policy: SizePolicy,
    pub(crate) needs_input: NeedsInputWhen,
    pub(crate) news: News,
}

pub(crate) struct Session {
    pub(crate) facts: Facts,
    pub(super) audience: Audience,
    attention: Mutex<Attention>,
    created_at: u64,
    program: Program,
    state: Mutex<State>,
    /// Bumped whenever there is more for viewers.
    changed: watch::Sender<()>,
    /// Bumped when there is another [`LOT`] of output.
    filled: watch::Sender<()>,
    control: Mutex<Box<dyn Control>>,
    input: Arc<InputQueue>,
    /// Inputs that there have been.
    typed: AtomicU64,
    recording: AtomicBool,
    /// Fires when the exit has been recorded.
    finished: CancellationToken,
    /// Fires when nobody needs it any more, once it has ended.
    dismissed: CancellationToken,
}

#[derive(Debug)]
struct State {
    stream: Stream,
    places: HashMap<u64, Place>,
    next_viewer: u64,
    /// The viewer that records.
    recorder: Option<u64>,
    /// Somebody has seen all there is and waits for more.
    wanted: bool,
    /// How many [`LOT`]s there have been.
    lots: u64,
    last_output_at: Option<SystemTime>,
    reason: ExitReason,
}

/// Where a viewer is, for deciding what must be kept.
#[derive(Debug)]
struct Place {
    offset: u64,
    moved: Instant,
    exit_told: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) fn new(
        facts: Facts,
        program: Program,
        size: Size,
        control: Box<dyn Control>,
        input: Arc<InputQueue>,
    ) -> Self {
        Self {
            audience: Audience::new(facts.size_policy),
            attention: Mutex::new(Attention::new(facts.needs_input)),
            facts,
            created_at: millis_since_epoch(SystemTime::now()),
            program,
            state: Mutex::new(State {
                stream: Stream::new(size),
                places: HashMap::new(),
                next_viewer: 0,
                recorder: None,
                wanted: false,
                lots: 0,
                last_output_at: None,
                reason: ExitReason::Exited,
            }),
            changed: watch::Sender::new(()),
            filled: watch::Sender::new(()),
            control: Mutex::new(control),
            input,
            typed: AtomicU64::new(0),
            recording: AtomicBool::new(false),
            finished: CancellationToken::new(),
            dismissed: CancellationToken::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under this lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the program printed.
    pub(crate) fn output(&self, bytes: &[u8]) {
        let (wanted, another_lot) = {
            let mut state = self.state();
            state.stream.push(bytes);
            state.last_output_at = Some(SystemTime::now());
            state.forget(self.facts.ring_bytes, self.facts.burst_bytes);
            let lots = state.stream.end() / LOT;
            let another_lot = std::mem::replace(&mut state.lots, lots) != lots;
            (std::mem::take(&mut state.wanted), another_lot)
        };
        // Waking costs more than a read of the pseudo-terminal brings, even when nobody waits.
        if wanted {
            self.changed.send_replace(());
        }
        if another_lot {
            self.filled.send_replace(());
        }
    }

    /// Nothing more will be printed.
    pub(crate) fn end_of_output(&self) {
        self.state().stream.end_of_output();
        self.changed.send_replace(());
    }

    /// Types; see [`InputQueue::push`].
    pub(crate) fn input(&self, input: Input, admit: impl FnOnce() -> Result<()>) {
        self.typed.fetch_add(1, Ordering::Relaxed);
        if std::str::from_utf8(&input.bytes).is_ok_and(is_typed) {
            self.heard(Heard::Typed);
        }
        self.input.push(input, admit);
    }

    /// Sets the size, for [`super::audience`], which decides. False when it has that size already.
    pub(super) fn resize(&self, size: Size) -> std::io::Result<bool> {
        let control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        let before = {
            let mut state = self.state();
            let before = state.stream.size();
            // Recorded first: what the program prints for the new size must come after it.
            if !state.stream.resize(size) {
                return Ok(false);
            }
            before
        };
        let resized = control.resize(size);
        if resized.is_err() {
            self.state().stream.resize(before);
        }
        self.changed.send_replace(());
        resized.map(|()| true)
    }

    /// Records how it ended, once. Nothing can be typed any more.
    pub(crate) fn finish(&self, ended: Ended) {
        self.input.close();
        {
            let mut state = self.state();
            let reason = state.reason;
            state.stream.finish(TerminalExit {
                exit_code: ended.code,
                signal: ended.signal,
                reason,
            });
        }
        self.heard(Heard::Ended);
        self.changed.send_replace(());
        self.finished.cancel();
    }

    /// Has what is typed from now on recorded. A session is recorded once.
    pub(super) fn tap_input(&self, tap: Tap) {
        self.input.tap(tap);
    }

    /// Waits until how it ended has been recorded.
    pub(crate) async fn finished(&self) {
        self.finished.cancelled().await;
    }

    pub(crate) fn size(&self) -> Size {
        self.state().stream.size()
    }

    pub(crate) fn running(&self) -> bool {
        self.state().stream.exit().is_none()
    }

    /// Bytes printed so far, and whether no more can come. The next change wakes whoever asked.
    pub(crate) fn progress(&self) -> (u64, bool) {
        let mut state = self.state();
        state.wanted = true;
        (state.stream.end(), state.stream.ended())
    }

    /// Bytes printed so far.
    pub(crate) fn printed(&self) -> u64 {
        self.state().stream.end()
    }

    /// The first bytes of what is held, at most `n`.
    pub(crate) fn first_bytes(&self, n: usize) -> Vec<u8> {
        self.state().stream.first_bytes(n)
    }

    /// Wakes whoever waits for more.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Wakes whoever waits for a lot more.
    pub(crate) fn fillings(&self) -> watch::Receiver<()> {
        self.filled.subscribe()
    }

    pub(crate) fn info(&self) -> TerminalInfo {
        let needs_input = self.attention().needs().clone();
        let viewers = self.audience.count();
        let state = self.state();
        TerminalInfo {
            needs_input,
            session_id: self.facts.id.clone(),
            project_id: self.facts.project.clone(),
            hub: self.facts.hub.clone(),
            title: self.facts.title.clone(),
            command: self.facts.command.clone(),
            args: self.facts.args.clone(),
            cwd: self.facts.cwd.clone(),
            cols: state.stream.size().cols,
            rows: state.stream.size().rows,
            running: state.stream.exit().is_none(),
            exit: state.stream.exit().cloned(),
            epoch: self.facts.epoch.clone(),
            viewers,
            recording: self.recording.load(Ordering::Relaxed),
            created_at: self.created_at,
            last_output_at: state.last_output_at.map(millis_since_epoch),
        }
    }

    /// Takes a viewer in: where it starts, and its place from then on.
    pub(crate) fn enter(&self, resume: Option<u64>) -> (u64, Start) {
        let mut state = self.state();
        let start = state.stream.replay(resume);
        let viewer = state.next_viewer;
        state.next_viewer += 1;
        state.places.insert(viewer, Place::at(start.cursor.offset));
        (viewer, start)
    }

    /// Takes in the viewer that records, at the first byte.
    pub(super) fn enter_recorder(&self) -> (u64, Start) {
        self.recording.store(true, Ordering::Relaxed);
        let (viewer, start) = self.enter(Some(0));
        self.state().recorder = Some(viewer);
        (viewer, start)
    }

    pub(super) fn leave_recorder(&self, viewer: u64) {
        self.leave(viewer);
        self.recording.store(false, Ordering::Relaxed);
    }

    /// A new start for a viewer that has lost its place.
    pub(crate) fn restart(&self, viewer: u64) -> Start {
        let mut state = self.state();
        let start = state.stream.replay(None);
        state.places.insert(viewer, Place::at(start.cursor.offset));
        start
    }

    pub(crate) fn leave(&self, viewer: u64) {
        self.state().places.remove(&viewer);
        self.changed.send_replace(());
    }

    /// What comes after a viewer's cursor; see [`Stream::next`].
    pub(crate) fn next(&self, viewer: u64, cursor: &mut Cursor, max: usize) -> Option<Piece> {
        let mut state = self.state();
        let Some(piece) = state.stream.next(cursor, max) else {
            state.wanted = true;
            return None;
        };
        let exit_told = cursor.exit_given();
        let place = Place {
            exit_told,
            ..Place::at(cursor.offset)
        };
        state.places.insert(viewer, place);
        // What was kept for this viewer is given back while it catches up.
        state.forget(self.facts.ring_bytes, self.facts.burst_bytes);
        drop(state);
        if matches!(piece, Piece::Exit(_)) {
            // For whoever waits until everybody has been told.
            self.changed.send_replace(());
        }
        Some(piece)
    }

    /// Waits until every viewer has been told how it ended.
    pub(crate) async fn all_told(&self) {
        let mut changes = self.changes();
        while self.state().places.values().any(|place| !place.exit_told) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// How many bytes there are after `cursor`; none when there is nothing at all, and then the
    /// next change wakes whoever asked.
    pub(crate) fn backlog(&self, cursor: &Cursor) -> Option<u64> {
        let mut state = self.state();
        if state.stream.has_more(cursor) {
            return Some(state.stream.end().saturating_sub(cursor.offset));
        }
        state.wanted = true;
        None
    }
}

impl Place {
    fn at(offset: u64) -> Self {
        Self {
            offset,
            moved: Instant::now(),
            exit_told: false,
        }
    }
}

impl State {
    /// Keeps `ring` bytes for everybody, and up to `burst` for viewers that are moving.
    fn forget(&mut self, ring: u64, burst: u64) {
        let end = self.stream.end();
        // Whole blocks are forgotten, so there is something to decide once per block only.
        if self.stream.held() as u64 <= ring + BLOCK as u64 {
            return;
        }
        let now = Instant::now();
        let patience = |viewer| match self.recorder == Some(viewer) {
            true => WRITING,
            false => MOVING,
        };
        let needed = self
            .places
            .iter()
            .filter(|(viewer, place)| now.duration_since(place.moved) < patience(**viewer))
            .map(|(_, place)| place.offset)
            .min()
            .unwrap_or(end)
            .max(end.saturating_sub(burst));
        self.stream.forget_before(needed.min(end - ring));
    }
}

//! One life of a terminal: its program, what it printed, who watches, what is typed.
//!
//! The hot path is [`Session::output`]: the reading thread appends, wakes the viewers and
//! never waits for one that is slow, only for all to have their turn when the machine is. Viewers
//! pull ([`super::viewer`]); the screen is kept beside the path ([`super::keeper`]).

mod life;
mod viewers;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::NeedsInputWhen;
use crate::error::Result;
use crate::ids::{HubId, ProjectId, SessionId};
use crate::protocol::{SizePolicy, TerminalExit, TerminalInfo};
use crate::time::millis_since_epoch;

use super::attention::{Attention, Heard};
use super::audience::Audience;
use super::input::{Input, InputQueue};
use super::keeper::Keeper;
use super::model::Meant;
use super::news::News;
use super::program::Program;
use super::pty::{Control, Ended};
use super::recording::Tap;
use super::replies::is_typed;
use super::state::{State, Wakes};
use super::stream::{Cursor, Happening, Size};

/// How long viewers that lack processor time are left alone before the reader looks again. By
/// trial: with a third of it and with three times as much, fifty of them got no more.
const TURN: Duration = Duration::from_micros(300);

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
    /// Bumped when there is another lot of output.
    filled: watch::Sender<()>,
    keeper: Keeper,
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
        let state = State::new(size, facts.ring_bytes, facts.burst_bytes);
        Self {
            audience: Audience::new(facts.size_policy),
            attention: Mutex::new(Attention::new(facts.needs_input)),
            facts,
            created_at: millis_since_epoch(SystemTime::now()),
            program,
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
            filled: watch::Sender::new(()),
            keeper: Keeper::new(size),
            control: Mutex::new(control),
            input,
            typed: AtomicU64::new(0),
            recording: AtomicBool::new(false),
            finished: CancellationToken::new(),
            dismissed: CancellationToken::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under this lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the program printed. True when viewers lack processor time: whoever read it
    /// then [lets them run](Session::let_viewers_run).
    pub(crate) fn output(&self, bytes: &[u8]) -> bool {
        let mut state = self.state();
        if state.kept.too_far_behind(&state.stream) {
            state = self.keeper.wait_for_room(state);
        }
        let wakes = state.push(bytes);
        drop(state);
        self.wake(wakes);
        wakes.starving
    }

    /// Blocks until viewers have had their turn. To yield is not enough: beside them there are
    /// their sockets and clients. Not for a viewer that waits for a network, and not for long
    /// for one that does not move: neither counts.
    pub(super) fn let_viewers_run(&self) {
        loop {
            std::thread::sleep(TURN);
            if !self.state().starves_somebody() {
                return;
            }
        }
    }

    /// Wakes whom a change concerns: that costs more than a read of the pseudo-terminal
    /// brings, even when nobody waits.
    fn wake(&self, wakes: Wakes) {
        if wakes.viewers {
            self.changed.send_replace(());
        }
        if wakes.gatherers {
            self.filled.send_replace(());
        }
        if wakes.keeper {
            self.keeper.wake();
        }
    }

    /// Nothing more will be printed.
    pub(crate) fn end_of_output(&self) {
        let wakes = {
            let mut state = self.state();
            state.stream.end_of_output();
            state.wakes()
        };
        self.wake(wakes);
        self.changed.send_replace(());
    }

    /// Keeps the model of the screen, until nothing more can be printed.
    pub(crate) fn keep_screen(&self) {
        self.keeper.keep(self);
    }

    /// Makes sure that everything printed so far has been understood. Blocks for as long as
    /// that takes.
    pub(crate) fn understand(&self) {
        self.keeper.understand(self);
    }

    /// Takes what the keeper of the screen has found out.
    pub(super) fn modelled(&self, cursor: &Cursor, mut meant: Meant) {
        // An owner shows its terminal in an emulator of its own, which answers.
        if !meant.replies.is_empty() && self.relay().is_none() {
            let answer = Input::answer(std::mem::take(&mut meant.replies));
            self.input.push(answer, || Ok(()));
        }
        for happening in &meant.happenings {
            match happening {
                Happening::Bell => self.heard(Heard::Bell),
                Happening::Notification { title, body } => self.heard(Heard::Notification {
                    title: title.as_deref(),
                    body,
                }),
                Happening::Title(_) => {}
            }
        }
        let wakes = self.state().modelled(cursor, meant);
        self.wake(wakes);
    }

    /// Whether the program has just asked where the cursor is.
    pub(crate) fn position_asked(&self) -> bool {
        self.state().position_asked()
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
        let wakes = self.state().wakes();
        self.wake(wakes);
        resized.map(|()| true)
    }

    /// Records how it ended, once. Nothing can be typed any more.
    pub(crate) fn finish(&self, ended: Ended) {
        self.input.close();
        self.let_owner_go();
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

    /// Whether the program has printed something that has not been read yet.
    pub(super) fn unread(&self) -> bool {
        // Whoever holds it may be the host application, for as long as it likes.
        let control = self.control.try_lock();
        control.is_ok_and(|control| control.unread())
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
            title: state
                .title
                .clone()
                .unwrap_or_else(|| self.facts.title.clone()),
            command: self.facts.command.clone(),
            args: self.facts.args.clone(),
            cwd: state.cwd.clone().unwrap_or_else(|| self.facts.cwd.clone()),
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
}

//! What is typed, on its way to the program: one queue and one writing thread per terminal,
//! so that order is the order of asking and a program that does not read blocks nobody else.
//!
//! The queue itself has no bound; whoever puts something in holds a permit of its own until
//! [`Input::done`] is called, and is slowed or refused by that.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{HubError, Result};

/// Called once with what became of an input.
pub(crate) type Done = Box<dyn FnOnce(Result<()>) + Send>;

/// Something typed.
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    pub(crate) done: Done,
}

/// The inputs of one terminal.
#[derive(Default)]
pub(crate) struct InputQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Input>,
    /// Of the input that is being written. A write into a terminal that nobody reads may block
    /// for ever, so whoever waits for it is told by [`InputQueue::close`].
    writing: Option<Done>,
    closed: bool,
}

impl std::fmt::Debug for InputQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InputQueue").finish_non_exhaustive()
    }
}

impl InputQueue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, input: Input) {
        let mut state = self.state();
        if state.closed {
            drop(state);
            (input.done)(Err(ended()));
        } else {
            state.waiting.push_back(input);
            self.changed.notify_one();
        }
    }

    /// Refuses everything that has not been written, now and from now on.
    pub(crate) fn close(&self) {
        let (writing, waiting) = {
            let mut state = self.state();
            state.closed = true;
            (state.writing.take(), std::mem::take(&mut state.waiting))
        };
        self.changed.notify_one();
        for done in writing
            .into_iter()
            .chain(waiting.into_iter().map(|input| input.done))
        {
            done(Err(ended()));
        }
    }

    /// Writes what comes until the queue is closed.
    pub(crate) fn serve(self: &Arc<Self>, mut writer: Box<dyn Write + Send>) {
        while let Some(bytes) = self.take() {
            let written = writer.write_all(&bytes).and_then(|()| writer.flush());
            let done = self.state().writing.take();
            if let Some(done) = done {
                done(written.map_err(|_| ended()));
            }
        }
    }

    /// Waits for the next input; nothing when the queue is closed.
    fn take(&self) -> Option<Vec<u8>> {
        let state = self.state();
        let nothing = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let mut state = self
            .changed
            .wait_while(state, nothing)
            .unwrap_or_else(PoisonError::into_inner);
        let input = state.waiting.pop_front()?;
        state.writing = Some(input.done);
        Some(input.bytes)
    }
}

fn ended() -> HubError {
    HubError::conflict("the terminal's program has ended")
}

//! What is typed, on its way to the program: one queue and one writing thread per terminal
//! ([`super::writing`]), so that order is the order of asking and a program that does not read
//! blocks nobody else.
//!
//! The queue itself has no bound; whoever puts something in holds a permit of its own until
//! [`Input::done`] is called, and is slowed or refused by that.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::error::{HubError, Result};

use super::ledger::{ClientKey, Fate, Ledger, Offer};
use super::line::Waker;
use super::recording::Tap;

/// When to ask again after too much was asked.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Called once with what became of an input.
pub(crate) type Done = Box<dyn FnOnce(Result<Typed>) + Send>;

/// What became of an input that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The program's terminal has it.
    Written,
    /// Something urgent of the same source came first.
    Dropped,
}

/// Who typed something. What is urgent overtakes its own source alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The host application.
    Host,
    /// The terminal itself, asked something by the program.
    Terminal,
    /// A connection, for what is typed without a sequence.
    Connection(u64),
    /// A client that numbers what it sends.
    Client(Arc<ClientKey>),
}

/// Something typed.
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    pub(crate) from: Source,
    /// Its place in the sequence of its client; nothing unless it is from one.
    pub(crate) seq: Option<u64>,
    /// Goes first, and drops what waits from the same source.
    pub(crate) urgent: bool,
    pub(crate) done: Done,
}

impl Input {
    /// What the terminal answers.
    pub(crate) fn answer(bytes: Vec<u8>) -> Self {
        Self {
            from: Source::Terminal,
            ..Self::by_host(bytes, Box::new(|_| {}))
        }
    }

    /// What the host application types.
    pub(crate) fn by_host(bytes: Vec<u8>, done: Done) -> Self {
        Self {
            bytes,
            from: Source::Host,
            seq: None,
            urgent: false,
            done,
        }
    }
}

/// What the writing thread has in hand: written up to `at`.
pub(super) struct Job {
    pub(super) bytes: Vec<u8>,
    pub(super) at: usize,
    pub(super) from: Source,
    pub(super) urgent: bool,
}

struct Waiting {
    job: Job,
    receipt: Receipt,
}

/// Whom to tell.
enum Receipt {
    Once(Done),
    Sequence(Arc<ClientKey>, u64),
}

/// The inputs of one life of a terminal.
#[derive(Default)]
pub(crate) struct InputQueue {
    state: Mutex<State>,
    changed: Condvar,
    waker: OnceLock<Waker>,
    /// Where what has been written is told, when it is recorded.
    tap: OnceLock<Tap>,
}

#[derive(Default)]
struct State {
    urgent: VecDeque<Waiting>,
    waiting: VecDeque<Waiting>,
    /// Of the job in hand. A write into a terminal that nobody reads may block for ever, so
    /// whoever waits for it is told by [`InputQueue::close`].
    in_hand: Option<Receipt>,
    ledger: Ledger<Done>,
    closed: bool,
}

/// Who is to be told what, once the lock is free.
type Answers = Vec<(Done, Result<Typed>)>;

impl std::fmt::Debug for InputQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InputQueue").finish_non_exhaustive()
    }
}

impl InputQueue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and then tells whoever is to be told.
    fn change(&self, change: impl FnOnce(&mut State) -> Answers) {
        let answers = change(&mut self.state());
        for (done, answer) in answers {
            done(answer);
        }
    }

    /// Has the writing thread look again, also when it waits for the program to read.
    fn wake(&self) {
        self.changed.notify_one();
        if let Some(waker) = self.waker.get() {
            waker.wake();
        }
    }

    /// Where what has been written is told from now on, once.
    pub(super) fn tap(&self, tap: Tap) {
        let _ = self.tap.set(tap);
    }

    pub(super) fn wrote(&self, bytes: &[u8]) {
        if let Some(tap) = self.tap.get() {
            tap.hear(bytes);
        }
    }

    /// What ends the writing thread's waiting for the program.
    pub(super) fn wake_with(&self, waker: Waker) {
        let _ = self.waker.set(waker);
    }

    /// Takes something typed. `admit` may refuse it, unless it was taken before.
    pub(crate) fn push(&self, input: Input, admit: impl FnOnce() -> Result<()>) {
        let urgent = input.urgent;
        self.change(|state| state.push(input, admit));
        if urgent {
            self.wake();
        } else {
            self.changed.notify_one();
        }
    }

    /// Refuses everything that has not been written, now and from now on.
    pub(crate) fn close(&self) {
        self.change(State::close);
        self.wake();
    }

    /// Waits for what is to be written next; nothing when the queue is closed.
    pub(super) fn take(&self) -> Option<Job> {
        let nothing = |state: &mut State| {
            state.urgent.is_empty() && state.waiting.is_empty() && !state.closed
        };
        let mut state = self
            .changed
            .wait_while(self.state(), nothing)
            .unwrap_or_else(PoisonError::into_inner);
        let next = state.urgent.pop_front();
        let Waiting { job, receipt } = next.or_else(|| state.waiting.pop_front())?;
        state.in_hand = Some(receipt);
        Some(job)
    }

    /// The job in hand is done with.
    pub(super) fn finish(&self, fate: Fate) {
        self.change(|state| {
            let receipt = state.in_hand.take();
            receipt.map_or_else(Vec::new, |receipt| state.settle(receipt, fate))
        });
    }

    /// Whether the job in hand has to give way to something urgent, or to the end.
    pub(super) fn interrupted(&self) -> bool {
        let state = self.state();
        state.closed || !state.urgent.is_empty()
    }

    pub(super) fn closed(&self) -> bool {
        self.state().closed
    }

    /// The job in hand gives way: it goes on later, unless what is urgent drops it.
    pub(super) fn give_way(&self, job: Job) {
        self.change(|state| {
            let Some(receipt) = state.in_hand.take() else {
                return Vec::new();
            };
            if state.urgent.iter().any(|next| next.job.from == job.from) {
                return state.settle(receipt, Fate::Dropped);
            }
            state.waiting.push_front(Waiting { job, receipt });
            Vec::new()
        });
    }
}

impl State {
    fn push(&mut self, input: Input, admit: impl FnOnce() -> Result<()>) -> Answers {
        let Input {
            bytes,
            from,
            seq,
            urgent,
            done,
        } = input;
        let (receipt, mut answers) = match self.enter(&from, seq, done, admit) {
            Ok(entered) => entered,
            Err(answers) => return answers,
        };
        if urgent {
            answers.extend(self.drop_waiting(&from));
        }
        let job = Job {
            bytes,
            at: 0,
            from,
            urgent,
        };
        let queue = match urgent {
            true => &mut self.urgent,
            false => &mut self.waiting,
        };
        queue.push_back(Waiting { job, receipt });
        answers
    }

    /// The receipt of something that is to be queued, or the answer to what is not.
    fn enter(
        &mut self,
        from: &Source,
        seq: Option<u64>,
        done: Done,
        admit: impl FnOnce() -> Result<()>,
    ) -> Result<(Receipt, Answers), Answers> {
        let place = match (from, seq) {
            (Source::Client(key), Some(seq)) => Some((key, seq)),
            _ => None,
        };
        let new = place.is_none_or(|(key, seq)| self.ledger.is_next(key, seq));
        let refused = if self.closed {
            Err(ended())
        } else if new {
            admit()
        } else {
            Ok(())
        };
        if let (true, Err(error)) = (new, refused) {
            return Err(vec![(done, Err(error))]);
        }
        let Some((key, seq)) = place else {
            return Ok((Receipt::Once(done), Vec::new()));
        };
        match self.ledger.offer(key, seq, done) {
            Offer::New => Ok((Receipt::Sequence(key.clone(), seq), Vec::new())),
            Offer::Waiting(gives_way) => Err(gives_way
                .map(|done| (done, Err(asked_again())))
                .into_iter()
                .collect()),
            Offer::Known(done, fate) => Err(vec![(done, answer(fate))]),
            Offer::Gap(done, expected) => Err(vec![(done, Err(gap(expected)))]),
            Offer::Full(done) => Err(vec![(done, Err(too_many_clients()))]),
        }
    }

    /// Drops what waits from one source, except what is urgent itself. The job in hand is left
    /// to whoever writes it.
    fn drop_waiting(&mut self, from: &Source) -> Answers {
        let (dropped, kept) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition::<VecDeque<_>, _>(|waiting| waiting.job.from == *from);
        self.waiting = kept;
        self.settle_all(dropped, Fate::Dropped)
    }

    fn close(&mut self) -> Answers {
        self.closed = true;
        let in_hand = self.in_hand.take();
        let mut answers = in_hand.map_or_else(Vec::new, |it| self.settle(it, Fate::Ended));
        for queue in [
            std::mem::take(&mut self.urgent),
            std::mem::take(&mut self.waiting),
        ] {
            answers.extend(self.settle_all(queue, Fate::Ended));
        }
        answers
    }

    fn settle_all(&mut self, jobs: VecDeque<Waiting>, fate: Fate) -> Answers {
        jobs.into_iter()
            .flat_map(|waiting| self.settle(waiting.receipt, fate))
            .collect()
    }

    fn settle(&mut self, receipt: Receipt, fate: Fate) -> Answers {
        let told = match receipt {
            Receipt::Once(done) => vec![done],
            Receipt::Sequence(key, seq) => self.ledger.settle(&key, seq, fate),
        };
        told.into_iter().map(|done| (done, answer(fate))).collect()
    }
}

fn answer(fate: Fate) -> Result<Typed> {
    match fate {
        Fate::Written => Ok(Typed::Written),
        Fate::Dropped => Ok(Typed::Dropped),
        Fate::Ended => Err(ended()),
    }
}

fn ended() -> HubError {
    HubError::conflict("the terminal's program has ended")
}

fn gap(expected: u64) -> HubError {
    HubError::conflict("input before this one is missing").detail("expected", expected)
}

fn asked_again() -> HubError {
    HubError::unavailable("it still waits, and was sent again since").retry_after(ASK_AGAIN)
}

fn too_many_clients() -> HubError {
    HubError::unavailable("too many clients have input waiting here").retry_after(ASK_AGAIN)
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;

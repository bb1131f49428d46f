//! What the threads of the store do: one writes, others read. None knows what a change does, nor
//! where rows lie.
//!
//! What waits to be written is kept together: each change is a step that can be undone by
//! itself, and all of them share one transaction, so that a slow disk is waited for once.
//! Nobody is answered, and nothing told, before that is kept.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{mpsc, oneshot};

use crate::domain::{Context, Logged, NewEvent};
use crate::error::{HubError, Result};
use crate::ids::HubId;
use crate::time::millis_since_epoch;

use super::backend::{Reader, View, Writer, Writing};

/// Changes that share a transaction, at most.
const STEPS: usize = 512;
/// After so long a transaction takes no further change: those in it wait to be kept.
const GATHER: Duration = Duration::from_millis(20);
/// Changes, and questions, that wait before whoever brings one has to wait, too.
pub(super) const WAITING: usize = 1024;

/// Told of what has been committed, in order.
pub(crate) type OnCommit = Box<dyn FnMut(Vec<Arc<Logged>>) + Send>;

/// What is to be written.
pub(super) enum Write {
    /// One change.
    Step(Step),
    /// Nothing after this; answered when all before it is kept.
    End(oneshot::Sender<()>),
}

/// Carries a change out in a transaction, or hears why there is none. Answers whoever asked
/// when told what became of the transaction.
pub(super) type Step = Box<dyn FnOnce(Result<&mut Batch<'_>>) -> Answer + Send>;
type Answer = Box<dyn FnOnce(&Result<()>)>;

/// What is to be read; or why it cannot be.
pub(super) type Read = Box<dyn FnOnce(Result<&dyn View>) + Send>;

/// A transaction in the making.
pub(super) struct Batch<'a> {
    writing: &'a mut dyn Writing,
    context: Context,
    /// What will be told.
    events: Vec<Arc<Logged>>,
    /// Why the transaction is lost.
    lost: Result<()>,
}

/// Makes a step out of `work`, which gives what it answers and the events that it makes.
pub(super) fn step<T: Send + 'static>(
    answer: oneshot::Sender<Result<T>>,
    work: impl FnOnce(&mut dyn Writing, &Context) -> Result<(T, Vec<NewEvent>)> + Send + 'static,
) -> Step {
    Box::new(move |batch| {
        let done = batch.and_then(|batch| batch.step(work));
        Box::new(move |kept| {
            let done = done.and_then(|done| kept.clone().map(|()| done));
            // Whoever asked may have stopped waiting.
            let _ = answer.send(done);
        })
    })
}

impl Batch<'_> {
    fn step<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Writing, &Context) -> Result<(T, Vec<NewEvent>)>,
    ) -> Result<T> {
        self.context.now = now();
        let told = self.events.len();
        // One that panics must not end the thread, nor what others have done.
        let done = catch_unwind(AssertUnwindSafe(|| self.carry_out(work)))
            .unwrap_or_else(|_| Err(HubError::internal("the change failed", &"a panic")));
        if done.is_err() {
            self.events.truncate(told);
            self.lost = self.writing.undo_step();
        }
        done
    }

    fn carry_out<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Writing, &Context) -> Result<(T, Vec<NewEvent>)>,
    ) -> Result<T> {
        self.writing.begin_step()?;
        let (done, events) = work(self.writing, &self.context)?;
        for event in events {
            self.events
                .extend(self.writing.append(event)?.map(Arc::new));
        }
        self.writing.keep_step()?;
        Ok(done)
    }
}

/// Writes until told to end, or until nobody is left who could bring anything.
pub(super) fn write(
    mut writer: Box<dyn Writer>,
    hub: &HubId,
    mut todo: mpsc::Receiver<Write>,
    mut committed: OnCommit,
) {
    let mut waiting = VecDeque::new();
    let mut ended = None;
    loop {
        if waiting.is_empty() {
            match todo.blocking_recv() {
                Some(Write::Step(step)) => waiting.push_back(step),
                Some(Write::End(told)) => {
                    // What was brought before it closed is still done.
                    todo.close();
                    ended = Some(told);
                    continue;
                }
                None => break,
            }
        }
        while waiting.len() < STEPS
            && let Ok(write) = todo.try_recv()
        {
            match write {
                Write::Step(step) => waiting.push_back(step),
                Write::End(told) => {
                    todo.close();
                    ended = Some(told);
                }
            }
        }
        write_together(&mut *writer, hub, &mut waiting, &mut committed);
    }
    writer.end();
    if let Some(ended) = ended {
        let _ = ended.send(());
    }
}

/// Carries out what waits, or the beginning of it, as one transaction.
pub(super) fn write_together(
    writer: &mut dyn Writer,
    hub: &HubId,
    waiting: &mut VecDeque<Step>,
    committed: &mut OnCommit,
) {
    let mut events = Vec::new();
    let mut answers = Vec::new();
    let began = Instant::now();
    let kept = writer.transact(now(), &mut |writing| {
        let mut batch = Batch {
            writing,
            context: Context {
                hub: hub.clone(),
                now: 0,
            },
            events: Vec::new(),
            lost: Ok(()),
        };
        while let Some(step) = waiting.pop_front() {
            answers.push(step(Ok(&mut batch)));
            batch.lost.clone()?;
            if began.elapsed() >= GATHER {
                break;
            }
        }
        events = std::mem::take(&mut batch.events);
        Ok(())
    });
    match &kept {
        Ok(()) if events.is_empty() => {}
        Ok(()) => committed(events),
        Err(error) => {
            tracing::debug!(%error, "changes could not be kept");
            if answers.is_empty() {
                // There was no transaction to carry them out in.
                let refused = waiting.drain(..);
                answers.extend(refused.map(|step| step(Err(error.clone()))));
            }
        }
    }
    for answer in answers {
        answer(&kept);
    }
}

/// Reads until told to end, or until nobody is left who could ask.
pub(super) fn read(mut reader: Box<dyn Reader>, mut todo: mpsc::Receiver<Read>) {
    while let Some(read) = todo.blocking_recv() {
        let mut read = Some(read);
        let done = reader.read(&mut |view| {
            if let Some(read) = read.take() {
                // Whoever asked hears that nothing came of it.
                let _ = catch_unwind(AssertUnwindSafe(|| read(Ok(view))));
            }
        });
        if let (Err(error), Some(read)) = (done, read) {
            read(Err(error));
        }
    }
}

fn now() -> u64 {
    millis_since_epoch(SystemTime::now())
}

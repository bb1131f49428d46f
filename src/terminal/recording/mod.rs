//! Recordings of terminals, as asciicast v3 files. A recording pulls from its session as a
//! viewer does, so it delays nobody, and a disk that is slow or full costs the recording alone.

mod cast;
mod folder;
mod tap;
mod tape;
mod writer;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::config::Recording;
use crate::error::{HubError, Result};
use crate::tasks::Tasks;

use folder::Folder;
pub use folder::RecordingFile;
pub(crate) use tap::Tap;
use tape::Tape;
use writer::Writer;

use super::session::Session;

/// So many different problems are remembered.
const PROBLEMS: usize = 16;

/// Records terminals.
#[derive(Debug)]
pub(crate) struct Recorder {
    config: Recording,
    folder: Option<Arc<Folder>>,
    tasks: Tasks,
    /// How many recordings are under way.
    running: watch::Sender<usize>,
    problems: Mutex<BTreeSet<String>>,
}

impl Recorder {
    /// Takes the folder. When it cannot be had, nothing is recorded, and that is a problem.
    pub(crate) fn new(config: Recording, tasks: Tasks) -> Arc<Self> {
        let (folder, problem) = match Folder::open(&config) {
            Ok(folder) => (folder.map(Arc::new), None),
            Err(problem) => (None, Some(format!("nothing is recorded: {problem}"))),
        };
        let recorder = Self {
            config,
            folder,
            tasks,
            running: watch::Sender::new(0),
            problems: Mutex::default(),
        };
        if let Some(problem) = problem {
            recorder.problem(problem);
        }
        Arc::new(recorder)
    }

    /// Whether a terminal is to be recorded, of which this was asked.
    ///
    /// # Errors
    ///
    /// `INVALID` when it was asked for and nothing says where recordings go.
    pub(crate) fn wanted(&self, asked: Option<bool>) -> Result<bool> {
        if asked == Some(true) && self.config.dir.is_none() {
            return Err(HubError::invalid(
                "record: `recording.dir` is not configured",
            ));
        }
        Ok(asked.unwrap_or(self.config.all))
    }

    /// Records a terminal from its first byte on, until its program ends.
    pub(crate) fn begin(self: &Arc<Self>, session: &Arc<Session>, kind: Option<String>) {
        let Some(folder) = self.folder.clone() else {
            return;
        };
        let writer = Writer::new(session.clone(), folder, kind, session.size());
        let tape = Tape::new(session.clone(), self.config.input);
        let running = Running::of(self);
        let tasks = self.tasks.clone();
        self.tasks.spawn(async move {
            let recorder = &running.0;
            if let Err(error) = tape.run(writer, &tasks).await {
                recorder.problem(format!("a recording stopped: {error}"));
            }
        });
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn problem(&self, problem: String) {
        tracing::warn!("{problem}");
        let mut problems = self.known();
        if problems.len() < PROBLEMS {
            problems.insert(problem);
        }
    }

    /// What went wrong, in sentences for people.
    pub(crate) fn problems(&self) -> Vec<String> {
        self.known().iter().cloned().collect()
    }

    /// The recordings that there are, the oldest first.
    pub(crate) fn files(&self) -> Vec<RecordingFile> {
        self.folder
            .as_ref()
            .map_or_else(Vec::new, |folder| folder.files())
    }

    /// Waits until everything that is under way has been written.
    pub(crate) async fn finished(&self) {
        // Fails when the sender is gone, and this is it.
        let _ = self
            .running
            .subscribe()
            .wait_for(|running| *running == 0)
            .await;
    }

    /// Lets another hub have the folder.
    pub(crate) fn release(&self) {
        if let Some(folder) = &self.folder {
            folder.release();
        }
    }
}

/// A recording that is under way, until dropped.
struct Running(Arc<Recorder>);

impl Running {
    fn of(recorder: &Arc<Recorder>) -> Self {
        recorder.running.send_modify(|running| *running += 1);
        Self(recorder.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.send_modify(|running| *running -= 1);
    }
}

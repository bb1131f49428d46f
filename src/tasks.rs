//! The only place that spawns: every task is tracked, told to stop, and waited for.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Spawns the hub's tasks on one runtime, and ends them together.
#[derive(Debug, Clone)]
pub(crate) struct Tasks {
    handle: Handle,
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    pub(crate) fn new(handle: Handle) -> Self {
        Self {
            handle,
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Runs `task` until it ends or the hub stops.
    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tracker.spawn_on(
            async move {
                tokio::select! {
                    biased;
                    () = stop.cancelled() => {}
                    () = task => {}
                }
            },
            &self.handle,
        )
    }

    /// Runs `work` on a thread that may block. None when it panicked.
    pub(crate) async fn blocking<F, T>(&self, work: F) -> Option<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.tracker
            .spawn_blocking_on(work, &self.handle)
            .await
            .ok()
    }

    /// Tells every task to stop and waits for them, at most `deadline`. True when all ended.
    pub(crate) async fn finish(&self, deadline: Duration) -> bool {
        self.stop.cancel();
        self.tracker.close();
        tokio::time::timeout(deadline, self.tracker.wait())
            .await
            .is_ok()
    }
}

//! The only place that spawns: every task is tracked, told to stop, and waited for.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A runtime of the hub's own, until dropped.
///
/// What the application does on its runtime then delays no terminal. It has half as many
/// threads as there are cores: the programs in the terminals, their readers and the kernel need
/// the others, and threads that hand each other small pieces of work mostly wake each other.
#[derive(Debug)]
pub(crate) struct OwnThreads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl OwnThreads {
    pub(crate) fn start() -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Builder::new_multi_thread()
            .worker_threads((cores / 2).max(1))
            .thread_name("realtime-hub")
            .enable_all()
            .build()
            .map(|runtime| Self {
                handle: runtime.handle().clone(),
                runtime: Some(runtime),
            })
    }
}

impl Drop for OwnThreads {
    fn drop(&mut self) {
        // Not waited for: the last handle of a hub may well be dropped by one of its tasks.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Whose threads a hub runs on.
#[derive(Debug)]
pub(crate) enum Threads {
    Own(OwnThreads),
    Of(Handle),
}

impl Threads {
    pub(crate) fn handle(&self) -> &Handle {
        match self {
            Self::Own(own) => &own.handle,
            Self::Of(handle) => handle,
        }
    }
}

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

    /// Runs `work` to its end, although nobody may wait for it any more, and although the hub
    /// stops: then that waits for it. None when it panicked.
    pub(crate) async fn whole<F, T>(&self, work: F) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        self.tracker.spawn_on(work, &self.handle).await.ok()
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

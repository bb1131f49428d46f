//! One connection of a client, whatever transports it uses: what waits in it in each direction.
//!
//! [`Outflow`] knows what was handed over and not taken yet, so that whoever sends can wait.
//! [`Inflow`] knows what came in and was not dealt with yet, so that reading can wait.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::error::{HubError, Result};

use super::tickets::Tickets;

/// What a packet costs at least, in bytes: however small, it takes memory and a place in the
/// engine's queue.
const LEAST_COST: usize = 512;

/// Packets that the engine queues for one connection. More than ever wait, since each costs
/// [`LEAST_COST`] and whoever sends waits at `output_waiting_bytes`.
pub(crate) const ENGINE_QUEUE: usize = 8192;

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) outflow: Outflow,
    pub(crate) inflow: Inflow,
    pub(crate) tickets: Tickets,
    cut: CancellationToken,
    count: Arc<AtomicUsize>,
}

impl Connection {
    pub(crate) fn new(limits: Flows, count: Arc<AtomicUsize>) -> Arc<Self> {
        count.fetch_add(1, Ordering::Relaxed);
        Arc::new(Self {
            outflow: Outflow::new(limits.output_waiting),
            inflow: Inflow::new(limits.input_waiting, limits.input_patience),
            tickets: Tickets::default(),
            cut: CancellationToken::new(),
            count,
        })
    }

    /// Ends the connection as a lost link would, so that the client comes back.
    pub(crate) fn cut(&self) {
        self.cut.cancel();
    }

    /// Fires when the connection is to end.
    pub(crate) fn is_cut(&self) -> &CancellationToken {
        &self.cut
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Bounds of a connection's flows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flows {
    /// Bytes handed over and not taken, above which senders wait.
    pub(crate) output_waiting: usize,
    /// Bytes come in and not dealt with, above which nothing is read.
    pub(crate) input_waiting: usize,
    /// How long nothing is read, at most: heartbeats come the same way.
    pub(crate) input_patience: Duration,
}

/// What was handed to a connection and not taken by it yet.
#[derive(Debug)]
pub(crate) struct Outflow {
    limit: usize,
    /// Costs, in the order of handing over.
    waiting: Mutex<VecDeque<usize>>,
    cost: watch::Sender<usize>,
}

impl Outflow {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            waiting: Mutex::default(),
            cost: watch::Sender::new(0),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<usize>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a packet that is about to be handed over. Before, not after: the connection may
    /// take it at once.
    pub(crate) fn sending(&self, bytes: usize) {
        let cost = bytes.max(LEAST_COST);
        let mut waiting = self.waiting();
        waiting.push_back(cost);
        self.cost.send_modify(|sum| *sum += cost);
    }

    /// Notes that the packet noted last was not handed over after all.
    pub(crate) fn not_sent(&self) {
        let mut waiting = self.waiting();
        if let Some(cost) = waiting.pop_back() {
            self.cost.send_modify(|sum| *sum = sum.saturating_sub(cost));
        }
    }

    /// Notes that the connection has taken this many packets.
    pub(crate) fn taken(&self, packets: usize) {
        if packets == 0 {
            return;
        }
        let mut waiting = self.waiting();
        let packets = packets.min(waiting.len());
        let cost: usize = waiting.drain(..packets).sum();
        self.cost.send_modify(|sum| *sum = sum.saturating_sub(cost));
    }

    /// Whether there is no room for more now.
    pub(crate) fn full(&self) -> bool {
        *self.cost.borrow() >= self.limit
    }

    /// Waits until there is room for more.
    pub(crate) async fn ready(&self) {
        self.below(self.limit).await;
    }

    /// Waits until everything has been taken.
    pub(crate) async fn drained(&self) {
        self.below(1).await;
    }

    async fn below(&self, limit: usize) {
        // The sender lives in self, so waiting cannot fail.
        let _ = self.cost.subscribe().wait_for(|cost| *cost < limit).await;
    }
}

/// What came in from a connection and was not dealt with yet.
#[derive(Debug)]
pub(crate) struct Inflow {
    limit: usize,
    patience: Duration,
    state: watch::Sender<InState>,
}

#[derive(Debug, Clone, Copy, Default)]
struct InState {
    cost: usize,
    /// Patience has run out: what comes is refused until half of the backlog is gone.
    refusing: bool,
}

/// Part of what waits in a connection; dealt with when dropped.
#[derive(Debug)]
pub(crate) struct Waiting {
    connection: Arc<Connection>,
    cost: usize,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.connection.inflow.release(self.cost);
    }
}

impl Inflow {
    fn new(limit: usize, patience: Duration) -> Self {
        Self {
            limit,
            patience,
            state: watch::Sender::new(InState::default()),
        }
    }

    fn release(&self, cost: usize) {
        let low = self.limit / 2;
        self.state.send_modify(|state| {
            state.cost = state.cost.saturating_sub(cost);
            if state.cost <= low {
                state.refusing = false;
            }
        });
    }

    /// Whether reading must wait now.
    pub(crate) fn over(&self) -> bool {
        let state = *self.state.borrow();
        state.cost > self.limit && !state.refusing
    }

    /// Waits while too much is waiting, as long as patience lasts.
    pub(crate) async fn ready(&self) {
        if !self.over() {
            return;
        }
        let low = self.limit / 2;
        let mut state = self.state.subscribe();
        if timeout(self.patience, state.wait_for(|state| state.cost <= low))
            .await
            .is_err()
        {
            self.state
                .send_modify(|state| state.refusing = state.cost > low);
        }
    }

    /// Whether patience has run out, so that input is refused.
    pub(crate) fn refusing(&self) -> bool {
        self.state.borrow().refusing
    }
}

impl Connection {
    /// Notes something that came in, of so many bytes.
    pub(crate) fn came_in(self: &Arc<Self>, bytes: usize) -> Waiting {
        let cost = bytes.max(LEAST_COST);
        self.inflow.state.send_modify(|state| state.cost += cost);
        Waiting {
            connection: self.clone(),
            cost,
        }
    }

    /// Refuses input when the programs it is for do not read.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE`, with a hint when to try again.
    pub(crate) fn admit_input(&self) -> Result<()> {
        if self.inflow.refusing() {
            Err(HubError::unavailable("the program does not read its input")
                .retry_after(self.inflow.patience))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(patience: Duration) -> Arc<Connection> {
        let flows = Flows {
            output_waiting: 4096,
            input_waiting: 4096,
            input_patience: patience,
        };
        Connection::new(flows, Arc::default())
    }

    #[tokio::test(start_paused = true)]
    async fn reading_waits_until_half_is_dealt_with() {
        let connection = connection(Duration::from_secs(10));
        let first = connection.came_in(2048);
        assert!(!connection.inflow.over());
        let second = connection.came_in(3000);
        assert!(connection.inflow.over());
        let dealt = async {
            tokio::task::yield_now().await;
            drop(second);
        };
        tokio::join!(connection.inflow.ready(), dealt);
        assert!(!connection.inflow.refusing());
        drop(first);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_and_comes_back() {
        let connection = connection(Duration::from_secs(10));
        let stuck = connection.came_in(5000);
        connection.inflow.ready().await;
        assert!(connection.admit_input().is_err());
        assert!(!connection.inflow.over(), "heartbeats must get through");
        drop(stuck);
        assert!(connection.admit_input().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn sending_waits_for_what_is_taken() {
        let connection = connection(Duration::ZERO);
        connection.outflow.sending(4000);
        connection.outflow.sending(10);
        let waits = timeout(Duration::from_secs(1), connection.outflow.ready());
        assert!(waits.await.is_err());
        connection.outflow.taken(1);
        connection.outflow.ready().await;
        connection.outflow.sending(10);
        connection.outflow.not_sent();
        connection.outflow.taken(7);
        connection.outflow.drained().await;
    }
}

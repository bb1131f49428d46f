//! Whether anybody needs a session, whom it needs, and how it is brought to its end.

use std::io::ErrorKind;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::timeout;

use crate::error::{HubError, Result};
use crate::protocol::ExitReason;
use crate::time::millis_since_epoch;

use super::Session;
use crate::terminal::attention::{Attention, Heard};
use crate::terminal::news::{Item, What};
use crate::terminal::pty::Ended;
use crate::terminal::relayed::Relay;

/// When to ask again for what an owner has to do that is away: windows load faster.
const OWNER_AWAY: Duration = Duration::from_secs(5);

/// What has happened so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::terminal) struct Activity {
    /// Somebody watches.
    pub(in crate::terminal) watched: bool,
    watches: u64,
    printed: u64,
    typed: u64,
}

impl Session {
    /// Ends every process of the terminal; they get `grace` after each signal. Waits until the
    /// exit has been recorded, for three times that at most.
    ///
    /// # Errors
    ///
    /// As [`Session::end`].
    pub(crate) async fn kill(&self, reason: ExitReason, grace: Duration) -> Result<()> {
        self.end(reason, grace).await?;
        let _ = timeout(grace * 3, self.finished()).await;
        Ok(())
    }

    /// Like [`Session::kill`], without waiting for the exit.
    ///
    /// # Errors
    ///
    /// `CONFLICT` when the host application handed it over and did not say how to end it,
    /// `INTERNAL` when its way failed, `UNAVAILABLE` while its owner is away.
    pub(in crate::terminal) async fn end(&self, reason: ExitReason, grace: Duration) -> Result<()> {
        if !self.program.can_be_ended() && self.running() {
            return Err(HubError::conflict(
                "the application that handed this terminal over has not said how to end it",
            ));
        }
        self.give_reason(ExitReason::Exited, reason);
        self.program.end(grace).await.map_err(|error| {
            self.give_reason(reason, ExitReason::Exited);
            match error.kind() {
                ErrorKind::NotConnected => {
                    HubError::unavailable("whoever owns this terminal is away")
                        .retry_after(OWNER_AWAY)
                }
                _ => HubError::internal("the terminal could not be ended", &error),
            }
        })
    }

    /// Records the end of a program that nobody can end, or that would not.
    pub(crate) fn let_go(&self, reason: ExitReason) {
        self.give_reason(ExitReason::Exited, reason);
        self.finish(Ended::unknown());
    }

    /// The way to its owner, when somebody else runs its program.
    pub(crate) fn relay(&self) -> Option<&Arc<Relay>> {
        self.program.relay()
    }

    /// Its owner has not come back.
    pub(in crate::terminal) fn lost_its_owner(&self) {
        self.give_reason(ExitReason::Exited, ExitReason::OwnerDisconnected);
    }

    /// It has ended: nothing more can come from its owner.
    pub(super) fn let_owner_go(&self) {
        if let Some(relay) = self.relay() {
            relay.end(Ended::unknown());
            self.end_of_output();
        }
    }

    fn give_reason(&self, instead_of: ExitReason, reason: ExitReason) {
        let mut state = self.state();
        if state.reason == instead_of {
            state.reason = reason;
        }
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

    /// Kills every process of the terminal at once: for when nobody can wait.
    pub(crate) fn kill_now(&self) {
        self.program.kill_now();
    }

    /// The program has been reaped. Its session may live on in a background job.
    pub(crate) fn reaped(&self) {
        self.program.reaped();
    }

    /// Ends the time for which it is kept after its end.
    pub(in crate::terminal) fn dismiss(&self) {
        self.dismissed.cancel();
    }

    pub(in crate::terminal) async fn dismissed(&self) {
        self.dismissed.cancelled().await;
    }

    /// What tells whether anybody needs it: compare two of them.
    pub(in crate::terminal) fn activity(&self) -> Activity {
        let watchers = self.audience.count();
        let state = self.state();
        Activity {
            watched: watchers > 0,
            watches: state.next_viewer,
            printed: state.stream.end(),
            typed: self.typed.load(Ordering::Relaxed),
        }
    }

    pub(super) fn attention(&self) -> MutexGuard<'_, Attention> {
        self.attention
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what may make the terminal need somebody, or need nobody any more.
    pub(crate) fn heard(&self, heard: Heard<'_>) {
        // Told under the lock, so that the last change is also the last that is told.
        let mut attention = self.attention();
        if let Some(needs) = attention.heard(heard, millis_since_epoch(SystemTime::now())) {
            self.tell(What::Attention(needs));
        }
    }

    /// Tells everybody who may see the terminal.
    pub(in crate::terminal) fn tell(&self, what: What) {
        self.facts.news.tell(Item {
            id: self.facts.id.clone(),
            project: self.facts.project.clone(),
            what,
        });
    }
}

//! A terminal's way from its start to where it is forgotten. One task for each life; what it
//! waits for are durations of the configuration.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use crate::config::{Lifecycle, Orphans, Timing};
use crate::protocol::ExitReason;

use super::pty::Ended;
use super::registry::Registry;
use super::session::Session;

/// An idle terminal is looked at so many times in the time after which it is ended: what ends
/// it is late by a quarter at most, and output costs nothing more.
const IDLE_LOOKS: u32 = 4;

/// Sees a terminal through its life: the program is reaped, its last output is taken, the exit
/// is told, and when nobody needs it any more the terminal is forgotten.
pub(super) async fn supervise(
    registry: Arc<Registry>,
    session: Arc<Session>,
    mut ended: oneshot::Receiver<Ended>,
) {
    let (timing, lifecycle) = (registry.timing(), registry.lifecycle());
    let grace = timing.kill_grace();
    let ended = tokio::select! {
        biased;
        ended = &mut ended => ended,
        () = idle(&session, lifecycle) => {
            tracing::info!(terminal = %session.facts.id, "ended: nobody needs it");
            // One that nobody can end goes on.
            let _ = session.end(ExitReason::Idle, grace).await;
            ended.await
        }
    };
    // Whoever waits for it may be the host application's code, and panic.
    let ended = ended.unwrap_or_else(|_| Ended::unknown());
    session.reaped();
    drain(&session, timing).await;
    // So that what the last output meant is told before the end.
    let understood = session.clone();
    let _ = registry
        .tasks()
        .blocking(move || understood.understand())
        .await;
    session.finish(ended);
    registry.keep_ended(&session);
    tokio::select! {
        () = session.dismissed() => {}
        () = kept(&session, timing, lifecycle) => {}
    }
    registry.forget(&session);
    // It has ended, so nobody refuses.
    let _ = session.end(ExitReason::Killed, grace).await;
}

/// Returns when nobody has watched, and nothing was printed or typed, for long enough.
async fn idle(session: &Session, lifecycle: &Lifecycle) {
    let Some(allowed) = lifecycle.idle() else {
        return std::future::pending().await;
    };
    let mut seen = session.activity();
    let mut since = Instant::now();
    loop {
        sleep(allowed / IDLE_LOOKS).await;
        let now = session.activity();
        if now != seen || now.watched {
            (seen, since) = (now, Instant::now());
        } else if since.elapsed() >= allowed {
            return;
        }
    }
}

/// Waits until the output is quiet, has ended, or has had its time.
async fn drain(session: &Session, timing: &Timing) {
    let until = Instant::now() + timing.exit_drain();
    let mut changes = session.changes();
    let (mut seen, mut ended) = session.progress();
    while !ended && Instant::now() < until {
        let quiet = timeout(timing.exit_quiet(), changes.changed())
            .await
            .is_err();
        let (now, over) = session.progress();
        // On a busy machine nothing comes because the reader has no turn.
        if quiet && now == seen && !session.unread() {
            return;
        }
        (seen, ended) = (now, over);
    }
}

/// How long an ended terminal can be watched.
async fn kept(session: &Session, timing: &Timing, lifecycle: &Lifecycle) {
    if lifecycle.orphans == Orphans::Keep {
        let mut changes = session.changes();
        while !session.progress().1 {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
    sleep(timing.recovery_window()).await;
}

//! One of those who hear of events: where it sits, and how far it has come in the log.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::access;
use crate::auth::Principal;
use crate::domain::Logged;
use crate::router::{Namespace, Room, Targets, project_of, route};

use super::{Line, Outgoing};

/// An event, and who hears of it.
pub(super) struct Addressed {
    pub(super) event: Arc<Logged>,
    pub(super) targets: Targets,
}

impl Addressed {
    pub(super) fn new(event: &Arc<Logged>) -> Self {
        Self {
            event: event.clone(),
            targets: route(&event.name, &event.scope),
        }
    }

    pub(super) fn seq(&self) -> u64 {
        self.event.seq
    }
}

/// Somebody who hears of events.
pub(super) struct Member {
    pub(super) namespace: Namespace,
    pub(super) principal: Principal,
    /// Where it sits, and the place in the log since which it has.
    pub(super) rooms: HashMap<Room, u64>,
    /// Absent until it has been told that it is connected.
    pub(super) line: Option<Arc<dyn Line>>,
    pub(super) progress: Progress,
    /// Fires when it has gone.
    pub(super) gone: CancellationToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is handed each event as it comes, after this one: while it was caught up it may have
    /// got ahead of the bus.
    Level { heard: u64 },
    /// It has been handed what there was for it up to this event, and is not handed more until
    /// it has been caught up. So many events for it have passed meanwhile.
    Behind { heard: u64, missed: usize },
    /// It has missed something, and is handed nothing any more.
    Lost,
}

impl Member {
    /// Whether it may know of an event, and wants to.
    pub(super) fn hears(&self, event: &Logged) -> bool {
        access::may_hear(&self.principal, project_of(&event.scope))
            && self.line.as_ref().is_none_or(|line| line.wants(event))
    }

    /// Whether an event that it has not been handed is for it.
    pub(super) fn awaits(&self, what: &Addressed) -> bool {
        let sat = |room: &Room| {
            self.rooms
                .get(room)
                .is_some_and(|since| *since < what.seq())
        };
        what.targets.of(self.namespace).iter().any(sat) && self.hears(&what.event)
    }

    pub(super) fn lose(&mut self) {
        self.progress = Progress::Lost;
        if let Some(line) = &self.line {
            line.connection().cut();
        }
    }

    /// Takes an event that is for it. True when it is behind from now on.
    pub(super) fn take(&mut self, seq: u64, outgoing: &Outgoing, patience: usize) -> bool {
        match &mut self.progress {
            Progress::Level { heard } if seq <= *heard => false,
            Progress::Level { .. } => {
                let full = |line: &Arc<dyn Line>| line.connection().outflow.full();
                let line = self.line.as_ref();
                let sent = line.is_some_and(|line| !full(line) && line.send(outgoing));
                if !sent {
                    self.progress = Progress::Behind {
                        heard: seq - 1,
                        missed: 1,
                    };
                }
                !sent
            }
            Progress::Behind { heard, missed } => {
                if seq > *heard {
                    *missed += 1;
                }
                if *missed > patience {
                    self.lose();
                }
                false
            }
            Progress::Lost => false,
        }
    }

    /// Takes the next event while it is behind, if it is for it, and passes over it otherwise.
    /// False when that failed.
    pub(super) fn hear(&mut self, event: &Addressed, outgoing: Option<&Outgoing>, at: u64) -> bool {
        let awaits = self.awaits(event);
        let Progress::Behind { heard, missed } = &mut self.progress else {
            return false;
        };
        *heard = event.seq();
        let Some(outgoing) = outgoing.filter(|_| awaits) else {
            return true;
        };
        // Those that the bus has not brought yet have not been counted.
        if event.seq() <= at {
            *missed = missed.saturating_sub(1);
        }
        let sent = self.line.as_ref().is_some_and(|line| line.send(outgoing));
        if !sent {
            self.lose();
        }
        sent
    }
}

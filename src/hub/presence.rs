//! Which agents are there: how many sockets each has, what it said of itself last, and when.
//! Says when one that was lost has been away for too long; whoever asks keeps the time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ids::{ProjectId, SessionId};
use crate::protocol::AgentPresence;

/// The agents of this hub.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    agents: Mutex<HashMap<SessionId, Agent>>,
    /// Sockets that have come so far, of whichever agent.
    comings: AtomicU64,
}

#[derive(Debug)]
struct Agent {
    project: ProjectId,
    sockets: usize,
    status: Option<String>,
    /// Milliseconds since the epoch.
    heard: Option<u64>,
    /// Its last socket, numbered among all that ever came: an agent that was forgotten and comes
    /// anew must not be given up by a grace of its first time.
    came: u64,
}

/// An agent is away from now on, and is to be given up unless one of its sockets comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Away(u64);

impl Presence {
    fn agents(&self) -> MutexGuard<'_, HashMap<SessionId, Agent>> {
        self.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A socket of a session's agent has come.
    pub(crate) fn came(&self, session: &SessionId, project: &ProjectId) {
        let coming = self.comings.fetch_add(1, Ordering::Relaxed);
        let mut agents = self.agents();
        let agent = agents.entry(session.clone()).or_insert_with(|| Agent {
            project: project.clone(),
            sockets: 0,
            status: None,
            heard: None,
            came: coming,
        });
        agent.sockets += 1;
        agent.came = coming;
    }

    /// A socket of it has gone; `willingly` when it said so. None unless it was the last one and
    /// may be missed.
    pub(crate) fn gone(&self, session: &SessionId, willingly: bool) -> Option<Away> {
        let mut agents = self.agents();
        let agent = agents.get_mut(session)?;
        agent.sockets = agent.sockets.saturating_sub(1);
        if agent.sockets > 0 {
            return None;
        }
        if willingly {
            agents.remove(session);
            return None;
        }
        Some(Away(agent.came))
    }

    /// Whether an agent has not come back since it went away. Then it is forgotten.
    pub(crate) fn given_up(&self, session: &SessionId, away: Away) -> bool {
        let mut agents = self.agents();
        let lost = agents
            .get(session)
            .is_some_and(|agent| agent.sockets == 0 && agent.came == away.0);
        if lost {
            agents.remove(session);
        }
        lost
    }

    /// It is alive at `now`, in milliseconds since the epoch. True when it says something new
    /// of itself.
    pub(crate) fn heartbeat(&self, session: &SessionId, status: &str, now: u64) -> bool {
        let mut agents = self.agents();
        let Some(agent) = agents.get_mut(session) else {
            return false;
        };
        agent.heard = Some(now);
        let new = agent.status.as_deref() != Some(status);
        if new {
            agent.status = Some(status.to_owned());
        }
        new
    }

    /// When a session's agent was last heard, in milliseconds since the epoch.
    pub(crate) fn heard(&self, session: &SessionId) -> Option<u64> {
        self.agents().get(session)?.heard
    }

    /// Everybody, by session.
    pub(crate) fn all(&self) -> Vec<AgentPresence> {
        let agents = self.agents();
        let mut all: Vec<_> = agents
            .iter()
            .map(|(session, agent)| AgentPresence {
                session_id: session.clone(),
                project_id: agent.project.clone(),
                sockets: agent.sockets,
                status: agent.status.clone(),
                last_heartbeat: agent.heard,
            })
            .collect();
        all.sort_by(|a, b| a.session_id.cmp(&b.session_id));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Comes,
        /// By its own will.
        Leaves,
        Cut,
        /// The grace that began with the last cut is over; whether it is given up then.
        Over(bool),
    }

    #[test]
    fn table_of_who_is_given_up() {
        use Step::{Comes, Cut, Leaves, Over};
        let cases: &[&[Step]] = &[
            &[Comes, Cut, Over(true)],
            &[Comes, Cut, Comes, Over(false)],
            &[Comes, Cut, Comes, Cut, Over(true), Over(false)],
            &[Comes, Leaves, Over(false)],
            // Three sockets are one agent.
            &[
                Comes,
                Comes,
                Comes,
                Cut,
                Over(false),
                Cut,
                Over(false),
                Cut,
                Over(true),
            ],
            // The last one says how it was meant.
            &[Comes, Comes, Cut, Leaves, Over(false)],
            &[Comes, Comes, Leaves, Cut, Over(true)],
            // Back and away again within one grace: the time begins anew.
            &[Comes, Cut, Over(true), Comes, Leaves, Over(false)],
        ];
        let session = SessionId::new("s").unwrap();
        for steps in cases {
            let presence = Presence::default();
            let mut away = None;
            for (at, step) in steps.iter().enumerate() {
                match step {
                    Comes => presence.came(&session, &ProjectId::default()),
                    Leaves => assert_eq!(presence.gone(&session, true), None),
                    Cut => away = presence.gone(&session, false).or(away),
                    Over(lost) => {
                        let given_up = away.is_some_and(|away| presence.given_up(&session, away));
                        assert_eq!(given_up, *lost, "{steps:?} at {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_grace_that_began_before_the_last_return_is_nothing() {
        let (presence, session) = (Presence::default(), SessionId::new("s").unwrap());
        presence.came(&session, &ProjectId::default());
        let first = presence.gone(&session, false).unwrap();
        presence.came(&session, &ProjectId::default());
        let second = presence.gone(&session, false).unwrap();
        assert!(!presence.given_up(&session, first));
        assert!(presence.given_up(&session, second));
    }

    #[test]
    fn an_agent_that_left_and_came_anew_has_a_grace_of_its_own() {
        let (presence, session) = (Presence::default(), SessionId::new("s").unwrap());
        presence.came(&session, &ProjectId::default());
        let first = presence.gone(&session, false).unwrap();
        presence.came(&session, &ProjectId::default());
        assert_eq!(presence.gone(&session, true), None, "forgotten");
        presence.came(&session, &ProjectId::default());
        let second = presence.gone(&session, false).unwrap();
        assert!(!presence.given_up(&session, first));
        assert!(presence.given_up(&session, second));
    }

    #[test]
    fn only_what_is_new_is_worth_keeping() {
        let (presence, session) = (Presence::default(), SessionId::new("s").unwrap());
        assert!(!presence.heartbeat(&session, "working", 1), "not there");
        presence.came(&session, &ProjectId::default());
        assert!(presence.heartbeat(&session, "working", 2));
        assert!(!presence.heartbeat(&session, "working", 3));
        assert!(presence.heartbeat(&session, "idle", 4));
        assert_eq!(presence.heard(&session), Some(4));
        let all = presence.all();
        assert_eq!((all.len(), all[0].sockets), (1, 1));
        assert_eq!(all[0].status.as_deref(), Some("idle"));
    }
}

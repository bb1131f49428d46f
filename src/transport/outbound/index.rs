//! Who is there, what each of them follows, and how far each has come in the log.
//!
//! One lock holds all of it, so that an event is either handed to somebody by whoever takes it
//! from the bus, or left to the one that catches that somebody up: never both, never neither.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::access;
use crate::auth::Principal;
use crate::domain::Logged;
use crate::protocol::NamespaceStatus;
use crate::router::{Namespace, Room, Targets, project_of, route};

use super::{Line, Outgoing};

pub(super) type MemberId = u64;

/// Somebody who hears of events.
struct Member {
    namespace: Namespace,
    principal: Principal,
    /// Where it sits, and the place in the log since which it has.
    rooms: HashMap<Room, u64>,
    /// Absent until it has been told that it is connected.
    line: Option<Arc<dyn Line>>,
    progress: Progress,
    /// Fires when it has gone.
    gone: CancellationToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
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
    fn hears(&self, event: &Logged) -> bool {
        access::may_hear(&self.principal, project_of(&event.scope))
            && self.line.as_ref().is_none_or(|line| line.wants(event))
    }

    /// Whether it sat where an event was told.
    fn was_there(&self, event: &Logged) -> bool {
        let targets = route(&event.name, &event.scope);
        let sat = |room: &Room| self.rooms.get(room).is_some_and(|since| *since < event.seq);
        targets.of(self.namespace).iter().any(sat)
    }

    fn lose(&mut self) {
        self.progress = Progress::Lost;
        if let Some(line) = &self.line {
            line.connection().cut();
        }
    }
}

/// What the caller is to do about a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    Done,
    /// Catch it up.
    Behind,
}

/// See the module.
pub(super) struct Index {
    /// The last event that was taken from the bus.
    at: u64,
    last: MemberId,
    members: HashMap<MemberId, Member>,
    rooms: HashMap<(Namespace, Room), HashSet<MemberId>>,
    /// Events that somebody may miss before it is lost.
    patience: usize,
}

impl Index {
    pub(super) fn new(patience: usize) -> Self {
        Self {
            at: 0,
            last: 0,
            members: HashMap::new(),
            rooms: HashMap::new(),
            patience,
        }
    }

    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Begins after this event, before anybody is there.
    pub(super) fn begin(&mut self, at: u64) {
        self.at = at;
    }

    /// Takes somebody in, who hears of everything from now on, once connected.
    pub(super) fn add(&mut self, namespace: Namespace, principal: Principal) -> MemberId {
        self.last += 1;
        let id = self.last;
        let member = Member {
            namespace,
            principal,
            rooms: HashMap::new(),
            line: None,
            progress: Progress::Behind {
                heard: self.at,
                missed: 0,
            },
            gone: CancellationToken::new(),
        };
        self.members.insert(id, member);
        self.join(id, Room::All);
        id
    }

    pub(super) fn remove(&mut self, id: MemberId) {
        if let Some(member) = self.members.remove(&id) {
            member.gone.cancel();
            for room in member.rooms.into_keys() {
                self.vacate(id, member.namespace, room);
            }
        }
    }

    /// Events can be handed to it from now on.
    pub(super) fn connect(&mut self, id: MemberId, line: Arc<dyn Line>) -> Turn {
        let Some(member) = self.members.get_mut(&id) else {
            return Turn::Done;
        };
        member.line = Some(line);
        match member.progress {
            Progress::Behind { heard, .. } if heard == self.at => {
                member.progress = Progress::Level { heard };
                Turn::Done
            }
            Progress::Behind { .. } => Turn::Behind,
            Progress::Level { .. } => Turn::Done,
            Progress::Lost => {
                member.lose();
                Turn::Done
            }
        }
    }

    pub(super) fn join(&mut self, id: MemberId, room: Room) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.rooms.entry(room.clone()).or_insert(self.at);
        let place = (member.namespace, room);
        self.rooms.entry(place).or_default().insert(id);
    }

    pub(super) fn leave(&mut self, id: MemberId, room: Room) {
        if let Some(member) = self.members.get_mut(&id)
            && member.rooms.remove(&room).is_some()
        {
            let namespace = member.namespace;
            self.vacate(id, namespace, room);
        }
    }

    fn vacate(&mut self, id: MemberId, namespace: Namespace, room: Room) {
        let place = (namespace, room);
        if let Some(members) = self.rooms.get_mut(&place) {
            members.remove(&id);
            if members.is_empty() {
                self.rooms.remove(&place);
            }
        }
    }

    /// Where somebody sits, beside the room that holds everybody.
    pub(super) fn rooms_of(&self, id: MemberId) -> Vec<Room> {
        let rooms = self.members.get(&id).map(|member| member.rooms.keys());
        rooms
            .into_iter()
            .flatten()
            .filter(|room| **room != Room::All)
            .cloned()
            .collect()
    }

    /// Somebody came with another credential.
    pub(super) fn is_now(&mut self, id: MemberId, principal: Principal) {
        if let Some(member) = self.members.get_mut(&id) {
            member.principal = principal;
        }
    }

    /// Hands an event to everybody it is for who can take it now. Returns those who could not
    /// and have to be caught up.
    pub(super) fn dispatch(&mut self, event: &Logged, outgoing: &Outgoing) -> Vec<MemberId> {
        if event.seq <= self.at {
            return Vec::new();
        }
        let targets = route(&event.name, &event.scope);
        let mut behind = Vec::new();
        for id in self.concerned(&targets) {
            let Some(member) = self.members.get_mut(&id) else {
                continue;
            };
            if member.hears(event) && member.take(event, outgoing, self.patience) {
                behind.push(id);
            }
        }
        self.at = event.seq;
        behind
    }

    /// Whoever sits in one of the rooms, each once.
    fn concerned(&self, targets: &Targets) -> HashSet<MemberId> {
        let places = Namespace::ALL.into_iter().flat_map(|namespace| {
            targets
                .of(namespace)
                .iter()
                .map(move |room| (namespace, room))
        });
        places
            .filter_map(|(namespace, room)| self.rooms.get(&(namespace, room.clone())))
            .flatten()
            .copied()
            .collect()
    }

    /// Those who are behind cannot be caught up, and everybody else has missed something.
    pub(super) fn lose_all(&mut self, at: u64) {
        for member in self.members.values_mut() {
            member.lose();
        }
        self.at = self.at.max(at);
    }

    pub(super) fn lose(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.lose();
        }
    }

    /// Fires when somebody has gone.
    pub(super) fn gone(&self, id: MemberId) -> Option<CancellationToken> {
        self.members.get(&id).map(|member| member.gone.clone())
    }

    /// The place up to which somebody has heard, when it is behind and can be caught up.
    pub(super) fn behind(&self, id: MemberId) -> Option<(u64, Arc<dyn Line>)> {
        let member = self.members.get(&id)?;
        match member.progress {
            Progress::Behind { heard, .. } => Some((heard, member.line.clone()?)),
            Progress::Level { .. } | Progress::Lost => None,
        }
    }

    /// Whether this event is for somebody who is being caught up.
    pub(super) fn awaits(&self, id: MemberId, event: &Logged) -> bool {
        let member = self.members.get(&id);
        member.is_some_and(|member| member.was_there(event) && member.hears(event))
    }

    /// Hands an event to somebody who is being caught up, if it is for it. The next one of the
    /// log has to be next here.
    pub(super) fn catch_up(&mut self, id: MemberId, event: &Logged, outgoing: Option<&Outgoing>) {
        let (awaits, at) = (self.awaits(id, event), self.at);
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let Progress::Behind { heard, missed } = &mut member.progress else {
            return;
        };
        *heard = event.seq;
        if !awaits {
            return;
        }
        // Those that the bus has not brought yet have not been counted.
        if event.seq <= at {
            *missed = missed.saturating_sub(1);
        }
        let line = member.line.as_ref();
        let sent = outgoing.is_some_and(|event| line.is_some_and(|line| line.send(event)));
        if !sent {
            member.lose();
        }
    }

    /// There was nothing more in the log for somebody who is being caught up: from now on it
    /// is handed each event as it comes, unless one has come meanwhile.
    pub(super) fn level(&mut self, id: MemberId) -> Turn {
        let at = self.at;
        match self.members.get_mut(&id).map(|member| &mut member.progress) {
            Some(progress @ Progress::Behind { .. }) => match *progress {
                Progress::Behind { heard, .. } if heard >= at => {
                    *progress = Progress::Level { heard };
                    Turn::Done
                }
                _ => Turn::Behind,
            },
            _ => Turn::Done,
        }
    }

    pub(super) fn status(&self, namespace: Namespace) -> NamespaceStatus {
        let members = self.members.values();
        let connected = members.filter(|m| m.namespace == namespace && m.line.is_some());
        let rooms: BTreeMap<String, usize> = self
            .rooms
            .iter()
            .filter(|((of, room), _)| *of == namespace && *room != Room::All)
            .map(|((_, room), members)| (room.to_string(), members.len()))
            .collect();
        NamespaceStatus {
            connected: connected.count(),
            rooms,
        }
    }
}

impl Member {
    /// Takes an event that is for it. True when it is behind from now on.
    fn take(&mut self, event: &Logged, outgoing: &Outgoing, patience: usize) -> bool {
        match &mut self.progress {
            Progress::Level { heard } if event.seq <= *heard => false,
            Progress::Level { .. } => {
                let full = |line: &Arc<dyn Line>| line.connection().outflow.full();
                let sent = self
                    .line
                    .as_ref()
                    .is_some_and(|line| !full(line) && line.send(outgoing));
                if !sent {
                    self.progress = Progress::Behind {
                        heard: event.seq - 1,
                        missed: 1,
                    };
                }
                !sent
            }
            Progress::Behind { heard, missed } => {
                if event.seq > *heard {
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
}

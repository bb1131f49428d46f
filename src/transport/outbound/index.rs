//! Who is there, what each of them follows, and how far each has come in the log.
//!
//! One lock holds all of it, so that an event is either handed to somebody by whoever takes it
//! from the bus, or left to the one that catches that somebody up: never both, never neither.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::auth::Principal;
use crate::protocol::NamespaceStatus;
use crate::router::{Namespace, Room, Targets};

use super::member::{Addressed, Member, Progress};
use super::{Bounds, Line, Outgoing};

pub(super) type MemberId = u64;

/// How far somebody came that was behind.
pub(super) enum Caught {
    /// It is behind no more, has gone or is lost.
    Up,
    /// Its connection takes no more now.
    Full(Arc<dyn Line>),
    /// What comes after this place is in the log alone.
    Old(u64, Arc<dyn Line>),
}

/// See the module.
pub(super) struct Index {
    /// The last event that was taken from the bus.
    at: u64,
    last: MemberId,
    members: HashMap<MemberId, Member>,
    rooms: HashMap<(Namespace, Room), HashSet<MemberId>>,
    /// The last events, without a gap.
    at_hand: VecDeque<(Addressed, Arc<Outgoing>)>,
    bytes_at_hand: usize,
    bounds: Bounds,
}

impl Index {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            at: 0,
            last: 0,
            members: HashMap::new(),
            rooms: HashMap::new(),
            at_hand: VecDeque::new(),
            bytes_at_hand: 0,
            bounds,
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

    /// Events can be handed to it from now on; it begins as one that is behind.
    pub(super) fn connect(&mut self, id: MemberId, line: Arc<dyn Line>) {
        if let Some(member) = self.members.get_mut(&id) {
            member.line = Some(line);
            if member.progress == Progress::Lost {
                member.lose();
            }
        }
    }

    /// False when it follows too much already.
    pub(super) fn join(&mut self, id: MemberId, room: Room) -> bool {
        let Some(member) = self.members.get_mut(&id) else {
            return true;
        };
        // One of them holds everybody.
        if member.rooms.len() > self.bounds.rooms && !member.rooms.contains_key(&room) {
            return false;
        }
        member.rooms.entry(room.clone()).or_insert(self.at);
        let place = (member.namespace, room);
        self.rooms.entry(place).or_default().insert(id);
        true
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
    pub(super) fn dispatch(&mut self, event: Addressed, outgoing: Arc<Outgoing>) -> Vec<MemberId> {
        if event.seq() <= self.at {
            return Vec::new();
        }
        let mut behind = Vec::new();
        for id in self.concerned(&event.targets) {
            let Some(member) = self.members.get_mut(&id) else {
                continue;
            };
            if member.hears(&event.event) && member.take(event.seq(), &outgoing, self.bounds.behind)
            {
                behind.push(id);
            }
        }
        self.at = event.seq();
        self.keep(event, outgoing);
        behind
    }

    fn keep(&mut self, event: Addressed, outgoing: Arc<Outgoing>) {
        self.bytes_at_hand += outgoing.size();
        self.at_hand.push_back((event, outgoing));
        while self.bytes_at_hand > self.bounds.at_hand
            && let Some((_, oldest)) = self.at_hand.pop_front()
        {
            self.bytes_at_hand -= oldest.size();
        }
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

    /// Everybody has missed something.
    pub(super) fn lose_all(&mut self, at: u64) {
        self.at_hand.clear();
        self.bytes_at_hand = 0;
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

    /// Hands somebody who is behind what there is for it at hand, as far as it takes it.
    pub(super) fn catch_up(&mut self, id: MemberId) -> Caught {
        let Some(member) = self.members.get_mut(&id) else {
            return Caught::Up;
        };
        let (Progress::Behind { heard, .. }, Some(line)) = (member.progress, member.line.clone())
        else {
            return Caught::Up;
        };
        let oldest = self.at_hand.front().map(|(event, _)| event.seq());
        if heard < self.at && oldest.is_none_or(|oldest| oldest > heard + 1) {
            return Caught::Old(heard, line);
        }
        let before = |(event, _): &(Addressed, _)| event.seq() <= heard;
        let next = self.at_hand.partition_point(before);
        for (event, outgoing) in self.at_hand.range(next..) {
            if member.awaits(event) && line.connection().outflow.full() {
                return Caught::Full(line);
            }
            if !member.hear(event, Some(outgoing), self.at) {
                return Caught::Up;
            }
        }
        let heard = heard.max(self.at);
        member.progress = Progress::Level { heard };
        Caught::Up
    }

    /// Whether an event of the log is for somebody who is behind.
    pub(super) fn awaits(&self, id: MemberId, event: &Addressed) -> bool {
        let member = self.members.get(&id);
        member.is_some_and(|member| member.awaits(event))
    }

    /// Hands an event of the log to somebody who is behind, if it is for it; none passes over it.
    /// It has to be the one that comes next.
    pub(super) fn hear(&mut self, id: MemberId, event: &Addressed, outgoing: Option<&Outgoing>) {
        let at = self.at;
        if let Some(member) = self.members.get_mut(&id) {
            member.hear(event, outgoing, at);
        }
    }

    #[cfg(test)]
    pub(super) fn is_level(&self, id: MemberId) -> bool {
        matches!(self.members[&id].progress, Progress::Level { .. })
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

//! Which inputs of which client have been taken, so that each is applied once however often it
//! is sent, and every time it was sent is answered.
//!
//! Pure: it neither queues nor writes, and what an answer is it does not know.

use std::collections::{HashMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::ids::ClientId;

/// Clients of one principal that a life of a terminal remembers. Each page that is opened is
/// one, so it is hours until the first is forgotten. A limit for each principal: nobody can
/// push out what another wants remembered.
pub(crate) const CLIENTS_PER_OWNER: usize = 64;

/// Stretches of a client's sequence that were not written and are remembered as such.
const EXCEPTIONS: usize = 64;

/// How often one input that still waits may be asked for. Each time costs memory.
const ASKS: usize = 8;

/// Whose sequence it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ClientKey {
    /// The principal, in whatever words tell one from another.
    pub(crate) owner: String,
    pub(crate) client: ClientId,
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The program's terminal has it.
    Written,
    /// Something urgent of the same client came first; at most its beginning was written.
    Dropped,
    /// The program ended before it was written.
    Ended,
}

/// What to do with an input that was sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offer<A> {
    /// It is new: apply it, and [`Ledger::settle`] it then.
    New,
    /// It waits; this one is answered with it. Whoever asked longest ago may have to give way.
    Waiting(Option<A>),
    /// It was dealt with already.
    Known(A, Fate),
    /// One before it has not come.
    Gap(A, u64),
    /// Too many clients of this principal have something waiting.
    Full(A),
}

/// The sequences of one life of a terminal; `A` answers whoever sent something.
#[derive(Debug)]
pub(crate) struct Ledger<A> {
    clients: HashMap<Arc<ClientKey>, Client<A>>,
    /// Counts uses, to know which client was used last.
    clock: u64,
}

#[derive(Debug)]
struct Client<A> {
    /// The first that has not been taken.
    next: u64,
    waiting: VecDeque<Entry<A>>,
    /// Of those that were dealt with, which were not written.
    exceptions: VecDeque<(RangeInclusive<u64>, Fate)>,
    used: u64,
}

#[derive(Debug)]
struct Entry<A> {
    seq: u64,
    asks: VecDeque<A>,
}

impl<A> Default for Ledger<A> {
    fn default() -> Self {
        Self {
            clients: HashMap::new(),
            clock: 0,
        }
    }
}

impl<A> Ledger<A> {
    /// Whether `seq` is what comes next from this client.
    pub(crate) fn is_next(&self, key: &Arc<ClientKey>, seq: u64) -> bool {
        self.clients.get(key).map_or(1, |client| client.next) == seq
    }

    /// An input was sent, for the first time or again.
    pub(crate) fn offer(&mut self, key: &Arc<ClientKey>, seq: u64, ask: A) -> Offer<A> {
        if !self.clients.contains_key(key) {
            if seq != 1 {
                return Offer::Gap(ask, 1);
            }
            if !self.make_room(&key.owner) {
                return Offer::Full(ask);
            }
        }
        self.clock += 1;
        let client = self.clients.entry(key.clone()).or_default();
        client.used = self.clock;
        client.offer(seq, ask)
    }

    /// Something that was new has been dealt with. Who is to be told.
    pub(crate) fn settle(&mut self, key: &Arc<ClientKey>, seq: u64, fate: Fate) -> Vec<A> {
        self.clients
            .get_mut(key)
            .map_or_else(Vec::new, |client| client.settle(seq, fate))
    }

    /// Forgets the client of `owner` that was used longest ago and has nothing waiting, when
    /// there are too many. False when there is none.
    fn make_room(&mut self, owner: &str) -> bool {
        let own = || self.clients.iter().filter(|(key, _)| key.owner == owner);
        if own().count() < CLIENTS_PER_OWNER {
            return true;
        }
        let idle = own()
            .filter(|(_, client)| client.waiting.is_empty())
            .min_by_key(|(_, client)| client.used)
            .map(|(key, _)| key.clone());
        idle.is_some_and(|key| self.clients.remove(&key).is_some())
    }
}

impl<A> Default for Client<A> {
    fn default() -> Self {
        Self {
            next: 1,
            waiting: VecDeque::new(),
            exceptions: VecDeque::new(),
            used: 0,
        }
    }
}

impl<A> Client<A> {
    fn offer(&mut self, seq: u64, ask: A) -> Offer<A> {
        if seq > self.next {
            return Offer::Gap(ask, self.next);
        }
        if seq == self.next {
            self.next += 1;
            let asks = VecDeque::from([ask]);
            self.waiting.push_back(Entry { seq, asks });
            return Offer::New;
        }
        let Ok(at) = self.waiting.binary_search_by_key(&seq, |entry| entry.seq) else {
            return Offer::Known(ask, self.fate(seq));
        };
        let asks = &mut self.waiting[at].asks;
        asks.push_back(ask);
        let gives_way = if asks.len() > ASKS {
            asks.pop_front()
        } else {
            None
        };
        Offer::Waiting(gives_way)
    }

    fn settle(&mut self, seq: u64, fate: Fate) -> Vec<A> {
        let Ok(at) = self.waiting.binary_search_by_key(&seq, |entry| entry.seq) else {
            return Vec::new();
        };
        if fate != Fate::Written {
            self.except(seq, fate);
        }
        let entry = self.waiting.remove(at);
        entry.map_or_else(Vec::new, |entry| entry.asks.into())
    }

    fn except(&mut self, seq: u64, fate: Fate) {
        match self.exceptions.back_mut() {
            Some((range, same)) if *same == fate && *range.end() + 1 == seq => {
                *range = *range.start()..=seq;
            }
            _ => self.exceptions.push_back((seq..=seq, fate)),
        }
        if self.exceptions.len() > EXCEPTIONS {
            self.exceptions.pop_front();
        }
    }

    fn fate(&self, seq: u64) -> Fate {
        self.exceptions
            .iter()
            .find(|(range, _)| range.contains(&seq))
            .map_or(Fate::Written, |(_, fate)| *fate)
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;

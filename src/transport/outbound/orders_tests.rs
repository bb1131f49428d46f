//! Whatever the order of commits, joins, slow clients and a slow bus: each event once, in
//! order, to whom it is for.

use std::sync::atomic::Ordering;

use proptest::prelude::*;

use super::tests::{Client, FakeLog, bounds, desktop, device, outbound, project};
use super::*;
use crate::protocol::EventScope;

/// A client does something, or something happens.
#[derive(Debug, Clone)]
enum Step {
    Write(usize),
    WriteToAll,
    /// The bus brings so many events.
    Tell(usize),
    Join(usize, usize),
    Leave(usize, usize),
    /// It takes so many packets.
    Take(usize, usize),
    /// Others have their turn.
    Yield(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..2).prop_map(Step::Write),
        1 => Just(Step::WriteToAll),
        4 => (1usize..5).prop_map(Step::Tell),
        2 => (0usize..3, 0usize..2).prop_map(|(c, p)| Step::Join(c, p)),
        1 => (0usize..3, 0usize..2).prop_map(|(c, p)| Step::Leave(c, p)),
        4 => (0usize..3, 1usize..9).prop_map(|(c, n)| Step::Take(c, n)),
        3 => (0u8..9).prop_map(Step::Yield),
    ]
}

/// What a client hears.
#[derive(Default)]
struct Hearing {
    heard: Vec<u64>,
    /// What was written for it after it had joined.
    must: Vec<u64>,
    /// What was written before, and not told then; what it had not taken when it left.
    may: Vec<u64>,
    joined: [bool; 2],
}

/// A run: the log, who hears of it, and the clients.
struct Run {
    log: FakeLog,
    outbound: Outbound,
    clients: Vec<Client>,
    hearings: Vec<Hearing>,
}

impl Run {
    async fn new(waiting: usize, at_hand: usize) -> Self {
        let log = FakeLog::new(waiting);
        log.commit(EventScope::All);
        let bounds = Bounds {
            at_hand,
            ..bounds(usize::MAX)
        };
        let outbound = outbound(&log, bounds).await;
        // The second one may see one of the projects.
        let principals = [desktop(), device(&[1]), desktop()];
        let enter = |who| Client::enter(&outbound, Namespace::Mobile, who);
        Self {
            clients: principals.map(enter).into(),
            hearings: std::iter::repeat_with(Hearing::default).take(3).collect(),
            log,
            outbound,
        }
    }

    /// The events of a project after `seq`.
    fn written(&self, of: usize, seq: u64) -> Vec<u64> {
        let events = self.log.events.lock().unwrap();
        let after = events.iter().filter(|event| event.seq > seq);
        let scope = EventScope::Project(project(of));
        let of_it = after.filter(|event| event.scope == scope);
        of_it.map(|event| event.seq).collect()
    }

    fn sees(client: usize, project: usize) -> bool {
        client != 1 || project == 1
    }

    async fn step(&mut self, step: &Step) {
        match *step {
            Step::Write(p) => {
                let seq = self.log.write(EventScope::Project(project(p)));
                for (n, hearing) in self.hearings.iter_mut().enumerate() {
                    if hearing.joined[p] && Self::sees(n, p) {
                        hearing.must.push(seq);
                    }
                }
            }
            Step::WriteToAll => {
                let seq = self.log.write(EventScope::All);
                self.hearings.iter_mut().for_each(|h| h.must.push(seq));
            }
            Step::Tell(events) => self.log.tell(events),
            Step::Join(n, p) => self.join(n, p),
            Step::Leave(n, p) => self.leave(n, p),
            Step::Take(n, packets) => {
                for _ in 0..packets {
                    if let Ok(seq) = self.clients[n].handed.try_recv() {
                        self.clients[n].connection.outflow.taken(1);
                        self.hearings[n].heard.push(seq);
                    }
                }
            }
            Step::Yield(turns) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    fn join(&mut self, n: usize, p: usize) {
        let untold = self.written(p, self.outbound.index().at());
        let room = Room::Project(project(p));
        self.clients[n].membership.join(room).unwrap();
        let hearing = &mut self.hearings[n];
        if !std::mem::replace(&mut hearing.joined[p], true) && Self::sees(n, p) {
            hearing.may.extend(untold);
        }
    }

    fn leave(&mut self, n: usize, p: usize) {
        self.clients[n].membership.leave(Room::Project(project(p)));
        let left = self.written(p, 0);
        let hearing = &mut self.hearings[n];
        hearing.joined[p] = false;
        let Hearing {
            heard, must, may, ..
        } = hearing;
        must.retain(|seq| {
            let stays = !left.contains(seq) || heard.contains(seq);
            if !stays {
                may.push(*seq);
            }
            stays
        });
    }

    /// Lets everybody hear of everything, and looks at what they have heard.
    async fn end(&mut self) {
        // One more that all hear of: whoever has it has all that was before.
        let last = self.log.commit(EventScope::All);
        for (client, hearing) in self.clients.iter_mut().zip(&mut self.hearings) {
            hearing.must.push(last);
            while hearing.heard.last() != Some(&last) {
                hearing.heard.push(client.next().await);
            }
        }
        for Hearing {
            heard, must, may, ..
        } in &self.hearings
        {
            assert!(
                heard.is_sorted_by(|a, b| a < b),
                "once and in order: {heard:?}"
            );
            let missed = must.iter().find(|seq| !heard.contains(seq));
            assert_eq!(missed, None, "missing in {heard:?}");
            let foreign = heard
                .iter()
                .find(|seq| !must.contains(seq) && !may.contains(seq));
            assert_eq!(foreign, None, "for somebody else, in {heard:?}");
        }
    }

    /// All become level again, and then the next one needs no log.
    async fn after(&mut self) {
        for client in &self.clients {
            while !self.outbound.index().is_level(client.membership.id) {
                tokio::task::yield_now().await;
            }
        }
        self.log.empty.store(true, Ordering::SeqCst);
        let next = self.log.commit(EventScope::All);
        for client in &mut self.clients {
            assert_eq!(client.next().await, next);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn whatever_the_order_each_hears_its_own_once(
        steps in proptest::collection::vec(step(), 1..120),
        waiting in 1usize..9,
        // None, about three events, or all.
        at_hand in prop_oneof![Just(0usize), Just(400), Just(1 << 20)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(async {
            let mut run = Run::new(waiting, at_hand).await;
            for step in &steps {
                run.step(step).await;
            }
            run.end().await;
            run.after().await;
        });
    }
}

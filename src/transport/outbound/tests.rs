//! Slow clients, those that come in, a bus that is behind: each event once and in order, or the
//! connection is cut. The log, the bus and the clients here are also those of the other tests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::*;
use crate::ids::{DeviceId, ProjectId};
use crate::protocol::{EventScope, Role};
use crate::transport::connection::Flows;

/// What every packet costs: so many fit into a connection.
pub(super) const PACKETS: usize = 4;
const PACKET: usize = 512;

pub(super) fn project(n: usize) -> ProjectId {
    ProjectId::new(format!("p{n}")).unwrap()
}

/// A log whose bus holds few events, and may be behind the log.
#[derive(Clone)]
pub(super) struct FakeLog {
    pub(super) events: Arc<Mutex<Vec<Arc<Logged>>>>,
    /// Those that the bus has brought.
    told: Arc<Mutex<usize>>,
    bus: broadcast::Sender<Arc<Logged>>,
    /// It has forgotten everything.
    pub(super) empty: Arc<AtomicBool>,
}

impl FakeLog {
    pub(super) fn new(waiting: usize) -> Self {
        Self {
            events: Arc::default(),
            told: Arc::default(),
            bus: broadcast::Sender::new(waiting),
            empty: Arc::default(),
        }
    }

    /// Commits an event and tells of everything.
    pub(super) fn commit(&self, scope: EventScope) -> u64 {
        let seq = self.write(scope);
        self.tell(usize::MAX);
        seq
    }

    pub(super) fn write(&self, scope: EventScope) -> u64 {
        self.write_as("task:created", scope)
    }

    /// Like [`FakeLog::commit`], for an event of this name.
    pub(super) fn commit_as(&self, name: &str, scope: EventScope) {
        self.write_as(name, scope);
        self.tell(usize::MAX);
    }

    fn write_as(&self, name: &str, scope: EventScope) -> u64 {
        let mut events = self.events.lock().unwrap();
        let seq = events.len() as u64 + 1;
        events.push(Arc::new(Logged {
            seq,
            name: name.into(),
            scope,
            data: json!({}),
            timestamp: 0,
        }));
        seq
    }

    /// Tells of so many events that have been written.
    pub(super) fn tell(&self, most: usize) {
        let (events, mut told) = (self.events.lock().unwrap(), self.told.lock().unwrap());
        for event in events.iter().skip(*told).take(most) {
            *told += 1;
            let _ = self.bus.send(event.clone());
        }
    }

    fn head(&self) -> u64 {
        self.events.lock().unwrap().len() as u64
    }
}

impl Log for FakeLog {
    fn listen(&self) -> Option<Receiver<Arc<Logged>>> {
        Some(self.bus.subscribe())
    }

    fn head(&self) -> BoxFuture<'_, Result<Cursor>> {
        let log = "log".to_owned();
        let seq = FakeLog::head(self);
        Box::pin(async move { Ok(Cursor { log, seq }) })
    }

    fn since(&self, cursor: Cursor, limit: usize) -> BoxFuture<'_, Result<Since>> {
        assert_eq!(cursor.log, "log");
        Box::pin(async move {
            tokio::task::yield_now().await;
            if self.empty.load(Ordering::SeqCst) {
                return Ok(Since::Unknown);
            }
            let events: Vec<_> = {
                let events = self.events.lock().unwrap();
                let after = events.iter().skip(usize::try_from(cursor.seq).unwrap());
                after.take(limit.min(3)).cloned().collect()
            };
            // By the time that somebody has them there may be more.
            for _ in 0..1 + cursor.seq % 3 {
                tokio::task::yield_now().await;
            }
            Ok(Since::Events(events))
        })
    }
}

/// A client: what it was handed, and what of that it has taken.
pub(super) struct Client {
    pub(super) membership: Membership,
    pub(super) connection: Arc<Connection>,
    pub(super) handed: UnboundedReceiver<u64>,
}

struct FakeLine {
    connection: Arc<Connection>,
    handed: UnboundedSender<u64>,
}

impl Line for FakeLine {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn send(&self, event: &Outgoing) -> bool {
        let envelope: serde_json::Value = serde_json::from_str(event.json.get()).unwrap();
        self.connection.outflow.sending(PACKET);
        self.handed.send(envelope["seq"].as_u64().unwrap()).is_ok()
    }
}

impl Client {
    pub(super) fn enter(outbound: &Outbound, namespace: Namespace, principal: Principal) -> Self {
        let membership = outbound.enter(namespace, principal);
        let flows = Flows {
            output_waiting: PACKETS * PACKET,
            input_waiting: 1,
            input_patience: Duration::ZERO,
        };
        let connection = Connection::new(flows, Arc::default());
        let (send, handed) = unbounded_channel();
        // Nothing comes before it is connected.
        membership.connect(Arc::new(FakeLine {
            connection: connection.clone(),
            handed: send,
        }));
        Self {
            membership,
            connection,
            handed,
        }
    }

    /// Takes the next event, waiting for it.
    pub(super) async fn next(&mut self) -> u64 {
        let wait = tokio::time::timeout(Duration::from_secs(20), self.handed.recv());
        let seq = wait.await.expect("an event in time").expect("a line");
        self.connection.outflow.taken(1);
        seq
    }
}

pub(super) fn bounds(behind: usize) -> Bounds {
    Bounds {
        rooms: 3,
        behind,
        // About three events.
        at_hand: 400,
    }
}

pub(super) async fn outbound(log: &FakeLog, bounds: Bounds) -> Outbound {
    let tasks = Tasks::new(tokio::runtime::Handle::current());
    let hub = HubId::new("hub").unwrap();
    let outbound = Outbound::new(Box::new(log.clone()), hub, tasks, bounds);
    outbound.begin().await;
    outbound
}

pub(super) fn desktop() -> Principal {
    Principal::desktop(Role::Viewer)
}

pub(super) fn device(projects: &[usize]) -> Principal {
    let projects = projects.iter().map(|n| project(*n)).collect();
    Principal::device(DeviceId::new("d").unwrap(), Role::Viewer, Some(projects))
}

/// On real threads: clients that take what they are given as fast as they can or
/// stop for a while, while two threads commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_threads_nobody_misses_or_repeats_anything() {
    const EACH: usize = 3_000;
    let log = FakeLog::new(64);
    let outbound = outbound(&log, bounds(usize::MAX)).await;
    let mut reading = tokio::task::JoinSet::new();
    for n in 0..16 {
        let mut client = Client::enter(&outbound, Namespace::Mobile, desktop());
        client.membership.join(Room::Project(project(0))).unwrap();
        reading.spawn(async move {
            let mut heard = Vec::with_capacity(EACH);
            while heard.len() < EACH {
                heard.push(client.next().await);
                // Now and then it has something else to do, longer than its connection holds.
                if heard.len() % 97 == n {
                    for _ in 0..500 {
                        tokio::task::yield_now().await;
                    }
                }
            }
            heard
        });
    }
    let writing = log.clone();
    let wrote = std::thread::spawn(move || {
        let commit = |n| (n, writing.commit(EventScope::Project(project(n))));
        let all = (0..2 * EACH).map(|n| commit(n % 2));
        all.filter(|(n, _)| *n == 0)
            .map(|(_, seq)| seq)
            .collect::<Vec<_>>()
    });
    let heard = reading.join_all().await;
    let wrote = wrote.join().unwrap();
    for heard in heard {
        assert_eq!(heard, wrote);
    }
}

#[tokio::test]
async fn whoever_is_too_far_behind_is_cut_and_hears_nothing_after_a_gap() {
    let log = FakeLog::new(1024);
    let outbound = outbound(&log, bounds(10)).await;
    let mut slow = Client::enter(&outbound, Namespace::Mobile, desktop());
    let mut quick = Client::enter(&outbound, Namespace::Mobile, desktop());
    for _ in 0..PACKETS + 11 {
        let seq = log.commit(EventScope::All);
        assert_eq!(quick.next().await, seq);
    }
    slow.connection.is_cut().cancelled().await;
    assert!(!quick.connection.is_cut().is_cancelled());
    let mut heard = Vec::new();
    while let Ok(seq) = slow.handed.try_recv() {
        slow.connection.outflow.taken(1);
        heard.push(seq);
    }
    // Even when it reads again.
    let seq = log.commit(EventScope::All);
    assert_eq!(quick.next().await, seq);
    assert!(slow.handed.try_recv().is_err());
    assert_eq!(heard, (1..=PACKETS as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn whoever_the_log_does_not_cover_any_more_is_cut() {
    let log = FakeLog::new(1024);
    let outbound = outbound(&log, bounds(1000)).await;
    let mut slow = Client::enter(&outbound, Namespace::Mobile, desktop());
    let mut quick = Client::enter(&outbound, Namespace::Mobile, desktop());
    log.empty.store(true, Ordering::SeqCst);
    // More than is at hand without it.
    for _ in 0..PACKETS + 9 {
        let seq = log.commit(EventScope::All);
        assert_eq!(quick.next().await, seq);
    }
    for seq in 1..=PACKETS as u64 {
        assert_eq!(slow.next().await, seq);
    }
    slow.connection.is_cut().cancelled().await;
    assert!(!quick.connection.is_cut().is_cancelled());
}

#[tokio::test]
async fn what_comes_while_somebody_becomes_level_is_not_lost() {
    let log = FakeLog::new(1024);
    let outbound = outbound(&log, bounds(1000)).await;
    let mut slow = Client::enter(&outbound, Namespace::Mobile, desktop());
    // Events reach the index by hand alone, so that nothing happens in between.
    let event = |seq: u64| log.events.lock().unwrap()[usize::try_from(seq).unwrap() - 1].clone();
    let dispatch = |seq| {
        let event = event(seq);
        let outgoing = Arc::new(outbound.outgoing(&event).unwrap());
        outbound.index().dispatch(Addressed::new(&event), outgoing)
    };
    let hear = |seq| {
        let event = event(seq);
        let outgoing = outbound.outgoing(&event);
        let mut index = outbound.index();
        index.hear(
            slow.membership.id,
            &Addressed::new(&event),
            outgoing.as_ref(),
        );
    };
    let id = slow.membership.id;
    let full = PACKETS as u64;
    for n in 1..=full + 1 {
        let seq = log.write(EventScope::All);
        assert_eq!(dispatch(seq).contains(&id), n > full, "{n}");
    }
    // It reads what it has missed from the log. That was all, and now there is more.
    hear(full + 1);
    let last = log.write(EventScope::All);
    assert!(dispatch(last).is_empty());
    assert!(matches!(outbound.index().catch_up(id), Caught::Full(_)));
    for seq in 1..last {
        assert_eq!(slow.next().await, seq);
    }
    assert!(matches!(outbound.index().catch_up(id), Caught::Up));
    assert_eq!(slow.next().await, last);
    let next = log.write(EventScope::All);
    assert!(dispatch(next).is_empty());
    assert_eq!(slow.next().await, next);
}

#[tokio::test]
async fn what_happens_while_somebody_comes_in_is_not_missed() {
    let log = FakeLog::new(1024);
    let outbound = outbound(&log, bounds(1000)).await;
    log.commit(EventScope::All);
    let mut before = Client::enter(&outbound, Namespace::Mobile, desktop());
    assert_eq!(before.next().await, 1);

    let entering = outbound.enter(Namespace::Mobile, desktop());
    assert_eq!(outbound.status(Namespace::Mobile).connected, 1);
    let seq = log.commit(EventScope::All);
    assert_eq!(before.next().await, seq);
    let (handed, mut events) = unbounded_channel();
    let connection = before.connection.clone();
    entering.connect(Arc::new(FakeLine { connection, handed }));
    assert_eq!(events.recv().await, Some(seq));
    assert_eq!(outbound.status(Namespace::Mobile).connected, 2);
    drop(before);
    drop(entering);
    assert_eq!(outbound.status(Namespace::Mobile).connected, 0);
}

#[tokio::test]
async fn who_is_where_is_counted_and_bounded() {
    let log = FakeLog::new(1024);
    let outbound = outbound(&log, bounds(1000)).await;
    let one = Client::enter(&outbound, Namespace::Ui, desktop());
    let other = Client::enter(&outbound, Namespace::Ui, desktop());
    for n in 0..3 {
        one.membership.join(Room::Project(project(n))).unwrap();
    }
    other.membership.join(Room::Project(project(1))).unwrap();
    let refused = one.membership.join(Room::Project(project(3))).unwrap_err();
    assert!(refused.message.contains("at most 3"), "{refused}");
    // A room that it is in takes no other place.
    one.membership.join(Room::Project(project(2))).unwrap();
    one.membership.leave(Room::Project(project(2)));
    one.membership.join(Room::Project(project(3))).unwrap();
    let status = outbound.status(Namespace::Ui);
    assert_eq!(status.connected, 2);
    let rooms: Vec<_> = status
        .rooms
        .iter()
        .map(|(name, n)| (name.as_str(), *n))
        .collect();
    assert_eq!(
        rooms,
        [("project:p0", 1), ("project:p1", 2), ("project:p3", 1)]
    );
    drop(one);
    drop(other);
    assert!(outbound.status(Namespace::Ui).rooms.is_empty());
}

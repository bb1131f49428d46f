//! What only a store on a disk can do: outlast the hub, run full, be damaged.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::config::Synchronous;
use crate::domain::{Cursor, EventId, Logged, Mutation, NewEvent, Services};
use crate::error::Result as HubResult;
use crate::ids::HubId;
use crate::protocol::{EntityKind, ErrorCode, EventScope, ListQuery, StorageStatus};
use crate::store::domain::{DomainStore, Since, Writer, Writing};

fn start(backend: Backend) -> DomainStore {
    let hub = HubId::new("h").unwrap();
    let first = Some(Mutation::create_default_project());
    DomainStore::start(backend, hub, first, Box::new(drop)).unwrap()
}

fn opened(folder: &Path, events: &Events) -> DomainStore {
    let opened = crate::store::open(Some(folder), events);
    assert_eq!(opened.problem, None);
    start(opened.domain)
}

fn task(title: &str) -> Mutation {
    let new = json!({"projectId": "default", "title": title});
    Mutation::CreateTask(serde_json::from_value(new).unwrap())
}

async fn titles(store: &DomainStore) -> Vec<String> {
    let query = ListQuery::all(EntityKind::Task);
    let page = store.list(query).await.unwrap();
    page.items
        .into_iter()
        .map(|task| crate::protocol::Task::try_from(task).unwrap().title)
        .collect()
}

async fn missed(store: &DomainStore, cursor: Cursor) -> Option<Vec<Arc<Logged>>> {
    match store.since(cursor, 1_000).await.unwrap() {
        Since::Events(events) => Some(events),
        Since::Unknown => None,
    }
}

#[tokio::test]
async fn the_log_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (events, synchronous) = (Events::default(), Synchronous::Normal);
    let once = NewEvent {
        name: "build:finished".into(),
        scope: EventScope::All,
        data: json!({}),
        timestamp: None,
        id: Some(EventId::from("1")),
    };
    let store = opened(folder.path(), &events);
    store.change(task("one")).await.unwrap();
    let cursor = store.head().await.unwrap();
    store.append(vec![once.clone()]).await.unwrap();
    store.end().await;
    // Also when it was closed in order while the last commits could be lost.
    for events in [
        events.clone(),
        Events {
            synchronous,
            ..events.clone()
        },
        events,
    ] {
        let store = opened(folder.path(), &events);
        store.append(vec![once.clone()]).await.unwrap();
        store.change(task("more")).await.unwrap();
        store.end().await;
    }
    let store = opened(folder.path(), &Events::default());
    assert_eq!(titles(&store).await, ["one", "more", "more", "more"]);
    let events = missed(&store, cursor).await.unwrap();
    let events: Vec<_> = events.iter().map(|e| (e.seq, e.name.as_str())).collect();
    let made = "task:created";
    assert_eq!(
        events,
        [(3, "build:finished"), (4, made), (5, made), (6, made)]
    );
}

#[tokio::test]
async fn a_log_that_may_have_lost_its_end_has_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let lossy = Events {
        synchronous: Synchronous::Normal,
        ..Events::default()
    };
    // Both end without having been closed.
    let store = opened(folder.path(), &lossy);
    store.change(task("one")).await.unwrap();
    let cursor = store.head().await.unwrap();
    std::mem::forget(store);
    let store = opened(folder.path(), &Events::default());
    assert_eq!(missed(&store, cursor).await, None);
    let cursor = store.head().await.unwrap();
    store.change(task("two")).await.unwrap();
    std::mem::forget(store);
    let store = opened(folder.path(), &lossy);
    assert_eq!(missed(&store, cursor).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_number_is_never_used_twice_although_its_event_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path(), &Events::default());
    for _ in 0..10 {
        store.change(task("t")).await.unwrap();
    }
    let head = store.head().await.unwrap();
    store.end().await;
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    connection.execute("DELETE FROM events", []).unwrap();
    drop(connection);
    let store = opened(folder.path(), &Events::default());
    assert_eq!(store.head().await.unwrap(), head);
    store.change(task("t")).await.unwrap();
    assert_eq!(store.head().await.unwrap().seq, head.seq + 1);
    assert_eq!(missed(&store, head).await.unwrap().len(), 1);
}

#[tokio::test]
async fn old_events_and_requests_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path(), &Events::default());
    let request = || {
        let new = json!({"projectId": "default", "title": "t", "clientRequestId": "r"});
        Mutation::CreateTask(serde_json::from_value(new).unwrap())
    };
    store.change(request()).await.unwrap();
    let old = store.head().await.unwrap();
    store.change(task("t")).await.unwrap();
    store.end().await;
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    for table in ["requests", "events WHERE seq < 3"] {
        let (table, filter) = table.split_once(' ').unwrap_or((table, ""));
        let change = format!("UPDATE {table} SET at = 1 {filter}");
        connection.execute(&change, []).unwrap();
    }
    drop(connection);
    let store = opened(folder.path(), &Events::default());
    // The first transaction looks after it.
    store.change(task("t")).await.unwrap();
    let held = missed(&store, old.clone()).await.unwrap();
    assert_eq!(held[0].seq, 3);
    let older = Cursor {
        seq: old.seq - 1,
        ..old
    };
    assert_eq!(missed(&store, older).await, None);
    assert!(store.change(request()).await.unwrap().created);
}

#[tokio::test]
async fn what_waits_is_kept_together_and_answered_after_it_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let backend = crate::store::open(Some(folder.path()), &Events::default()).domain;
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    let committed = Box::new(move |events: Vec<Arc<Logged>>| {
        // The disk is slow.
        let _ = wait.recv();
        tell.send(events.len()).unwrap();
    });
    let store = DomainStore::start(backend, HubId::new("h").unwrap(), None, committed).unwrap();
    let mut changes = Vec::new();
    for n in 0..50 {
        let id = if n % 10 == 9 { "" } else { "p" };
        let new = json!({"name": id, "clientRequestId": n.to_string()});
        let new = Mutation::CreateProject(serde_json::from_value(new).unwrap());
        changes.push(store.change(new));
    }
    let first = store.change(Mutation::create_default_project());
    let mut all = futures_util::future::join(first, futures_util::future::join_all(changes));
    // Everything has been handed over, and only the first one is being kept.
    assert!(futures_util::poll!(&mut all).is_pending());
    drop(go_on);
    let (first, done) = all.await;
    first.unwrap();
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 45);
    let told: Vec<usize> = told.try_iter().collect();
    assert_eq!(
        told.iter().sum::<usize>(),
        46,
        "answers come after it was told"
    );
    // Two, unless this machine is very busy.
    assert!(told.len() <= 10, "{told:?}");
}

/// As [`opened`], with room for so many pages more.
fn with_room(folder: &Path, pages: u32) -> (DomainStore, Box<dyn Fn(u32)>) {
    let file = folder.join(FILE);
    drop(opened(folder, &Events::default()));
    let (more, wanted) = std::sync::mpsc::channel::<u32>();
    let inner = SqliteWriter::new(connect(&file).unwrap(), Events::default()).unwrap();
    inner.limit(pages);
    let backend = Backend {
        writer: Box::new(Limited { inner, wanted }),
        reader: Box::new(SqliteReader::new(connect(&file).unwrap()).unwrap()),
        lister: Box::new(SqliteReader::new(connect(&file).unwrap()).unwrap()),
    };
    (
        start(backend),
        Box::new(move |pages| more.send(pages).unwrap()),
    )
}

/// Takes more room when it is told.
struct Limited {
    inner: SqliteWriter,
    wanted: std::sync::mpsc::Receiver<u32>,
}

impl Writer for Limited {
    fn transact(
        &mut self,
        now: u64,
        work: &mut dyn FnMut(&mut dyn Writing) -> HubResult<()>,
    ) -> HubResult<()> {
        if let Ok(pages) = self.wanted.try_recv() {
            self.inner.limit(pages);
        }
        self.inner.transact(now, work)
    }

    fn end(&mut self) {
        self.inner.end();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_whole_changes_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let (store, make_room) = with_room(folder.path(), 100);
    let long = "x".repeat(400);
    let mut kept = Vec::new();
    let full = loop {
        let title = format!("{} {long}", kept.len());
        match store.change(task(&title)).await {
            Ok(_) => kept.push(title),
            Err(error) => break error,
        }
    };
    assert_eq!(full.code, ErrorCode::Unavailable, "{full}");
    assert!(full.retry_after.is_some());
    assert!(kept.len() > 50, "{}", kept.len());
    let head = store.head().await.unwrap();
    assert_eq!(titles(&store).await, kept);
    // Those that share a transaction with one that fails are refused, too, and whole.
    let together = (0..50).map(|_| store.change(task(&long)));
    let refused = futures_util::future::join_all(together).await;
    assert!(refused.iter().all(|done| done.is_err()));
    assert_eq!(store.head().await.unwrap(), head);
    make_room(1_000);
    store.change(task("room")).await.unwrap();
    kept.push("room".into());
    assert_eq!(titles(&store).await, kept);
    assert_eq!(store.head().await.unwrap().seq, head.seq + 1);
}

#[test]
fn a_damaged_file_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = vec![7; 8 << 10];
    fs::write(folder.path().join(FILE), &damaged).unwrap();
    let first = crate::store::open(Some(folder.path()), &Events::default());
    assert_eq!(first.status, StorageStatus::Memory);
    let problem = first.problem.unwrap();
    let aside: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().contains("damaged"))
        .collect();
    assert_eq!(aside.len(), 1);
    assert!(problem.contains(aside[0].to_str().unwrap()), "{problem}");
    assert_eq!(fs::read(&aside[0]).unwrap(), damaged);
    let second = crate::store::open(Some(folder.path()), &Events::default());
    assert_eq!((second.status, second.problem), (StorageStatus::Disk, None));
}

#[tokio::test]
async fn damage_in_the_middle_of_a_file_is_found_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path(), &Events::default());
    for _ in 0..100 {
        store.change(task(&"x".repeat(400))).await.unwrap();
    }
    store.end().await;
    drop(store);
    let file = folder.path().join(FILE);
    let connection = Connection::open(&file).unwrap();
    connection
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .ok();
    drop(connection);
    let mut bytes = fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 8_192].fill(0xff);
    fs::write(&file, &bytes).unwrap();
    let opened = crate::store::open(Some(folder.path()), &Events::default());
    assert_eq!(opened.status, StorageStatus::Memory);
    assert!(opened.problem.unwrap().contains("damaged"));
    let aside = fs::read_dir(folder.path()).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        path.to_str().unwrap().contains("damaged") && fs::read(path).unwrap() == bytes
    });
    assert!(aside, "kept as it was");
}

#[test]
fn a_file_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    let connection = Connection::open(&file).unwrap();
    connection
        .pragma_update(None, "user_version", 1_000)
        .unwrap();
    drop(connection);
    let opened = crate::store::open(Some(folder.path()), &Events::default());
    assert_eq!(opened.status, StorageStatus::Memory);
    assert!(opened.problem.unwrap().contains("later version"));
    assert!(file.exists());
}

#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    connection.execute_batch(MIGRATIONS[0]).unwrap();
    connection
        .execute("INSERT INTO hub VALUES ('h1')", [])
        .unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    let opened = crate::store::open(Some(folder.path()), &Events::default());
    assert_eq!((opened.hub.as_str(), opened.problem), ("h1", None));
    start(opened.domain).change(task("t")).await.unwrap();
}

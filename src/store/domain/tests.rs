//! What every store of the domain must do, asked of each.

use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use super::*;
use crate::config::Events;
use crate::domain::EventId;
use crate::protocol::{ErrorCode, EventScope};

/// A store of one kind, with what keeps it.
struct Place {
    store: DomainStore,
    told: Receiver<Arc<Logged>>,
    #[cfg(feature = "sqlite")]
    _folder: Option<tempfile::TempDir>,
}

fn start(backend: Backend) -> (DomainStore, Receiver<Arc<Logged>>) {
    let (tell, told) = channel();
    let committed = Box::new(move |logged: Vec<Arc<Logged>>| {
        for event in logged {
            // The test may have heard enough.
            let _ = tell.send(event);
        }
    });
    let hub = HubId::new("h").unwrap();
    let first = Some(Mutation::create_default_project());
    let store = DomainStore::start(backend, hub, first, committed).unwrap();
    (store, told)
}

fn memory(events: &Events) -> Place {
    let (store, told) = start(in_memory(events));
    Place {
        store,
        told,
        #[cfg(feature = "sqlite")]
        _folder: None,
    }
}

#[cfg(feature = "sqlite")]
fn sqlite(events: &Events) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let backend = crate::store::open(Some(folder.path()), events).domain;
    let (store, told) = start(backend);
    Place {
        store,
        told,
        _folder: Some(folder),
    }
}

/// Each of these runs on every kind of store.
macro_rules! on_every_store {
    ($($name:ident),* $(,)?) => {
        mod memory_ {
            $(#[tokio::test] async fn $name() { super::$name(super::memory).await; })*
        }
        #[cfg(feature = "sqlite")]
        mod sqlite_ {
            $(#[tokio::test] async fn $name() { super::$name(super::sqlite).await; })*
        }
    };
}

on_every_store!(
    a_change_is_kept_and_told_and_in_the_log,
    what_is_refused_leaves_nothing,
    what_is_done_at_once_is_told_in_the_order_of_the_log,
    one_of_two_claimers_wins,
    lists_have_pages_without_gaps_or_repeats,
    the_log_forgets_its_oldest_and_says_so,
    requests_are_safe_to_repeat,
    events_of_others_are_kept_once,
    an_ended_store_says_so,
);

type Start = fn(&Events) -> Place;

fn task(new: Value) -> Mutation {
    let mut full = json!({"projectId": "default"});
    for (key, value) in new.as_object().unwrap() {
        full[key] = value.clone();
    }
    Mutation::CreateTask(serde_json::from_value(full).unwrap())
}

fn session(id: &str) -> Mutation {
    let new = json!({"projectId": "default", "id": id});
    Mutation::CreateSession(serde_json::from_value(new).unwrap())
}

fn seqs(events: &[Arc<Logged>]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

async fn missed(store: &DomainStore, cursor: Cursor) -> Vec<Arc<Logged>> {
    match store.since(cursor, usize::MAX).await.unwrap() {
        Since::Events(events) => events,
        Since::Unknown => panic!("the log covers it"),
    }
}

async fn a_change_is_kept_and_told_and_in_the_log(start: Start) {
    let Place { store, told, .. } = &start(&Events::default());
    let first = told.recv().unwrap();
    assert_eq!((first.seq, first.name.as_str()), (1, "project:created"));
    let begin = store.head().await.unwrap();
    let made = store.change(task(json!({"title": "sweep"}))).await.unwrap();
    let kept = store.get(made.entity.reference()).await.unwrap().unwrap();
    assert_eq!(kept, made.entity);
    let event = told.recv().unwrap();
    assert_eq!((event.seq, event.name.as_str()), (2, "task:created"));
    assert_eq!(event.data["title"], "sweep");
    assert_eq!(missed(store, begin).await, [event]);
    let everything = store
        .snapshot(ProjectId::default(), false, 10)
        .await
        .unwrap();
    assert_eq!(everything.tasks, [made.entity]);
    assert_eq!(everything.cursor.seq, 2);
}

async fn what_is_refused_leaves_nothing(start: Start) {
    let Place { store, told, .. } = &start(&Events::default());
    told.recv().unwrap();
    let before = store.head().await.unwrap();
    // The second link fails after the task and the first link were made.
    store.change(session("s")).await.unwrap();
    told.recv().unwrap();
    let half = task(
        json!({"title": "sweep", "id": "t", "sessionIds": ["s", "none"],
                           "clientRequestId": "r"}),
    );
    for (refused, code) in [
        (task(json!({"title": ""})), ErrorCode::Invalid),
        (half, ErrorCode::NotFound),
    ] {
        let error = store.change(refused).await.unwrap_err();
        assert_eq!(error.code, code, "{error}");
    }
    assert_eq!(store.head().await.unwrap().seq, before.seq + 1);
    assert!(told.try_recv().is_err());
    let everything = store
        .snapshot(ProjectId::default(), true, 10)
        .await
        .unwrap();
    assert_eq!(everything.tasks, []);
    let Entity::Session(session) = &everything.sessions[0] else {
        panic!("a session");
    };
    assert_eq!(session.task_ids, []);
    // Nor is its id or its request taken.
    let again = task(json!({"title": "sweep", "id": "t", "clientRequestId": "r"}));
    assert!(store.change(again).await.unwrap().created);
}

async fn what_is_done_at_once_is_told_in_the_order_of_the_log(start: Start) {
    let Place { store, told, .. } = &start(&Events::default());
    told.recv().unwrap();
    let begin = store.head().await.unwrap();
    let changes = (0..200).map(|n| {
        let title = if n % 10 == 0 { "" } else { "sweep" };
        store.change(task(json!({"title": title})))
    });
    let done = futures_util::future::join_all(changes).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 180);
    let told: Vec<_> = told.try_iter().collect();
    assert_eq!(seqs(&told), (2..=181).collect::<Vec<_>>());
    assert_eq!(missed(store, begin).await, told);
}

/// 1,000 times in `make proof`, a twentieth of it otherwise.
async fn one_of_two_claimers_wins(start: Start) {
    let Place { store, .. } = &start(&Events::default());
    for id in ["a", "b"] {
        store.change(session(id)).await.unwrap();
    }
    let times = if std::env::var_os("HUB_PROOF").is_some() {
        1_000
    } else {
        50
    };
    for _ in 0..times {
        let made = store.change(task(json!({"title": "sweep"}))).await.unwrap();
        let EntityRef::Task(id) = made.entity.reference() else {
            panic!("a task");
        };
        let claim = |session: &str| {
            store.change(Mutation::ClaimTask {
                task: id.clone(),
                session: crate::ids::SessionId::new(session).unwrap(),
            })
        };
        let (a, b) = tokio::join!(claim("a"), claim("b"));
        let (won, lost, winner) = match (a, b) {
            (Ok(won), Err(lost)) => (won, lost, "a"),
            (Err(lost), Ok(won)) => (won, lost, "b"),
            both => panic!("{both:?}"),
        };
        assert_eq!(lost.code, ErrorCode::Conflict);
        assert_eq!(lost.details["claimedBy"], winner);
        let Entity::Task(task) = won.entity else {
            panic!("a task");
        };
        assert_eq!(task.claimed_by.unwrap().as_str(), winner);
        store.change(Mutation::DeleteTask(id)).await.unwrap();
    }
    println!("proof: two claimed the same task at once {times} times, one had it each time");
}

async fn lists_have_pages_without_gaps_or_repeats(start: Start) {
    let Place { store, .. } = &start(&Events::default());
    let make = |id: String, status: &str| {
        store.change(task(json!({"title": "t", "id": id, "status": status})))
    };
    for n in 0..10 {
        make(format!("t{n}"), "todo").await.unwrap();
    }
    make("away".into(), "archived").await.unwrap();
    let mut query = ListQuery {
        kind: EntityKind::Task,
        projects: None,
        to: None,
        archived: false,
        limit: 4,
        after: None,
    };
    let mut seen = Vec::new();
    loop {
        let page = store.list(query.clone()).await.unwrap();
        seen.extend(
            page.items
                .iter()
                .map(|item| item.reference().id().to_owned()),
        );
        // Things come and go between two pages.
        let first = crate::ids::TaskId::new(seen[0].clone()).unwrap();
        if seen.len() == 4 {
            store.change(Mutation::DeleteTask(first)).await.unwrap();
            make("late".into(), "todo").await.unwrap();
        }
        match page.next {
            None => break,
            next => query.after = next,
        }
    }
    let expected: Vec<_> = (0..10).map(|n| format!("t{n}")).collect();
    assert_eq!(seen[..10], expected);
    assert_eq!(seen[10..], ["late"]);
    query.after = None;
    let ids = |names: &[&str]| {
        let names = names.iter().map(|name| ProjectId::new(*name).unwrap());
        Some(names.collect::<Vec<_>>())
    };
    for (projects, archived, limit, found) in [
        (ids(&["default"]), false, 100, 10),
        (ids(&["default"]), true, 100, 11),
        (ids(&["other", "default"]), true, 100, 11),
        (ids(&["other"]), true, 100, 0),
        (ids(&[]), true, 100, 0),
        (None, true, usize::MAX, 11),
        (None, true, 11, 11),
    ] {
        let query = ListQuery {
            projects,
            archived,
            limit,
            ..query.clone()
        };
        let page = store.list(query.clone()).await.unwrap();
        assert_eq!((page.items.len(), page.next), (found, None), "{query:?}");
    }
    for to in ["a", "b"] {
        store.change(session(to)).await.unwrap();
        let mail = json!({"projectId": "default", "toSessionId": to, "subject": to, "body": ""});
        let mail = serde_json::from_value(mail).unwrap();
        let from = "ui:test".into();
        let sent = store.change(Mutation::SendMail { from, mail }).await;
        let query = ListQuery {
            kind: EntityKind::Mail,
            to: Some(crate::ids::SessionId::new(to).unwrap()),
            ..query.clone()
        };
        let page = store.list(query.clone()).await.unwrap();
        assert_eq!(page.items, [sent.unwrap().entity]);
        let tasks = ListQuery {
            kind: EntityKind::Task,
            ..query
        };
        assert_eq!(store.list(tasks).await.unwrap().items, []);
    }
    query.after = Some("x".into());
    let error = store.list(query).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Invalid);
}

async fn the_log_forgets_its_oldest_and_says_so(start: Start) {
    let bounds = Events {
        keep: 100,
        ..Events::default()
    };
    let Place { store, .. } = &start(&bounds);
    let begin = store.head().await.unwrap();
    for n in 0..1_000 {
        let title = format!("t{n}");
        store.change(task(json!({"title": title}))).await.unwrap();
    }
    let head = store.head().await.unwrap();
    assert_eq!(head.seq, begin.seq + 1_000);
    let at = |seq| Cursor {
        seq,
        log: head.log.clone(),
    };
    assert!(matches!(
        store.since(begin, 10).await.unwrap(),
        Since::Unknown
    ));
    let last = missed(store, at(head.seq - 100)).await;
    assert_eq!(
        seqs(&last),
        (head.seq - 99..=head.seq).collect::<Vec<_>>(),
        "as many as are to be kept are there"
    );
    assert_eq!(missed(store, head.clone()).await, []);
    for unknown in [
        at(head.seq + 1),
        Cursor {
            log: "other".into(),
            ..head
        },
    ] {
        let since = store.since(unknown, 10).await.unwrap();
        assert!(matches!(since, Since::Unknown));
    }
}

async fn requests_are_safe_to_repeat(start: Start) {
    let Place { store, .. } = &start(&Events::default());
    let request = || task(json!({"title": "sweep", "clientRequestId": "r"}));
    let (a, b) = tokio::join!(store.change(request()), store.change(request()));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!(a.entity, b.entity);
    assert!(a.created && !b.created);
    assert_eq!(b.events, []);
    let EntityRef::Task(id) = a.entity.reference() else {
        panic!("a task");
    };
    store.change(Mutation::DeleteTask(id)).await.unwrap();
    let error = store.change(request()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
}

fn foreign(id: Option<&str>) -> NewEvent {
    NewEvent {
        name: "build:finished".into(),
        scope: EventScope::All,
        data: json!({"ok": true}),
        timestamp: Some(7),
        id: id.map(EventId::from),
    }
}

async fn events_of_others_are_kept_once(start: Start) {
    let Place { store, told, .. } = &start(&Events::default());
    told.recv().unwrap();
    let begin = store.head().await.unwrap();
    store
        .append(vec![foreign(Some("1")), foreign(None), foreign(Some("1"))])
        .await
        .unwrap();
    store
        .append(vec![foreign(Some("1")), foreign(Some("2")), foreign(None)])
        .await
        .unwrap();
    let events = missed(store, begin).await;
    assert_eq!(seqs(&events), [2, 3, 4, 5]);
    assert_eq!(told.try_iter().collect::<Vec<_>>(), events);
    assert_eq!(
        (events[0].timestamp, &events[0].scope),
        (7, &EventScope::All)
    );
}

async fn an_ended_store_says_so(start: Start) {
    let Place { store, .. } = &start(&Events::default());
    let last = store.change(task(json!({"title": "sweep"})));
    let (last, ()) = tokio::join!(last, store.end());
    last.unwrap();
    let error = store.change(task(json!({"title": "sweep"}))).await;
    assert_eq!(error.unwrap_err().code, ErrorCode::Unavailable);
    store.end().await;
}

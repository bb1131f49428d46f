//! Whatever is done, the log tells all of it: replayed over nothing, its events give the things
//! that the tables hold.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::rules::{everything, m};
use super::*;
use crate::config::Events;

/// Few ids, so that they meet.
fn one_of(ids: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(ids)
}

fn mutations() -> impl Strategy<Value = Mutation> {
    // Mostly one, so that most of what is done can be done.
    let project = || one_of(&["default", "default", "default", "default", "p", "q"]);
    let task = || one_of(&["t1", "t2", "t3", "t4"]);
    let session = || one_of(&["a", "b", "c"]);
    let task_status = one_of(&["todo", "in_progress", "completed", "blocked", "archived"]);
    let session_status = one_of(&["idle", "working", "completed", "failed", "stopped"]);
    let of_session = one_of(&["working", "blocked", "completed", "failed", "skipped"]);
    let report = one_of(&["needs_input", "completed", "failed", "halfway"]);
    prop_oneof![
        2 => project().prop_map(|id| m("project", json!({"id": id}))),
        1 => project().prop_map(|id| m("patch project", json!({"id": id, "name": "new"}))),
        1 => project().prop_map(|id| m("drop project", json!({"id": id}))),
        6 => (project(), task(), task(), proptest::collection::vec(session(), 0..3)).prop_map(
            |(project, id, parent, sessions)| m("task", json!({
                "projectId": project, "id": id, "sessionIds": sessions,
                "parentId": (parent < id).then_some(parent),
            }))),
        3 => (task(), task(), task_status).prop_map(|(id, after, status)| m("patch task", json!({
            "id": id, "dependencies": [after], "status": status,
        }))),
        2 => (task(), session(), of_session).prop_map(|(id, session, status)| m("patch task",
            json!({"id": id, "taskSessionStatuses": {session: status}}))),
        1 => task().prop_map(|id| m("patch task", json!({"id": id, "claimedBy": null}))),
        2 => task().prop_map(|id| m("drop task", json!({"id": id}))),
        4 => (task(), session()).prop_map(|(task, session)|
            m("claim", json!({"task": task, "session": session}))),
        4 => (task(), session()).prop_map(|(task, session)|
            m("add", json!({"task": task, "session": session}))),
        3 => (task(), session()).prop_map(|(task, session)|
            m("remove", json!({"task": task, "session": session}))),
        6 => (project(), session(), proptest::collection::vec(task(), 0..3)).prop_map(
            |(project, id, tasks)| m("session", json!({
                "projectId": project, "id": id, "taskIds": tasks,
            }))),
        2 => (project(), session(), task()).prop_map(|(project, id, task)| m("spawn", json!({
            "projectId": project, "id": id, "taskIds": [task],
        }))),
        3 => (session(), session_status).prop_map(|(id, status)|
            m("patch session", json!({"id": id, "status": status}))),
        2 => session().prop_map(|id| m("drop session", json!({"id": id}))),
        2 => (session(), report).prop_map(|(id, report)|
            m("report", json!({"id": id, "type": report}))),
        1 => session().prop_map(|id| m("timeline", json!({"id": id, "type": "read"}))),
        2 => project().prop_map(|project| m("member", json!({"projectId": project, "id": "m"}))),
        1 => Just(m("patch member", json!({"id": "m", "status": "archived"}))),
        1 => Just(m("drop member", json!({"id": "m"}))),
        3 => (project(), session(), one_of(&["l1", "l2"])).prop_map(|(project, to, id)| m("mail",
            json!({"projectId": project, "toSessionId": to, "id": id}))),
        1 => one_of(&["l1", "l2"]).prop_map(|id| m("drop mail", json!({"id": id}))),
    ]
}

type Things = BTreeMap<String, Value>;

/// What a client that knows the protocol makes of an event.
fn replay(things: &mut Things, event: &Logged) {
    let data = &event.data;
    let name = |kind: &str, field: &str| format!("{kind} {}", data[field].as_str().unwrap());
    let (family, what) = event.name.split_once(':').unwrap();
    match (family, what) {
        ("notify", _) | ("session", "spawn") => {}
        (
            "task" | "session",
            "session_added" | "task_added" | "session_removed" | "task_removed",
        ) => {
            link(things, data, family, what.ends_with("added"));
        }
        ("project", "deleted") => {
            things.remove(&name("project", "id"));
            things.retain(|_, thing| thing["projectId"] != data["projectId"]);
        }
        (family, what) => {
            let kind = family.replace('_', " ");
            let key = name(&kind, "id");
            if what == "deleted" {
                assert!(things.remove(&key).is_some(), "{key} is not there");
                return;
            }
            let mut thing = data.clone();
            let added: &[&str] = match family {
                "project" => &["projectId"],
                "session" | "mail" => &["sessionId"],
                _ => &[],
            };
            for field in added {
                thing.as_object_mut().unwrap().remove(*field);
            }
            let before = things.insert(key.clone(), thing);
            let new = matches!(what, "created" | "received");
            assert_eq!(before.is_none(), new, "{key} {what}");
        }
    }
}

/// Both sides of a link are told, each for itself.
fn link(things: &mut Things, data: &Value, side: &str, added: bool) {
    let (session, task) = (&data["sessionId"], &data["taskId"]);
    let (owner, list, other) = match side {
        "task" => (task, "sessionIds", session),
        _ => (session, "taskIds", task),
    };
    let key = format!("{side} {}", owner.as_str().unwrap());
    let Some(thing) = things.get_mut(&key) else {
        panic!("{key} is not there");
    };
    let ids = thing[list].as_array_mut().unwrap();
    if added && !ids.contains(other) {
        ids.push(other.clone());
    } else if !added {
        ids.retain(|id| id != other);
    }
    if side == "task" {
        let statuses = thing["taskSessionStatuses"].as_object_mut().unwrap();
        let session = session.as_str().unwrap().to_owned();
        match added {
            true => statuses.entry(session).or_insert(json!("working")),
            false => &mut statuses.remove(&session).unwrap_or_default(),
        };
    }
}

/// What holds for the things at any time.
fn assert_sound(things: &Things) {
    for (name, thing) in things {
        let ids = |thing: &Value, list: &str| -> Vec<String> {
            let ids = thing[list].as_array().unwrap().iter();
            ids.map(|id| id.as_str().unwrap().to_owned()).collect()
        };
        let of = |kind: &str, id: &str| {
            let other = things.get(&format!("{kind} {id}"));
            let other = other.unwrap_or_else(|| panic!("{name} knows {kind} {id}"));
            assert_eq!(
                other["projectId"], thing["projectId"],
                "{name}, {kind} {id}"
            );
            other
        };
        match name.split_once(' ').unwrap().0 {
            "task" => {
                let sessions = ids(thing, "sessionIds");
                for session in &sessions {
                    let tasks = ids(of("session", session), "taskIds");
                    assert!(
                        tasks.iter().any(|id| thing["id"] == **id),
                        "{name}, {session}"
                    );
                }
                let statuses = thing["taskSessionStatuses"].as_object().unwrap();
                let mut sorted = sessions.clone();
                sorted.sort();
                assert!(statuses.keys().eq(&sorted), "{name}: {thing}");
                if let Some(owner) = thing["claimedBy"].as_str() {
                    assert!(sessions.iter().any(|id| id == owner), "{name}: {thing}");
                }
                let others = ids(thing, "dependencies");
                let parent = thing["parentId"].as_str().map(str::to_owned);
                for other in others.into_iter().chain(parent) {
                    of("task", &other);
                }
            }
            "session" => {
                for task in ids(thing, "taskIds") {
                    let sessions = ids(of("task", &task), "sessionIds");
                    assert!(
                        sessions.iter().any(|id| thing["id"] == **id),
                        "{name}, {task}"
                    );
                }
            }
            "mail" => {
                of("session", thing["toSessionId"].as_str().unwrap());
            }
            _ => {}
        }
    }
}

async fn check(backend: Backend, mutations: Vec<Mutation>) {
    let hub = HubId::new("h").unwrap();
    let first = Some(Mutation::create_default_project());
    let store = DomainStore::start(backend, hub, first, Box::new(drop)).unwrap();
    let head = store.head().await.unwrap();
    let mut things = everything(&store).await;
    let mut cursor = Cursor { seq: 1, ..head };
    for mutation in mutations {
        let outcome = store.change(mutation.clone()).await;
        let Since::Events(events) = store.since(cursor.clone(), usize::MAX).await.unwrap() else {
            panic!("the log covers it");
        };
        assert!(outcome.is_ok() || events.is_empty(), "{mutation:?}");
        for event in &events {
            cursor.seq += 1;
            assert_eq!(event.seq, cursor.seq);
            if let Ok(outcome) = &outcome {
                let project = outcome.entity.project().as_str();
                assert_eq!(event.data["projectId"], project, "{event:?}");
            }
            replay(&mut things, event);
        }
        let kept = everything(&store).await;
        assert_eq!(things, kept, "{mutation:?}\n{events:?}");
        assert_sound(&kept);
    }
}

fn check_on(backend: Backend, mutations: Vec<Mutation>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.build().unwrap();
    runtime.block_on(check(backend, mutations));
}

fn cases(n: u32) -> ProptestConfig {
    let more = if std::env::var_os("HUB_PROOF").is_some() {
        20
    } else {
        1
    };
    ProptestConfig::with_cases(n * more)
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn the_log_tells_everything(mutations in proptest::collection::vec(mutations(), 1..80)) {
        check_on(in_memory(&Events::default()), mutations);
    }
}

#[cfg(feature = "sqlite")]
proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn the_log_on_a_disk_tells_everything(
        mutations in proptest::collection::vec(mutations(), 1..80),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let events = Events {
            synchronous: crate::config::Synchronous::Normal,
            ..Events::default()
        };
        check_on(crate::store::open(Some(folder.path()), &events).domain, mutations);
    }
}

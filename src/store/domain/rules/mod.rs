//! The rules of the domain, asked of a store: mutations in a line each, and a small world to try
//! them in.

mod refusals;
mod table;
mod told;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::config::Events;
use crate::domain::Spawn;

/// A mutation in a line: what, which, and how.
pub(super) fn m(what: &str, how: Value) -> Mutation {
    fn from<T: serde::de::DeserializeOwned>(value: &Value) -> T {
        serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
    }
    let field = |name: &str| how.get(name).cloned().unwrap_or(Value::Null);
    let mut new = json!({"projectId": "p", "title": "t", "name": "n", "subject": "s", "body": "b"});
    for (key, value) in how.as_object().unwrap() {
        new[key] = value.clone();
    }
    let if_version = from(&field("ifVersion"));
    match what {
        "project" => Mutation::CreateProject(from(&new)),
        "patch project" => Mutation::UpdateProject {
            id: from(&field("id")),
            patch: from(&how),
            if_version,
        },
        "drop project" => Mutation::DeleteProject(from(&field("id"))),
        "task" => Mutation::CreateTask(from(&new)),
        "patch task" => Mutation::UpdateTask {
            id: from(&field("id")),
            patch: from(&how),
            if_version,
        },
        "drop task" => Mutation::DeleteTask(from(&field("id"))),
        "claim" => Mutation::ClaimTask {
            task: from(&field("task")),
            session: from(&field("session")),
        },
        "add" => Mutation::AddTask {
            task: from(&field("task")),
            session: from(&field("session")),
        },
        "remove" => Mutation::RemoveTask {
            task: from(&field("task")),
            session: from(&field("session")),
        },
        "session" => Mutation::CreateSession(from(&new)),
        "spawn" => Mutation::SpawnSession(Spawn {
            session: from(&new),
            command: Some("sh".into()),
            cwd: None,
            env_keys: vec!["KEY".into()],
        }),
        "patch session" => Mutation::UpdateSession {
            id: from(&field("id")),
            patch: from(&how),
            reason: from(&field("reason")),
            if_version,
        },
        "drop session" => Mutation::DeleteSession(from(&field("id"))),
        "report" => Mutation::Report {
            session: from(&field("id")),
            report: from(&how),
        },
        "timeline" => Mutation::AddToTimeline {
            session: from(&field("id")),
            entry: from(&how),
        },
        "modal" => Mutation::Modal {
            session: from(&field("id")),
            modal: from(&how),
        },
        "member" => Mutation::CreateTeamMember(from(&new)),
        "patch member" => Mutation::UpdateTeamMember {
            id: from(&field("id")),
            patch: from(&how),
            if_version,
        },
        "drop member" => Mutation::DeleteTeamMember(from(&field("id"))),
        "mail" => Mutation::SendMail {
            from: "ui:test".into(),
            mail: from(&new),
        },
        "drop mail" => Mutation::DeleteMail(from(&field("id"))),
        other => panic!("there is no mutation {other:?}"),
    }
}

/// Two projects; in `p` three sessions, of which `a` works on `t` and has `mine` for itself,
/// `t` having a part and something that waits for it; a member; a mail to `a`.
const GIVEN: &[(&str, &str)] = &[
    ("project", r#"{"id": "p"}"#),
    ("project", r#"{"id": "q"}"#),
    ("session", r#"{"id": "a", "name": "Ann"}"#),
    ("session", r#"{"id": "b"}"#),
    ("session", r#"{"id": "c"}"#),
    ("session", r#"{"id": "other", "projectId": "q"}"#),
    (
        "task",
        r#"{"id": "t", "title": "sweep", "sessionIds": ["a"]}"#,
    ),
    ("task", r#"{"id": "part", "parentId": "t"}"#),
    ("task", r#"{"id": "later", "dependencies": ["t", "part"]}"#),
    ("task", r#"{"id": "mine"}"#),
    ("claim", r#"{"task": "mine", "session": "a"}"#),
    ("task", r#"{"id": "foreign", "projectId": "q"}"#),
    ("task", r#"{"id": "done", "status": "completed"}"#),
    ("member", r#"{"id": "m"}"#),
    ("mail", r#"{"id": "l", "toSessionId": "a"}"#),
];

async fn given() -> DomainStore {
    let backend = in_memory(&Events::default());
    let hub = HubId::new("h").unwrap();
    let first = Some(Mutation::create_default_project());
    let store = DomainStore::start(backend, hub, first, Box::new(drop)).unwrap();
    for (what, how) in GIVEN {
        let mutation = m(what, serde_json::from_str(how).unwrap());
        store.change(mutation).await.unwrap();
    }
    store
}

/// Every thing there is, by kind and id.
pub(super) async fn everything(store: &DomainStore) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for kind in [
        EntityKind::Project,
        EntityKind::Task,
        EntityKind::Session,
        EntityKind::TeamMember,
        EntityKind::Mail,
    ] {
        let query = ListQuery::all(kind);
        for item in store.list(query).await.unwrap().items {
            let name = format!("{kind} {}", item.reference().id());
            all.insert(name, serde_json::to_value(item).unwrap());
        }
    }
    all
}

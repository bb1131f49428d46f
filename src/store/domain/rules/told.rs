//! What each mutation changes and tells, in which order and with which fields.

use std::collections::BTreeSet;

use serde_json::Value;

use super::table::TABLE;
use super::*;
use crate::protocol::{EventName, EventScope};

/// The fields of each event's data, as `docs/PROTOCOL.md` has them; those with `?` may be
/// absent. Words in capitals stand for all fields of a thing.
const FIELDS: &[(&str, &str)] = &[
    ("project:created", "projectId PROJECT"),
    ("project:updated", "projectId PROJECT"),
    ("project:deleted", "projectId id"),
    ("task:created", "projectId TASK"),
    ("task:updated", "projectId TASK"),
    ("task:deleted", "projectId id"),
    ("task:session_added", "projectId sessionId taskId"),
    ("task:session_removed", "projectId sessionId taskId"),
    ("session:created", "projectId sessionId SESSION"),
    ("session:updated", "projectId sessionId SESSION"),
    ("session:deleted", "projectId sessionId id"),
    ("session:task_added", "projectId sessionId taskId"),
    ("session:task_removed", "projectId sessionId taskId"),
    (
        "session:spawn",
        "projectId sessionId session taskIds command cwd envKeys",
    ),
    (
        "session:modal",
        "projectId sessionId modalId timestamp title html filePath?",
    ),
    (
        "session:modal_action",
        "projectId sessionId modalId timestamp action data",
    ),
    (
        "session:modal_closed",
        "projectId sessionId modalId timestamp",
    ),
    ("team_member:created", "projectId MEMBER"),
    ("team_member:updated", "projectId MEMBER"),
    ("team_member:archived", "projectId MEMBER"),
    ("team_member:deleted", "projectId id"),
    ("mail:received", "projectId sessionId MAIL"),
    ("mail:deleted", "projectId sessionId id toSessionId"),
    ("notify:task_completed", "projectId taskId title sessionId?"),
    ("notify:task_blocked", "projectId taskId title sessionId?"),
    ("notify:task_failed", "projectId taskId title sessionId?"),
    (
        "notify:task_session_completed",
        "projectId taskId title sessionId",
    ),
    (
        "notify:task_session_failed",
        "projectId taskId title sessionId",
    ),
    (
        "notify:session_completed",
        "projectId sessionId name reason?",
    ),
    ("notify:session_failed", "projectId sessionId name reason?"),
    ("notify:needs_input", "projectId sessionId name message?"),
    (
        "notify:progress",
        "projectId sessionId taskId? type? message?",
    ),
];

const THINGS: &[(&str, &str)] = &[
    (
        "PROJECT",
        "id hub name workingDir description version createdAt updatedAt",
    ),
    (
        "TASK",
        "id hub projectId parentId title description status taskSessionStatuses priority \
         sessionIds claimedBy dependencies version createdAt updatedAt startedAt completedAt",
    ),
    (
        "SESSION",
        "id hub projectId taskIds name envKeys status startedAt lastActivity completedAt \
         hostname platform timeline needsInput agentStatus lastHeartbeat metadata version",
    ),
    (
        "MEMBER",
        "id hub projectId name role avatar status version createdAt updatedAt",
    ),
    (
        "MAIL",
        "id hub projectId fromSessionId toSessionId type subject body createdAt",
    ),
];

/// What may be and what must be in an event's data.
fn fields(name: &str) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let (_, fields) = FIELDS.iter().find(|row| row.0 == name).unwrap();
    let mut may = BTreeSet::new();
    let mut must = BTreeSet::new();
    for field in fields.split_whitespace() {
        let thing = THINGS.iter().find(|row| row.0 == field);
        let names = thing.map_or(field, |row| row.1).split_whitespace();
        for name in names {
            may.insert(name.trim_end_matches('?'));
            if !name.ends_with('?') {
                must.insert(name);
            }
        }
    }
    (may, must)
}

/// The project is that of the thing, whoever is told; the session is in the data when it is in
/// the scope.
fn assert_scope(event: &Logged, project: &str) {
    assert_eq!(event.data["projectId"], project, "{event:?}");
    match &event.scope {
        EventScope::Project(of) => assert_eq!(of.as_str(), project),
        EventScope::Session {
            project_id,
            session_id,
        } => {
            assert_eq!(project_id.as_str(), project);
            assert_eq!(event.data["sessionId"], session_id.as_str(), "{event:?}");
        }
        EventScope::All => panic!("{event:?}"),
    }
}

#[tokio::test]
async fn what_each_mutation_changes_and_tells() {
    let mut seen = BTreeSet::new();
    for (what, how, told, then) in TABLE {
        let store = given().await;
        let begin = store.head().await.unwrap();
        let mutation = m(what, serde_json::from_str(how).unwrap());
        let outcome = store.change(mutation.clone()).await.unwrap();
        let Since::Events(events) = store.since(begin, 100).await.unwrap() else {
            panic!("the log covers it");
        };
        let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(names, *told, "{what} {how}");
        for event in &events {
            assert_scope(event, outcome.entity.project().as_str());
            let data = event.data.as_object().unwrap();
            let has: BTreeSet<_> = data.keys().map(String::as_str).collect();
            let (may, must) = fields(&event.name);
            assert!(has.is_subset(&may), "{}: {:?}", event.name, &has - &may);
            assert!(must.is_subset(&has), "{}: {:?}", event.name, &must - &has);
            seen.insert(event.name.clone());
        }
        let entity = serde_json::to_value(&outcome.entity).unwrap();
        for (field, value) in serde_json::from_str::<Value>(then)
            .unwrap()
            .as_object()
            .unwrap()
        {
            assert_eq!(&entity[field], value, "{what} {how}: {field}");
        }
        let kept = store.get(outcome.entity.reference()).await.unwrap();
        match what.starts_with("drop") {
            true => assert_eq!(kept, None, "{what} {how}"),
            false => assert_eq!(kept.as_ref(), Some(&outcome.entity), "{what} {how}"),
        }
    }
    let all: BTreeSet<_> = EventName::ALL
        .iter()
        .map(|name| name.as_str().to_owned())
        .collect();
    assert_eq!(seen, all, "every event is told by some mutation");
}

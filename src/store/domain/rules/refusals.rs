//! What is refused, and that it changes nothing.

use serde_json::json;

use super::*;
use crate::protocol::{Session, Task};

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let long = |n: usize| "x".repeat(n);
    let many = |n: usize| (0..n).map(|n| format!("i{n}")).collect::<Vec<_>>();
    let not_found = ErrorCode::NotFound;
    let invalid = ErrorCode::Invalid;
    let conflict = ErrorCode::Conflict;
    let too_large = ErrorCode::TooLarge;
    let rows = [
        ("project", json!({"id": "p"}), conflict),
        ("project", json!({"name": " "}), invalid),
        ("project", json!({"name": long(201)}), too_large),
        ("project", json!({"workingDir": "here"}), invalid),
        (
            "project",
            json!({"description": long((64 << 10) + 1)}),
            too_large,
        ),
        ("patch project", json!({"id": "x"}), not_found),
        (
            "patch project",
            json!({"id": "p", "ifVersion": 2}),
            conflict,
        ),
        ("drop project", json!({"id": "default"}), conflict),
        ("drop project", json!({"id": "x"}), not_found),
        ("task", json!({"id": "t"}), conflict),
        ("task", json!({"projectId": "x"}), not_found),
        ("task", json!({"title": ""}), invalid),
        ("task", json!({"title": long(501)}), too_large),
        ("task", json!({"parentId": "foreign"}), not_found),
        ("task", json!({"dependencies": ["none"]}), not_found),
        ("task", json!({"id": "x", "dependencies": ["x"]}), invalid),
        ("task", json!({"dependencies": many(101)}), too_large),
        ("task", json!({"sessionIds": ["a", "other"]}), not_found),
        ("task", json!({"sessionIds": many(101)}), too_large),
        ("task", json!({"clientRequestId": long(201)}), too_large),
        ("patch task", json!({"id": "t", "ifVersion": 7}), conflict),
        ("patch task", json!({"id": "t", "claimedBy": "a"}), invalid),
        ("patch task", json!({"id": "t", "parentId": "t"}), invalid),
        (
            "patch task",
            json!({"id": "t", "parentId": "part"}),
            invalid,
        ),
        (
            "patch task",
            json!({"id": "t", "taskSessionStatuses": {"b": "failed"}}),
            conflict,
        ),
        ("drop task", json!({"id": "x"}), not_found),
        ("claim", json!({"task": "mine", "session": "b"}), conflict),
        ("claim", json!({"task": "done", "session": "b"}), conflict),
        ("claim", json!({"task": "t", "session": "other"}), not_found),
        ("claim", json!({"task": "x", "session": "a"}), not_found),
        ("add", json!({"task": "foreign", "session": "a"}), not_found),
        ("remove", json!({"task": "part", "session": "a"}), not_found),
        (
            "remove",
            json!({"task": "foreign", "session": "a"}),
            not_found,
        ),
        ("session", json!({"id": "a"}), conflict),
        ("session", json!({"taskIds": ["t", "foreign"]}), not_found),
        (
            "session",
            json!({"metadata": {"k": long(64 << 10)}}),
            too_large,
        ),
        ("spawn", json!({"id": "other"}), conflict),
        ("spawn", json!({"id": "b", "taskIds": ["none"]}), not_found),
        (
            "patch session",
            json!({"id": "a", "metadata": {"k": long(64 << 10)}}),
            too_large,
        ),
        (
            "patch session",
            json!({"id": "a", "agentStatus": long(201)}),
            too_large,
        ),
        (
            "patch session",
            json!({"id": "a", "needsInput": {"active": true, "message": long(4_001)}}),
            too_large,
        ),
        ("report", json!({"id": "a", "type": ""}), invalid),
        ("report", json!({"id": "a", "type": long(101)}), too_large),
        ("report", json!({"id": "x", "type": "halfway"}), not_found),
        (
            "timeline",
            json!({"id": "a", "type": "t", "message": long(4_001)}),
            too_large,
        ),
        (
            "modal",
            json!({"id": "a", "type": "session:modal", "modalId": "", "title": "", "html": ""}),
            invalid,
        ),
        (
            "modal",
            json!({"id": "a", "type": "session:modal", "modalId": "1", "title": "",
                   "html": long((256 << 10) + 1)}),
            too_large,
        ),
        ("member", json!({"name": ""}), invalid),
        ("patch member", json!({"id": "m", "ifVersion": 0}), conflict),
        ("drop member", json!({"id": "x"}), not_found),
        ("mail", json!({"toSessionId": "other"}), not_found),
        ("mail", json!({"toSessionId": "a", "subject": ""}), invalid),
        (
            "mail",
            json!({"toSessionId": "a", "body": long((64 << 10) + 1)}),
            too_large,
        ),
        ("drop mail", json!({"id": "x"}), not_found),
    ];
    let store = given().await;
    let before = (store.head().await.unwrap(), everything(&store).await);
    for (what, how, code) in rows {
        let error = store.change(m(what, how.clone())).await.unwrap_err();
        let how: String = how.to_string().chars().take(200).collect();
        assert_eq!(error.code, code, "{what} {how}: {error}");
        let after = (store.head().await.unwrap(), everything(&store).await);
        assert_eq!(after, before, "{what} {how}");
    }
}

/// A thing of another project and one that is not there cannot be told apart.
#[tokio::test]
async fn what_is_hidden_is_not_there() {
    let store = given().await;
    for (what, hidden, absent) in [
        ("add", json!({"task": "foreign", "session": "a"}), "none"),
        ("remove", json!({"task": "foreign", "session": "a"}), "none"),
        ("claim", json!({"task": "t", "session": "other"}), "none"),
        ("task", json!({"parentId": "foreign"}), "none"),
        ("task", json!({"sessionIds": ["other"]}), "none"),
        ("session", json!({"taskIds": ["foreign"]}), "none"),
        ("mail", json!({"toSessionId": "other"}), "none"),
    ] {
        let text = hidden.to_string();
        let name = ["foreign", "other"]
            .into_iter()
            .find(|n| text.contains(n))
            .unwrap();
        let other = serde_json::from_str(&text.replace(name, absent)).unwrap();
        let said = store.change(m(what, hidden)).await.unwrap_err();
        let of_absent = store.change(m(what, other)).await.unwrap_err();
        assert_eq!(
            said.message,
            of_absent.message.replace(absent, name),
            "{what}"
        );
        assert_eq!(
            (said.code, said.details),
            (of_absent.code, of_absent.details)
        );
    }
}

#[tokio::test]
async fn a_timeline_keeps_its_end() {
    let store = given().await;
    let add = |message: String| {
        store.change(m(
            "timeline",
            json!({"id": "a", "type": "t", "message": message}),
        ))
    };
    let timeline = |entity: Entity| Session::try_from(entity).unwrap().timeline;
    for n in 0..250 {
        add(n.to_string()).await.unwrap();
    }
    let kept = timeline(add("last".into()).await.unwrap().entity);
    assert_eq!(kept.len(), 200);
    assert_eq!(kept[199].message.as_deref(), Some("last"));
    for _ in 0..50 {
        add("x".repeat(4_000)).await.unwrap();
    }
    let kept = timeline(add("last".into()).await.unwrap().entity);
    assert_eq!(kept.len(), 17, "16 long ones and the last are 64 KiB");
}

/// A session may go through many tasks, and still its events have an end.
#[tokio::test]
async fn links_are_bounded() {
    let store = given().await;
    for n in 0..500 {
        let new = json!({"id": format!("n{n}"), "sessionIds": ["c"]});
        store.change(m("task", new)).await.unwrap();
    }
    let error = store
        .change(m("claim", json!({"task": "t", "session": "c"})))
        .await;
    assert_eq!(error.unwrap_err().code, ErrorCode::TooLarge);
    let task = store
        .get(EntityRef::Task(crate::ids::TaskId::new("t").unwrap()))
        .await;
    assert_eq!(
        Task::try_from(task.unwrap().unwrap()).unwrap().claimed_by,
        None
    );
}

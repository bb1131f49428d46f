//! The life of each kind of thing: made, listed, got, changed, removed.

use super::*;

/// What is told of all kinds alike: `path`, what makes one, what changes it.
async fn lives(admin: &Caller, path: &str, new: Value, patch: Value) {
    let made = admin.post(path, new.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap().to_owned();
    let one = format!("{path}/{id}");
    for (field, value) in new.as_object().unwrap() {
        assert_eq!(&made.body[field], value, "{made:?}");
    }
    assert_eq!(made.etag.as_deref(), Some("\"1\""));
    assert_eq!(
        admin.get(&one).await,
        Reply {
            status: 200,
            ..made
        }
    );
    assert!(admin.get(path).await.ids().contains(&id));

    let changed = admin.patch(&one, patch.clone()).await;
    assert_eq!(changed.etag.as_deref(), Some("\"2\""), "{changed:?}");
    for (field, value) in patch.as_object().unwrap() {
        assert_eq!(&changed.body[field], value, "{changed:?}");
    }
    assert_eq!(admin.get(&one).await, changed);

    // Whoever saw the first version does not know of the second.
    let stale = admin.patch_if(&one, "\"1\"", patch.clone()).await;
    assert_eq!(stale.refusal(), (409, "CONFLICT"));
    assert_eq!(stale.body["details"]["version"], 2);
    assert_eq!(admin.get(&one).await, changed);
    let known = admin.patch_if(&one, "\"2\"", patch.clone()).await;
    assert_eq!(known.etag.as_deref(), Some("\"3\""), "{known:?}");
    for bad in ["\"x\"", "\"3", "", "+3", "-1", "\"3\", \"4\""] {
        let refused = admin.patch_if(&one, bad, patch.clone()).await;
        assert_eq!(refused.refusal(), (400, "INVALID"), "{bad}");
    }
    for (version, good) in ["*", "4", "W/\"5\"", "\"6\""].into_iter().enumerate() {
        let changed = admin.patch_if(&one, good, patch.clone()).await;
        assert_eq!(changed.etag, Some(format!("\"{}\"", version + 4)), "{good}");
    }

    let gone = admin.delete(&one).await;
    assert_eq!((gone.status, &gone.body), (204, &Value::Null));
    assert_eq!(admin.get(&one).await.refusal(), (404, "NOT_FOUND"));
    assert_eq!(admin.delete(&one).await.refusal(), (404, "NOT_FOUND"));
    assert_eq!(admin.patch(&one, patch).await.refusal(), (404, "NOT_FOUND"));
    assert!(!admin.get(path).await.ids().contains(&id));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_thing_lives() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    lives(
        &admin,
        "/api/projects",
        json!({"name": "One", "workingDir": "/tmp", "description": "words"}),
        json!({"name": "Other", "description": null}),
    )
    .await;
    lives(
        &admin,
        "/api/tasks",
        json!({"projectId": "default", "title": "Do it", "priority": "high"}),
        json!({"status": "in_review", "title": "Done?"}),
    )
    .await;
    lives(
        &admin,
        "/api/sessions",
        json!({"projectId": "default", "name": "worker", "metadata": {"a": [1]}}),
        json!({"status": "working", "agentStatus": "thinking"}),
    )
    .await;
    lives(
        &admin,
        "/api/team-members",
        json!({"projectId": "default", "name": "Reviewer", "role": "reads"}),
        json!({"avatar": "R", "role": ""}),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_one_project_makes_things_there_and_nowhere_else() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    for project in ["mine", "theirs"] {
        let new = json!({"id": project, "name": project});
        admin.make("/api/projects", new).await;
    }
    let device = Caller::device(&hub, Role::Operator, "mine").await;
    let task = json!({"projectId": "mine", "title": "t"});
    device.make("/api/tasks", task).await;
    let elsewhere = device
        .post("/api/tasks", json!({"projectId": "theirs", "title": "t"}))
        .await;
    assert_eq!(elsewhere.refusal(), (404, "NOT_FOUND"));
    assert_eq!(device.get("/api/projects").await.ids(), ["mine"]);
}

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

    let unsure = admin
        .request(Method::DELETE, &one)
        .header("if-match", "\"9\"");
    let unsure = reply(unsure.send().await.unwrap()).await;
    assert_eq!(unsure.refusal(), (400, "INVALID"));
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
async fn mail_is_sent_as_whoever_asks_and_never_changed() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    for id in ["reader", "writer"] {
        let new = json!({"id": id, "projectId": "default"});
        admin.make("/api/sessions", new).await;
    }
    let device = Caller::device(&hub, Role::Operator, "default").await;
    let agent = Caller::agent(&hub, "writer").await;
    let new = json!({"projectId": "default", "toSessionId": "reader", "subject": "Read this",
        "body": "now", "fromSessionId": "somebody else"});
    for (caller, from) in [
        (&admin, "ui:desktop"),
        (&device, "mobile:device:"),
        (&agent, "writer"),
    ] {
        let sent = caller.post("/api/mail", new.clone()).await;
        assert_eq!((sent.status, sent.etag.as_ref()), (201, None), "{sent:?}");
        let sender = sent.body["fromSessionId"].as_str().unwrap();
        assert!(sender.starts_with(from), "{sender}");
        assert_eq!(sent.body["type"], "directive");
        let one = format!("/api/mail/{}", sent.body["id"].as_str().unwrap());
        assert_eq!(admin.get(&one).await.body, sent.body);
        let changed = admin.patch(&one, json!({"body": "later"})).await;
        assert_eq!(changed.refusal(), (405, "INVALID"));
        assert_eq!(admin.delete(&one).await.status, 204);
        assert_eq!(admin.get(&one).await.refusal(), (404, "NOT_FOUND"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_everything_or_what_has_happened_since() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    let task = json!({"id": "t", "projectId": "default", "title": "t"});
    admin.make("/api/tasks", task).await;
    let all = admin.get("/api/state/default").await.body;
    assert_eq!(all["project"]["id"], "default");
    assert_eq!(all["tasks"][0]["id"], "t");
    let since = format!(
        "/api/state/default?since={}",
        all["cursor"].as_str().unwrap()
    );
    assert_eq!(admin.get(&since).await.body["events"], json!([]));
    admin
        .patch("/api/tasks/t", json!({"status": "archived"}))
        .await;
    let news = admin.get(&since).await.body;
    assert_eq!(news["events"][0]["type"], "task:updated");
    let unknown = admin.get("/api/state/default?since=nonsense").await.body;
    assert_eq!(
        (&unknown["full"], &unknown["tasks"]),
        (&json!(true), &json!([]))
    );
    let archived = admin.get("/api/state/default?archived=true").await.body;
    assert_eq!(archived["tasks"][0]["id"], "t");
    for (path, status) in [
        ("/api/state/nowhere", 404),
        ("/api/state/default?limit=0", 400),
        ("/api/state/default?limit=1001", 400),
        ("/api/state/default?archived=maybe", 400),
    ] {
        assert_eq!(admin.get(path).await.refusal().0, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_known_origins_may_change_things() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    for method in ["PATCH", "DELETE", "POST", "GET"] {
        let asked = admin
            .client
            .request(Method::OPTIONS, format!("{}/api/tasks/t", hub.url))
            .header("origin", "tauri://localhost")
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "authorization,content-type,if-match",
            );
        let answer = asked.send().await.unwrap();
        let allowed = |header: &str| {
            let value = answer.headers()[header].to_str().unwrap();
            value.to_lowercase()
        };
        assert_eq!(allowed("access-control-allow-origin"), "tauri://localhost");
        assert!(allowed("access-control-allow-methods").contains(&method.to_lowercase()));
        for header in ["authorization", "content-type", "if-match"] {
            assert!(allowed("access-control-allow-headers").contains(header));
        }
    }
    let read = admin.request(Method::GET, "/api/projects/default");
    let read = read
        .header("origin", "tauri://localhost")
        .send()
        .await
        .unwrap();
    let exposed = read.headers()["access-control-expose-headers"]
        .to_str()
        .unwrap();
    assert!(exposed.to_lowercase().contains("etag"));
    assert_eq!(read.headers()["cache-control"], "no-store");
}

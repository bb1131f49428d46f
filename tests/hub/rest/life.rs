//! The life of each kind of thing: made, listed, got, changed, removed.

use tauri_plugin_realtime_hub::RegisterRequest;

use super::*;
use crate::session;

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
async fn a_session_reports_remembers_and_works_on_tasks() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    let new = json!({"id": "s", "projectId": "default"});
    admin.make("/api/sessions", new).await;
    let new = json!({"id": "t", "projectId": "default", "title": "t"});
    admin.make("/api/tasks", new).await;

    let needs = json!({"type": "needs_input", "message": "Which one?"});
    let told = admin.post("/api/sessions/s/events", needs).await;
    assert_eq!(told.body["needsInput"]["message"], "Which one?");
    let answered = json!({"needsInput": {"active": false}});
    let answered = admin.patch("/api/sessions/s", answered).await;
    assert_eq!(answered.body["needsInput"], json!({"active": false}));
    for modal in [
        json!({"type": "session:modal", "modalId": "m", "title": "Look", "html": "<p>"}),
        json!({"type": "session:modal_action", "modalId": "m", "action": "ok", "data": [1]}),
        json!({"type": "session:modal_closed", "modalId": "m"}),
    ] {
        let told = admin.post("/api/sessions/s/events", modal.clone()).await;
        assert_eq!(told.status, 200, "{modal}");
    }
    let line = json!({"type": "note", "message": "halfway"});
    let remembered = admin.post("/api/sessions/s/timeline", line).await;
    let line = remembered.body["timeline"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(
        (&line["type"], &line["message"]),
        (&json!("note"), &json!("halfway"))
    );

    for _ in 0..2 {
        let added = admin.post("/api/sessions/s/tasks/t", Value::Null).await;
        assert_eq!(added.body["taskIds"], json!(["t"]), "{added:?}");
    }
    let task = admin.get("/api/tasks/t").await.body;
    assert_eq!(task["taskSessionStatuses"], json!({"s": "working"}));
    let done = json!({"taskSessionStatuses": {"s": "completed"}, "status": "completed"});
    let done = admin.patch("/api/tasks/t", done).await;
    assert_eq!(done.body["taskSessionStatuses"], json!({"s": "completed"}));
    assert_eq!(admin.delete("/api/sessions/s/tasks/t").await.status, 204);
    assert_eq!(
        admin.get("/api/sessions/s").await.body["taskIds"],
        json!([])
    );
    let gone = admin.delete("/api/sessions/s/tasks/t").await;
    assert_eq!(gone.refusal(), (404, "NOT_FOUND"));

    let ended = admin
        .post("/api/sessions/s/events", json!({"type": "completed"}))
        .await;
    assert_eq!(ended.body["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_does_its_own_work_and_nothing_else() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    for id in ["own", "other"] {
        let new = json!({"id": id, "projectId": "default"});
        admin.make("/api/sessions", new).await;
    }
    admin
        .make("/api/projects", json!({"id": "p", "name": "p"}))
        .await;
    let agent = Caller::agent(&hub, "own").await;
    let task = json!({"id": "t", "projectId": "default", "title": "t"});
    agent.make("/api/tasks", task).await;
    assert_eq!(agent.get("/api/tasks/t").await.status, 200);
    let (post, patch, delete) = (Method::POST, Method::PATCH, Method::DELETE);
    let claim = |session: &str| json!({"sessionId": session});
    for (method, path, body, status) in [
        (&patch, "/api/tasks/t", json!({"description": "more"}), 200),
        (&post, "/api/tasks/t/claim", claim("other"), 403),
        (&post, "/api/tasks/t/claim", claim("own"), 200),
        (
            &post,
            "/api/sessions/own/events",
            json!({"type": "halfway"}),
            200,
        ),
        (
            &post,
            "/api/sessions/own/timeline",
            json!({"type": "note"}),
            200,
        ),
        (
            &post,
            "/api/sessions/other/events",
            json!({"type": "halfway"}),
            403,
        ),
        (
            &post,
            "/api/sessions/other/timeline",
            json!({"type": "note"}),
            403,
        ),
        (&patch, "/api/sessions/own", json!({"name": "n"}), 403),
        (&post, "/api/sessions", json!({"projectId": "default"}), 403),
        (&post, "/api/sessions/own/tasks/t", json!({}), 403),
        (&delete, "/api/tasks/t", json!({}), 403),
        (&post, "/api/projects", json!({"name": "n"}), 403),
        (
            &post,
            "/api/team-members",
            json!({"projectId": "default", "name": "n"}),
            403,
        ),
        (
            &post,
            "/api/tasks",
            json!({"projectId": "p", "title": "t"}),
            404,
        ),
        (&post, "/api/pairings", json!({}), 403),
    ] {
        let request = agent.request(method.clone(), path).json(&body);
        let answer = reply(request.send().await.unwrap()).await;
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
    }
    assert_eq!(
        agent.get("/api/projects/p").await.refusal(),
        (404, "NOT_FOUND")
    );
    assert_eq!(agent.get("/api/state/default").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_a_terminal_that_runs_is_not_removed() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    admin
        .make("/api/projects", json!({"id": "p", "name": "p"}))
        .await;
    let new = json!({"id": "t", "projectId": "p"});
    admin.make("/api/sessions", new).await;
    let mut terminal = RegisterRequest::new(session("t"));
    terminal.project_id = ProjectId::new("p").unwrap();
    terminal.command = Some("cat".into());
    hub.hub.register(terminal).await.unwrap();
    for path in ["/api/sessions/t", "/api/projects/p"] {
        assert_eq!(
            admin.delete(path).await.refusal(),
            (409, "CONFLICT"),
            "{path}"
        );
    }
    hub.hub.kill(&session("t")).await.unwrap();
    for path in ["/api/sessions/t", "/api/projects/p"] {
        assert_eq!(admin.delete(path).await.status, 204, "{path}");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_started_with_its_terminal_and_stopped_with_it() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    let task = json!({"id": "t", "projectId": "default", "title": "t"});
    admin.make("/api/tasks", task).await;
    let wanted = json!({"id": "s", "command": "cat", "taskIds": ["t"], "env": {"SECRET": "value"},
        "cols": 90, "rows": 30, "clientRequestId": "once"});
    let started = admin.post("/api/sessions/spawn", wanted.clone()).await;
    assert_eq!(started.status, 200, "{started:?}");
    assert_eq!(started.body["status"], "working");
    assert_eq!(started.body["taskIds"], json!(["t"]));
    assert_eq!(started.body["envKeys"], json!(["SECRET"]));
    assert!(!started.body.to_string().contains("value"));
    let terminals = admin.get("/api/terminals").await.body;
    let terminal = &terminals[0];
    assert_eq!(
        (&terminal["sessionId"], &terminal["cols"]),
        (&json!("s"), &json!(90))
    );
    // It runs, so another one of its name is not started.
    let mut another = wanted.clone();
    another["clientRequestId"] = "twice".into();
    let another = admin.post("/api/sessions/spawn", another).await;
    assert_eq!(another.refusal(), (409, "CONFLICT"));
    let stopped = admin.post("/api/sessions/s/stop", Value::Null).await;
    assert_eq!(stopped.body["status"], "stopped", "{stopped:?}");
    assert_eq!(admin.get("/api/terminals").await.body[0]["running"], false);
    assert_eq!(admin.delete("/api/sessions/s").await.status, 204);
    assert_eq!(
        admin
            .post("/api/sessions/s/stop", Value::Null)
            .await
            .refusal()
            .0,
        404
    );
    let before = admin.get("/api/sessions").await.ids();
    for (bad, status) in [
        (json!({"command": "true", "args": "x"}), 400),
        (json!({"command": "true", "cwd": "/no/such/folder"}), 400),
        (json!({"command": "true", "cols": 0}), 400),
        (json!({"command": "true", "projectId": "nowhere"}), 404),
    ] {
        let refused = admin.post("/api/sessions/spawn", bad.clone()).await;
        assert_eq!(refused.refusal().0, status, "{bad}");
    }
    assert_eq!(admin.get("/api/sessions").await.ids(), before);
    // Whether there is such a program shows when it is started.
    let absent = json!({"id": "absent", "command": "no-such-program-anywhere"});
    let refused = admin.post("/api/sessions/spawn", absent).await;
    assert_eq!(refused.refusal(), (400, "INVALID"));
    let absent = admin.get("/api/sessions/absent").await;
    assert_eq!(absent.body["status"], "failed");
}

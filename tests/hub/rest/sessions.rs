//! Sessions: what they report, their agents, their terminals.

use tauri_plugin_realtime_hub::RegisterRequest;

use super::*;
use crate::session;

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

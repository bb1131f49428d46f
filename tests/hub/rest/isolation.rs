//! What belongs to other projects is not there, on any route of the document.

use tauri_plugin_realtime_hub::{RegisterRequest, SessionId};

use super::*;

/// A sound body for each request of the document that has one. In ids, `X` stands for another
/// project's things or for such as there are nowhere.
fn bodies(path: &str) -> Vec<Value> {
    match path {
        "/api/projects/{id}" => vec![json!({"name": "n"})],
        "/api/tasks" => vec![
            json!({"projectId": "X", "title": "t"}),
            json!({"projectId": "mine", "title": "t", "parentId": "X-task"}),
            json!({"projectId": "mine", "title": "t", "dependencies": ["my-task", "X-task"]}),
            json!({"projectId": "mine", "title": "t", "sessionIds": ["X-session"]}),
        ],
        "/api/tasks/{id}" => vec![json!({"title": "t"})],
        "/api/tasks/{id}/claim" => vec![
            json!({"sessionId": "X-session"}),
            json!({"sessionId": "my-session"}),
        ],
        "/api/sessions" => vec![
            json!({"projectId": "X"}),
            json!({"projectId": "mine", "taskIds": ["X-task"]}),
        ],
        "/api/sessions/{id}" => vec![json!({"name": "n"})],
        "/api/sessions/{id}/events" => vec![
            json!({"type": "needs_input"}),
            json!({"type": "session:modal_closed", "modalId": "m"}),
        ],
        "/api/sessions/{id}/timeline" => vec![json!({"type": "t"})],
        "/api/sessions/spawn" => vec![
            json!({"projectId": "X", "command": "true"}),
            json!({"projectId": "mine", "command": "true", "taskIds": ["X-task"]}),
        ],
        "/api/sessions/{id}/stop" => vec![Value::Null],
        "/api/team-members" => vec![json!({"projectId": "X", "name": "n"})],
        "/api/team-members/{id}" => vec![json!({"name": "n"})],
        "/api/mail" => vec![
            json!({"projectId": "X", "toSessionId": "my-session", "subject": "s", "body": ""}),
            json!({"projectId": "X", "toSessionId": "X-session", "subject": "s", "body": ""}),
            json!({"projectId": "mine", "toSessionId": "X-session", "subject": "s", "body": ""}),
        ],
        "/api/sessions/{id}/tasks/{taskId}" => vec![Value::Null],
        other => panic!("{other} is new in the document: give it a body here"),
    }
}

/// The path with `X-…` for what it names; with something of one's own beside it, where it names
/// two things.
fn paths(path: &str) -> Vec<String> {
    let kind = path.split('/').nth(2).unwrap();
    let [own, other] = match kind {
        "projects" => ["mine", "X"],
        "tasks" => ["my-task", "X-task"],
        "sessions" => ["my-session", "X-session"],
        "team-members" => ["my-member", "X-member"],
        "mail" => ["my-mail", "X-mail"],
        "state" => return vec![path.replace("{projectId}", "X")],
        _ => return vec![path.to_owned()],
    };
    if path.contains("{taskId}") {
        return vec![
            path.replace("{id}", own).replace("{taskId}", "X-task"),
            path.replace("{id}", other).replace("{taskId}", "my-task"),
        ];
    }
    // A claim of another's task, and for another's session.
    match path.ends_with("/claim") {
        true => vec![path.replace("{id}", other), path.replace("{id}", own)],
        false => vec![path.replace("{id}", other)],
    }
}

async fn fill(admin: &Caller, project: &str, prefix: &str) {
    let id = |kind: &str| format!("{prefix}-{kind}");
    let of = |mut new: Value, kind: &str| {
        new["id"] = id(kind).into();
        new["projectId"] = project.into();
        new
    };
    let new = json!({"id": project, "name": project});
    admin.make("/api/projects", new).await;
    let task = json!({"title": "secret of the task"});
    admin.make("/api/tasks", of(task, "task")).await;
    let session = json!({"name": "secret of the session"});
    admin.make("/api/sessions", of(session, "session")).await;
    let member = json!({"name": "secret of the member"});
    admin.make("/api/team-members", of(member, "member")).await;
    let mail = json!({"toSessionId": id("session"), "subject": "secret", "body": "secret"});
    admin.make("/api/mail", of(mail, "mail")).await;
}

async fn snapshot(admin: &Caller) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in ["projects", "tasks", "sessions", "team-members", "mail"] {
        let page = admin.get(&format!("/api/{kind}?archived=true")).await;
        let items = page.body["items"].as_array().unwrap().iter();
        all.extend(
            items
                .filter(|item| item.to_string().contains("theirs"))
                .cloned(),
        );
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_things_are_answered_as_things_that_are_not_there() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    fill(&admin, "mine", "my").await;
    fill(&admin, "theirs", "theirs").await;
    let before = snapshot(&admin).await;
    assert_eq!(before.len(), 5);
    let document = admin.get("/api/openapi.json").await.body;
    let mut tried = 0;
    for role in [Role::Operator, Role::Viewer] {
        let device = Caller::device(&hub, role, "mine").await;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let free = ["/api/pairings", "/api/pair", "/api/terminals"];
                let lists = method == Method::GET && !path.contains('{');
                // Whoever makes a project names none.
                let makes = method == Method::POST && path == "/api/projects";
                if free.contains(&path.as_str()) || lists || makes {
                    continue;
                }
                let with_body = !matches!(method, Method::GET | Method::DELETE);
                let bodies = if with_body {
                    bodies(path)
                } else {
                    vec![Value::Null]
                };
                for path in paths(path) {
                    for body in &bodies {
                        alike(&device, &method, &path, body, role).await;
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 60, "{tried}");
    assert_eq!(snapshot(&admin).await, before);
}

/// The same request about another's thing and about none. Only a viewer may be told that it
/// may not change what is its own.
async fn alike(device: &Caller, method: &Method, path: &str, body: &Value, role: Role) {
    let request = format!("{method} {path} {body}");
    if !request.contains('X') {
        return;
    }
    let ask = async |id: &str| {
        let mut request = device.request(method.clone(), &path.replace('X', id));
        if !body.is_null() {
            let body: Value = serde_json::from_str(&body.to_string().replace('X', id)).unwrap();
            request = request.json(&body);
        }
        let answer = reply(request.send().await.unwrap()).await;
        let code = answer.refusal();
        let expected = match role {
            Role::Viewer => code == (404, "NOT_FOUND") || code == (403, "FORBIDDEN"),
            _ => code == (404, "NOT_FOUND"),
        };
        assert!(expected, "{method} {path} {body}: {answer:?}");
        answer.body.to_string().replace(id, "X")
    };
    assert_eq!(ask("theirs").await, ask("absent").await, "{request}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_has_a_trace_of_anothers_things() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    fill(&admin, "mine", "my").await;
    fill(&admin, "theirs", "theirs").await;
    let mut request = RegisterRequest::new(SessionId::new("theirs-terminal").unwrap());
    request.project_id = ProjectId::new("theirs").unwrap();
    request.command = Some("cat".into());
    hub.hub.register(request).await.unwrap();
    let device = Caller::device(&hub, Role::Operator, "mine").await;
    for kind in ["projects", "tasks", "sessions", "team-members", "mail"] {
        let list = device.get(&format!("/api/{kind}?archived=true")).await;
        assert_eq!(list.ids().len(), 1, "{list:?}");
        assert!(!list.body.to_string().contains("theirs"), "{list:?}");
    }
    assert_eq!(device.get("/api/terminals").await.body, json!([]));
    let to_theirs = device.get("/api/mail?toSessionId=theirs-session").await;
    assert_eq!(to_theirs.ids(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_reads_and_changes_nothing() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    fill(&admin, "mine", "my").await;
    let viewer = Caller::device(&hub, Role::Viewer, "mine").await;
    assert_eq!(viewer.get("/api/tasks/my-task").await.status, 200);
    for (method, path, body) in [
        (Method::POST, "/api/projects", json!({"name": "n"})),
        (
            Method::POST,
            "/api/tasks",
            json!({"projectId": "mine", "title": "t"}),
        ),
        (Method::PATCH, "/api/tasks/my-task", json!({"title": "t"})),
        (Method::DELETE, "/api/tasks/my-task", json!({})),
        (
            Method::POST,
            "/api/tasks/my-task/claim",
            json!({"sessionId": "my-session"}),
        ),
        (
            Method::POST,
            "/api/sessions/my-session/events",
            json!({"type": "completed"}),
        ),
        (
            Method::POST,
            "/api/sessions/my-session/timeline",
            json!({"type": "t"}),
        ),
        (
            Method::POST,
            "/api/sessions/my-session/tasks/my-task",
            json!({}),
        ),
        (Method::DELETE, "/api/mail/my-mail", json!({})),
        (Method::DELETE, "/api/projects/mine", json!({})),
    ] {
        let request = viewer.request(method.clone(), path).json(&body);
        let refused = reply(request.send().await.unwrap()).await;
        assert_eq!(refused.refusal(), (403, "FORBIDDEN"), "{method} {path}");
    }
    // A device of one project makes no project and removes none.
    let device = Caller::device(&hub, Role::Operator, "mine").await;
    let new = device.post("/api/projects", json!({"name": "n"})).await;
    assert_eq!(new.refusal(), (403, "FORBIDDEN"));
    let gone = device.delete("/api/projects/mine").await;
    assert_eq!(gone.refusal(), (403, "FORBIDDEN"));
}

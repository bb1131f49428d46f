//! What is wrong with a request is said in one form, and nothing comes of it.

use serde_json::Map;

use super::*;

/// Everything that reads a body, with a sound one.
fn readers() -> Vec<(Method, &'static str, Value)> {
    let mail = json!({"projectId": "default", "toSessionId": "s", "subject": "s", "body": "b"});
    let (post, patch) = (Method::POST, Method::PATCH);
    vec![
        (post.clone(), "/api/projects", json!({"name": "n"})),
        (patch.clone(), "/api/projects/default", json!({"name": "n"})),
        (
            post.clone(),
            "/api/tasks",
            json!({"projectId": "default", "title": "t"}),
        ),
        (patch.clone(), "/api/tasks/t", json!({"title": "t"})),
        (
            post.clone(),
            "/api/tasks/t/claim",
            json!({"sessionId": "s"}),
        ),
        (
            post.clone(),
            "/api/sessions/spawn",
            json!({"projectId": "default", "command": "true"}),
        ),
        (
            post.clone(),
            "/api/sessions",
            json!({"projectId": "default"}),
        ),
        (patch.clone(), "/api/sessions/s", json!({"name": "n"})),
        (post.clone(), "/api/sessions/s/events", json!({"type": "t"})),
        (
            post.clone(),
            "/api/sessions/s/timeline",
            json!({"type": "t"}),
        ),
        (
            post.clone(),
            "/api/team-members",
            json!({"projectId": "default", "name": "n"}),
        ),
        (patch, "/api/team-members/m", json!({"name": "n"})),
        (post.clone(), "/api/mail", mail),
        (post.clone(), "/api/pairings", json!({})),
        (post, "/api/pair", json!({"code": "c", "name": "n"})),
    ]
}

async fn furnished(hub: &Hub) -> Caller {
    let admin = Caller::admin(hub);
    for (path, new) in [
        (
            "/api/tasks",
            json!({"id": "t", "projectId": "default", "title": "t"}),
        ),
        ("/api/sessions", json!({"id": "s", "projectId": "default"})),
        (
            "/api/team-members",
            json!({"id": "m", "projectId": "default", "name": "m"}),
        ),
    ] {
        admin.make(path, new).await;
    }
    admin
}

/// Of everything, its version.
async fn state(admin: &Caller) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in ["projects", "tasks", "sessions", "team-members", "mail"] {
        all.push(admin.get(&format!("/api/{kind}")).await.body);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_none_is_refused_by_every_request() {
    let hub = Hub::start();
    let admin = furnished(&hub).await;
    let before = state(&admin).await;
    let huge = format!(r#"{{"name": "{}"}}"#, "x".repeat(1_000_001));
    let deep = "[".repeat(100_000);
    let raw: &[(&str, &str, u16)] = &[
        ("application/json", "", 400),
        ("application/json", "{", 400),
        ("application/json", "null", 400),
        ("application/json", "7", 400),
        ("application/json", "\"text\"", 400),
        ("application/json", "[]", 400),
        ("application/json", " \n[\"default\", \"t\", \"t\"]", 400),
        ("application/json", "{} {}", 400),
        ("application/json", &deep, 400),
        ("application/json", &huge, 413),
        ("text/plain", "{}", 415),
        ("application/x-www-form-urlencoded", "name=n", 415),
    ];
    for (method, path, _) in readers() {
        for (kind, body, status) in raw {
            let request = admin.request(method.clone(), path);
            let request = request
                .header("content-type", *kind)
                .body((*body).to_owned());
            let refused = reply(request.send().await.unwrap()).await;
            let code = if *status == 413 {
                "TOO_LARGE"
            } else {
                "INVALID"
            };
            let shown = &body[..body.len().min(40)];
            assert_eq!(
                refused.refusal(),
                (*status, code),
                "{method} {path} {shown}"
            );
        }
        let bare = admin.request(method.clone(), path).send().await.unwrap();
        assert_eq!(reply(bare).await.refusal(), (415, "INVALID"), "{path}");
        let broken = admin
            .request(method, path)
            .header("content-type", "application/json");
        let broken = broken.body(b"{\"name\": \"\xff\"}".to_vec()).send().await;
        assert_eq!(
            reply(broken.unwrap()).await.refusal(),
            (400, "INVALID"),
            "{path}"
        );
    }
    assert_eq!(state(&admin).await, before);
}

/// Each bound and each type that the document tells of, gone over: what is sent is sound but
/// for one field.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_document_does_not_allow_is_refused() {
    let hub = Hub::start();
    let admin = furnished(&hub).await;
    let document = admin.get("/api/openapi.json").await.body;
    let (mut wrong, mut long) = (0, 0);
    for (method, path, sound) in readers() {
        let template = path.replace("/default", "/{id}").replace("/t/", "/{id}/");
        let template = template.replace("/s/", "/{id}/");
        let template = ["/t", "/s", "/m"].iter().fold(template, |path, id| {
            path.strip_suffix(id)
                .map_or(path.clone(), |start| format!("{start}/{{id}}"))
        });
        let operation = &document["paths"][&template][method.as_str().to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        for (field, schema) in fields(&document, schema) {
            for (value, status) in outside(&document, &schema) {
                let mut body = sound.clone();
                body[&field] = value;
                let request = admin.request(method.clone(), path).json(&body);
                let refused = reply(request.send().await.unwrap()).await;
                let shown: String = body.to_string().chars().take(120).collect();
                assert_eq!(refused.refusal().0, status, "{method} {path} {shown}");
                match status {
                    413 => long += 1,
                    _ => wrong += 1,
                }
            }
        }
    }
    assert!(wrong > 300 && long > 35, "{wrong} {long}");
    let left = admin.get("/api/tasks").await;
    assert_eq!(left.body["items"][0]["version"], 1, "{left:?}");
}

/// The fields of a body, each with what the document says of it.
fn fields(document: &Value, schema: &Value) -> Map<String, Value> {
    let schema = resolved(document, schema);
    // Of what can be one thing or another, the last, which is the report.
    let schema = match schema["anyOf"].as_array() {
        Some(some) => resolved(document, some.last().unwrap()),
        None => schema,
    };
    let properties = schema["properties"].as_object();
    properties
        .unwrap_or_else(|| panic!("no properties: {schema}"))
        .clone()
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = [schema, &schema["allOf"][0]].map(|schema| schema["$ref"].as_str());
    match named[0].or(named[1]) {
        Some(name) => &document["components"]["schemas"][name.rsplit('/').next().unwrap()],
        None => schema,
    }
}

/// Values that a field may not have, and how each is refused.
fn outside(document: &Value, schema: &Value) -> Vec<(Value, u16)> {
    let schema = resolved(document, schema);
    if schema.get("type").is_none()
        && schema.get("anyOf").is_none()
        && schema.get("oneOf").is_none()
    {
        return Vec::new();
    }
    let is = |kind: &str| {
        let of = &schema["type"];
        of == kind
            || of
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    };
    let mut values = Vec::new();
    for (kind, value) in [
        ("string", json!("no such word \u{1}")),
        ("integer", json!(-7.5)),
        ("boolean", json!(true)),
        ("array", json!([[]])),
        ("object", json!({"a": {"b": []}})),
    ] {
        // What is one of several words, or an object described elsewhere, is none of these.
        let described = schema.get("anyOf").is_some() || schema.get("oneOf").is_some();
        let may_be = is(kind) || (kind == "object" && described);
        if !may_be {
            values.push((value, 400));
        }
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        let id = schema["pattern"]
            .as_str()
            .is_some_and(|pattern| pattern.starts_with("^[A-Za-z0-9]"));
        let long = "x".repeat(usize::try_from(most).unwrap() + 1);
        values.push((long.into(), if id { 400 } else { 413 }));
    }
    if schema["minLength"] == 1 {
        values.extend([(json!(""), 400), (json!(" \n\t"), 400)]);
    }
    if let Some(most) = schema["maxItems"].as_u64() {
        let many = (0..=most).map(|n| format!("x{n}"));
        values.push((many.collect::<Vec<_>>().into(), 413));
    }
    values
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_document_cannot_say_is_refused_too() {
    let hub = Hub::start();
    let admin = furnished(&hub).await;
    let before = state(&admin).await;
    for (method, path, body, status) in [
        (
            Method::POST,
            "/api/projects",
            json!({"name": "n", "workingDir": "here"}),
            400,
        ),
        (
            Method::POST,
            "/api/projects",
            json!({"name": "n", "id": "default"}),
            409,
        ),
        (
            Method::POST,
            "/api/projects",
            json!({"name": "x".repeat(200) + "é"}),
            413,
        ),
        (Method::DELETE, "/api/projects/default", json!({}), 409),
        (Method::PATCH, "/api/tasks/t", json!({"parentId": "t"}), 400),
        (
            Method::PATCH,
            "/api/tasks/t",
            json!({"dependencies": ["t"]}),
            400,
        ),
        (
            Method::PATCH,
            "/api/tasks/t",
            json!({"claimedBy": "s"}),
            400,
        ),
        (
            Method::PATCH,
            "/api/tasks/t",
            json!({"taskSessionStatuses": {"s": "working"}}),
            409,
        ),
        (
            Method::PATCH,
            "/api/tasks/t",
            json!({"taskSessionStatuses": {"../": "working"}}),
            400,
        ),
        (
            Method::PATCH,
            "/api/sessions/s",
            json!({"metadata": {"a": "x".repeat(70_000)}}),
            413,
        ),
        (
            Method::POST,
            "/api/sessions/s/events",
            json!({"type": "session:modal"}),
            400,
        ),
        (
            Method::POST,
            "/api/sessions/s/events",
            json!({"type": "session:modal_x"}),
            400,
        ),
        (
            Method::POST,
            "/api/sessions/s/events",
            json!({"type": "session:modal", "modalId": "m", "title": "", "html": "x".repeat(300_000)}),
            413,
        ),
        (Method::DELETE, "/api/sessions/s/tasks/t", json!({}), 404),
        (Method::GET, "/api/tasks/a%20b", json!({}), 400),
        (Method::GET, "/api/tasks/%ff", json!({}), 400),
    ] {
        let request = admin.request(method.clone(), path).json(&body);
        let refused = reply(request.send().await.unwrap()).await;
        let shown: String = body.to_string().chars().take(120).collect();
        assert_eq!(
            refused.refusal().0,
            status,
            "{method} {path} {shown}: {refused:?}"
        );
    }
    assert_eq!(state(&admin).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_paths_methods_and_credentials_have_the_same_form() {
    let hub = Hub::start();
    let admin = furnished(&hub).await;
    for path in [
        "/api",
        "/api/",
        "/api/nonsense",
        "/api/tasks/t/nonsense",
        "/api/tasks/",
        "/x/y",
    ] {
        assert_eq!(
            admin.get(path).await.refusal(),
            (404, "NOT_FOUND"),
            "{path}"
        );
    }
    let document = admin.get("/api/openapi.json").await.body;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "t").replace("{taskId}", "t");
        let path = path.replace("{projectId}", "default");
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT"] {
            let known = methods.get(method.to_lowercase()).is_some();
            let method: Method = method.parse().unwrap();
            if !known {
                let response = admin.request(method.clone(), &path).send().await.unwrap();
                assert!(response.headers().contains_key("allow"), "{method} {path}");
                let refused = reply(response).await;
                assert_eq!(refused.refusal(), (405, "INVALID"), "{method} {path}");
            } else if path != "/api/pair" {
                for token in ["", "nonsense", &admin.token[1..]] {
                    let stranger = Caller {
                        token: token.to_owned(),
                        ..admin.clone()
                    };
                    let response = stranger
                        .request(method.clone(), &path)
                        .send()
                        .await
                        .unwrap();
                    assert_eq!(response.headers()["www-authenticate"], "Bearer");
                    let refused = reply(response).await;
                    assert_eq!(
                        refused.refusal(),
                        (401, "UNAUTHENTICATED"),
                        "{method} {path}"
                    );
                }
            }
        }
    }
    // Not even the document is for strangers.
    let stranger = reqwest::get(format!("{}/api/openapi.json", hub.url))
        .await
        .unwrap();
    assert_eq!(stranger.status(), 401);
}

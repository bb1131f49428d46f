//! What `/ui` and `/mobile` are asked: the state, mail, claims; and everything that is wrong.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::Role;

use crate::client::Client;
use crate::following::{new_session, new_task, progress};
use crate::{Hub, failure};

fn ids(list: &Value) -> Vec<&str> {
    let items = list.as_array().expect("a list").iter();
    items.map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_whole_or_what_has_happened_since() {
    let hub = Hub::with_projects().await;
    let token = hub.device("a", Role::Viewer).await;
    let mut phone = hub.mobile(&token, "a").await;
    let state = phone.request("state:sync", json!(null)).await;
    assert_eq!(state["success"], true);
    assert_eq!(state["project"]["id"], "a");
    assert_eq!(ids(&state["sessions"]), ["a-s"]);
    assert_eq!(ids(&state["tasks"]), ["a-t"]);
    assert_eq!(state["teamMembers"], json!([]));
    assert_eq!((state.get("full"), state.get("truncated")), (None, None));

    for id in ["a", "b"] {
        hub.change(new_task(&format!("{id}-more"), id)).await;
    }
    let since = |cursor: &Value| json!({"since": cursor});
    let answer = phone.request("state:sync", since(&state["cursor"])).await;
    assert_eq!(answer["events"].as_array().unwrap().len(), 1);
    let event = &answer["events"][0];
    assert_eq!(event["data"]["id"], "a-more");
    // As it was told.
    assert_eq!(*event, phone.wait_for("task:created").await.data);
    // From the event's own place, and from the answer's: nothing since.
    for cursor in [&event["cursor"], &answer["cursor"]] {
        let answer = phone.request("state:sync", since(cursor)).await;
        assert_eq!(answer["events"], json!([]), "{cursor}");
    }
    // A place that is none here.
    for cursor in ["", "x", "other.1", "x.y", ".", "."] {
        let answer = phone.request("state:sync", json!({"since": cursor})).await;
        assert_eq!(answer["full"], true, "{cursor}");
        assert_eq!(ids(&answer["tasks"]), ["a-t", "a-more"]);
    }

    let answer = phone.request("state:sync", json!({"limit": 1})).await;
    assert_eq!(ids(&answer["tasks"]), ["a-t"]);
    assert_eq!(answer["truncated"], true);
    // More events than asked for: the state has them all.
    hub.change(progress("a-s", "x")).await;
    let few = json!({"since": state["cursor"], "limit": 1});
    let answer = phone.request("state:sync", few).await;
    assert_eq!(answer["full"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_out_of_sight_is_told_when_asked_for() {
    let hub = Hub::with_projects().await;
    let mut ui = hub.ui(&hub.token(Role::Viewer)).await;
    hub.change(archived("a-t")).await;
    let wanted = json!({"projectId": "a"});
    let answer = ui.request("state:sync", wanted).await;
    assert_eq!(answer["tasks"], json!([]));
    let wanted = json!({"projectId": "a", "include": ["archived"]});
    let answer = ui.request("state:sync", wanted).await;
    assert_eq!(ids(&answer["tasks"]), ["a-t"]);
}

fn archived(task: &str) -> tauri_plugin_realtime_hub::domain::Mutation {
    tauri_plugin_realtime_hub::domain::Mutation::UpdateTask {
        id: crate::following::from(json!(task)),
        patch: crate::following::from(json!({"status": "archived"})),
        if_version: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_stays_below_what_clients_take() {
    let hub = Hub::with_projects().await;
    for n in 0..40 {
        let mutation = json!({
            "projectId": "a", "title": n.to_string(), "description": "x".repeat(60_000),
        });
        let new = crate::following::from(mutation);
        hub.change(tauri_plugin_realtime_hub::domain::Mutation::CreateTask(new))
            .await;
    }
    let mut phone = hub.mobile(&hub.token(Role::Viewer), "a").await;
    let answer = phone.request("state:sync", json!(null)).await;
    assert_eq!(answer["truncated"], true);
    let size = answer.to_string().len();
    assert!((900_000..1_100_000).contains(&size), "{size}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_says_who_sent_it_and_a_task_has_one_owner() {
    let hub = Hub::with_projects().await;
    hub.change(new_session("a-s2", "a")).await;
    let device = hub.device("a", Role::Operator).await;
    let mut phone = hub.mobile(&device, "a").await;
    let mut ui = hub.ui(&hub.token(Role::Operator)).await;
    let mail = json!({
        "toSessionId": "a-s", "subject": "Hello", "body": "world",
        // Not for the sender to say.
        "fromSessionId": "somebody", "projectId": "b",
    });
    let answer = phone.request("mail:send", mail.clone()).await;
    let from = answer["mail"]["fromSessionId"].as_str().unwrap();
    assert!(from.starts_with("mobile:device:"), "{from}");
    assert_eq!(answer["mail"]["projectId"], "a");
    assert_eq!(answer["mail"]["type"], "directive");
    assert_eq!(
        phone.wait_for("mail:received").await.data["data"]["subject"],
        "Hello"
    );
    let answer = ui.request("mail:send", mail).await;
    assert_eq!(answer["mail"]["fromSessionId"], "ui:desktop");

    let claim = |session: &str| json!({"taskId": "a-t", "sessionId": session});
    let answer = phone.request("task:claim", claim("a-s")).await;
    assert_eq!(answer["task"]["claimedBy"], "a-s");
    let answer = ui.request("task:claim", claim("a-s2")).await;
    assert_eq!(failure(&answer).0, "CONFLICT");
    assert_eq!(answer["claimedBy"], "a-s");

    // Whoever only watches does neither.
    let viewer = hub.device("a", Role::Viewer).await;
    let mut viewer = hub.mobile(&viewer, "a").await;
    let letter = json!({"toSessionId": "a-s", "subject": "x", "body": "x"});
    for (event, payload) in [("mail:send", letter), ("task:claim", claim("a-s"))] {
        let answer = viewer.request(event, payload).await;
        assert_eq!(failure(&answer).0, "FORBIDDEN", "{event}");
    }
}

/// Every request, with what makes it right.
fn requests(namespace: &str) -> Vec<(&'static str, Value)> {
    let mail = json!({"toSessionId": "a-s", "subject": "x", "body": "x"});
    let claim = json!({"taskId": "a-t", "sessionId": "a-s"});
    let both = [
        ("mail:send", mail),
        ("task:claim", claim),
        ("session:stop", json!({"sessionId": "a-s"})),
        ("session:reply-input", json!({"sessionId": "a-s"})),
    ];
    let own = match namespace {
        "/ui" => vec![
            ("subscribe", json!({"sessionIds": ["a-s"]})),
            ("project:subscribe", json!({"projectId": "a"})),
            ("project:unsubscribe", json!({"projectId": "a"})),
            ("state:sync", json!({"projectId": "a"})),
        ],
        _ => vec![
            ("session:subscribe", json!(["a-s"])),
            ("session:unsubscribe", json!(["a-s"])),
        ],
    };
    own.into_iter().chain(both).collect()
}

/// What is wrong instead of an id.
fn wrong() -> Vec<(Value, &'static str)> {
    vec![
        (json!(null), "INVALID"),
        (json!(7), "INVALID"),
        (json!(true), "INVALID"),
        (json!([]), "INVALID"),
        (json!(["a"]), "INVALID"),
        (json!({}), "INVALID"),
        (json!(""), "INVALID"),
        (json!("../a"), "INVALID"),
        (json!("a b"), "INVALID"),
        (json!("ä"), "INVALID"),
        (json!("x".repeat(129)), "INVALID"),
        (json!("x".repeat(100_000)), "INVALID"),
        (json!("none"), "NOT_FOUND"),
    ]
}

/// The answer, or the `hub:error`, to the same request with and without an acknowledgement.
async fn refused(client: &mut Client, event: &str, payload: &Value, code: &str) {
    let answer = client.request(event, payload.clone()).await;
    let shown: String = payload.to_string().chars().take(80).collect();
    assert_eq!(failure(&answer).0, code, "{event} {shown}");
    client.emit(event, payload).await;
    let error = client.wait_for("hub:error").await.data;
    assert_eq!(
        (error["event"].as_str(), error["code"].as_str()),
        (Some(event), Some(code))
    );
    assert_eq!(error["error"], answer["error"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_is_said_and_ends_nothing() {
    let hub = Hub::with_projects().await;
    let token = hub.device("a", Role::Operator).await;
    for namespace in ["/ui", "/mobile"] {
        let mut client = match namespace {
            "/ui" => hub.ui(&token).await,
            _ => hub.mobile(&token, "a").await,
        };
        for (event, right) in requests(namespace) {
            // Of another kind altogether.
            for payload in [json!(7), json!("x"), json!(true), json!([7]), json!([[]])] {
                refused(&mut client, event, &payload, "INVALID").await;
            }
            let kinds = if right.is_array() {
                json!({"a": 1})
            } else {
                json!(["a"])
            };
            refused(&mut client, event, &kinds, "INVALID").await;
            let Value::Object(fields) = &right else {
                continue;
            };
            for (field, value) in fields {
                let mut without = right.clone();
                without.as_object_mut().unwrap().remove(field);
                refused(&mut client, event, &without, "INVALID").await;
                let id = field.ends_with("Id");
                for (other, code) in wrong().into_iter().filter(|_| id) {
                    // Leaving what is not there is no mistake.
                    if event == "project:unsubscribe" && code == "NOT_FOUND" {
                        continue;
                    }
                    let mut payload = right.clone();
                    payload[field] = other;
                    refused(&mut client, event, &payload, code).await;
                }
                // What is another project's is not there.
                let foreign = match value.as_str() {
                    Some("a") => "b",
                    Some("a-s") => "b-s",
                    Some("a-t") => "b-t",
                    _ => continue,
                };
                if event != "project:unsubscribe" {
                    let mut payload = right.clone();
                    payload[field] = foreign.into();
                    refused(&mut client, event, &payload, "NOT_FOUND").await;
                }
            }
        }
        for (event, payload, code) in [
            ("nonsense", json!({}), "INVALID"),
            (
                "mail:send",
                json!({"toSessionId": "a-s", "subject": "", "body": "x"}),
                "INVALID",
            ),
            (
                "mail:send",
                json!({"toSessionId": "a-s", "subject": "x", "body": "x".repeat(65_537)}),
                "TOO_LARGE",
            ),
            (
                "session:spawn",
                json!({"projectId": "a", "cols": -1}),
                "INVALID",
            ),
            (
                "session:spawn",
                json!({"projectId": "a", "args": "x"}),
                "INVALID",
            ),
            (
                "session:spawn",
                json!({"projectId": "a", "env": ["x"]}),
                "INVALID",
            ),
            (
                "session:spawn",
                json!({"projectId": "a", "id": "../x"}),
                "INVALID",
            ),
            (
                "session:spawn",
                json!({"projectId": "a", "name": " "}),
                "INVALID",
            ),
            (
                "session:spawn",
                json!({"projectId": "a", "id": "b-s"}),
                "CONFLICT",
            ),
            (
                "session:spawn",
                json!({"projectId": "a", "taskIds": ["b-t"]}),
                "NOT_FOUND",
            ),
            (
                "session:reply-input",
                json!({"sessionId": "a-s", "input": 7}),
                "INVALID",
            ),
            (
                "state:sync",
                json!({"projectId": "a", "limit": 0}),
                "INVALID",
            ),
            (
                "state:sync",
                json!({"projectId": "a", "limit": -1}),
                "INVALID",
            ),
            (
                "state:sync",
                json!({"projectId": "a", "limit": "x"}),
                "INVALID",
            ),
            (
                "state:sync",
                json!({"projectId": "a", "since": 7}),
                "INVALID",
            ),
            (
                "state:sync",
                json!({"projectId": "a", "include": "archived"}),
                "INVALID",
            ),
            (
                "state:sync",
                json!({"projectId": "a", "include": ["x"]}),
                "INVALID",
            ),
        ] {
            refused(&mut client, event, &payload, code).await;
        }
        // Nothing of it has changed anything, and the socket goes on.
        let answer = client
            .request("state:sync", json!({"projectId": "a"}))
            .await;
        assert_eq!(answer["tasks"][0]["claimedBy"], json!(null));
        assert_eq!(ids(&answer["sessions"]), ["a-s"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_follows_so_much_and_no_more() {
    let config = tauri_plugin_realtime_hub::HubConfig {
        limits: tauri_plugin_realtime_hub::Limits {
            rooms_per_socket: 1,
            ..Default::default()
        },
        ..Default::default()
    };
    let hub = Hub::with_projects_and(config).await;
    let mut ui = hub.ui(&hub.token(Role::Viewer)).await;
    for sessions in [json!(["a-s", "b-s"]), json!(["none", "none"])] {
        let subscribe = json!({"sessionIds": sessions});
        let answer = ui.request("subscribe", subscribe).await;
        assert_eq!(failure(&answer).0, "TOO_LARGE");
    }
    let subscribe = json!({"sessionIds": ["a-s"]});
    assert_eq!(ui.request("subscribe", subscribe).await["success"], true);
    let project = json!({"projectId": "a"});
    let answer = ui.request("project:subscribe", project).await;
    assert_eq!(failure(&answer).0, "TOO_LARGE");
    ui.request("unsubscribe", json!({})).await;
    let answer = ui
        .request("project:subscribe", json!({"projectId": "a"}))
        .await;
    assert_eq!(answer["success"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_goes_on_with_another_token_of_the_same_holder() {
    let hub = Hub::with_projects().await;
    let (viewer, operator) = (hub.token(Role::Viewer), hub.token(Role::Operator));
    let device = hub.device("a", Role::Operator).await;
    let mail = json!({"toSessionId": "a-s", "subject": "x", "body": "x"});
    for namespace in ["/ui", "/mobile"] {
        let mut client = match namespace {
            "/ui" => hub.ui(&viewer).await,
            _ => hub.mobile(&viewer, "a").await,
        };
        let refresh = |token: &str| json!({"token": token});
        for (payload, code) in [
            (json!({}), "INVALID"),
            (json!({"token": 7}), "INVALID"),
            (refresh(""), "UNAUTHENTICATED"),
            (refresh("rhl_x"), "UNAUTHENTICATED"),
            (refresh(&device), "FORBIDDEN"),
        ] {
            refused(&mut client, "auth:refresh", &payload, code).await;
        }
        let answer = client.request("mail:send", mail.clone()).await;
        assert_eq!(failure(&answer).0, "FORBIDDEN");
        let answer = client.request("auth:refresh", refresh(&operator)).await;
        assert_eq!(answer, json!({"success": true}));
        let answer = client.request("mail:send", mail.clone()).await;
        assert_eq!(answer["success"], true);
        // And back.
        client.request("auth:refresh", refresh(&viewer)).await;
        let answer = client.request("mail:send", mail.clone()).await;
        assert_eq!(failure(&answer).0, "FORBIDDEN");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rights_hold_for_what_is_watched_already() {
    let hub = Hub::start();
    let mut client = hub.watched("read end").await;
    let view = |cols| json!({"sessionId": "t", "visible": true, "cols": cols, "rows": 10});
    let answer = client.request("terminal:view", view(90)).await;
    assert_eq!(answer["applied"], true);
    let viewer = json!({"token": hub.token(Role::Viewer)});
    assert_eq!(
        client.request("auth:refresh", viewer).await["success"],
        true
    );
    let answer = client.request("terminal:view", view(91)).await;
    assert_eq!(answer["applied"], false);
    let input = json!({"sessionId": "t", "input": "x"});
    let answer = client.request("terminal:input", input.clone()).await;
    assert_eq!(failure(&answer).0, "FORBIDDEN");
    let roles: Vec<_> = hub.hub.viewers(&crate::session("t")).unwrap();
    assert_eq!(
        roles.iter().map(|v| v.role).collect::<Vec<_>>(),
        [Role::Viewer]
    );

    let operator = json!({"token": hub.token(Role::Operator)});
    client.request("auth:refresh", operator).await;
    let answer = client.request("terminal:view", view(92)).await;
    assert_eq!(answer["applied"], true);
    let answer = client.request("terminal:input", input).await;
    assert_eq!(answer["success"], true);
}

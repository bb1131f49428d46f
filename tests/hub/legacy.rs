//! The raw WebSocket protocol at `/`, with a client that does only what it is told.

use std::ops::ControlFlow;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tauri_plugin_realtime_hub::domain::{Mutation, NewEvent};
use tauri_plugin_realtime_hub::protocol::EventScope;
use tauri_plugin_realtime_hub::{HubConfig, Limits, PairingRequest, ProjectId, Role, Timing};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{PATIENCE, websocket_at};
use crate::pairing::redeem;
use crate::{Hub, session, short};

/// A client of the old server.
struct Old {
    ws: WebSocketStream<TcpStream>,
    /// Events that came in one message and have not been asked for.
    gathered: Vec<Value>,
}

impl Old {
    async fn connect(hub: &Hub) -> Self {
        let ws = websocket_at(&hub.url, "/", &[]).await.expect("an upgrade");
        let gathered = Vec::new();
        Self { ws, gathered }
    }

    async fn with(hub: &Hub, token: &str) -> Self {
        let mut old = Self::connect(hub).await;
        old.say(json!({"type": "auth", "token": token})).await;
        assert_eq!(old.hears().await["type"], "authenticated");
        old
    }

    async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    async fn say_text(&mut self, text: &str) {
        self.ws.send(Message::text(text)).await.expect("sent");
    }

    /// The next message, an event by itself; or the code and the reason of the end.
    async fn next(&mut self) -> ControlFlow<(u16, String), Value> {
        loop {
            if !self.gathered.is_empty() {
                return ControlFlow::Continue(self.gathered.remove(0));
            }
            let next = timeout(PATIENCE, self.ws.next()).await.expect("in time");
            match next {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text).unwrap() {
                    Value::Array(events) => {
                        assert!(events.len() > 1, "one alone is no array");
                        self.gathered = events;
                    }
                    message => return ControlFlow::Continue(message),
                },
                Some(Ok(Message::Close(Some(frame)))) => {
                    return ControlFlow::Break((frame.code.into(), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return ControlFlow::Break((1006, String::new())),
            }
        }
    }

    async fn hears(&mut self) -> Value {
        match self.next().await {
            ControlFlow::Continue(message) => message,
            ControlFlow::Break(end) => panic!("ended: {end:?}"),
        }
    }

    async fn asks(&mut self, message: Value) -> Value {
        self.say(message).await;
        self.hears().await
    }

    /// How it ends, after whatever else there is.
    async fn ends(&mut self) -> (u16, String) {
        loop {
            if let ControlFlow::Break(end) = self.next().await {
                return end;
            }
        }
    }

    /// The names of everything that has happened and reaches it.
    async fn names(&mut self, hub: &Hub) -> Vec<String> {
        // For everybody, so it comes after all of it.
        let mark = NewEvent {
            name: "app:mark".into(),
            scope: EventScope::All,
            data: json!({}),
            timestamp: None,
            id: None,
        };
        hub.hub.emit(mark).await.expect("told");
        let mut names = Vec::new();
        loop {
            match self.hears().await["type"].as_str().unwrap() {
                "app:mark" => return names,
                name => names.push(name.to_owned()),
            }
        }
    }
}

fn config() -> HubConfig {
    HubConfig {
        legacy_ws: true,
        timing: short(),
        ..HubConfig::default()
    }
}

fn from<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

async fn change(hub: &Hub, mutation: Mutation) {
    hub.hub.change(mutation).await.expect("changed");
}

async fn task(hub: &Hub, id: &str, project: &str) {
    let task = json!({"id": id, "projectId": project, "title": id});
    change(hub, Mutation::CreateTask(from(task))).await;
}

async fn progress(hub: &Hub, id: &str) {
    let report = from(json!({"type": "step", "message": "x"}));
    let session = session(id);
    change(hub, Mutation::Report { session, report }).await;
}

/// Two projects, with a session and a task each.
async fn with_projects(config: HubConfig) -> Hub {
    let hub = Hub::with(config);
    for id in ["a", "b"] {
        let project = json!({"id": id, "name": id});
        change(&hub, Mutation::CreateProject(from(project))).await;
        let session = json!({"id": format!("{id}-s"), "projectId": id});
        change(&hub, Mutation::CreateSession(from(session))).await;
        task(&hub, &format!("{id}-t"), id).await;
    }
    hub
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_unless_asked_for_and_the_page_stays_where_it_is() {
    let off = Hub::start();
    assert!(websocket_at(&off.url, "/", &[]).await.is_err());
    let on = Hub::with(config());
    assert!(websocket_at(&on.url, "/", &[]).await.is_ok());
    let page = |hub: &Hub| reqwest::get(format!("{}/", hub.url));
    let (without, with) = (page(&off).await.unwrap(), page(&on).await.unwrap());
    assert_eq!(without.status(), with.status());
    assert_eq!(without.text().await.unwrap(), with.text().await.unwrap());
    // Nowhere else.
    assert!(websocket_at(&on.url, "/api/tasks", &[]).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_pages_and_names_are_turned_away_before_anything_else() {
    let hub = Hub::with(config());
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("host", "evil.example", 421),
        ("sec-websocket-version", "8", 400),
    ] {
        let refused = websocket_at(&hub.url, "/", &[(name, value)]).await;
        assert_eq!(refused.err(), Some(status), "{name}: {value}");
    }
    let own = [("origin", "tauri://localhost")];
    assert!(websocket_at(&hub.url, "/", &own).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_say_who_it_is_hears_nothing_and_is_shown_out() {
    let hub = with_projects(config()).await;
    // A token that is good elsewhere is none here.
    let mut client = hub.watched("echo $HUB_TOKEN; read x").await;
    let agent = client.wait_for_output("\n").await.trim().to_owned();
    assert!(!agent.is_empty());
    let (required, invalid) = ("Authentication required", "Invalid authentication token");
    for (first, code, says) in [
        (
            json!({"type": "ping"}).to_string(),
            "UNAUTHENTICATED",
            required,
        ),
        (
            json!({"type": "subscribe"}).to_string(),
            "UNAUTHENTICATED",
            required,
        ),
        (
            json!({"type": "auth", "token": ""}).to_string(),
            "UNAUTHENTICATED",
            invalid,
        ),
        (
            json!({"type": "auth", "token": "x"}).to_string(),
            "UNAUTHENTICATED",
            invalid,
        ),
        (
            json!({"type": "auth", "token": agent}).to_string(),
            "UNAUTHENTICATED",
            invalid,
        ),
        (
            json!({"type": "auth", "token": 7}).to_string(),
            "INVALID",
            "string",
        ),
        (json!({"type": "auth"}).to_string(), "INVALID", "token"),
        ("{".to_owned(), "INVALID", "not JSON"),
        ("[]".to_owned(), "INVALID", "an object"),
    ] {
        let mut old = Old::connect(&hub).await;
        old.say_text(&first).await;
        let error = old.hears().await;
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!(code)),
            "{first}"
        );
        assert!(error["message"].as_str().unwrap().contains(says), "{error}");
        progress(&hub, "a-s").await;
        assert_eq!(
            old.ends().await,
            (1008, "not authenticated".into()),
            "{first}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_has_to_come_in_time() {
    let hub = Hub::with(HubConfig {
        timing: Timing {
            legacy_auth_ms: 50,
            ..short()
        },
        ..config()
    });
    let mut silent = Old::connect(&hub).await;
    assert_eq!(
        silent.ends().await,
        (1008, "no credential came in time".into())
    );
    // A ping of the WebSocket itself is no message.
    let mut lively = Old::connect(&hub).await;
    lively.ws.send(Message::Ping("x".into())).await.unwrap();
    assert_eq!(lively.ends().await.0, 1008);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_it_may_see_reaches_it_once_and_in_order() {
    let hub = with_projects(config()).await;
    let mut old = Old::with(&hub, &hub.token(Role::Viewer)).await;
    progress(&hub, "a-s").await;
    let first = old.hears().await;
    assert_eq!(first["type"], "notify:progress");
    assert_eq!(first["event"], "notify:progress");
    assert_eq!(first["data"]["sessionId"], "a-s");
    assert!(first["timestamp"].as_u64().unwrap() > 0);
    assert_eq!(first["hub"], json!(hub.hub.status().unwrap().hub));
    // Shortly after it, so that some come together.
    for n in 0..300 {
        let project = ["a", "b"][n % 2];
        task(&hub, &format!("t{n}"), project).await;
    }
    let mut seq = first["seq"].as_u64().unwrap();
    for n in 0..300 {
        let event = old.hears().await;
        assert_eq!(event["data"]["id"], format!("t{n}"));
        seq += 1;
        assert_eq!(event["seq"], seq);
    }
    assert_eq!(old.names(&hub).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_lets_through_what_it_names() {
    let hub = with_projects(config()).await;
    let mut old = Old::with(&hub, &hub.token(Role::Viewer)).await;
    let answer = old
        .asks(json!({"type": "subscribe", "sessionIds": ["a-s", "none"], "taskIds": ["b-t"]}))
        .await;
    assert!(answer["timestamp"].as_u64().unwrap() > 0);
    assert_eq!(
        (&answer["type"], &answer["sessionIds"], &answer["taskIds"]),
        (&json!("subscribed"), &json!(["a-s"]), &json!(["b-t"]))
    );
    let happens = async || {
        for id in ["a", "b"] {
            progress(&hub, &format!("{id}-s")).await;
            let patch = from(json!({"description": "changed"}));
            let id = from(json!(format!("{id}-t")));
            change(
                &hub,
                Mutation::UpdateTask {
                    id,
                    patch,
                    if_version: None,
                },
            )
            .await;
        }
    };
    happens().await;
    assert_eq!(old.names(&hub).await, ["notify:progress", "task:updated"]);
    let answer = old
        .asks(json!({"type": "subscribe", "projectId": "b"}))
        .await;
    assert_eq!(answer["projectId"], "b");
    happens().await;
    assert_eq!(old.names(&hub).await, ["notify:progress", "task:updated"]);
    // One that is refused changes nothing.
    let error = old
        .asks(json!({"type": "subscribe", "projectId": "none"}))
        .await;
    assert_eq!(error["code"], "NOT_FOUND");
    happens().await;
    assert_eq!(old.names(&hub).await.len(), 2);
    assert_eq!(
        old.asks(json!({"type": "unsubscribe"})).await["type"],
        "unsubscribed"
    );
    happens().await;
    assert_eq!(old.names(&hub).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_project_is_heard_whatever_is_asked_for() {
    let hub = with_projects(config()).await;
    let request = PairingRequest {
        role: Some(Role::Operator),
        projects: Some(vec![ProjectId::new("a").unwrap()]),
    };
    let (token, _) = redeem(&hub, request).await;
    let mut old = Old::with(&hub, &token).await;
    let happens = async || {
        progress(&hub, "b-s").await;
        progress(&hub, "a-s").await;
    };
    happens().await;
    assert_eq!(old.hears().await["data"]["projectId"], "a");
    let error = old
        .asks(json!({"type": "subscribe", "projectId": "b"}))
        .await;
    assert_eq!(error["message"], r#"there is no project "b""#);
    let both = json!({"type": "subscribe", "sessionIds": ["a-s", "b-s"], "taskIds": ["b-t"]});
    let answer = old.asks(both).await;
    assert_eq!(
        (&answer["sessionIds"], &answer["taskIds"]),
        (&json!(["a-s"]), &json!([]))
    );
    happens().await;
    assert_eq!(old.hears().await["data"]["projectId"], "a");
    assert_eq!(old.names(&hub).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_answered_and_ends_nothing() {
    let hub = with_projects(HubConfig {
        limits: Limits {
            rooms_per_socket: 3,
            ..Limits::default()
        },
        ..config()
    })
    .await;
    let mut old = Old::with(&hub, &hub.token(Role::Viewer)).await;
    for (text, code) in [
        ("", "INVALID"),
        ("{", "INVALID"),
        ("7", "INVALID"),
        (r#"{"type": "dance"}"#, "INVALID"),
        (r#"{"type": "auth", "token": "x"}"#, "CONFLICT"),
        (r#"{"type": "subscribe", "sessionIds": "a-s"}"#, "INVALID"),
        (r#"{"type": "subscribe", "taskIds": [7]}"#, "INVALID"),
        (
            r#"{"type": "subscribe", "sessionIds": ["a", "b"], "taskIds": ["c", "d"]}"#,
            "TOO_LARGE",
        ),
    ] {
        old.say_text(text).await;
        let error = old.hears().await;
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!(code)),
            "{text}"
        );
    }
    let binary = Message::binary(r#"{"type": "ping"}"#);
    old.ws.send(binary).await.unwrap();
    assert_eq!(old.hears().await["code"], "INVALID");
    progress(&hub, "a-s").await;
    assert_eq!(old.hears().await["type"], "notify:progress");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_over_the_limit_ends_that_connection_alone() {
    let hub = with_projects(HubConfig {
        limits: Limits {
            message_bytes: 10_000,
            ..Limits::default()
        },
        ..config()
    })
    .await;
    let token = hub.token(Role::Viewer);
    let (mut old, mut other) = (Old::with(&hub, &token).await, Old::with(&hub, &token).await);
    old.say(json!({"type": "ping", "x": "x".repeat(20_000)}))
        .await;
    assert_eq!(old.ends().await, (1009, "a message is too large".into()));
    assert_eq!(other.asks(json!({"type": "ping"})).await["type"], "pong");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_read_delays_nobody_and_misses_nothing() {
    let hub = with_projects(HubConfig {
        limits: Limits {
            output_waiting_bytes: 64 << 10,
            ..Limits::default()
        },
        ..config()
    })
    .await;
    let token = hub.token(Role::Viewer);
    let mut slow = Old::with(&hub, &token).await;
    let mut quick = Old::with(&hub, &token).await;
    // What it did not ask for is left out of what it is caught up with, too.
    let subscribe = json!({"type": "subscribe", "projectId": "a"});
    assert_eq!(slow.asks(subscribe).await["type"], "subscribed");
    // More than the kernel holds for a connection.
    let long = "x".repeat(60_000);
    let events = 300;
    let title = |n: usize, project: &str| format!("{project}{n}");
    let happens = async {
        for n in 0..events {
            for project in ["a", "b"] {
                let title = title(n, project);
                let task = json!({"projectId": project, "title": title, "description": long});
                change(&hub, Mutation::CreateTask(from(task))).await;
            }
        }
    };
    let hears = async {
        for n in 0..events {
            for project in ["a", "b"] {
                assert_eq!(quick.hears().await["data"]["title"], title(n, project));
            }
        }
    };
    tokio::join!(happens, hears);
    for n in 0..events {
        assert_eq!(slow.hears().await["data"]["title"], title(n, "a"));
    }
    assert_eq!(slow.names(&hub).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_too_far_behind_is_shown_out() {
    let hub = with_projects(HubConfig {
        limits: Limits {
            output_waiting_bytes: 64 << 10,
            events_behind: 20,
            ..Limits::default()
        },
        ..config()
    })
    .await;
    let mut slow = Old::with(&hub, &hub.token(Role::Viewer)).await;
    let long = "x".repeat(60_000);
    for n in 0..500 {
        let task = json!({"projectId": "a", "title": format!("t{n}"), "description": long});
        change(&hub, Mutation::CreateTask(from(task))).await;
    }
    // What it was sent is in order and whole; then comes the end, and not the last event.
    let mut heard = 0;
    while let ControlFlow::Continue(event) = slow.next().await {
        assert_eq!(event["data"]["title"], format!("t{heard}"));
        heard += 1;
    }
    assert!(heard < 500, "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_found_out() {
    let hub = Hub::with(HubConfig {
        timing: Timing {
            ping_interval_ms: 100,
            ping_timeout_ms: 100,
            ..short()
        },
        ..config()
    });
    let mut old = Old::with(&hub, &hub.token(Role::Viewer)).await;
    // Below the WebSocket, so that no ping is answered.
    let mut heard = Vec::new();
    let ended = old.ws.get_mut().read_to_end(&mut heard);
    timeout(PATIENCE, ended).await.expect("found out").unwrap();
    assert!(String::from_utf8_lossy(&heard).ends_with("no heartbeat"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_hub_is_told() {
    let hub = with_projects(config()).await;
    let mut old = Old::with(&hub, &hub.token(Role::Viewer)).await;
    let mut stranger = Old::connect(&hub).await;
    let started = std::time::Instant::now();
    hub.hub.shutdown().await;
    // Nobody who does not answer holds it up.
    let deadline = std::time::Duration::from_millis(short().shutdown_ms);
    assert!(started.elapsed() < deadline / 2, "{:?}", started.elapsed());
    let told = old.hears().await;
    assert_eq!(told["type"], "server:shutdown");
    assert!(told["timestamp"].as_u64().unwrap() > 0);
    assert_eq!(old.ends().await.0, 1001);
    assert_eq!(stranger.ends().await.0, 1001);
}

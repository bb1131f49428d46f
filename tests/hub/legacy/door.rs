//! Who is let in, what is wrong, and how it ends.

use futures_util::SinkExt;
use serde_json::json;
use tauri_plugin_realtime_hub::{HubConfig, Limits, Role, Timing};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{Old, config, progress, with_projects};
use crate::client::{PATIENCE, websocket_at};
use crate::{Hub, short};

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
    // Whoever runs both can see when nobody needs the old one any more.
    let clients = |hub: &Hub| hub.hub.status().unwrap().engine.legacy_clients;
    let _old = Old::with(&on, &on.token(Role::Viewer)).await;
    assert_eq!((clients(&off), clients(&on)), (None, Some(1)));
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

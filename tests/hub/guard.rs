//! Who may knock: `Host` and `Origin`, on every way in; and what answers without a credential.

use http::Method;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, Role};

use crate::Hub;
use crate::client::websocket;

/// The status of a request with these headers on each of the ways in: a plain request, polling,
/// the upgrade.
async fn knock(hub: &Hub, headers: &[(&'static str, &str)]) -> [u16; 3] {
    let get = async |path: &str| {
        let mut request = reqwest::Client::new().get(format!("{}{path}", hub.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let upgrade = websocket(&hub.url, headers).await;
    [
        get("/health").await,
        get("/socket.io/?EIO=4&transport=polling").await,
        upgrade.map_or_else(|status| status, |_| 101),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_hosts_and_origins_are_turned_away_everywhere() {
    let hub = Hub::with(HubConfig {
        external_url: Some("https://hub.example".parse().unwrap()),
        allow_hosts: vec!["lan.example".into()],
        allow_origins: vec!["https://app.example".into()],
        ..HubConfig::default()
    });
    let own = hub.url.clone();
    let welcome = [200, 200, 101];
    for headers in [
        vec![],
        vec![("origin", own.as_str())],
        vec![("origin", "tauri://localhost")],
        vec![("origin", "https://app.example")],
        vec![("host", "hub.example"), ("origin", "https://hub.example")],
        vec![
            ("host", "lan.example:99"),
            ("origin", "http://lan.example:99"),
        ],
    ] {
        assert_eq!(knock(&hub, &headers).await, welcome, "{headers:?}");
    }
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "https://hub.example.evil",
    ] {
        assert_eq!(
            knock(&hub, &[("origin", origin)]).await,
            [403; 3],
            "{origin}"
        );
    }
    for host in [
        "evil.example",
        "hub.example.evil",
        "127.0.0.1.evil.example",
        "192.0.2.1",
    ] {
        assert_eq!(knock(&hub, &[("host", host)]).await, [421; 3], "{host}");
        let rebound = format!("http://{host}");
        assert_eq!(
            knock(&hub, &[("host", host), ("origin", &rebound)]).await,
            [421; 3]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cors_answers_for_known_origins_only() {
    let hub = Hub::start();
    let preflight = async |origin: &str| {
        let request = reqwest::Client::new()
            .request(Method::OPTIONS, format!("{}/api/terminals", hub.url))
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization");
        request.send().await.unwrap()
    };
    let good = preflight("tauri://localhost").await;
    assert_eq!(
        good.headers()["access-control-allow-origin"],
        "tauri://localhost"
    );
    assert_eq!(good.headers()["access-control-allow-credentials"], "true");
    assert_eq!(
        preflight("https://evil.example").await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_says_hello() {
    let hub = Hub::start();
    let mut client = hub.client().await;
    client.request("terminal:list", json!({})).await;
    let expected = json!({
        "protocol": 1,
        "hub": hub.hub.status().unwrap().hub,
        "version": env!("CARGO_PKG_VERSION"),
        "features": [],
    });
    assert_eq!(client.hello, Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_credential_little_answers() {
    let hub = Hub::start();
    let get = async |path: &str, token: Option<&str>| {
        let mut request = reqwest::Client::new().get(format!("{}{path}", hub.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap()
    };
    let health = get("/health", None).await;
    assert_eq!(
        health.json::<Value>().await.unwrap(),
        json!({"status": "ok"})
    );
    for path in ["/ws-status", "/api/terminals", "/api/pairings"] {
        assert!(
            matches!(get(path, None).await.status().as_u16(), 401 | 405),
            "{path}"
        );
        let query = format!("{path}?token={}", hub.token(Role::Admin));
        assert!(
            matches!(get(&query, None).await.status().as_u16(), 401 | 405),
            "{query}"
        );
    }
    assert_eq!(get("/nonsense", None).await.status(), 404);

    let status = get("/ws-status", Some(&hub.token(Role::Viewer))).await;
    let status: Value = status.json().await.unwrap();
    assert_eq!(status["protocol"], 1);
    assert_eq!(
        status["namespaces"]["terminal"],
        json!({"connected": 0, "activeSessions": 0})
    );
    let (device, _) = crate::pairing::pair(&hub, Role::Operator).await;
    assert_eq!(get("/ws-status", Some(&device)).await.status(), 403);
}

#[cfg(feature = "phone")]
#[tokio::test(flavor = "multi_thread")]
async fn the_phones_page_comes_with_a_strict_policy_and_nothing_beside_it() {
    let hub = Hub::start();
    let page = reqwest::get(format!("{}/", hub.url)).await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert!(page.text().await.unwrap().contains("<html"));
    for path in [
        "/assets/..%2f..%2fCargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
    ] {
        let status = reqwest::get(format!("{}{path}", hub.url))
            .await
            .unwrap()
            .status();
        assert_eq!(status, 404, "{path}");
    }
}

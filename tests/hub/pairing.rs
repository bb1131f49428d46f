//! A phone becomes a device, and what it may do then.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, PairingRequest, ProjectId, RegisterRequest, Role};

use crate::client::{Client, Closed};
use crate::{Hub, failure, session};

async fn post(url: &str, token: Option<&str>, body: Value) -> (u16, Value) {
    let mut request = reqwest::Client::new().post(url).json(&body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A device's token, and the device.
pub(crate) async fn pair(hub: &Hub, role: Role) -> (String, Value) {
    let request = PairingRequest {
        role: Some(role),
        projects: None,
    };
    redeem(hub, request).await
}

pub(crate) async fn redeem(hub: &Hub, request: PairingRequest) -> (String, Value) {
    let code = hub.hub.start_pairing(request).unwrap().code;
    let body = json!({"code": code, "name": "Phone"});
    let (status, paired) = post(&format!("{}/api/pair", hub.url), None, body).await;
    assert_eq!(status, 200, "{paired}");
    (
        paired["token"].as_str().unwrap().to_owned(),
        paired["device"].clone(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_makes_one_device_and_no_second() {
    let hub = Hub::start();
    let (status, pairing) = post(
        &format!("{}/api/pairings", hub.url),
        Some(&hub.token(Role::Admin)),
        json!({"role": "viewer"}),
    )
    .await;
    assert_eq!(status, 200);
    let code = pairing["code"].as_str().unwrap();
    assert_eq!(pairing["url"], format!("{}/#pair={code}", hub.url));
    assert!(pairing["qr"].as_str().unwrap().starts_with("<?xml"));

    let redeem = format!("{}/api/pair", hub.url);
    // A name that is none does not cost the code.
    for (name, status) in [
        ("", 400),
        ("a\nb", 400),
        (&"x".repeat(81), 413),
        ("My phone", 200),
    ] {
        let (got, body) = post(&redeem, None, json!({"code": code, "name": name})).await;
        assert_eq!(got, status, "{name:?}: {body}");
    }
    let (status, body) = post(&redeem, None, json!({"code": code, "name": "Another"})).await;
    assert_eq!(
        (status, &body["code"], &body["error"]),
        (404, &json!("NOT_FOUND"), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_limited_for_everybody_and_the_right_one_works_on() {
    let hub = Hub::with(HubConfig {
        limits: tauri_plugin_realtime_hub::Limits {
            wrong_codes_per_minute: 2,
            ..Default::default()
        },
        ..HubConfig::default()
    });
    let redeem = format!("{}/api/pair", hub.url);
    let mut last = (0, Value::Null);
    for _ in 0..3 {
        last = post(&redeem, None, json!({"code": "guess", "name": "x"})).await;
    }
    assert_eq!((last.0, &last.1["code"]), (429, &json!("RATE_LIMITED")));
    assert!(last.1["retryAfterMs"].as_u64().unwrap() > 0);
    pair(&hub, Role::Viewer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_desktops_administrator_makes_codes() {
    let hub = Hub::start();
    let pairings = format!("{}/api/pairings", hub.url);
    let (device, _) = pair(&hub, Role::Operator).await;
    let (viewer, operator) = (hub.token(Role::Viewer), hub.token(Role::Operator));
    for (token, status) in [
        (None, 401),
        (Some("nonsense"), 401),
        (Some(device.as_str()), 403),
        (Some(viewer.as_str()), 403),
        (Some(operator.as_str()), 403),
    ] {
        let (got, body) = post(&pairings, token, json!({})).await;
        assert_eq!(got, status, "{body}");
    }
    for body in [
        json!({"role": "admin"}),
        json!({"role": "king"}),
        json!({"rôle": "viewer"}),
        json!(7),
    ] {
        let (status, answer) = post(&pairings, Some(&hub.token(Role::Admin)), body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("INVALID")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_watches_and_does_nothing_else() {
    let hub = Hub::start();
    hub.sh("t", "read a").await;
    let (token, device) = pair(&hub, Role::Viewer).await;
    assert_eq!(device["role"], "viewer");
    let mut phone = Client::connect(&hub.url, &token).await;
    let answer = phone
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_eq!(
        (&answer["success"], &answer["role"]),
        (&json!(true), &json!("viewer"))
    );
    for (event, payload) in [
        ("terminal:input", json!({"sessionId": "t", "input": "x"})),
        (
            "terminal:resize",
            json!({"sessionId": "t", "cols": 10, "rows": 10}),
        ),
        ("terminal:kill", json!({"sessionId": "t"})),
    ] {
        let answer = phone.request(event, payload).await;
        assert_eq!(failure(&answer).0, "FORBIDDEN", "{event}");
    }
    assert!(hub.hub.list()[0].running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_sees_its_projects_and_no_trace_of_others() {
    let hub = Hub::start();
    for project in ["mine", "theirs"] {
        let mut request = RegisterRequest::new(session(project));
        request.project_id = ProjectId::new(project).unwrap();
        request.command = Some("cat".into());
        hub.hub.register(request).await.unwrap();
    }
    let scoped = PairingRequest {
        role: None,
        projects: Some(vec![ProjectId::new("mine").unwrap()]),
    };
    let (token, device) = redeem(&hub, scoped).await;
    assert_eq!(
        (&device["role"], &device["projects"]),
        (&json!("operator"), &json!(["mine"]))
    );
    let mut phone = Client::connect(&hub.url, &token).await;
    let list = phone.request("terminal:list", json!({})).await;
    assert_eq!(list["terminals"].as_array().unwrap().len(), 1);
    assert_eq!(list["terminals"][0]["sessionId"], "mine");
    for (event, more) in [
        ("terminal:watch", json!({})),
        ("terminal:input", json!({"input": "x"})),
        ("terminal:resize", json!({"cols": 10, "rows": 10})),
        ("terminal:kill", json!({})),
    ] {
        // Theirs looks exactly like one that does not exist.
        let mut answers = Vec::new();
        for id in ["theirs", "nowhere"] {
            let mut payload = more.clone();
            payload["sessionId"] = id.into();
            answers.push(phone.request(event, payload).await);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(
            failure(&answers[0]),
            ("NOT_FOUND", "Terminal session not found"),
            "{event}"
        );
    }
    let terminals = reqwest::Client::new()
        .get(format!("{}/api/terminals", hub.url))
        .bearer_auth(&token);
    let listed: Value = terminals.send().await.unwrap().json().await.unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_credential() {
    let hub = Hub::start();
    for (auth, message) in [
        (json!({}), "Authentication required for terminal access"),
        (
            json!({"token": ""}),
            "Authentication required for terminal access",
        ),
        (
            json!({"token": 7}),
            "Authentication required for terminal access",
        ),
        (
            json!({"token": ["x"]}),
            "Authentication required for terminal access",
        ),
        (json!("x"), "Authentication required for terminal access"),
        (json!({"token": "x"}), "Invalid token"),
        (json!({"token": "rhd_x"}), "Invalid token"),
        (json!({"token": "rhl_x"}), "Invalid token"),
    ] {
        let refused = Client::namespace(&hub.url, "/terminal", auth.clone()).await;
        let Err(Closed::Refused(got)) = refused else {
            panic!("{auth} was let in");
        };
        assert_eq!(got, message, "{auth}");
    }
    for namespace in ["/", "/nonsense"] {
        let auth = json!({"token": hub.token(Role::Admin)});
        assert!(matches!(
            Client::namespace(&hub.url, namespace, auth).await,
            Err(Closed::Refused(message)) if message == "Invalid namespace"
        ));
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread")]
async fn a_device_stays_paired_over_a_restart_and_its_token_is_nowhere_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let config = || HubConfig {
        data_dir: Some(folder.path().to_owned()),
        ..HubConfig::default()
    };
    let hub = Hub::with(config());
    let (token, _) = pair(&hub, Role::Viewer).await;
    let desktop = hub.token(Role::Admin);
    hub.hub.shutdown().await;
    drop(hub);

    let again = Hub::with(config());
    Client::connect(&again.url, &token).await;
    // The desktop's token was of the other launch.
    let auth = json!({"token": desktop});
    assert!(matches!(
        Client::namespace(&again.url, "/terminal", auth).await,
        Err(Closed::Refused(_))
    ));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let secret = token.trim_start_matches("rhd_").as_bytes();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

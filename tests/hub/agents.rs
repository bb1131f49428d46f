//! Agents: programs in a terminal of the hub that know, from their environment alone, where the
//! hub is and who they are.

use std::path::Path;

use reqwest::StatusCode;
use tauri_plugin_realtime_hub::domain::Mutation;

use crate::client::{Client, Closed};
use crate::{Hub, session};
use serde_json::json;

/// What the terminal `id` was told of the hub, in the order of the variables' names.
pub(crate) async fn told(hub: &Hub, id: &str, folder: &Path) -> Vec<String> {
    let file = folder.join(id);
    let script = format!(
        "env | grep '^HUB_' | sort > '{}'; echo told; read end",
        file.display()
    );
    hub.sh(id, &script).await;
    let mut client = hub.client().await;
    client
        .request("terminal:watch", json!({"sessionId": id}))
        .await;
    client.wait_for_output("told").await;
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(str::to_owned).collect()
}

pub(crate) fn token_of(told: &[String]) -> &str {
    let token = told.iter().find_map(|line| line.strip_prefix("HUB_TOKEN="));
    token.expect("a token")
}

async fn status(hub: &Hub, path: &str, token: &str) -> StatusCode {
    let request = reqwest::Client::new()
        .get(format!("{}{path}", hub.url))
        .bearer_auth(token);
    request.send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_terminal_is_told_where_the_hub_is_and_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start();
    let told_a = told(&hub, "a", folder.path()).await;
    let token = token_of(&told_a);
    assert!(token.starts_with("rha_a~default~"));
    assert_eq!(
        told_a,
        [
            "HUB_PROJECT_ID=default".to_owned(),
            "HUB_SESSION_ID=a".to_owned(),
            format!("HUB_TOKEN={token}"),
            format!("HUB_URL={}", hub.url),
        ]
    );
    let told_b = told(&hub, "b", folder.path()).await;
    assert_ne!(token_of(&told_b), token);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_token_is_good_for_http_and_not_for_terminals() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start();
    let told = told(&hub, "a", folder.path()).await;
    let token = token_of(&told);
    assert_eq!(status(&hub, "/api/terminals", token).await, StatusCode::OK);
    assert_eq!(
        status(&hub, "/ws-status", token).await,
        StatusCode::FORBIDDEN
    );
    let refused = Client::namespace(&hub.url, "/terminal", json!({"token": token})).await;
    assert!(matches!(refused, Err(Closed::Refused(why)) if why == "Invalid token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_session_takes_its_token_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start();
    let new = json!({"id": "a", "projectId": "default"});
    let new = Mutation::CreateSession(serde_json::from_value(new).unwrap());
    hub.hub.change(new).await.unwrap();
    let told = told(&hub, "a", folder.path()).await;
    let token = token_of(&told);
    assert_eq!(status(&hub, "/api/terminals", token).await, StatusCode::OK);
    let removed = Mutation::DeleteSession(session("a"));
    let refused = hub.hub.change(removed.clone()).await.unwrap_err();
    assert_eq!(refused.message, "a terminal of it is running");
    hub.hub.kill(&session("a")).await.unwrap();
    hub.hub.change(removed).await.unwrap();
    assert_eq!(
        status(&hub, "/api/terminals", token).await,
        StatusCode::UNAUTHORIZED
    );
}

//! The hub as its users meet it: a real server on a free port, real pseudo-terminals, a real
//! WebSocket. Nothing here sleeps; everything waits for what it expects.

// A helper of tests fails as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adopt;
mod agents;
mod asking;
mod cli;
mod client;
mod crash;
mod crowd;
mod delivery;
mod errors;
mod exactly_once;
mod following;
mod guard;
mod input;
mod legacy;
mod life;
mod lifecycle;
mod output;
mod pacing;
mod pairing;
mod pictures;
mod recording;
mod relay;
mod rest;
mod running;
mod services;
mod size;
mod urgent;
mod viewers;

use std::path::PathBuf;

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, HubHandle, RegisterRequest, Role, SessionId, Timing};
use tokio::runtime::Handle;

use client::Client;

/// `n` in `make proof`, a twentieth of it otherwise.
fn count(n: usize) -> usize {
    if std::env::var_os("HUB_PROOF").is_some() {
        n
    } else {
        n / 20
    }
}

/// A hub on a free port.
struct Hub {
    hub: HubHandle,
    url: String,
}

impl Hub {
    fn start() -> Self {
        Self::with(HubConfig::default())
    }

    /// With this configuration, but on a free port and with short graces.
    fn with(config: HubConfig) -> Self {
        let config = HubConfig {
            port: Some(0),
            ..config
        };
        let hub = HubHandle::start(config, &Handle::current());
        let url = hub.connection(Role::Viewer).expect("listening").url;
        Self { hub, url }
    }

    fn token(&self, role: Role) -> String {
        self.hub.connection(role).unwrap().token
    }

    async fn client(&self) -> Client {
        Client::connect(&self.url, &self.token(Role::Operator)).await
    }

    /// A terminal that runs a shell script.
    async fn sh(&self, id: &str, script: &str) -> SessionId {
        let mut request = RegisterRequest::new(session(id));
        request.command = Some("sh".into());
        request.args = vec!["-c".into(), script.into()];
        self.hub.register(request).await.expect("started");
        session(id)
    }

    /// A terminal, and a client that watches it.
    async fn watched(&self, script: &str) -> Client {
        self.sh("t", script).await;
        self.watched_too().await
    }

    /// Another client that watches it.
    async fn watched_too(&self) -> Client {
        let mut client = self.client().await;
        let answer = client
            .request("terminal:watch", json!({"sessionId": "t"}))
            .await;
        assert_eq!(answer["success"], true, "{answer}");
        client
    }
}

fn session(id: &str) -> SessionId {
    SessionId::new(id).unwrap()
}

/// Timing with everything that a test may have to wait for made short.
fn short() -> Timing {
    Timing {
        kill_grace_ms: 100,
        ..Timing::default()
    }
}

fn failure(answer: &Value) -> (&str, &str) {
    assert_eq!(answer["success"], false, "{answer}");
    (
        answer["code"].as_str().unwrap(),
        answer["error"].as_str().unwrap(),
    )
}

/// Coloured text with characters of every length, in lines; exactly `bytes` bytes.
fn coloured_text(bytes: usize) -> Vec<u8> {
    let line = "\x1b[3XmZeile 0 \x1b[1;38;5;12mмир 世界 🌍 e\u{301}\x1b[0m ünïcödé ──┤\r\n";
    let mut text: Vec<u8> = (0..)
        .flat_map(|n: u32| {
            line.replace('X', &(n % 8).to_string())
                .replace('0', &n.to_string())
                .into_bytes()
        })
        .take(bytes)
        .collect();
    // Whole characters only, so that the last one is not held back.
    let whole = text.len()
        - std::str::from_utf8(&text)
            .err()
            .map_or(0, |e| text.len() - e.valid_up_to());
    text[whole..].fill(b'.');
    text
}

/// A file with `bytes`, and a script that prints it as it is.
fn print_file(bytes: &[u8]) -> (tempfile::NamedTempFile, String) {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let script = format!("stty raw -echo; cat '{}'", file.path().display());
    (file, script)
}

/// The `headless` example, built with the tests.
fn headless() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.join("examples/headless")
}

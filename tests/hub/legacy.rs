//! The raw WebSocket protocol at `/`, with a client that does only what it is told.

mod door;
mod events;

use std::ops::ControlFlow;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tauri_plugin_realtime_hub::HubConfig;
use tauri_plugin_realtime_hub::domain::{Mutation, NewEvent};
use tauri_plugin_realtime_hub::protocol::EventScope;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{PATIENCE, websocket_at};
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

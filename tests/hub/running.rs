//! Sessions that are started, stopped and answered over `/mobile` and `/ui`, with real programs.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::domain::Mutation;
use tauri_plugin_realtime_hub::protocol::{Entity, EntityRef, SessionStatus};
use tauri_plugin_realtime_hub::{HubConfig, NeedsInputWhen, Role};

use crate::client::Client;
use crate::following::from;
use crate::{Hub, failure, session};

fn sh(id: &str, script: &str) -> Value {
    json!({"id": id, "name": id, "command": "sh", "args": ["-c", script]})
}

/// Waits for an event of this session, whatever else comes.
pub(crate) async fn hears(client: &mut Client, name: &str, id: &str) -> Value {
    loop {
        let event = client.wait_for(name).await.data;
        if event["data"]["sessionId"] == id {
            return event["data"].clone();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_as_long_as_its_program() {
    let hub = Hub::with_projects().await;
    let token = hub.device("a", Role::Operator).await;
    let mut phone = hub.mobile(&token, "a").await;
    let mut wanted = sh("s", "read line; exit 0");
    wanted["env"] = json!({"SECRET": "not to be told"});
    // Not for the client to say.
    wanted["projectId"] = json!("b");
    let answer = phone.request("session:spawn", wanted).await;
    assert_eq!(answer["session"]["status"], "working", "{answer}");
    assert_eq!(answer["session"]["projectId"], "a");
    assert_eq!(answer["session"]["envKeys"], json!(["SECRET"]));
    let spawned = hears(&mut phone, "session:spawn", "s").await;
    assert_eq!(spawned["command"], "sh");
    assert!(!spawned.to_string().contains("not to be told"));

    let again = phone.request("session:spawn", sh("s", "exit 0")).await;
    assert_eq!(failure(&again).0, "CONFLICT");

    let reply = json!({"sessionId": "s", "input": "go\r"});
    let answer = phone.request("session:reply-input", reply).await;
    assert_eq!(answer["session"]["needsInput"]["active"], false, "{answer}");
    let ended = hears(&mut phone, "notify:session_completed", "s").await;
    assert_eq!(ended["name"], "s");

    // Another life of it ends otherwise.
    let again = phone.request("session:spawn", sh("s", "exit 3")).await;
    assert_eq!(again["success"], true, "{again}");
    let ended = hears(&mut phone, "notify:session_failed", "s").await;
    assert_eq!(ended["reason"], "exit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_stopped_has_not_failed() {
    let hub = Hub::with_projects().await;
    let mut ui = hub.ui(&hub.token(Role::Operator)).await;
    let subscribe = json!({"projectId": "a"});
    ui.request("project:subscribe", subscribe).await;
    let mut wanted = sh("s", "sleep 1000");
    wanted["projectId"] = json!("a");
    ui.request("session:spawn", wanted).await;
    let stop = |id| json!({"sessionId": id});
    let answer = ui.request("session:stop", stop("s")).await;
    assert_eq!(answer["session"]["status"], "stopped");
    let list = hub.hub.list();
    assert!(list.iter().all(|terminal| !terminal.running), "{list:?}");
    // One without a terminal, and one that has been stopped already.
    for id in ["a-s", "s"] {
        let answer = ui.request("session:stop", stop(id)).await;
        assert_eq!(answer["session"]["status"], "stopped", "{id}");
    }
    while let Some(event) = ui.queued() {
        assert!(!event.name.starts_with("notify:"), "{event:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_cannot_be_started_leaves_a_failed_session() {
    let hub = Hub::with_projects().await;
    let mut phone = hub.mobile(&hub.token(Role::Operator), "a").await;
    let wanted = json!({"id": "s", "command": "/no/such/program"});
    let answer = phone.request("session:spawn", wanted).await;
    assert_eq!(failure(&answer).0, "INVALID", "{answer}");
    hears(&mut phone, "notify:session_failed", "s").await;
    let state = phone.request("state:sync", json!({})).await;
    let sessions = state["sessions"].as_array().unwrap();
    let known = sessions.iter().find(|known| known["id"] == "s").unwrap();
    assert_eq!(known["status"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_starts_one_program() {
    let hub = Hub::with_projects().await;
    let mut phone = hub.mobile(&hub.token(Role::Operator), "a").await;
    let wanted = json!({"command": "sleep", "args": ["1000"], "clientRequestId": "once"});
    let first = phone.request("session:spawn", wanted.clone()).await;
    let second = phone.request("session:spawn", wanted).await;
    assert_eq!(first["session"]["id"], second["session"]["id"]);
    assert_eq!(first["session"]["name"], "sleep");
    assert_eq!(hub.hub.list().len(), 1);
}

/// Of several that start the same session at once one does, and the session is that one's.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_starts_a_session() {
    let hub = Hub::with_projects().await;
    let token = hub.token(Role::Operator);
    let mut phones = Vec::new();
    for _ in 0..4 {
        phones.push(hub.mobile(&token, "a").await);
    }
    let asked = phones.into_iter().map(|mut phone| async move {
        let answer = phone.request("session:spawn", sh("s", "sleep 1000")).await;
        (phone, answer)
    });
    let mut answered = futures_util::future::join_all(asked).await;
    let started = answered
        .iter()
        .filter(|(_, answer)| answer["success"] == true);
    assert_eq!(started.count(), 1);
    let refused = answered
        .iter()
        .filter(|(_, answer)| answer["code"] == "CONFLICT");
    assert_eq!(refused.count(), 3);
    let (phone, _) = &mut answered[0];
    let state = phone.request("state:sync", json!({})).await;
    let sessions = state["sessions"].as_array().unwrap();
    let known = sessions.iter().find(|known| known["id"] == "s").unwrap();
    assert_eq!(known["status"], "working");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_answered_without_a_word_or_with_one() {
    let hub = Hub::with_projects().await;
    let mut phone = hub.mobile(&hub.token(Role::Operator), "a").await;
    hub.change(Mutation::Report {
        session: session("a-s"),
        report: from(json!({"type": "needs_input", "message": "Which?"})),
    })
    .await;
    hears(&mut phone, "notify:needs_input", "a-s").await;
    // It has no terminal to be written to.
    let reply = json!({"sessionId": "a-s", "input": "this one\r"});
    let answer = phone.request("session:reply-input", reply).await;
    assert_eq!(
        failure(&answer),
        ("NOT_FOUND", "Terminal session not found")
    );
    let reply = json!({"sessionId": "a-s"});
    let answer = phone.request("session:reply-input", reply).await;
    assert_eq!(answer["session"]["needsInput"], json!({"active": false}));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_watches_starts_stops_and_answers_nothing() {
    let hub = Hub::with_projects().await;
    let token = hub.device("a", Role::Viewer).await;
    for mut client in [hub.mobile(&token, "a").await, hub.ui(&token).await] {
        for (event, payload) in [
            (
                "session:spawn",
                json!({"projectId": "a", "command": "true"}),
            ),
            ("session:stop", json!({"sessionId": "a-s"})),
            ("session:reply-input", json!({"sessionId": "a-s"})),
        ] {
            let answer = client.request(event, payload).await;
            assert_eq!(failure(&answer).0, "FORBIDDEN", "{event}");
        }
    }
    assert!(hub.hub.list().is_empty());
}

/// What a window of the application hears, that follows a project.
pub(crate) async fn following(hub: &Hub, project: &str) -> Client {
    let mut ui = hub.ui(&hub.token(Role::Operator)).await;
    let answer = ui
        .request("project:subscribe", json!({"projectId": project}))
        .await;
    assert_eq!(answer["success"], true, "{answer}");
    ui
}

async fn status_of(hub: &Hub, id: &str) -> SessionStatus {
    match hub.hub.entity(EntityRef::Session(session(id))).await {
        Ok(Entity::Session(session)) => session.status,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_the_application_starts_is_a_session() {
    let hub = Hub::start();
    let mut ui = following(&hub, "default").await;
    hub.sh("t", "read line; exit 3").await;
    // At once, and not when somebody comes to look.
    assert_eq!(status_of(&hub, "t").await, SessionStatus::Working);
    let created = hears(&mut ui, "session:created", "t").await;
    assert_eq!(created["name"], "sh");
    assert_eq!(created["status"], "spawning");
    hub.hub.write(&session("t"), "go\r").await.unwrap();
    let failed = hears(&mut ui, "notify:session_failed", "t").await;
    assert_eq!(failed["reason"], "exit");
    assert_eq!(status_of(&hub, "t").await, SessionStatus::Failed);

    // Another life, which somebody ends.
    hub.sh("t", "sleep 1000").await;
    assert_eq!(status_of(&hub, "t").await, SessionStatus::Working);
    hub.hub.kill(&session("t")).await.unwrap();
    loop {
        let updated = hears(&mut ui, "session:updated", "t").await;
        if updated["status"] == "stopped" {
            break;
        }
    }
    while let Some(event) = ui.queued() {
        assert!(!event.name.starts_with("notify:"), "{event:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_rings_makes_its_session_need_somebody() {
    let hub = Hub::with(HubConfig {
        needs_input: NeedsInputWhen {
            bell: true,
            notifications: true,
        },
        ..HubConfig::default()
    });
    let mut ui = following(&hub, "default").await;
    hub.sh("t", "printf '\\033]9;May I?\\007'; read line; sleep 1000")
        .await;
    let needs = hears(&mut ui, "notify:needs_input", "t").await;
    assert_eq!(needs["message"], "May I?");
    hub.hub.write(&session("t"), "yes\r").await.unwrap();
    loop {
        let updated = hears(&mut ui, "session:updated", "t").await;
        if updated["needsInput"]["active"] == false {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_running_when_the_hub_ended_is_not_running_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let config = || HubConfig {
        data_dir: Some(folder.path().into()),
        ..HubConfig::default()
    };
    let hub = Hub::with(config());
    hub.sh("ended", "sleep 1000").await;
    // One whose end nobody could tell of.
    let lost = json!({"id": "lost", "projectId": "default", "status": "working"});
    hub.change(Mutation::CreateSession(from(lost))).await;
    hub.hub.shutdown().await;
    drop(hub);

    let hub = Hub::with(config());
    assert_eq!(status_of(&hub, "ended").await, SessionStatus::Stopped);
    assert_eq!(status_of(&hub, "lost").await, SessionStatus::Failed);
    let mut phone = hub.mobile(&hub.token(Role::Viewer), "default").await;
    let state = phone.request("state:sync", json!({})).await;
    let sessions = state["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2, "{state}");
    hub.hub.shutdown().await;
}

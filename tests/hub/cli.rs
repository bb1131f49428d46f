//! Agents on `/cli`: what they say, what they hear, and how they are missed.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, Role, Timing};

use crate::agents::{token_of, told};
use crate::client::Client;
use crate::following::{new_session, new_task};
use crate::running::{following, hears};
use crate::{Hub, failure};

/// A hub in which an agent that is lost may be away for so long.
fn hub(grace: u64) -> Hub {
    Hub::with(HubConfig {
        timing: Timing {
            agent_grace_ms: grace,
            ..Timing::default()
        },
        ..HubConfig::default()
    })
}

/// What lets agents of the session `id` in: it runs in a terminal.
async fn auth(hub: &Hub, id: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let told = told(hub, id, folder.path()).await;
    json!({"sessionId": id, "projectId": "default", "token": token_of(&told)})
}

async fn agent(hub: &Hub, auth: &Value) -> Client {
    Client::namespace(&hub.url, "/cli", auth.clone())
        .await
        .expect("connected")
}

async fn ok(client: &mut Client, event: &str, payload: Value) -> Value {
    let answer = client.request(event, payload).await;
    assert_eq!(answer["success"], true, "{event} {answer}");
    answer
}

async fn status(hub: &Hub) -> Value {
    let request = reqwest::Client::new()
        .get(format!("{}/ws-status", hub.url))
        .bearer_auth(hub.token(Role::Viewer));
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_says_what_it_does() {
    let hub = hub(60_000);
    let auth = auth(&hub, "s").await;
    hub.change(new_task("t", "default")).await;
    let mut ui = following(&hub, "default").await;
    let mut agent = agent(&hub, &auth).await;

    let heartbeat = json!({"status": "thinking", "taskId": "t"});
    ok(&mut agent, "heartbeat", heartbeat.clone()).await;
    let updated = hears(&mut ui, "session:updated", "s").await;
    assert_eq!(updated["agentStatus"], "thinking");
    let present = &status(&hub).await["agents"][0];
    assert_eq!(
        (&present["sessionId"], &present["sockets"]),
        (&json!("s"), &json!(1))
    );
    assert_eq!(present["status"], "thinking");
    let state = ok(&mut agent, "state:sync", json!({})).await;
    assert_eq!(
        state["sessions"][0]["lastHeartbeat"], present["lastHeartbeat"],
        "{state}"
    );
    assert!(present["lastHeartbeat"].is_u64());
    // Saying the same again changes nothing that anybody would have to hear of.
    ok(&mut agent, "heartbeat", heartbeat).await;

    let claimed = ok(&mut agent, "task:claim", json!({"taskId": "t"})).await;
    assert_eq!(claimed["task"]["claimedBy"], "s");
    let report = json!({"type": "tests", "message": "12 of 20", "taskId": "t"});
    ok(&mut agent, "session:report", report).await;
    let progress = hears(&mut ui, "notify:progress", "s").await;
    assert_eq!(
        (&progress["type"], &progress["taskId"]),
        (&json!("tests"), &json!("t"))
    );
    let report = json!({"type": "needs_input", "message": "May I?"});
    ok(&mut agent, "session:report", report).await;
    let needs = hears(&mut ui, "notify:needs_input", "s").await;
    assert_eq!(needs["message"], "May I?");

    let mail = json!({"toSessionId": "s", "subject": "yes", "body": "do"});
    ok(&mut ui, "mail:send", mail).await;
    let got = agent.wait_for("mail:received").await.data;
    assert_eq!(got["data"]["subject"], "yes");
    let note = json!({"toSessionId": "s", "subject": "note", "body": ""});
    let sent = ok(&mut agent, "mail:send", note).await;
    assert_eq!(sent["mail"]["fromSessionId"], "s");

    ok(&mut agent, "session:report", json!({"type": "completed"})).await;
    hears(&mut ui, "notify:session_completed", "s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_has_its_own_session_and_no_other() {
    let hub = hub(60_000);
    let auth_a = auth(&hub, "a").await;
    hub.change(new_session("b", "default")).await;
    hub.change(new_task("t", "default")).await;
    for wrong in [
        json!({"sessionId": "b", "projectId": "default", "token": auth_a["token"]}),
        json!({"sessionId": "a", "projectId": "other", "token": auth_a["token"]}),
        json!({"sessionId": "a", "projectId": "default", "token": "rha_"}),
    ] {
        let refused = Client::namespace(&hub.url, "/cli", wrong.clone()).await;
        assert!(refused.is_err(), "{wrong}");
    }
    let mut agent = agent(&hub, &auth_a).await;
    // Whoever it says it is for, it is for itself.
    let claim = json!({"taskId": "t", "sessionId": "b"});
    let claimed = ok(&mut agent, "task:claim", claim).await;
    assert_eq!(claimed["task"]["claimedBy"], "a");
    for (event, payload, code) in [
        ("heartbeat", json!({}), "INVALID"),
        ("heartbeat", json!({"status": 1}), "INVALID"),
        ("heartbeat", json!([]), "INVALID"),
        ("heartbeat", json!({"status": "x".repeat(201)}), "TOO_LARGE"),
        ("session:report", json!(null), "INVALID"),
        ("session:report", json!({"type": ""}), "INVALID"),
        (
            "session:report",
            json!({"type": "x".repeat(101)}),
            "TOO_LARGE",
        ),
        (
            "session:report",
            json!({"type": "a", "message": 7}),
            "INVALID",
        ),
        ("task:claim", json!({"taskId": "none"}), "NOT_FOUND"),
        (
            "mail:send",
            json!({"toSessionId": "none", "subject": "a", "body": ""}),
            "NOT_FOUND",
        ),
        ("session:stop", json!({"sessionId": "a"}), "INVALID"),
        (
            "terminal:input",
            json!({"sessionId": "a", "input": "x"}),
            "INVALID",
        ),
    ] {
        let answer = agent.request(event, payload.clone()).await;
        assert_eq!(failure(&answer).0, code, "{event} {payload} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_stays_away_has_failed_once_however_many_sockets_it_had() {
    let hub = hub(50);
    let auth = auth(&hub, "s").await;
    let mut ui = following(&hub, "default").await;
    let sockets = [
        agent(&hub, &auth).await,
        agent(&hub, &auth).await,
        agent(&hub, &auth).await,
    ];
    assert_eq!(status(&hub).await["agents"][0]["sockets"], 3);
    drop(sockets);
    let failed = hears(&mut ui, "notify:session_failed", "s").await;
    assert_eq!(failed["reason"], "agent_disconnected");
    // Its program goes on, and ends well; it has failed all the same, and once.
    hub.hub.write(&crate::session("s"), "\r").await.unwrap();
    let mut viewer = hub.client().await;
    let watch = json!({"sessionId": "s"});
    if viewer.request("terminal:watch", watch).await["running"] == true {
        viewer.wait_for("terminal:exit").await;
    }
    assert!(status(&hub).await["agents"].as_array().unwrap().is_empty());
    marker(&hub).await;
    hears_nothing_of(&mut ui, "s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_comes_back_or_leaves_by_itself_is_not_missed() {
    let hub = hub(50);
    let (left, back) = (auth(&hub, "left").await, auth(&hub, "back").await);
    let lost = auth(&hub, "lost").await;
    let mut ui = following(&hub, "default").await;
    let mut leaving = agent(&hub, &left).await;
    leaving.send("41/cli,".into()).await;
    // It stays on the line, as a client does that leaves one of its namespaces.
    let returning = agent(&hub, &back).await;
    let _returned = agent(&hub, &back).await;
    drop(returning);
    drop(agent(&hub, &lost).await);
    // Whose grace began last is over last.
    hears(&mut ui, "notify:session_failed", "lost").await;
    marker(&hub).await;
    hears_nothing_of(&mut ui, "lost").await;
    drop(leaving);
}

/// Something that is told after everything that has happened.
async fn marker(hub: &Hub) {
    hub.change(new_session("marker", "default")).await;
}

/// Nobody is said to have failed before the marker, but for `once`, which was heard of.
async fn hears_nothing_of(ui: &mut Client, once: &str) {
    loop {
        let event = ui.event().await.expect("connected");
        assert_ne!(
            event.name, "notify:session_failed",
            "again {once}: {event:?}"
        );
        if event.name == "session:created" && event.data["data"]["id"] == "marker" {
            return;
        }
    }
}

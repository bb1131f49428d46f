//! `/ui` and `/mobile`: who is let in, what they follow, what they hear and are answered.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::domain::Mutation;
use tauri_plugin_realtime_hub::{HubConfig, PairingRequest, ProjectId, Role};

use crate::client::{Client, Closed};
use crate::pairing::redeem;
use crate::{Hub, failure, session};

pub(crate) fn project(id: &str) -> ProjectId {
    ProjectId::new(id).unwrap()
}

pub(crate) fn from<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

pub(crate) fn new_project(id: &str) -> Mutation {
    Mutation::CreateProject(from(json!({"id": id, "name": id})))
}

pub(crate) fn new_session(id: &str, project: &str) -> Mutation {
    Mutation::CreateSession(from(json!({"id": id, "projectId": project})))
}

pub(crate) fn new_task(id: &str, project: &str) -> Mutation {
    Mutation::CreateTask(from(json!({"id": id, "projectId": project, "title": id})))
}

/// Something that only those hear of who follow the session.
fn modal(id: &str) -> Mutation {
    let modal = json!({"type": "session:modal_closed", "modalId": "m"});
    Mutation::Modal {
        session: session(id),
        modal: from(modal),
    }
}

pub(crate) fn progress(id: &str, message: &str) -> Mutation {
    Mutation::Report {
        session: session(id),
        report: from(json!({"type": "step", "message": message})),
    }
}

impl Hub {
    pub(crate) async fn change(&self, mutation: Mutation) {
        self.hub.change(mutation).await.expect("changed");
    }

    /// Two projects with a session and a task each: `a-s`, `a-t`, `b-s`, `b-t`.
    pub(crate) async fn with_projects() -> Self {
        Self::with_projects_and(HubConfig::default()).await
    }

    pub(crate) async fn with_projects_and(config: HubConfig) -> Self {
        let hub = Self::with(config);
        for id in ["a", "b"] {
            hub.change(new_project(id)).await;
            hub.change(new_session(&format!("{id}-s"), id)).await;
            hub.change(new_task(&format!("{id}-t"), id)).await;
        }
        hub
    }

    /// A token of a device that sees one project alone.
    pub(crate) async fn device(&self, id: &str, role: Role) -> String {
        let request = PairingRequest {
            role: Some(role),
            projects: Some(vec![project(id)]),
        };
        redeem(self, request).await.0
    }

    pub(crate) async fn ui(&self, token: &str) -> Client {
        Client::namespace(&self.url, "/ui", json!({"token": token}))
            .await
            .expect("connected")
    }

    pub(crate) async fn mobile(&self, token: &str, project: &str) -> Client {
        let auth = json!({"token": token, "projectId": project});
        Client::namespace(&self.url, "/mobile", auth)
            .await
            .expect("connected")
    }
}

/// What a client hears until its request is answered, by name.
async fn heard(client: &mut Client) -> Vec<String> {
    client.request("ping", json!({})).await;
    let mut names = Vec::new();
    while let Some(event) = client.queued() {
        names.push(event.name);
    }
    names.retain(|name| name != "pong");
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn table_of_refusals_at_the_door() {
    let hub = Hub::with_projects().await;
    let desktop = hub.token(Role::Operator);
    let device = hub.device("a", Role::Operator).await;
    let (none, bad) = ("Authentication required", "Invalid authentication token");
    for (namespace, auth, message) in [
        ("/ui", json!({}), none),
        ("/ui", json!(null), none),
        ("/ui", json!({"token": ""}), none),
        ("/ui", json!({"token": 7}), none),
        ("/ui", json!({"token": "x"}), bad),
        ("/mobile", json!({}), none),
        ("/mobile", json!({"projectId": "a"}), none),
        ("/mobile", json!({"token": "x"}), "projectId required"),
        (
            "/mobile",
            json!({"token": desktop, "projectId": 7}),
            "projectId required",
        ),
        ("/mobile", json!({"token": "x", "projectId": "a"}), bad),
        (
            "/mobile",
            json!({"token": desktop, "projectId": "none"}),
            "Project access denied",
        ),
        (
            "/mobile",
            json!({"token": desktop, "projectId": "../a"}),
            "Project access denied",
        ),
        (
            "/mobile",
            json!({"token": device, "projectId": "b"}),
            "Project access denied",
        ),
        ("/cli", json!({}), "sessionId and projectId required"),
        (
            "/cli",
            json!({"sessionId": "a-s", "token": desktop}),
            "sessionId and projectId required",
        ),
        (
            "/cli",
            json!({"projectId": "a", "token": desktop}),
            "sessionId and projectId required",
        ),
        ("/cli", json!({"sessionId": "a-s", "projectId": "a"}), bad),
        (
            "/cli",
            json!({"sessionId": "a-s", "projectId": "a", "token": device}),
            bad,
        ),
        ("/nowhere", json!({"token": desktop}), "Invalid namespace"),
    ] {
        match Client::namespace(&hub.url, namespace, auth.clone()).await {
            Err(Closed::Refused(refused)) => assert_eq!(refused, message, "{namespace} {auth}"),
            Err(Closed::Gone) => panic!("{namespace} {auth}: gone"),
            Ok(_) => panic!("{namespace} {auth}: let in"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_reaches_each_once_in_its_envelope() {
    let hub = Hub::with_projects().await;
    let token = hub.token(Role::Viewer);
    let mut ui = hub.ui(&token).await;
    ui.request("project:subscribe", json!({"projectId": "a"}))
        .await;
    // A session of the same project: the same events match twice.
    let answer = ui
        .request("subscribe", json!({"sessionIds": ["a-s"]}))
        .await;
    assert_eq!(answer, json!({"success": true, "sessionIds": ["a-s"]}));
    let subscribed = ui.wait_for("subscribed").await;
    assert_eq!(subscribed.data["sessionIds"], json!(["a-s"]));
    let mut phone = hub.mobile(&token, "a").await;
    let mut elsewhere = hub.mobile(&token, "b").await;

    hub.change(progress("a-s", "half")).await;
    hub.change(Mutation::DeleteSession(session("a-s"))).await;
    let event = ui.wait_for("notify:progress").await.data;
    assert_eq!(event["type"], "notify:progress");
    assert_eq!(event["event"], "notify:progress");
    assert_eq!(event["data"]["sessionId"], "a-s");
    assert_eq!(event["data"]["projectId"], "a");
    assert_eq!(event["data"]["message"], "half");
    assert_eq!(event["hub"], ui.hello.as_ref().unwrap()["hub"]);
    assert!(event["timestamp"].as_u64().unwrap() > 0);
    let deleted = ui.wait_for("session:deleted").await.data;
    assert_eq!(
        deleted["seq"].as_u64(),
        Some(event["seq"].as_u64().unwrap() + 1)
    );
    assert_ne!(deleted["cursor"], event["cursor"]);
    assert_eq!(heard(&mut ui).await, [""; 0]);

    assert_eq!(phone.event().await.unwrap().data, event);
    assert_eq!(phone.event().await.unwrap().data, deleted);
    hub.change(progress("b-s", "b")).await;
    assert_eq!(
        elsewhere.event().await.unwrap().data["data"]["projectId"],
        "b"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_followed_is_what_was_asked_for_and_may_be_seen() {
    let hub = Hub::with_projects().await;
    let token = hub.device("a", Role::Operator).await;
    let mut ui = hub.ui(&token).await;
    let all = json!({"sessionIds": ["a-s", "b-s", "none"]});
    let answer = ui.request("subscribe", all).await;
    assert_eq!(answer["sessionIds"], json!(["a-s"]));
    let answer = ui
        .request("project:subscribe", json!({"projectId": "b"}))
        .await;
    assert_eq!(
        failure(&answer),
        ("NOT_FOUND", r#"there is no project "b""#)
    );
    // The same for what is not there at all.
    let answer = ui
        .request("project:subscribe", json!({"projectId": "c"}))
        .await;
    assert_eq!(
        failure(&answer),
        ("NOT_FOUND", r#"there is no project "c""#)
    );
    ui.wait_for("subscribed").await;

    for id in ["b-s", "a-s"] {
        hub.change(modal(id)).await;
        hub.change(progress(id, "x")).await;
    }
    hub.change(new_task("a-more", "a")).await;
    assert_eq!(ui.event().await.unwrap().name, "session:modal_closed");
    assert_eq!(ui.event().await.unwrap().data["data"]["sessionId"], "a-s");

    // Sessions are left and projects kept.
    ui.request("project:subscribe", json!({"projectId": "a"}))
        .await;
    ui.request("unsubscribe", json!(null)).await;
    ui.wait_for("unsubscribed").await;
    hub.change(modal("a-s")).await;
    hub.change(new_task("a-third", "a")).await;
    assert_eq!(ui.event().await.unwrap().name, "task:created");
    ui.request("project:unsubscribe", json!({"projectId": "a"}))
        .await;
    hub.change(new_task("a-fourth", "a")).await;
    hub.change(progress("a-s", "for everybody who may see it"))
        .await;
    assert_eq!(ui.event().await.unwrap().name, "notify:progress");

    let mut phone = hub.mobile(&token, "a").await;
    let answer = phone.request("session:subscribe", json!(["a-s"])).await;
    assert_eq!(answer, json!({"success": true, "sessionIds": ["a-s"]}));
    let answer = phone
        .request("session:subscribe", json!(["b-s", "a-s"]))
        .await;
    assert_eq!(
        failure(&answer),
        ("NOT_FOUND", r#"there is no session "b-s""#)
    );
    assert_eq!(answer["sessionIds"], json!(["a-s"]));
    phone.emit("session:subscribe", &json!(["b-s"])).await;
    let error = phone.wait_for("hub:error").await.data;
    assert_eq!(error["event"], "session:subscribe");
    assert_eq!(error["code"], "NOT_FOUND");
}

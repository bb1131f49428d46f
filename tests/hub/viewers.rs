//! Who watches and who types, as those who watch are told.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{PairingRequest, ProjectId, RegisterRequest, Role, ViewerKind};

use crate::client::Client;
use crate::{Hub, failure, session};

/// Watches and wants to know who else does.
async fn watch(client: &mut Client) {
    let request = json!({"sessionId": "t", "viewers": true});
    let answer = client.request("terminal:watch", request).await;
    assert_eq!(answer["success"], true, "{answer}");
}

async fn device(hub: &Hub, role: Role) -> Client {
    let (token, _) = crate::pairing::pair(hub, role).await;
    Client::connect(&hub.url, &token).await
}

/// The next list that is as expected.
async fn told(client: &mut Client, expected: impl Fn(&[Value]) -> bool) -> Value {
    loop {
        let event = client.wait_for("terminal:viewers").await.data;
        if expected(event["viewers"].as_array().unwrap()) {
            return event;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_watch_are_told_who_comes_types_hides_and_goes() {
    let hub = Hub::start();
    hub.sh("t", "exec cat").await;
    let mut desktop = hub.client().await;
    watch(&mut desktop).await;
    let alone = told(&mut desktop, |viewers| viewers.len() == 1).await;
    assert_eq!(alone["sessionId"], "t");
    assert_eq!(alone["you"], alone["viewers"][0]["id"]);
    assert_eq!(alone["viewers"][0]["kind"], "desktop");

    let mut phone = device(&hub, Role::Operator).await;
    watch(&mut phone).await;
    let both = told(&mut desktop, |viewers| viewers.len() == 2).await;
    let other = &both["viewers"][1];
    assert!(other["since"].as_u64().unwrap() > 1_600_000_000_000);
    let mut facts = other.clone();
    for varying in ["id", "since"] {
        facts.as_object_mut().unwrap().remove(varying);
    }
    let expected = json!({
        "kind": "device", "name": "Phone", "role": "operator", "visible": true,
        "cols": null, "rows": null, "typedAt": null, "typing": false,
    });
    assert_eq!(facts, expected, "and nothing of its connection");

    let view = json!({"sessionId": "t", "visible": false, "cols": 45, "rows": 30});
    phone.request("terminal:view", view).await;
    let hidden = told(&mut desktop, |viewers| viewers[1]["visible"] == false).await;
    assert_eq!(
        (&hidden["viewers"][1]["cols"], &hidden["viewers"][1]["rows"]),
        (&json!(45), &json!(30))
    );

    let input = json!({"sessionId": "t", "input": "x"});
    phone.request("terminal:input", input).await;
    // Not `typing`: on a slow machine that may be over before it is told.
    let typed = told(&mut desktop, |viewers| !viewers[1]["typedAt"].is_null()).await;
    assert!(typed["viewers"][1]["typedAt"].as_u64() >= other["since"].as_u64());

    // What an emulator reports is not typed.
    let input = json!({"sessionId": "t", "input": "\u{1b}[I"});
    desktop.request("terminal:input", input).await;

    drop(phone);
    let gone = told(&mut desktop, |viewers| viewers.len() == 1).await;
    assert_eq!(gone["viewers"][0]["typedAt"], Value::Null);
    assert_eq!(gone["you"], alone["you"]);
    let seen = hub.hub.viewers(&session("t")).unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].kind, ViewerKind::Desktop);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_knows_the_desktop_and_itself_and_of_others_no_name() {
    let hub = Hub::start();
    hub.sh("t", "exec cat").await;
    let mut desktop = hub.client().await;
    watch(&mut desktop).await;
    let mut guest = device(&hub, Role::Viewer).await;
    watch(&mut guest).await;
    let mut phone = device(&hub, Role::Operator).await;
    watch(&mut phone).await;
    let names = |event: &Value| -> Vec<Value> {
        let viewers = event["viewers"].as_array().unwrap();
        viewers
            .iter()
            .map(|viewer| viewer["name"].clone())
            .collect()
    };
    let all = |viewers: &[Value]| viewers.len() == 3;
    assert_eq!(
        names(&told(&mut guest, all).await),
        [Value::Null, "Phone".into(), Value::Null]
    );
    assert_eq!(
        names(&told(&mut phone, all).await),
        [Value::Null, Value::Null, "Phone".into()]
    );
    assert_eq!(
        names(&told(&mut desktop, all).await),
        [Value::Null, "Phone".into(), "Phone".into()]
    );
    // The same viewer in a new watch, and not another one.
    watch(&mut phone).await;
    assert_eq!(hub.hub.viewers(&session("t")).unwrap().len(), 3);
    let unwatch = json!({"sessionId": "t"});
    phone.request("terminal:unwatch", unwatch).await;
    assert_eq!(hub.hub.viewers(&session("t")).unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_told() {
    let hub = Hub::start();
    let mut request = RegisterRequest::new(session("t"));
    request.project_id = ProjectId::new("theirs").unwrap();
    request.command = Some("cat".into());
    hub.hub.register(request).await.unwrap();
    let scoped = PairingRequest {
        role: None,
        projects: Some(vec![ProjectId::new("mine").unwrap()]),
    };
    let (token, _) = crate::pairing::redeem(&hub, scoped).await;
    let mut stranger = Client::connect(&hub.url, &token).await;
    let request = json!({"sessionId": "t", "viewers": true});
    let answer = stranger.request("terminal:watch", request).await;
    assert_eq!(failure(&answer).0, "NOT_FOUND");
    let view = json!({"sessionId": "t", "visible": true, "cols": 45, "rows": 30});
    let answer = stranger.request("terminal:view", view).await;
    assert_eq!(failure(&answer).0, "NOT_FOUND");

    // One that watches and did not ask is not told either.
    let mut stock = hub.client().await;
    stock
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    let mut desktop = hub.client().await;
    watch(&mut desktop).await;
    told(&mut desktop, |viewers| viewers.len() == 2).await;
    for client in [&mut stock, &mut stranger] {
        client.request("terminal:list", json!({})).await;
        while let Some(event) = client.queued() {
            assert_ne!(event.name, "terminal:viewers");
        }
    }
    let nowhere = hub.hub.viewers(&session("nowhere")).unwrap_err();
    assert_eq!(nowhere.message, "Terminal session not found");
}

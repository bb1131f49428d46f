//! Events on their way to clients that are slow, that come and go, or that join in the middle.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::domain::Mutation;
use tauri_plugin_realtime_hub::{HubConfig, Limits, Role};

use crate::Hub;
use crate::following::{from, new_task, progress};

/// More than the buffers of a connection hold, in mails of this size.
const MAILS: usize = 500;
const BODY: usize = 60 << 10;

fn mail(n: usize) -> Mutation {
    Mutation::SendMail {
        from: "tests".into(),
        mail: from(json!({
            "projectId": "a", "toSessionId": "a-s",
            "subject": n.to_string(), "body": "x".repeat(BODY),
        })),
    }
}

fn config(events_behind: usize) -> HubConfig {
    HubConfig {
        limits: Limits {
            output_waiting_bytes: 64 << 10,
            events_behind,
            ..Limits::default()
        },
        ..HubConfig::default()
    }
}

fn subject(event: &Value) -> usize {
    event["data"]["subject"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_read_is_caught_up_and_delays_nobody() {
    let hub = Hub::with_projects_and(config(10_000)).await;
    let token = hub.token(Role::Viewer);
    let mut slow = hub.mobile(&token, "a").await;
    let mut quick = hub.mobile(&token, "a").await;
    for n in 0..MAILS {
        hub.change(mail(n)).await;
        assert_eq!(subject(&quick.wait_for("mail:received").await.data), n);
    }
    for n in 0..MAILS {
        assert_eq!(subject(&slow.event().await.unwrap().data), n);
    }
    // And it goes on with the others.
    hub.change(progress("a-s", "on")).await;
    assert_eq!(slow.event().await.unwrap().name, "notify:progress");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_too_far_behind_is_cut_and_told_the_rest_when_it_asks() {
    let hub = Hub::with_projects_and(config(20)).await;
    let token = hub.token(Role::Viewer);
    let mut slow = hub.mobile(&token, "a").await;
    let mut quick = hub.mobile(&token, "a").await;
    for n in 0..MAILS {
        hub.change(mail(n)).await;
        quick.wait_for("mail:received").await;
    }
    let (mut heard, mut cursor) = (0, Value::Null);
    while let Ok(event) = slow.event().await {
        assert_eq!(subject(&event.data), heard, "no gap before the end");
        (heard, cursor) = (heard + 1, event.data["cursor"].clone());
    }
    assert!(heard < MAILS, "it was not cut");

    let mut back = hub.mobile(&token, "a").await;
    // Of small ones it would be told one by one; these are too many bytes.
    let answer = back.request("state:sync", json!({"since": cursor})).await;
    assert_eq!(answer["full"], true);
    let cursor = answer["cursor"].clone();
    hub.change(progress("a-s", "on")).await;
    let answer = back.request("state:sync", json!({"since": cursor})).await;
    assert_eq!(answer["events"][0], back.event().await.unwrap().data);
    assert_eq!(answer["events"].as_array().unwrap().len(), 1);
}

/// A client of the polling transport that asks for nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_poll_is_forgotten() {
    let hub = Hub::with_projects_and(config(1)).await;
    let token = hub.token(Role::Viewer);
    let http = reqwest::Client::new();
    let engine = format!("{}/socket.io/?EIO=4&transport=polling", hub.url);
    let get = async |url: String| {
        let response = http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (_, open) = get(engine.clone()).await;
    let open: Value = serde_json::from_str(&open[1..]).unwrap();
    let session = format!("{engine}&sid={}", open["sid"].as_str().unwrap());
    let auth = json!({"token": token, "projectId": "a"});
    let connect = http.post(&session).body(format!("40/mobile,{auth}"));
    assert_eq!(connect.send().await.unwrap().status(), 200);
    let mut polled = String::new();
    while !polled.contains("hub:hello") {
        polled += &get(session.clone()).await.1;
    }
    let mut quick = hub.mobile(&token, "a").await;
    for n in 0..20 {
        hub.change(mail(n)).await;
        quick.wait_for("mail:received").await;
    }
    let (status, answer) = get(session.clone()).await;
    assert_eq!(status, 400, "{answer}");
    let in_time = tokio::time::timeout(crate::client::PATIENCE, async {
        while hub.hub.status().unwrap().namespaces.mobile.connected > 1 {
            tokio::task::yield_now().await;
        }
    });
    in_time.await.expect("it has gone");
}

/// Two clients that join in the middle, in both ways that there are, and one that was there.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_while_events_flow_hears_all_from_then_on() {
    const EVENTS: usize = 400;
    let hub = Hub::with_projects().await;
    let token = hub.token(Role::Viewer);
    let writer = hub.hub.clone();
    let mut there = hub.mobile(&token, "a").await;
    let mut ui = hub.ui(&token).await;
    let writing = tokio::spawn(async move {
        for n in 0..EVENTS {
            writer
                .change(new_task(&format!("t-{n}"), "a"))
                .await
                .unwrap();
            writer
                .change(new_task(&format!("u-{n}"), "b"))
                .await
                .unwrap();
        }
    });
    there.wait_for("task:created").await;
    ui.request("project:subscribe", json!({"projectId": "a"}))
        .await;
    // What it is told of the state, and of what has happened, meet without a gap.
    let answer = ui.request("state:sync", json!({"projectId": "a"})).await;
    let mut phone = hub.mobile(&token, "a").await;
    let state = phone.request("state:sync", json!(null)).await;
    writing.await.unwrap();
    for (client, state) in [(&mut ui, answer), (&mut phone, state)] {
        let mut tasks = known(&state);
        let (mut last, mut after) = (0, tasks.len());
        while after < EVENTS + 1 {
            let event = client.event().await.unwrap();
            if event.name != "task:created" {
                continue;
            }
            let seq = event.data["seq"].as_u64().unwrap();
            assert!(seq > last, "in order and once");
            last = seq;
            assert_eq!(event.data["data"]["projectId"], "a");
            let id = event.data["data"]["id"].as_str().unwrap().to_owned();
            after += usize::from(tasks.insert(id));
        }
    }
    let expected = (0..EVENTS).map(|n| format!("t-{n}")).collect::<Vec<_>>();
    let mut heard = vec!["t-0".to_owned()];
    while heard.len() < EVENTS {
        let event = there.wait_for("task:created").await.data;
        heard.push(event["data"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(heard, expected);
}

fn known(state: &Value) -> std::collections::BTreeSet<String> {
    let tasks = state["tasks"].as_array().unwrap().iter();
    tasks
        .map(|task| task["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_connected_is_in_the_status_and_leaves_it() {
    let hub = Hub::with_projects().await;
    let token = hub.token(Role::Operator);
    let ui = hub.ui(&token).await;
    let mut phone = hub.mobile(&token, "a").await;
    phone.request("session:subscribe", json!(["a-s"])).await;
    let status = || serde_json::to_value(hub.hub.status().unwrap().namespaces).unwrap();
    assert_eq!(status()["ui"], json!({"connected": 1, "rooms": {}}));
    let rooms = json!({"project:a": 1, "session:a-s": 1});
    assert_eq!(status()["mobile"], json!({"connected": 1, "rooms": rooms}));
    drop(ui);
    phone.send("41/mobile,".into()).await;
    let gone = |status: Value| status["ui"]["connected"] == 0 && status["mobile"]["connected"] == 0;
    let left = async {
        while !gone(status()) {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(crate::client::PATIENCE, left).await;
    assert!(in_time.is_ok(), "{}", status());
    assert_eq!(status()["mobile"]["rooms"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_when_the_hub_ends() {
    let hub = Hub::with_projects().await;
    let token = hub.token(Role::Operator);
    let mut clients = [
        hub.ui(&token).await,
        hub.mobile(&token, "a").await,
        hub.client().await,
    ];
    for client in &mut clients {
        // Whoever is still on its way in is no one to tell.
        client.request("nonsense", json!({})).await;
    }
    hub.hub.shutdown().await;
    for client in &mut clients {
        let event = client.wait_for("server:shutdown").await;
        assert!(event.data["timestamp"].as_u64().unwrap() > 0);
        client.closed().await;
    }
}

//! What is heard of the domain, by whom, and how a slow client hears it.

use std::ops::ControlFlow;

use serde_json::json;
use tauri_plugin_realtime_hub::domain::Mutation;
use tauri_plugin_realtime_hub::{HubConfig, Limits, PairingRequest, ProjectId, Role};

use super::{Old, change, config, from, progress, task, with_projects};
use crate::pairing::redeem;

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_it_may_see_reaches_it_once_and_in_order() {
    let hub = with_projects(config()).await;
    let mut old = Old::with(&hub, &hub.token(Role::Viewer)).await;
    progress(&hub, "a-s").await;
    let first = old.hears().await;
    assert_eq!(first["type"], "notify:progress");
    assert_eq!(first["event"], "notify:progress");
    assert_eq!(first["data"]["sessionId"], "a-s");
    assert!(first["timestamp"].as_u64().unwrap() > 0);
    assert_eq!(first["hub"], json!(hub.hub.status().unwrap().hub));
    // Shortly after it, so that some come together.
    for n in 0..300 {
        let project = ["a", "b"][n % 2];
        task(&hub, &format!("t{n}"), project).await;
    }
    let mut seq = first["seq"].as_u64().unwrap();
    for n in 0..300 {
        let event = old.hears().await;
        assert_eq!(event["data"]["id"], format!("t{n}"));
        seq += 1;
        assert_eq!(event["seq"], seq);
    }
    assert_eq!(old.names(&hub).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_lets_through_what_it_names() {
    let hub = with_projects(config()).await;
    let mut old = Old::with(&hub, &hub.token(Role::Viewer)).await;
    let answer = old
        .asks(json!({"type": "subscribe", "sessionIds": ["a-s", "none"], "taskIds": ["b-t"]}))
        .await;
    assert!(answer["timestamp"].as_u64().unwrap() > 0);
    assert_eq!(
        (&answer["type"], &answer["sessionIds"], &answer["taskIds"]),
        (&json!("subscribed"), &json!(["a-s"]), &json!(["b-t"]))
    );
    let happens = async || {
        for id in ["a", "b"] {
            progress(&hub, &format!("{id}-s")).await;
            let patch = from(json!({"description": "changed"}));
            let id = from(json!(format!("{id}-t")));
            change(
                &hub,
                Mutation::UpdateTask {
                    id,
                    patch,
                    if_version: None,
                },
            )
            .await;
        }
    };
    happens().await;
    assert_eq!(old.names(&hub).await, ["notify:progress", "task:updated"]);
    let answer = old
        .asks(json!({"type": "subscribe", "projectId": "b"}))
        .await;
    assert_eq!(answer["projectId"], "b");
    happens().await;
    assert_eq!(old.names(&hub).await, ["notify:progress", "task:updated"]);
    // One that is refused changes nothing.
    let error = old
        .asks(json!({"type": "subscribe", "projectId": "none"}))
        .await;
    assert_eq!(error["code"], "NOT_FOUND");
    happens().await;
    assert_eq!(old.names(&hub).await.len(), 2);
    assert_eq!(
        old.asks(json!({"type": "unsubscribe"})).await["type"],
        "unsubscribed"
    );
    happens().await;
    assert_eq!(old.names(&hub).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_project_is_heard_whatever_is_asked_for() {
    let hub = with_projects(config()).await;
    let request = PairingRequest {
        role: Some(Role::Operator),
        projects: Some(vec![ProjectId::new("a").unwrap()]),
    };
    let (token, _) = redeem(&hub, request).await;
    let mut old = Old::with(&hub, &token).await;
    let happens = async || {
        progress(&hub, "b-s").await;
        progress(&hub, "a-s").await;
    };
    happens().await;
    assert_eq!(old.hears().await["data"]["projectId"], "a");
    let error = old
        .asks(json!({"type": "subscribe", "projectId": "b"}))
        .await;
    assert_eq!(error["message"], r#"there is no project "b""#);
    let both = json!({"type": "subscribe", "sessionIds": ["a-s", "b-s"], "taskIds": ["b-t"]});
    let answer = old.asks(both).await;
    assert_eq!(
        (&answer["sessionIds"], &answer["taskIds"]),
        (&json!(["a-s"]), &json!([]))
    );
    happens().await;
    assert_eq!(old.hears().await["data"]["projectId"], "a");
    assert_eq!(old.names(&hub).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_read_delays_nobody_and_misses_nothing() {
    let hub = with_projects(HubConfig {
        limits: Limits {
            output_waiting_bytes: 64 << 10,
            ..Limits::default()
        },
        ..config()
    })
    .await;
    let token = hub.token(Role::Viewer);
    let mut slow = Old::with(&hub, &token).await;
    let mut quick = Old::with(&hub, &token).await;
    // What it did not ask for is left out of what it is caught up with, too.
    let subscribe = json!({"type": "subscribe", "projectId": "a"});
    assert_eq!(slow.asks(subscribe).await["type"], "subscribed");
    // More than the kernel holds for a connection.
    let long = "x".repeat(60_000);
    let events = 300;
    let title = |n: usize, project: &str| format!("{project}{n}");
    let happens = async {
        for n in 0..events {
            for project in ["a", "b"] {
                let title = title(n, project);
                let task = json!({"projectId": project, "title": title, "description": long});
                change(&hub, Mutation::CreateTask(from(task))).await;
            }
        }
    };
    let hears = async {
        for n in 0..events {
            for project in ["a", "b"] {
                assert_eq!(quick.hears().await["data"]["title"], title(n, project));
            }
        }
    };
    tokio::join!(happens, hears);
    for n in 0..events {
        assert_eq!(slow.hears().await["data"]["title"], title(n, "a"));
    }
    assert_eq!(slow.names(&hub).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_too_far_behind_is_shown_out() {
    let hub = with_projects(HubConfig {
        limits: Limits {
            output_waiting_bytes: 64 << 10,
            events_behind: 20,
            ..Limits::default()
        },
        ..config()
    })
    .await;
    let mut slow = Old::with(&hub, &hub.token(Role::Viewer)).await;
    let long = "x".repeat(60_000);
    for n in 0..500 {
        let task = json!({"projectId": "a", "title": format!("t{n}"), "description": long});
        change(&hub, Mutation::CreateTask(from(task))).await;
    }
    // What it was sent is in order and whole; then comes the end, and not the last event.
    let mut heard = 0;
    while let ControlFlow::Continue(event) = slow.next().await {
        assert_eq!(event["data"]["title"], format!("t{heard}"));
        heard += 1;
    }
    assert!(heard < 500, "{heard}");
}

//! Terminals that a socket of `/ui` owns, seen from both ends.

mod limits;

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{PairingRequest, Role};

use crate::client::{Client, emulate};
use crate::pairing::redeem;
use crate::{Hub, failure};

/// A socket that owns the terminal `t`.
async fn owner(hub: &Hub) -> Client {
    let mut client = ui(hub, &hub.token(Role::Operator)).await;
    let answer = client.request("terminal:register", registration()).await;
    assert_eq!(answer["success"], true, "{answer}");
    client
}

async fn ui(hub: &Hub, token: &str) -> Client {
    Client::namespace(&hub.url, "/ui", json!({"token": token}))
        .await
        .expect("connected")
}

fn registration() -> Value {
    json!({"ptyId": "p", "sessionId": "t", "cols": 80, "rows": 24})
}

fn output(text: &str) -> Value {
    json!({"ptyId": "p", "data": text})
}

fn input(text: &str) -> Value {
    json!({"sessionId": "t", "input": text})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_whose_connection_is_cut_takes_it_up_with_its_new_size() {
    let hub = Hub::start();
    let mut first = owner(&hub).await;
    first
        .request("terminal:output", output("before the cut"))
        .await;
    let mut client = hub.watched_too().await;
    let epoch = hub.hub.list()[0].epoch.clone();
    drop(first);
    // Typed while nobody is there to take it.
    let typed = client.feed_request("terminal:input", &input("kept")).await;
    client.flush().await;

    let mut again = ui(&hub, &hub.token(Role::Operator)).await;
    let mut registration = registration();
    registration["ptyId"] = "p-2".into();
    registration["cols"] = 100.into();
    let answer = again.request("terminal:register", registration).await;
    assert_eq!(
        (&answer["epoch"], &answer["cols"], &answer["rows"]),
        (&json!(epoch), &json!(100), &json!(24))
    );
    let kept = again.wait_for("terminal:input").await.data;
    assert_eq!(kept, json!({"ptyId": "p-2", "data": "kept"}));
    assert_eq!(client.ack(typed).await.data, json!({"success": true}));
    assert_eq!(client.wait_for("terminal:resized").await.data["cols"], 100);
    let more = json!({"ptyId": "p-2", "data": ", and after"});
    again.request("terminal:output", more).await;
    let mut late = hub.client().await;
    let (watched, _) = late
        .request_with_attachments("terminal:watch", json!({"sessionId": "t"}))
        .await;
    let picture = watched["scrollback"].as_str().unwrap();
    let screen = emulate(&watched, picture.as_bytes()).screen().contents();
    assert_eq!(screen.trim_end(), "before the cut, and after");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_owner_kept_while_it_was_away_comes_before_it_registers_and_is_taken() {
    let hub = Hub::start();
    let first = owner(&hub).await;
    let mut client = hub.watched_too().await;
    drop(first);
    let mut stranger = ui(&hub, &redeem(&hub, PairingRequest::default()).await.0).await;
    let refused = stranger.request("terminal:output", output("theirs")).await;
    assert_eq!(failure(&refused).0, "NOT_FOUND");
    let mut again = ui(&hub, &hub.token(Role::Operator)).await;
    // Until the hub knows that the first one has gone.
    while again.request("terminal:output", output("kept")).await["success"] != true {}
    again.request("terminal:register", registration()).await;
    again.request("terminal:output", output(" and more")).await;
    client.wait_for_output("kept and more").await;
    client.emit("terminal:input", &input("x")).await;
    assert_eq!(again.wait_for("terminal:input").await.data["data"], "x");
    drop(again);
    // It ended while nobody could be told.
    let mut third = ui(&hub, &hub.token(Role::Operator)).await;
    let exit = json!({"ptyId": "p", "exitCode": 7});
    while third.request("terminal:exit", exit.clone()).await["success"] != true {}
    assert_eq!(client.wait_for("terminal:exit").await.data["exitCode"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_connection_of_the_owner_ends_the_say_of_the_first() {
    let hub = Hub::start();
    let mut first = owner(&hub).await;
    let mut second = owner(&hub).await;
    let late = first.request("terminal:output", output("late")).await;
    assert_eq!(failure(&late).0, "CONFLICT");
    let mut client = hub.watched_too().await;
    client.emit("terminal:input", &input("x")).await;
    assert_eq!(second.wait_for("terminal:input").await.data["data"], "x");
    drop(first);
    second.request("terminal:output", output("mine")).await;
    client.wait_for_output("mine").await;
    // The first takes it back by saying so.
    let mut first = owner(&hub).await;
    first.request("terminal:exit", json!({"ptyId": "p"})).await;
    let exit = client.wait_for("terminal:exit").await.data;
    assert_eq!(
        (&exit["exitCode"], &exit["reason"]),
        (&json!(null), &json!("exited"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_kills_is_told_to_and_others_are_not() {
    let hub = Hub::start();
    let mut owner = owner(&hub).await;
    let mut client = hub.watched_too().await;
    let refused = client
        .request("terminal:kill", json!({"sessionId": "t"}))
        .await;
    assert_eq!(failure(&refused).0, "CONFLICT");
    // It says so when it registers; the next socket of the same owner does.
    let mut able = ui(&hub, &hub.token(Role::Operator)).await;
    let mut registration = registration();
    registration["kills"] = true.into();
    able.request("terminal:register", registration).await;
    let kill = client
        .feed_request("terminal:kill", &json!({"sessionId": "t"}))
        .await;
    client.flush().await;
    assert_eq!(
        able.wait_for("terminal:kill").await.data,
        json!({"ptyId": "p"})
    );
    let exit = json!({"ptyId": "p", "exitCode": 143});
    able.request("terminal:exit", exit).await;
    assert_eq!(client.ack(kill).await.data, json!({"success": true}));
    let exit = client.wait_for("terminal:exit").await.data;
    assert_eq!(
        (&exit["exitCode"], &exit["reason"]),
        (&json!(143), &json!("killed"))
    );
    let gone = owner.request("terminal:output", output("x")).await;
    assert_eq!(failure(&gone).0, "CONFLICT");
}

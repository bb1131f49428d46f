//! What is typed, on its way to programs.

use serde_json::json;
use tauri_plugin_realtime_hub::{HubConfig, Role, Timing};

use crate::client::Client;
use crate::{Hub, count, session, short};

#[tokio::test(flavor = "multi_thread")]
async fn inputs_sent_without_waiting_arrive_in_order() {
    let inputs = count(20_000);
    let hub = Hub::start();
    let mut client = hub.watched("stty raw -echo; echo ready; exec cat").await;
    client.wait_for_output("ready").await;
    let expected: String = (0..inputs).map(|n| format!("{n};")).collect();
    for n in 0..inputs {
        client
            .feed(
                "terminal:input",
                &json!({"sessionId": "t", "input": format!("{n};")}),
            )
            .await
            .unwrap();
    }
    client.flush().await;
    let last = format!(";{};", inputs - 1);
    let seen = client.wait_for_output(&last).await;
    assert!(seen.trim_start().ends_with(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_input_has_been_written() {
    let hub = Hub::start();
    let mut client = hub
        .watched("stty -echo; echo ready; read a; echo \"got $a\"; read b")
        .await;
    client.wait_for_output("ready").await;
    let answer = client
        .request(
            "terminal:input",
            json!({"sessionId": "t", "input": "x y\n"}),
        )
        .await;
    assert_eq!(answer, json!({"success": true}));
    client.wait_for_output("got x y").await;
    hub.hub.kill(&session("t")).await.unwrap();
    client.wait_for("terminal:exit").await;
    let answer = client
        .request("terminal:input", json!({"sessionId": "t", "input": "x"}))
        .await;
    assert_eq!(crate::failure(&answer).0, "CONFLICT");
}

/// Pastes `total` bytes in messages of 16 KiB, each asking for an acknowledgement.
async fn paste(client: &mut Client, total: usize) -> Vec<u64> {
    let chunk = "p".repeat(16 << 10);
    let mut ids = Vec::new();
    for _ in 0..total / chunk.len() {
        ids.push(
            client
                .feed_request("terminal:input", &json!({"sessionId": "t", "input": chunk}))
                .await,
        );
    }
    client.flush().await;
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_paste_into_a_slow_reader_arrives_whole() {
    let total = 8 << 20;
    let hub = Hub::start();
    let script = format!(
        "stty raw -echo; echo ready; n=0; while [ $n -lt {total} ]; do \
         r=$(dd bs=65536 count=1 2>/dev/null | wc -c); n=$((n + r)); done; echo \"all $n\"; read e"
    );
    let mut client = hub.watched(&script).await;
    client.wait_for_output("ready").await;
    let ids = paste(&mut client, total).await;
    for _ in &ids {
        let (_, answer) = client.any_ack().await;
        assert_eq!(answer, json!({"success": true}));
    }
    client.wait_for_output(&format!("all {total}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paste_into_a_program_that_never_reads_is_refused_in_the_end() {
    let hub = Hub::with(HubConfig {
        timing: Timing {
            // Half of it is the hub's patience; all of it is the client's, which answers no
            // heartbeat while it pastes.
            ping_timeout_ms: 3_000,
            ..short()
        },
        ..HubConfig::default()
    });
    let mut client = hub
        .watched("stty raw -echo; echo ready; exec sleep 1000")
        .await;
    client.wait_for_output("ready").await;
    let ids = paste(&mut client, 8 << 20).await;
    // What was accepted waits for the program; the rest is refused.
    let (first, answer) = client.any_ack().await;
    assert!(
        answer["code"] == "UNAVAILABLE" || answer["success"] == true,
        "{answer}"
    );
    let accepted = ids.iter().position(|id| *id == first).unwrap();
    let mut last = answer;
    while last["success"] == true {
        last = client.any_ack().await.1;
    }
    assert_eq!(last["code"], "UNAVAILABLE");
    assert!(last["retryAfterMs"].as_u64().unwrap() > 0);
    assert!(
        accepted * (16 << 10) < 3 << 20,
        "the hub holds little: {accepted} chunks"
    );
    // The connection lives, and so do other terminals on it.
    hub.sh("other", "read a; echo \"heard $a\"; read b").await;
    assert_eq!(
        client
            .request("terminal:watch", json!({"sessionId": "other"}))
            .await["success"],
        true
    );
    let list = client.request("terminal:list", json!({})).await;
    assert_eq!(list["terminals"].as_array().unwrap().len(), 2);
    // Gone is what was waiting; then input is accepted again.
    hub.hub.kill(&session("t")).await.unwrap();
    loop {
        let input = json!({"sessionId": "other", "input": "me\n"});
        if client.request("terminal:input", input).await["success"] == true {
            break;
        }
    }
    client.wait_for_output("heard me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_answers_the_program_and_the_emulators_of_viewers_are_not_heard() {
    let hub = Hub::start();
    hub.sh("t", r"stty raw -echo; printf 'ready\033[c'; exec cat -v")
        .await;
    let (token, _) = crate::pairing::pair(&hub, Role::Operator).await;
    let mut phone = Client::connect(&hub.url, &token).await;
    let mut desktop = hub.client().await;
    for viewer in [&mut phone, &mut desktop] {
        viewer
            .request("terminal:watch", json!({"sessionId": "t"}))
            .await;
        // Before anybody watched, or while they do: once.
        viewer.wait_for_output("ready^[[?1;2c").await;
    }
    for viewer in [&mut phone, &mut desktop] {
        for answer in ["\u{1b}[?1;2c", "\u{1b}[24;80R", "\u{1b}]11;rgb:0/0/0\u{7}"] {
            let input = json!({"sessionId": "t", "input": answer});
            let ack = viewer.request("terminal:input", input).await;
            assert_eq!(ack, json!({"success": true}));
        }
        let typed = json!({"sessionId": "t", "input": "ab"});
        viewer.request("terminal:input", typed).await;
    }
    let seen = desktop.wait_for_output("abab").await;
    assert_eq!(seen, "abab", "nothing but what was typed");
}

//! Input that its client numbers: applied once, in order, whatever becomes of the connection.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{RegisterRequest, Role};
use tempfile::NamedTempFile;

use crate::client::Client;
use crate::{Hub, count, failure, session};

/// A terminal that gives back what is typed, and its life.
async fn echoing(hub: &Hub) -> (Client, String) {
    let mut client = hub.watched("stty raw -echo; echo ready; exec cat").await;
    client.wait_for_output("ready").await;
    let epoch = epoch(&mut client).await;
    (client, epoch)
}

/// A terminal that ends when so many bytes were typed, and the file that keeps them.
async fn keeping(hub: &Hub, bytes: usize) -> (Client, String, NamedTempFile) {
    let file = NamedTempFile::new().unwrap();
    let path = file.path().display();
    let script = format!("stty raw -echo; echo ready; exec head -c {bytes} > '{path}'");
    let mut client = hub.watched(&script).await;
    client.wait_for_output("ready").await;
    let epoch = epoch(&mut client).await;
    (client, epoch, file)
}

async fn epoch(client: &mut Client) -> String {
    let list = client.request("terminal:list", json!({})).await;
    list["terminals"][0]["epoch"].as_str().unwrap().to_owned()
}

fn input(epoch: &str, seq: u64, text: &str) -> Value {
    json!({"sessionId": "t", "input": text, "epoch": epoch, "clientId": "c", "seq": seq})
}

#[tokio::test(flavor = "multi_thread")]
async fn numbered_inputs_arrive_once_over_lost_connections() {
    let inputs = count(20_000) as u64;
    let expected: String = (1..=inputs).map(|n| format!("{n};")).collect();
    let hub = Hub::start();
    let (mut viewer, epoch, typed) = keeping(&hub, expected.len()).await;
    let mut confirmed = 0;
    // Each connection is cut when it has sent a few hundred more, at whatever was answered.
    for connection in 0_u64.. {
        let mut client = hub.client().await;
        let until = (confirmed + 137 + connection % 7 * 60).min(inputs);
        for seq in confirmed + 1..=until {
            let text = format!("{seq};");
            client
                .feed_request("terminal:input", &input(&epoch, seq, &text))
                .await;
        }
        client.flush().await;
        let hears = match until == inputs {
            true => until - confirmed,
            false => (until - confirmed) * (connection % 4) / 4,
        };
        for seq in (confirmed + 1..).take(hears as usize) {
            let (_, answer) = client.any_ack().await;
            assert_eq!(answer, json!({"success": true, "seq": seq}));
        }
        confirmed += hears;
        if confirmed == inputs {
            break;
        }
    }
    viewer.wait_for("terminal:exit").await;
    assert_eq!(std::fs::read_to_string(typed.path()).unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_another_life_and_what_makes_no_sense_are_refused() {
    let hub = Hub::start();
    let (mut client, first) = echoing(&hub).await;
    let mut ask = async |request: Value| client.request("terminal:input", request).await;
    let answer = ask(input(&first, 2, "no")).await;
    assert_eq!(failure(&answer).0, "CONFLICT");
    assert_eq!(answer["expected"], 1);
    assert_eq!(ask(input(&first, 1, "a")).await["success"], true);
    assert_eq!(ask(input(&first, 3, "no")).await["expected"], 2);
    assert_eq!(
        ask(input(&first, 1, "no")).await,
        json!({"success": true, "seq": 1})
    );
    for wrong in [
        json!({"sessionId": "t", "input": "no", "epoch": first, "seq": 2}),
        json!({"sessionId": "t", "input": "no", "epoch": first, "clientId": "c"}),
        json!({"sessionId": "t", "input": "no", "clientId": "c", "seq": 2}),
        json!({"sessionId": "t", "input": "no", "epoch": first, "clientId": "c", "seq": 0}),
        json!({"sessionId": "t", "input": "no", "epoch": first, "clientId": "-", "seq": 2}),
        json!({"sessionId": "t", "input": "no", "epoch": first, "clientId": "c", "seq": -2}),
    ] {
        let answer = ask(wrong.clone()).await;
        assert_eq!(failure(&answer).0, "INVALID", "{wrong}");
    }
    let long = json!({"sessionId": "t", "input": "n".repeat(5000), "urgent": true});
    assert_eq!(failure(&ask(long).await).0, "TOO_LARGE");
    assert_eq!(ask(input(&first, 2, "b")).await["success"], true);
    client.wait_for_output("ab").await;

    hub.hub.kill(&session("t")).await.unwrap();
    client.wait_for("terminal:exit").await;
    // What was written still is; what is new is not.
    let mut ask = async |request: Value| client.request("terminal:input", request).await;
    assert_eq!(ask(input(&first, 2, "no")).await["success"], true);
    assert_eq!(failure(&ask(input(&first, 3, "no")).await).0, "CONFLICT");
    hub.sh("t", "stty raw -echo; exec cat").await;
    let answer = ask(input(&first, 3, "no")).await;
    assert_eq!(failure(&answer).0, "CONFLICT");
    let second = answer["epoch"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(ask(input(&second, 1, "c")).await["success"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_of_one_name_are_two_and_the_desktops_tokens_are_one() {
    let hub = Hub::start();
    let (mut viewer, epoch, typed) = keeping(&hub, 3).await;
    let (token, _) = crate::pairing::pair(&hub, Role::Operator).await;
    let mut phone = Client::connect(&hub.url, &token).await;
    let mut admin = Client::connect(&hub.url, &hub.token(Role::Admin)).await;
    for (client, text) in [(&mut viewer, "d"), (&mut phone, "p"), (&mut admin, "no")] {
        let answer = client
            .request("terminal:input", input(&epoch, 1, text))
            .await;
        assert_eq!(answer, json!({"success": true, "seq": 1}));
    }
    let answer = admin.request("terminal:input", input(&epoch, 2, "a")).await;
    assert_eq!(answer["success"], true);
    viewer.wait_for("terminal:exit").await;
    assert_eq!(std::fs::read_to_string(typed.path()).unwrap(), "dpa");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_still_waits_is_answered_when_it_is_written() {
    let hub = Hub::start();
    let mut request = RegisterRequest::new(session("t"));
    request.command = Some("sh".into());
    // Reads only when another terminal's program says so.
    let fifo = tempfile::tempdir().unwrap();
    let path = fifo.path().join("go");
    let script = format!(
        "mkfifo '{0}'; stty raw -echo; echo ready; read go < '{0}'; exec cat | tail -c 3",
        path.display()
    );
    request.args = vec!["-c".into(), script];
    hub.hub.register(request).await.unwrap();
    let mut client = hub.client().await;
    client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    client.wait_for_output("ready").await;
    let epoch = epoch(&mut client).await;
    // More than the terminal takes: the second waits.
    let big = "x".repeat(200_000);
    let mut before = hub.client().await;
    before
        .feed_request("terminal:input", &input(&epoch, 1, &big))
        .await;
    before
        .feed_request("terminal:input", &input(&epoch, 2, "end"))
        .await;
    before.request("terminal:list", json!({})).await;
    drop(before);
    let mut after = hub.client().await;
    let big_again = after
        .feed_request("terminal:input", &input(&epoch, 1, &big))
        .await;
    let end_again = after
        .feed_request("terminal:input", &input(&epoch, 2, "end"))
        .await;
    after.request("terminal:list", json!({})).await;
    std::fs::write(&path, "go\n").unwrap();
    assert_eq!(
        after.any_ack().await,
        (big_again, json!({"success": true, "seq": 1}))
    );
    assert_eq!(
        after.any_ack().await,
        (end_again, json!({"success": true, "seq": 2}))
    );
}

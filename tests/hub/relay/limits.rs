//! What an owner may not do, and how much it may.

use std::collections::HashSet;

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, Limits, PairingRequest, ProjectId, Role, Timing};

use super::{input, output, owner, registration, ui};
use crate::client::{Client, emulate};
use crate::pairing::redeem;
use crate::{Hub, failure, short};

#[tokio::test(flavor = "multi_thread")]
async fn table_of_bad_requests() {
    let hub = Hub::start();
    hub.sh("own", "read a").await;
    let mut owner = owner(&hub).await;
    let with = |name: &str, value: Value| {
        let mut registration = registration();
        registration[name] = value;
        registration
    };
    let long = "x".repeat(200_000);
    for (event, payload, code, says) in [
        (
            "terminal:register",
            json!(null),
            "INVALID",
            "missing field `ptyId`",
        ),
        ("terminal:register", json!([]), "INVALID", "not an object"),
        (
            "terminal:register",
            json!({"ptyId": "q"}),
            "INVALID",
            "missing field `sessionId`",
        ),
        (
            "terminal:register",
            with("ptyId", json!(7)),
            "INVALID",
            "expected a string",
        ),
        (
            "terminal:register",
            with("ptyId", json!("../p")),
            "INVALID",
            "an id begins",
        ),
        (
            "terminal:register",
            with("sessionId", json!("")),
            "INVALID",
            "an id begins",
        ),
        (
            "terminal:register",
            with("cols", json!(0)),
            "INVALID",
            "1 to 1000",
        ),
        (
            "terminal:register",
            with("rows", json!(1001)),
            "INVALID",
            "1 to 1000",
        ),
        (
            "terminal:register",
            with("rows", json!(-1)),
            "INVALID",
            "invalid value",
        ),
        (
            "terminal:register",
            with("sizePolicy", json!("big")),
            "INVALID",
            "unknown variant",
        ),
        (
            "terminal:register",
            with("kills", json!("yes")),
            "INVALID",
            "boolean",
        ),
        (
            "terminal:register",
            with("sessionId", json!("other")),
            "CONFLICT",
            "another terminal p",
        ),
        (
            "terminal:register",
            json!({"ptyId": "q", "sessionId": "own"}),
            "CONFLICT",
            "the terminal own is running",
        ),
        (
            "terminal:register",
            json!({"ptyId": "q", "sessionId": "new", "title": long}),
            "TOO_LARGE",
            "title",
        ),
        (
            "terminal:register",
            json!({"ptyId": "q", "sessionId": "new", "record": true}),
            "INVALID",
            "record",
        ),
        (
            "terminal:output",
            json!({"ptyId": "p"}),
            "INVALID",
            "missing field `data`",
        ),
        (
            "terminal:output",
            json!({"ptyId": "p", "data": 7}),
            "INVALID",
            "expected a string",
        ),
        (
            "terminal:output",
            json!({"ptyId": "q", "data": "x"}),
            "NOT_FOUND",
            "no terminal q",
        ),
        (
            "terminal:exit",
            json!({}),
            "INVALID",
            "missing field `ptyId`",
        ),
        (
            "terminal:exit",
            json!({"ptyId": "p", "exitCode": "0"}),
            "INVALID",
            "invalid type",
        ),
        (
            "terminal:exit",
            json!({"ptyId": "q"}),
            "NOT_FOUND",
            "no terminal q",
        ),
        (
            "terminal:input",
            json!({"ptyId": "p"}),
            "INVALID",
            "no event",
        ),
    ] {
        let answer = owner.request(event, payload.clone()).await;
        let (got, message) = failure(&answer);
        assert_eq!(got, code, "{event}: {message}");
        assert!(message.contains(says), "{event}: {message}");
    }
    // Without an acknowledgement it is told as well.
    owner.emit("terminal:output", &json!({"ptyId": "q"})).await;
    let error = owner.wait_for("hub:error").await.data;
    assert_eq!(error["event"], "terminal:output");
    // And all that has harmed nothing.
    let answer = owner.request("terminal:output", output("fine")).await;
    assert_eq!(answer, json!({"success": true}));
    assert_eq!(hub.hub.list().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_of_the_project_owns_a_terminal_there() {
    let hub = Hub::start();
    let project = ProjectId::new("a").unwrap();
    let device = async |role| {
        let request = PairingRequest {
            role: Some(role),
            projects: Some(vec![project.clone()]),
        };
        redeem(&hub, request).await.0
    };
    let elsewhere = registration();
    let mut here = registration();
    here["projectId"] = "a".into();
    let mut viewer = ui(&hub, &device(Role::Viewer).await).await;
    let refused = viewer.request("terminal:register", here.clone()).await;
    assert_eq!(failure(&refused).0, "FORBIDDEN");
    let mut operator = ui(&hub, &device(Role::Operator).await).await;
    let refused = operator.request("terminal:register", elsewhere).await;
    assert_eq!(failure(&refused).0, "NOT_FOUND");
    let answer = operator.request("terminal:register", here.clone()).await;
    assert_eq!(answer["success"], true, "{answer}");
    // Another device of the same project is somebody else.
    let mut other = ui(&hub, &device(Role::Operator).await).await;
    let refused = other.request("terminal:register", here).await;
    assert_eq!(failure(&refused).0, "CONFLICT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_the_owners_is_taken_whole_and_at_the_pace_of_the_hub() {
    let hub = Hub::start();
    let mut owner = owner(&hub).await;
    let mut client = hub.watched_too().await;
    // More than the hub keeps of a terminal, with characters of every length.
    let line = "0123456789 äöü €uro 😀\r\n";
    let chunk = line.repeat(1_000);
    let chunks = 400;
    let mut last = 0;
    for _ in 0..chunks {
        last = owner.feed_request("terminal:output", &output(&chunk)).await;
    }
    owner.flush().await;
    // Acknowledged in order, so with the last one all of them are in.
    assert_eq!(owner.ack(last).await.data, json!({"success": true}));
    owner.request("terminal:output", output("the end")).await;
    let total = (chunks * chunk.len() + "the end".len()) as u64;
    loop {
        let event = client.event().await.unwrap();
        if ["terminal:output", "terminal:reset"].contains(&event.name.as_str())
            && event.offset() == total
        {
            break;
        }
    }
    let watch = json!({"sessionId": "t", "encoding": "text"});
    let (watched, _) = client
        .request_with_attachments("terminal:watch", watch)
        .await;
    let picture = watched["scrollback"].as_str().unwrap();
    let screen = emulate(&watched, picture.as_bytes()).screen().contents();
    let expected = line.trim_end().to_owned() + "\n";
    assert_eq!(screen, expected.repeat(23) + "the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_does_not_read_makes_nothing_grow_and_loses_nothing() {
    let hub = Hub::with(HubConfig {
        limits: Limits {
            output_waiting_bytes: 64 << 10,
            input_waiting_bytes: 64 << 10,
            ..Limits::default()
        },
        timing: Timing {
            // Half of it is the hub's patience with what waits.
            ping_timeout_ms: 1_000,
            ..short()
        },
        ..HubConfig::default()
    });
    let mut owner = owner(&hub).await;
    let mut client = hub.watched_too().await;
    owner.heartbeat().await;
    client.heartbeat().await;
    // Far more than the kernel holds for a connection.
    let chunks: Vec<String> = (0..800)
        .map(|n| format!("{n:05}{}", "·".repeat(8 << 10)))
        .collect();
    let mut ids = Vec::new();
    for chunk in &chunks {
        ids.push(client.feed_request("terminal:input", &input(chunk)).await);
    }
    client.flush().await;
    let mut written: HashSet<u64> = ids.iter().copied().collect();
    let mut waiting = written.len();
    let mut answered = async |client: &mut Client, until_refused: bool| {
        while waiting > 0 {
            let (id, answer) = client.any_ack().await;
            waiting -= 1;
            if answer["success"] != true {
                assert_eq!(answer["code"], "UNAVAILABLE", "{answer}");
                written.remove(&id);
                if until_refused {
                    return;
                }
            }
        }
    };
    answered(&mut client, true).await;
    // Now it reads; what was taken is there, in order, and nothing else is.
    let reading = async {
        let mut got = String::new();
        while !got.ends_with("END") {
            let event = owner.wait_for("terminal:input").await;
            got.push_str(event.data["data"].as_str().unwrap());
        }
        got
    };
    let typing = async {
        answered(&mut client, false).await;
        while client.request("terminal:input", input("END")).await["success"] != true {}
    };
    let (got, ()) = tokio::join!(reading, typing);
    let taken = ids
        .iter()
        .zip(&chunks)
        .filter(|(id, _)| written.contains(id));
    let expected: String = taken.map(|(_, chunk)| chunk.as_str()).collect();
    assert!(written.len() < chunks.len(), "some were refused");
    assert!(
        got == expected + "END",
        "what arrived is not what was taken"
    );
}

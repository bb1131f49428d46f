//! What programs print, on its way to viewers.

use bytes::Bytes;
use serde_json::{Value, json};
use tauri_plugin_realtime_hub::HubConfig;

use crate::client::{Client, Event, bytes_of, shown};
use crate::{Hub, coloured_text, count, print_file, short};

/// Collects output from an answer on, checking that it has no gap, and acknowledging it when
/// there is a window, until `until` bytes are there.
async fn collect(client: &mut Client, answer: &(Value, Vec<Bytes>), until: u64) -> Vec<u8> {
    let (watch, attachments) = answer;
    let mut all = bytes_of(&watch["scrollback"], attachments).to_vec();
    let mut offset = watch["offset"].as_u64().unwrap();
    let epoch = watch["epoch"].clone();
    loop {
        if watch["window"].is_u64() {
            let ack = json!({"sessionId": "t", "offset": offset, "epoch": epoch});
            client.emit("terminal:ack", &ack).await;
        }
        if offset >= until {
            return all;
        }
        let event = client.wait_for("terminal:output").await;
        assert_eq!(event.data["epoch"], epoch);
        let bytes = event.bytes();
        assert_eq!(
            event.offset(),
            offset + bytes.len() as u64,
            "no gap, no overlap"
        );
        all.extend_from_slice(&bytes);
        offset = event.offset();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_arrives_in_binary_with_a_window() {
    let text = coloured_text(count(32 << 20));
    let hub = Hub::start();
    let (_file, print) = print_file(&text);
    hub.sh("t", &format!("read go; {print}; read end")).await;
    let mut client = hub.client().await;
    let watch = json!({"sessionId": "t", "encoding": "binary", "window": 256 << 10});
    let answer = client
        .request_with_attachments("terminal:watch", watch)
        .await;
    let begun = answer.0["offset"].as_u64().unwrap();
    assert_eq!(answer.0["window"], 256 << 10);
    client
        .emit("terminal:input", &json!({"sessionId": "t", "input": "\n"}))
        .await;
    // The line that was typed is echoed first.
    let all = collect(&mut client, &answer, begun + 2 + text.len() as u64).await;
    assert!(all.ends_with(&text), "byte for byte");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_decoded_across_chunks_and_never_split() {
    let text = coloured_text(count(8 << 20));
    let hub = Hub::start();
    let (_file, print) = print_file(&text);
    hub.sh("t", &format!("stty -echo; read go; {print}; read end"))
        .await;
    let mut client = hub.client().await;
    let answer = client
        .request_with_attachments("terminal:watch", json!({"sessionId": "t"}))
        .await;
    let begun = answer.0["offset"].as_u64().unwrap();
    client
        .emit("terminal:input", &json!({"sessionId": "t", "input": "\n"}))
        .await;
    let all = collect(&mut client, &answer, begun + text.len() as u64).await;
    assert!(all.ends_with(&text));
    assert!(!String::from_utf8(all).unwrap().contains('\u{fffd}'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_comes_in_parts_is_sent_whole_and_broken_ones_are_marked() {
    let hub = Hub::start();
    let mut client = hub
        .watched(r"stty -echo; read a; printf '\342\202'; read b; printf '\254!'; printf '\377?'; read c")
        .await;
    for _ in 0..2 {
        client
            .request("terminal:input", json!({"sessionId": "t", "input": "\n"}))
            .await;
    }
    let seen = client.wait_for_output("?").await;
    assert_eq!(seen, "€!\u{fffd}?");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_resumes_where_it_was() {
    let hub = Hub::start();
    let mut client = hub
        .watched("stty -echo; echo one; read a; echo two; read b")
        .await;
    let first = client.wait_for_output("one\r\n").await;
    let epoch = hub.hub.list()[0].epoch.clone();
    drop(client);

    let mut again = hub.client().await;
    again
        .emit("terminal:input", &json!({"sessionId": "t", "input": "\n"}))
        .await;
    let resume = json!({"sessionId": "t", "resume": {"epoch": epoch, "offset": first.len()}});
    let answer = again
        .request_with_attachments("terminal:watch", resume)
        .await;
    assert_eq!(answer.0["replay"], "resume");
    let all = collect(&mut again, &answer, first.len() as u64 + 5).await;
    assert_eq!(all, b"two\r\n");

    // Of another life, or beyond what was printed: from the start.
    for resume in [
        json!({"epoch": "x", "offset": 3}),
        json!({"epoch": epoch, "offset": 1_u64 << 40}),
    ] {
        let watch = json!({"sessionId": "t", "resume": resume});
        let answer = again.request("terminal:watch", watch).await;
        assert_eq!(
            (&answer["replay"], shown_by(&answer)),
            (&json!("screen"), "one\r\ntwo\r\n".to_owned())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resize_comes_where_it_happened() {
    let hub = Hub::start();
    let script =
        r#"stty -echo; trap 'echo "now $(stty size)"' WINCH; echo up; while read a; do :; done"#;
    let mut client = hub.watched(script).await;
    client.wait_for_output("up\r\n").await;
    let resize = json!({"sessionId": "t", "cols": 101, "rows": 33});
    let answer = client.request("terminal:resize", resize.clone()).await;
    assert_eq!(answer, json!({"success": true, "applied": true}));
    let resized = client.wait_for("terminal:resized").await;
    assert_eq!(
        (resized.name.as_str(), resized.data),
        ("terminal:resized", resize.clone())
    );
    client.wait_for_output("now 33 101").await;
    // The same size again is no change, and nobody hears of it.
    client.request("terminal:resize", resize).await;
    client
        .request("terminal:input", json!({"sessionId": "t", "input": "\n"}))
        .await;
    // After a resize, bytes of the old size do not come back as if nothing had happened.
    let epoch = hub.hub.list()[0].epoch.clone();
    let watch = json!({"sessionId": "t", "resume": {"epoch": epoch, "offset": 1}});
    let answer = client.request("terminal:watch", watch).await;
    assert_eq!(
        (&answer["replay"], &answer["cols"], &answer["rows"]),
        (&json!("screen"), &json!(101), &json!(33))
    );
}

/// The text of the picture in an answer.
fn shown_by(answer: &Value) -> String {
    shown(answer, answer["scrollback"].as_str().unwrap().as_bytes())
}

async fn exit_of(script: &str) -> (String, Event) {
    let hub = Hub::start();
    let mut client = hub.watched(&format!("stty -echo; read a; {script}")).await;
    client
        .emit("terminal:input", &json!({"sessionId": "t", "input": "\n"}))
        .await;
    let mut before = String::new();
    loop {
        let event = client.event().await.unwrap();
        match event.name.as_str() {
            "terminal:output" => before.push_str(event.data["data"].as_str().unwrap()),
            "terminal:exit" => return (before, event),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_comes_after_the_last_byte() {
    let (before, exit) = exit_of("printf 'the end\\342'; exit 3").await;
    assert!(before.ends_with("the end\u{fffd}"), "{before:?}");
    assert_eq!(
        exit.data,
        json!({"sessionId": "t", "exitCode": 3, "reason": "exited"})
    );
    let (_, exit) = exit_of("kill -SEGV $$").await;
    assert_eq!(exit.data["exitCode"], Value::Null);
    assert_eq!(exit.data["signal"], "SIGSEGV");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_terminal_can_be_watched_and_started_anew() {
    let hub = Hub::start();
    let mut client = hub.watched("echo bye; exit 5").await;
    client.wait_for("terminal:exit").await;
    let answer = client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_eq!(shown_by(&answer), "bye\r\n");
    assert_eq!(
        (&answer["running"], &answer["exitCode"], &answer["reason"]),
        (&json!(false), &json!(5), &json!("exited"))
    );
    assert_eq!(client.wait_for("terminal:exit").await.data["exitCode"], 5);

    hub.sh("t", "echo again; read a").await;
    let anew = client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_ne!(anew["epoch"], answer["epoch"]);
    assert_eq!(anew["running"], true);
    let old = json!({"sessionId": "t", "offset": 1, "epoch": answer["epoch"]});
    let refused = client.request("terminal:ack", old).await;
    assert_eq!(
        (&refused["code"], &refused["epoch"]),
        (&json!("CONFLICT"), &anew["epoch"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_terminal_is_forgotten_after_the_recovery_window() {
    let hub = Hub::with(HubConfig {
        timing: tauri_plugin_realtime_hub::Timing {
            recovery_window_ms: 1,
            ..short()
        },
        ..HubConfig::default()
    });
    let mut client = hub.watched("read a").await;
    client
        .emit("terminal:input", &json!({"sessionId": "t", "input": "\n"}))
        .await;
    client.wait_for("terminal:exit").await;
    while !hub.hub.list().is_empty() {
        tokio::task::yield_now().await;
    }
    let answer = client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_eq!(
        crate::failure(&answer),
        ("NOT_FOUND", "Terminal session not found")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_grandchild_writes_after_the_exit_still_comes() {
    let hub = Hub::start();
    let fifo = tempfile::tempdir().unwrap();
    let gate = fifo.path().join("gate").display().to_string();
    let mut client = hub
        .watched(&format!(
            "mkfifo '{gate}'; trap '' HUP; (cat '{gate}' > /dev/null; echo from beyond) & echo gone"
        ))
        .await;
    client.wait_for("terminal:exit").await;
    std::fs::write(&gate, "go").unwrap();
    client.wait_for_output("from beyond").await;
}

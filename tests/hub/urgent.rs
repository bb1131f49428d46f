//! Ctrl-C past whatever waits: a paste, a program that does not read, somebody else.

use serde_json::{Value, json};

use crate::Hub;
use crate::client::Client;

/// A program and a client, which has heard that it is ready and knows its life.
async fn ready(hub: &Hub, script: &str) -> (Client, String) {
    let mut client = hub.watched(script).await;
    client.wait_for_output("ready").await;
    let list = client.request("terminal:list", json!({})).await;
    let epoch = list["terminals"][0]["epoch"].as_str().unwrap().to_owned();
    (client, epoch)
}

fn numbered(epoch: &str, seq: usize, text: &str, urgent: bool) -> Value {
    json!({
        "sessionId": "t", "input": text, "urgent": urgent,
        "epoch": epoch, "clientId": "c", "seq": seq,
    })
}

/// Pastes in chunks of 16 KiB, then types something urgent. What became of the chunks: how many
/// were written whole; the rest has been dropped.
async fn paste_then(client: &mut Client, epoch: &str, paste: &str, key: &str) -> usize {
    let chunks: Vec<_> = paste.as_bytes().chunks(16 << 10).collect();
    for (n, chunk) in chunks.iter().enumerate() {
        let text = std::str::from_utf8(chunk).unwrap();
        let input = numbered(epoch, n + 1, text, false);
        client.feed_request("terminal:input", &input).await;
    }
    let input = numbered(epoch, chunks.len() + 1, key, true);
    client.feed_request("terminal:input", &input).await;
    client.flush().await;
    let mut written = 0;
    for _ in 0..=chunks.len() {
        let (_, answer) = client.any_ack().await;
        assert_eq!(answer["success"], true, "{answer}");
        let seq = answer["seq"].as_u64().unwrap() as usize;
        match answer["dropped"].as_bool() {
            None if seq <= chunks.len() => written += 1,
            None => {}
            Some(dropped) => assert!(dropped && seq <= chunks.len(), "{answer}"),
        }
    }
    written
}

/// The hub takes 4 MB at once, so that what is tried is the terminal and not the marks.
fn patient() -> Hub {
    let mut config = tauri_plugin_realtime_hub::HubConfig {
        timing: crate::short(),
        ..Default::default()
    };
    config.limits.input_waiting_bytes = 16 << 20;
    Hub::with(config)
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_program_that_does_not_read_with_4_mb_waiting() {
    let hub = patient();
    for (mode, script) in [
        ("cooked", "echo ready; exec sleep 1000"),
        // As a shell at its prompt has it: every key, and signals.
        ("cbreak", "stty -icanon -echo; echo ready; exec sleep 1000"),
        // Not even an interrupted line would be thrown away before.
        ("quit", "stty intr undef; echo ready; exec sleep 1000"),
    ] {
        let (key, signal) = match mode {
            "quit" => ("\u{1c}", "SIGQUIT"),
            _ => ("\u{3}", "SIGINT"),
        };
        let (mut client, epoch) = ready(&hub, script).await;
        let paste = "a line of a paste\n".repeat((4 << 20) / 18);
        let written = paste_then(&mut client, &epoch, &paste, key).await;
        assert!(written < 8, "{mode}: the terminal took {written} chunks");
        let exit = client.wait_for("terminal:exit").await;
        assert_eq!(exit.data["signal"], signal, "{mode}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_program_that_left_a_little_unread() {
    // So little that nothing waits in the hub: the terminal itself is full.
    let hub = patient();
    let (mut client, epoch) = ready(&hub, "echo ready; exec sleep 1000").await;
    let paste = "a line of a paste\n".repeat(500);
    let answer = client
        .request("terminal:input", numbered(&epoch, 1, &paste, false))
        .await;
    assert_eq!(answer, json!({"success": true, "seq": 1}));
    let answer = client
        .request("terminal:input", numbered(&epoch, 2, "\u{3}", true))
        .await;
    assert_eq!(answer, json!({"success": true, "seq": 2}));
    let exit = client.wait_for("terminal:exit").await;
    assert_eq!(exit.data["signal"], "SIGINT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_reads_keys_gets_the_key_next_and_the_paste_closed() {
    let hub = patient();
    // Reads when the pipe says so.
    let folder = tempfile::tempdir().unwrap();
    let (pipe, read) = (folder.path().join("go"), folder.path().join("read"));
    let script = format!(
        "mkfifo '{0}'; stty raw -echo; echo ready; read go < '{0}'; exec sed /after/q > '{1}'",
        pipe.display(),
        read.display()
    );
    let (mut client, epoch) = ready(&hub, &script).await;
    let paste = format!("\u{1b}[200~{}\u{1b}[201~", "0123456789\r".repeat(40_000));
    let chunks: Vec<_> = paste.as_bytes().chunks(16 << 10).collect();
    for (n, chunk) in chunks.iter().enumerate() {
        let text = std::str::from_utf8(chunk).unwrap();
        let input = numbered(&epoch, n + 1, text, false);
        client.feed_request("terminal:input", &input).await;
    }
    let input = numbered(&epoch, chunks.len() + 1, "\u{3}after\n", true);
    let key = client.feed_request("terminal:input", &input).await;
    client.flush().await;
    // Even the key waits for a program that has every key for itself, but the paste is gone.
    for _ in 1..chunks.len() {
        let (_, answer) = client.any_ack().await;
        assert!(answer["dropped"] == true || answer["seq"] == 1, "{answer}");
    }
    std::fs::write(&pipe, "go\n").unwrap();
    let mut last = client.any_ack().await;
    while last.1["dropped"] == true {
        last = client.any_ack().await;
    }
    assert_eq!(last.0, key);
    client.wait_for("terminal:exit").await;
    let read = std::fs::read_to_string(&read).unwrap();
    let begun = read.strip_suffix("\u{1b}[201~\u{3}after\n").unwrap();
    assert!(paste.starts_with(begun), "{begun:?}");
    assert!(begun.len() < 128 << 10, "{}", begun.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_reads_the_end_of_its_paste_before_the_signal() {
    let hub = patient();
    let (mut client, epoch) = ready(&hub, "stty -icanon -echo; echo ready; exec cat").await;
    let begun = numbered(&epoch, 1, "\u{1b}[200~text", false);
    client.request("terminal:input", begun).await;
    client.wait_for_output("text").await;
    let key = numbered(&epoch, 2, "\u{3}", true);
    client.request("terminal:input", key).await;
    client.wait_for_output("\u{1b}[201~").await;
    let exit = client.wait_for("terminal:exit").await;
    assert_eq!(exit.data["signal"], "SIGINT");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_numbers_it_overtakes_its_own_connection() {
    let hub = patient();
    let (mut client, _) = ready(&hub, "echo ready; exec sleep 1000").await;
    let text = "a line\n".repeat(100_000);
    let paste = json!({"sessionId": "t", "input": text});
    let waits = client.feed_request("terminal:input", &paste).await;
    let key = json!({"sessionId": "t", "input": "\u{3}", "urgent": true});
    let urgent = client.feed_request("terminal:input", &key).await;
    client.flush().await;
    let dropped = (waits, json!({"success": true, "dropped": true}));
    assert_eq!(client.any_ack().await, dropped);
    assert_eq!(client.any_ack().await, (urgent, json!({"success": true})));
    client.wait_for("terminal:exit").await;
}

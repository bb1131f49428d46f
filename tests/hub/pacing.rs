//! Viewers that are slow, stalled or gone, and those beside them.

use serde_json::json;
use tauri_plugin_realtime_hub::{HubConfig, Limits, Role, Timing};

use crate::client::{Client, Closed, bytes_of, shown};
use crate::{Hub, coloured_text, count, print_file, short};

/// A hub whose terminal prints `bytes` when a line is typed, over and over.
async fn printer(hub: &Hub, bytes: &[u8]) -> tempfile::NamedTempFile {
    let (file, print) = print_file(bytes);
    hub.sh(
        "t",
        &format!("stty -echo; echo ready; while read go; do {print}; stty sane -echo; done"),
    )
    .await;
    // What is printed from here on is what was asked for.
    let mut client = hub.client().await;
    client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    client.wait_for_output("ready\r\n").await;
    file
}

fn go() -> serde_json::Value {
    json!({"sessionId": "t", "input": "\n"})
}

/// Waits until the terminal has printed `bytes` more than at `from`, and until nothing of it is
/// held for the model of the screen any more.
async fn printed(hub: &Hub, from: u64, bytes: u64) {
    let mut watcher = hub.client().await;
    let watch = json!({"sessionId": "t", "encoding": "binary", "window": 1 << 20});
    let answer = watcher.request("terminal:watch", watch).await;
    let (mut offset, epoch) = (answer["offset"].as_u64().unwrap(), answer["epoch"].clone());
    loop {
        let ack = json!({"sessionId": "t", "offset": offset, "epoch": epoch});
        watcher.emit("terminal:ack", &ack).await;
        if offset >= from + bytes {
            // A picture brings the model up to date.
            hub.watched_too().await;
            return;
        }
        let event = watcher.event().await.unwrap();
        if matches!(event.name.as_str(), "terminal:output" | "terminal:reset") {
            offset = event.offset();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unacknowledged_bytes_never_exceed_the_window_and_a_stalled_viewer_goes_on() {
    let text = coloured_text(count(64 << 20));
    let hub = Hub::with(HubConfig {
        limits: Limits {
            ring_bytes: 256 << 10,
            ring_burst_bytes: 256 << 10,
            ..Limits::default()
        },
        ..HubConfig::default()
    });
    let _file = printer(&hub, &text).await;
    let mut stalled = hub.client().await;
    let watch = json!({"sessionId": "t", "encoding": "binary", "window": 64 << 10});
    let answer = stalled.request("terminal:watch", watch).await;
    let (mut acked, epoch) = (answer["offset"].as_u64().unwrap(), answer["epoch"].clone());
    let ack = |offset: u64| json!({"sessionId": "t", "offset": offset, "epoch": epoch});
    stalled.emit("terminal:ack", &ack(acked)).await;
    stalled.request("terminal:list", json!({})).await;

    let before = acked;
    hub.client().await.request("terminal:input", go()).await;
    printed(&hub, before, text.len() as u64).await;
    // Everything has been printed. What came is within the window, and the connection lives.
    stalled.request("terminal:list", json!({})).await;
    let end = before + text.len() as u64;
    // It acknowledges again: its bytes are gone, so it got a new start, on the same socket, and
    // from there on nothing is missing.
    let mut last = acked;
    let mut resets = 0;
    while last < end {
        let event = match stalled.queued() {
            Some(event) => event,
            None => {
                acked = last;
                stalled.emit("terminal:ack", &ack(acked)).await;
                stalled.event().await.unwrap()
            }
        };
        let so_far = &text[..usize::try_from(event.offset() - before).unwrap()];
        if event.name == "terminal:reset" {
            resets += 1;
            let picture = bytes_of(&event.data["scrollback"], &event.attachments);
            assert_eq!(shown(&event.data, &picture), shown(&event.data, so_far));
        } else {
            let bytes = event.bytes();
            assert_eq!(
                event.offset(),
                last + bytes.len() as u64,
                "no gap, no overlap"
            );
            assert!(event.offset() - acked <= 64 << 10, "within the window");
            assert!(so_far.ends_with(&bytes), "other bytes");
        }
        last = event.offset();
    }
    assert!(resets > 0);
    // Nothing follows a replay before it is acknowledged; then what is printed does.
    hub.client().await.request("terminal:input", go()).await;
    printed(&hub, end, text.len() as u64).await;
    let marker = stalled.request("terminal:list", json!({})).await;
    assert_eq!(marker["success"], true);
    stalled.emit("terminal:ack", &ack(end)).await;
    let next = stalled.event().await.unwrap();
    assert!(next.name == "terminal:reset" || next.name == "terminal:output");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_viewer_that_falls_behind_gets_its_new_start_in_band() {
    let hub = Hub::with(HubConfig {
        limits: Limits {
            ring_bytes: 64 << 10,
            ring_burst_bytes: 64 << 10,
            output_waiting_bytes: 64 << 10,
            ..Limits::default()
        },
        ..HubConfig::default()
    });
    // More than the sockets' buffers hold, so that it really falls behind.
    let text = coloured_text(24 << 20);
    let _file = printer(&hub, &text).await;
    let mut slow = hub.client().await;
    let answer = slow
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    let mut offset = answer["offset"].as_u64().unwrap();
    let end = offset + text.len() as u64;
    hub.client().await.request("terminal:input", go()).await;
    printed(&hub, offset, text.len() as u64).await;
    let mut resets = 0;
    while offset < end {
        let event = slow.wait_for("terminal:output").await;
        let bytes = event.bytes();
        if event.data["reset"] == true {
            resets += 1;
            assert!(bytes.starts_with(b"\x18\x1bc"));
        } else {
            assert_eq!(
                event.offset(),
                offset + bytes.len() as u64,
                "no gap without a reset"
            );
            assert!(text.len() as u64 >= end - event.offset());
        }
        offset = event.offset();
    }
    assert!(resets > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_that_stops_reading_is_dropped_and_comes_back() {
    let timing = Timing {
        ping_interval_ms: 600,
        ping_timeout_ms: 400,
        ..short()
    };
    let bound =
        std::time::Duration::from_millis(timing.ping_interval_ms + timing.ping_timeout_ms + 2000);
    let hub = Hub::with(HubConfig {
        timing,
        ..HubConfig::default()
    });
    hub.sh("t", "stty -echo; read go; exec yes 'the same line again'")
        .await;
    let mut stuck = hub.client().await;
    let answer = stuck
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    let epoch = answer["epoch"].clone();
    let sockets = || hub.hub.status().unwrap().namespaces.terminal.connected;
    assert_eq!(sockets(), 1);
    stuck.emit("terminal:input", &go()).await;
    let first = stuck.wait_for("terminal:output").await;
    // From here on it reads nothing.
    let begun = std::time::Instant::now();
    while sockets() > 0 || hub.hub.list()[0].viewers > 0 {
        assert!(begun.elapsed() < bound, "not dropped in time");
        tokio::task::yield_now().await;
    }
    let mut again = Client::connect(&hub.url, &hub.token(Role::Operator)).await;
    let resume = json!({"sessionId": "t", "resume": {"epoch": epoch, "offset": first.offset()}});
    let answer = again.request("terminal:watch", resume).await;
    assert_eq!(answer["replay"], "screen", "its bytes are long gone");
    // It may well fall behind this flood again before its first output.
    let mut start = answer["offset"].as_u64().unwrap();
    loop {
        let event = again.event().await.unwrap();
        match event.name.as_str() {
            "terminal:reset" => start = event.offset(),
            "terminal:output" => {
                assert_eq!(event.offset(), start + event.bytes().len() as u64);
                break;
            }
            _ => {}
        }
    }
    assert!(matches!(drain(&mut stuck).await, Closed::Gone));
}

async fn drain(client: &mut Client) -> Closed {
    loop {
        if let Err(closed) = client.event().await {
            return closed;
        }
    }
}

//! Recordings, read back as a player reads them.

use std::path::Path;

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{
    ErrorCode, HubConfig, Limits, Recording, RegisterRequest, SessionId,
};

use crate::lifecycle::{ended, find, until};
use crate::{Hub, coloured_text, print_file, session, short};

/// A recording, read: its header, and events with their times since the beginning.
struct Cast {
    header: Value,
    events: Vec<(f64, String, String)>,
}

impl Cast {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.ends_with('\n'), "whole lines");
        let mut lines = text.lines();
        let header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        assert_eq!(header["version"], 3);
        let mut at = 0.0;
        let events = lines.map(|line| {
            let (interval, code, data): (f64, String, String) = serde_json::from_str(line).unwrap();
            at += interval;
            (at, code, data)
        });
        let events = events.collect();
        Self { header, events }
    }

    /// The data of all events of this code.
    fn all(&self, code: &str) -> Vec<&str> {
        let events = self.events.iter().filter(|(_, c, _)| c == code);
        events.map(|(_, _, data)| data.as_str()).collect()
    }
}

fn hub(dir: &Path, change: impl FnOnce(&mut HubConfig)) -> Hub {
    let mut config = HubConfig {
        recording: Recording {
            dir: Some(dir.join("recordings")),
            all: true,
            ..Recording::default()
        },
        // Enough for the whole of what is printed here: on a busy machine anything may be late.
        limits: Limits {
            ring_bytes: 16 << 20,
            ring_burst_bytes: 16 << 20,
            ..Limits::default()
        },
        timing: short(),
        ..HubConfig::default()
    };
    change(&mut config);
    Hub::with(config)
}

/// All recordings of a terminal, the oldest first, when they have been written.
async fn casts(hub: &Hub, id: &SessionId) -> Vec<Cast> {
    until("is written", || !find(hub, id.as_str()).unwrap().recording).await;
    let files = hub.hub.recordings().into_iter();
    let of = files.filter(|file| file.of.as_ref().is_some_and(|(of, _)| of == id));
    of.map(|file| {
        assert!(!file.open);
        assert_eq!(std::fs::metadata(&file.path).unwrap().len(), file.bytes);
        Cast::read(&file.path)
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_what_was_printed_the_sizes_and_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(folder.path(), |_| {});
    let text = coloured_text(1 << 20);
    let (_file, print) = print_file(&text);
    let id = hub
        .sh(
            "t",
            &format!("stty -echo; echo ready; read a; {print}; exit 3"),
        )
        .await;
    let info = find(&hub, "t").unwrap();
    assert!(info.recording);
    assert_eq!(info.viewers, 0, "a recording is no viewer");
    let mut client = hub.client().await;
    client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    client.wait_for_output("ready\r\n").await;
    hub.hub.resize(&id, 100, 30).unwrap();
    hub.hub.write(&id, "secret\r").await.unwrap();
    ended(&hub, &id).await;
    let casts = casts(&hub, &id).await;
    let [cast] = &casts[..] else {
        panic!("one file")
    };
    assert_eq!(
        cast.header["term"],
        json!({"cols": 80, "rows": 24, "type": "xterm-256color"})
    );
    assert_eq!(
        (&cast.header["command"], &cast.header["title"]),
        (&json!("sh"), &json!("sh"))
    );
    let age = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        - cast.header["timestamp"].as_u64().unwrap();
    assert!(age < 60, "{age}");
    assert!(
        cast.all("o").concat().as_bytes() == [b"ready\r\n", &text[..]].concat(),
        "byte for byte"
    );
    assert_eq!(cast.all("r"), ["100x30"]);
    assert_eq!(cast.events.last().unwrap().1, "x");
    assert_eq!(cast.all("x"), ["3"]);
    assert!(cast.all("i").is_empty(), "what is typed is not recorded");
    assert!(!find(&hub, "t").unwrap().recording);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_recorded_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(folder.path(), |config| config.recording.input = true);
    let id = hub.sh("t", "stty -echo; read a; read b").await;
    for text in ["aé\r", "b界🌍\r"] {
        hub.hub.write(&id, text).await.unwrap();
    }
    ended(&hub, &id).await;
    let casts = casts(&hub, &id).await;
    assert_eq!(casts[0].all("i").concat(), "aé\rb界🌍\r");
    let times: Vec<_> = casts[0].events.iter().map(|(at, _, _)| *at).collect();
    assert!(times.is_sorted());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_one_goes_on_in_another_file_and_all_together_have_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(folder.path(), |config| {
        config.recording.file_bytes = 1 << 20;
        config.recording.total_bytes = 8 << 20;
    });
    let text = coloured_text(3 << 20);
    let (_file, print) = print_file(&text);
    let id = hub.sh("first", &print).await;
    ended(&hub, &id).await;
    let casts = casts(&hub, &id).await;
    assert!(casts.len() > 3, "{}", casts.len());
    let all: String = casts.iter().flat_map(|cast| cast.all("o")).collect();
    assert!(all.as_bytes() == text, "nothing is lost between files");
    assert_eq!(casts[1].header["title"], "sh (2)");

    let id = hub.sh("second", &format!("{print}; {print}")).await;
    ended(&hub, &id).await;
    self::casts(&hub, &id).await;
    let files = hub.hub.recordings();
    assert!(files.iter().all(|file| file.bytes <= 1 << 20), "{files:?}");
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    assert!(bytes <= 8 << 20, "{bytes}");
    assert!(bytes > 6 << 20, "no more than needed is deleted: {bytes}");
    let on_disk = std::fs::read_dir(folder.path().join("recordings")).unwrap();
    assert_eq!(on_disk.count(), files.len() + 1, "and the lock");
    assert!(hub.hub.status().unwrap().problems.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_a_recording_stops_and_its_terminal_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(folder.path(), |config| {
        config.recording.file_bytes = 1 << 20;
        config.recording.total_bytes = 1 << 20;
    });
    let text = coloured_text(400 << 10);
    let (_file, print) = print_file(&text);
    let stays = hub.sh("stays", &format!("{print}; read a")).await;
    let stops = hub
        .sh(
            "stops",
            &format!("echo begun; read a; {print}; {print}; echo alive; read b"),
        )
        .await;
    until("much is recorded", || {
        let files = hub.hub.recordings();
        files.iter().map(|file| file.bytes).sum::<u64>() > 400 << 10
            && files.iter().filter(|file| file.bytes > 0).count() == 2
    })
    .await;
    let mut client = hub.client().await;
    client
        .request("terminal:watch", json!({"sessionId": "stops"}))
        .await;
    hub.hub.write(&stops, "\n").await.unwrap();
    client.wait_for_output("alive").await;
    until("is told", || !hub.hub.status().unwrap().problems.is_empty()).await;
    let problems = hub.hub.status().unwrap().problems;
    assert!(problems[0].contains("a recording stopped"), "{problems:?}");
    until("stops", || !find(&hub, "stops").unwrap().recording).await;
    assert!(find(&hub, "stops").unwrap().running);
    assert!(find(&hub, "stays").unwrap().recording);
    // What there is of it can be read.
    let cast = &casts(&hub, &stops).await[0];
    let output = cast.all("o").concat();
    let printed = [&b"begun\r\n\r\n"[..], &text, &text].concat();
    assert!(printed.starts_with(output.as_bytes()));
    assert!(output.starts_with("begun"));
    hub.hub.kill(&stays).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_used_is_a_problem_and_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("recordings"), "a file").unwrap();
    let blocked = hub(folder.path(), |_| {});
    let problems = blocked.hub.status().unwrap().problems;
    assert!(problems[0].contains("nothing is recorded"), "{problems:?}");
    blocked.sh("t", "read a").await;
    assert!(!find(&blocked, "t").unwrap().recording);

    let folder = tempfile::tempdir().unwrap();
    let first = hub(folder.path(), |_| {});
    let second = hub(folder.path(), |_| {});
    let problems = second.hub.status().unwrap().problems;
    assert!(problems[0].contains("another instance"), "{problems:?}");
    first.hub.shutdown().await;
    let third = hub(folder.path(), |_| {});
    assert!(third.hub.status().unwrap().problems.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_terminal_may_say_whether_it_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let all = hub(folder.path(), |_| {});
    let some = tempfile::tempdir().unwrap();
    let some = hub(some.path(), |config| config.recording.all = false);
    let none = Hub::start();
    let ask = |record| {
        let mut request = RegisterRequest::new(session("t"));
        request.command = Some("cat".into());
        request.record = record;
        request
    };
    for (hub, record, recorded) in [
        (&all, None, true),
        (&all, Some(false), false),
        (&some, None, false),
        (&some, Some(true), true),
        (&none, None, false),
        (&none, Some(false), false),
    ] {
        let info = hub.hub.register(ask(record)).await.unwrap();
        assert_eq!(info.recording, recorded, "{record:?}");
        hub.hub.kill(&session("t")).await.unwrap();
    }
    let refused = none.hub.register(ask(Some(true))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(refused.message.contains("recording.dir"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_id_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(folder.path(), |_| {});
    let longest = "x".repeat(128);
    let ids = [
        "a..",
        "A..",
        "a.:..",
        "CON",
        "con",
        "nul.cast",
        "c:",
        longest.as_str(),
    ];
    for id in ids {
        let id = hub.sh(id, "echo here").await;
        ended(&hub, &id).await;
        assert_eq!(casts(&hub, &id).await[0].all("o"), ["here\r\n"]);
    }
    let outside: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(outside, ["recordings"]);
    assert_eq!(hub.hub.recordings().len(), ids.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cannot_keep_up_with_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(folder.path(), |config| {
        config.limits = Limits {
            ring_bytes: 64 << 10,
            ring_burst_bytes: 64 << 10,
            ..Limits::default()
        };
    });
    let text = coloured_text(64 << 20);
    let (_file, print) = print_file(&text);
    let id = hub.sh("t", &print).await;
    ended(&hub, &id).await;
    let casts = casts(&hub, &id).await;
    let output: String = casts.iter().flat_map(|cast| cast.all("o")).collect();
    let lost = casts.iter().flat_map(|cast| cast.all("m"));
    let lost: Vec<_> = lost.collect();
    if lost.is_empty() {
        // It kept up, because what waits for the model of the screen is held for it, too.
        assert!(output.as_bytes() == text);
        return;
    }
    assert!(
        lost.iter()
            .all(|mark| mark.ends_with("bytes of output are not recorded"))
    );
    assert!(text.ends_with(&output.as_bytes()[output.len() - 1_000..]));
    assert!(output.matches("\u{18}\u{1b}c").count() == lost.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_ends_has_written_everything() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(folder.path(), |config| {
        config.timing.kill_grace_ms = 10_000;
        config.timing.shutdown_ms = 30_000;
    });
    let text = coloured_text(1 << 20);
    let (_file, print) = print_file(&text);
    let mut client = hub
        .watched(&format!("{print}; exec sh -c 'trap \"echo bye; exit 4\" HUP; echo; echo set; while :; do sleep 0.05; done'"))
        .await;
    client.wait_for_output("set").await;
    hub.hub.shutdown().await;
    let files = hub.hub.recordings();
    let cast = Cast::read(&files[0].path);
    let output = cast.all("o").concat();
    assert!(output.as_bytes().starts_with(&text));
    assert!(output.contains("bye"), "{:?}", &output[text.len()..]);
    assert_eq!(cast.all("x"), ["4"]);
}

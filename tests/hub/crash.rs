//! A hub that is killed in the middle of a storm of writes, one whose disk runs full, and one
//! whose file is damaged; and what is not in that file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, RegisterRequest};
use tokio::process::Command;

use crate::client::{Client, Event};
use crate::life::{Headless, launch};
use crate::{Hub, count, headless, session};

/// Those who write at once.
const WRITERS: usize = 8;

/// A file that grows over its limit is an error for it, and not the end.
async fn start(data: &Path, more: &[&str]) -> Headless {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
    command.arg(headless());
    let data = data.to_str().unwrap();
    launch(command, &[&["--data", data], more].concat()).await
}

async fn post(hub: &Value, path: &str, body: &Value) -> Option<(u16, Value)> {
    let url = format!("{}{path}", hub["url"].as_str().unwrap());
    let answer = reqwest::Client::new()
        .post(url)
        .bearer_auth(hub["token"].as_str().unwrap())
        .json(body)
        .send()
        .await
        .ok()?;
    Some((answer.status().as_u16(), answer.json().await.ok()?))
}

fn task(title: &str) -> Value {
    json!({"projectId": "default", "title": title})
}

/// Follows the project `default`.
async fn follow(hub: &Value) -> Client {
    let auth = json!({"token": hub["token"], "projectId": "default"});
    Client::namespace(hub["url"].as_str().unwrap(), "/mobile", auth)
        .await
        .expect("connected")
}

async fn sync(follower: &mut Client, options: Value) -> Value {
    let answer = follower.request("state:sync", options).await;
    assert_eq!(answer["success"], true, "{answer}");
    answer
}

/// Makes tasks from all sides until the hub is gone; the ids of those that were acknowledged.
async fn storm(hub: &mut Headless, kill_after: usize) -> BTreeSet<String> {
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let (count, mut counted) = tokio::sync::watch::channel(0);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (ready, count) = (hub.ready.clone(), count.clone());
            let acknowledged = acknowledged.clone();
            tokio::spawn(async move {
                for n in 0.. {
                    let made = post(&ready, "/api/tasks", &task(&format!("{writer}-{n}"))).await;
                    let Some((status, made)) = made else { return };
                    assert_eq!(status, 201, "{made}");
                    let id = made["id"].as_str().unwrap().to_owned();
                    acknowledged.lock().unwrap().insert(id);
                    count.send_modify(|count| *count += 1);
                }
            })
        })
        .collect();
    counted
        .wait_for(|count| *count >= kill_after)
        .await
        .unwrap();
    // SIGKILL.
    hub.child.kill().await.unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    std::mem::take(&mut acknowledged.lock().unwrap())
}

/// Everything that was told until the hub was gone.
async fn told(mut follower: Client) -> Vec<Event> {
    let mut told = Vec::new();
    while let Ok(event) = follower.event().await {
        told.push(event);
    }
    told
}

/// The ids of all tasks, by pages.
async fn tasks(hub: &Value) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut page = String::new();
    loop {
        let url = format!("{}/api/tasks?limit=500{page}", hub["url"].as_str().unwrap());
        let request = reqwest::Client::new().get(url);
        let request = request.bearer_auth(hub["token"].as_str().unwrap());
        let list: Value = request.send().await.unwrap().json().await.unwrap();
        for item in list["items"].as_array().unwrap() {
            assert!(ids.insert(item["id"].as_str().unwrap().to_owned()));
        }
        match list["next"].as_str() {
            None => return ids,
            Some(next) => page = format!("&cursor={next}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_to_kill_9() {
    let data = tempfile::tempdir().unwrap();
    let mut hub = start(data.path(), &[]).await;
    let first = sync(&mut follow(&hub.ready).await, json!({})).await;
    let (mut cursor, mut seq) = (first["cursor"].clone(), 1);
    let (mut before, mut safe) = (BTreeSet::new(), 0);
    let rounds = count(40);
    for round in 0..rounds {
        let follower = follow(&hub.ready).await;
        let telling = tokio::spawn(told(follower));
        let acknowledged = storm(&mut hub, 100 + 37 * round % 300).await;
        let told = telling.await.unwrap();

        hub = start(data.path(), &[]).await;
        let mut follower = follow(&hub.ready).await;
        let missed = sync(&mut follower, json!({"since": cursor})).await;
        let events = missed["events"]
            .as_array()
            .expect("precisely what was missed");
        let mut made = BTreeSet::new();
        for event in events {
            seq += 1;
            assert_eq!(event["seq"], seq, "without a gap: {event}");
            assert_eq!(event["type"], "task:created");
            assert!(made.insert(event["data"]["id"].as_str().unwrap().to_owned()));
        }
        assert!(
            acknowledged.is_subset(&made),
            "what was acknowledged is told"
        );
        let kept: BTreeSet<_> = tasks(&hub.ready)
            .await
            .difference(&before)
            .cloned()
            .collect();
        assert_eq!(kept, made, "a thing and its event are kept together");
        // What was told had been kept, and in this order.
        for (told, kept) in told.iter().zip(events) {
            assert_eq!(&told.data, kept);
        }
        assert!(told.len() <= events.len());
        safe += acknowledged.len();
        before.extend(made);
        cursor = missed["cursor"].clone();
    }
    assert!(safe >= 100 * rounds, "something happened");
    println!(
        "proof: killed {rounds} times under {WRITERS} writers: {safe} acknowledged changes and \
         their events are all there, {seq} events without a gap"
    );
}

/// The largest file that the hub may write from now on; none: as large as it likes.
fn limit_files(hub: &Headless, bytes: Option<u64>) {
    let pid = i32::try_from(hub.child.id().unwrap()).unwrap();
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(Pid::from_raw(pid), Resource::Fsize, limit).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_keeps_no_terminal_from_streaming() {
    let data = tempfile::tempdir().unwrap();
    let mut hub = start(data.path(), &["--terminal", "t=cat"]).await;
    let long = "x".repeat(30_000);
    let big = json!({"projectId": "default", "title": "big", "description": long});
    let (status, first) = post(&hub.ready, "/api/tasks", &big).await.unwrap();
    assert_eq!(status, 201, "{first}");
    limit_files(&hub, Some(1 << 20));
    let mut kept = BTreeSet::from([first["id"].as_str().unwrap().to_owned()]);
    let refused = loop {
        let (status, answer) = post(&hub.ready, "/api/tasks", &big).await.unwrap();
        if status != 201 {
            break (status, answer);
        }
        kept.insert(answer["id"].as_str().unwrap().to_owned());
    };
    assert_eq!(
        (refused.0, &refused.1["code"]),
        (503, &json!("UNAVAILABLE"))
    );
    assert!(refused.1["retryAfterMs"].is_u64(), "{}", refused.1);

    // Reading works, and so does a terminal.
    assert_eq!(tasks(&hub.ready).await, kept);
    let url = hub.ready["url"].as_str().unwrap();
    let mut client = Client::connect(url, hub.ready["token"].as_str().unwrap()).await;
    let watch = client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_eq!(watch["success"], true, "{watch}");
    let input = json!({"sessionId": "t", "input": "still here\r"});
    client.request("terminal:input", input).await;
    client.wait_for_output("still here\r\nstill here").await;

    // There is room again.
    limit_files(&hub, None);
    let (status, answer) = post(&hub.ready, "/api/tasks", &big).await.unwrap();
    assert_eq!(status, 201, "{answer}");
    kept.insert(answer["id"].as_str().unwrap().to_owned());
    hub.child.kill().await.unwrap();
    let hub = start(data.path(), &[]).await;
    assert_eq!(tasks(&hub.ready).await, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_told_and_keeps_no_terminal_from_streaming() {
    let data = tempfile::tempdir().unwrap();
    let mut hub = start(data.path(), &[]).await;
    for n in 0..50 {
        let (status, made) = post(&hub.ready, "/api/tasks", &task(&n.to_string()))
            .await
            .unwrap();
        assert_eq!(status, 201, "{made}");
    }
    hub.child.kill().await.unwrap();
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        // The journal too: it would mend the file.
        if path.to_str().unwrap().contains("sqlite3") {
            std::fs::write(path, "no database, whatever it was".repeat(1_000)).unwrap();
        }
    }
    let hub = start(data.path(), &["--terminal", "t=cat"]).await;
    let url = hub.ready["url"].as_str().unwrap();
    let token = hub.ready["token"].as_str().unwrap();
    let status = reqwest::Client::new().get(format!("{url}/ws-status"));
    let status: Value = status
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(status["storage"], "memory");
    let problem = status["problems"][0].as_str().unwrap();
    assert!(problem.contains("damaged"), "{problem}");
    assert_eq!(tasks(&hub.ready).await, BTreeSet::new());
    let (made, _) = post(&hub.ready, "/api/tasks", &task("new")).await.unwrap();
    assert_eq!(made, 201);
    let mut client = Client::connect(url, token).await;
    let watch = client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_eq!(watch["success"], true, "{watch}");
    let input = json!({"sessionId": "t", "input": "here\r"});
    client.request("terminal:input", input).await;
    client.wait_for_output("here\r\nhere").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_an_environment_are_kept_nowhere() {
    let data = tempfile::tempdir().unwrap();
    let hub = Hub::with(HubConfig {
        data_dir: Some(data.path().to_owned()),
        ..HubConfig::default()
    });
    let mut request = RegisterRequest::new(session("t"));
    request.command = Some("cat".into());
    request.env = [("API_KEY".to_owned(), "hidden-value".to_owned())].into();
    hub.hub.register(request).await.unwrap();
    hub.hub.shutdown().await;
    let mut files = 0;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("hidden-value"));
        files += 1;
    }
    assert!(files > 1, "there is a file of the store");
}

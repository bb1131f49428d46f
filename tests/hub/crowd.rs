//! Many sockets over many projects under a storm of changes: nothing is lost, doubled, out of
//! order or told to another project.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::Role;
use tauri_plugin_realtime_hub::domain::Mutation;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::following::{from, new_project, new_task};
use crate::{Hub, count};

const PROJECTS: usize = 20;
/// Changes a second.
const RATE: u32 = 1000;

/// A change of the task of a project, whose title says when it was made.
fn change(project: usize, began: Instant) -> Mutation {
    let title = began.elapsed().as_micros().to_string();
    Mutation::UpdateTask {
        id: from(json!(format!("t{project}"))),
        patch: from(json!({"title": title})),
        if_version: None,
    }
}

/// Reads until the task has had so many changes; how long each was on its way.
async fn follow(mut client: Client, project: usize, changes: u64, began: Instant) -> Vec<Duration> {
    let mut took = Vec::new();
    let mut last = 0;
    // The task was made with the first version.
    for version in 2..=changes + 1 {
        let event = client.event().await.expect("still connected").data;
        let now = began.elapsed();
        let data = &event["data"];
        assert_eq!(data["projectId"], format!("p{project}"), "{event}");
        assert_eq!(data["version"].as_u64(), Some(version), "{event}");
        let seq = event["seq"].as_u64().unwrap();
        assert!(seq > last, "{seq} after {last}");
        last = seq;
        let made: u64 = data["title"].as_str().unwrap().parse().unwrap();
        took.push(now.saturating_sub(Duration::from_micros(made)));
    }
    // And nothing else.
    let rest = client.request("nonsense", json!({})).await;
    assert_eq!(rest["code"], "INVALID");
    assert!(client.queued().is_none(), "something more was told");
    took
}

async fn join(hub: &Hub, n: usize, token: &str) -> Client {
    let project = format!("p{}", n % PROJECTS);
    if (n / PROJECTS).is_multiple_of(2) {
        return hub.mobile(token, &project).await;
    }
    let mut ui = hub.ui(token).await;
    let answer = ui
        .request("project:subscribe", json!({"projectId": project}))
        .await;
    assert_eq!(answer["success"], true);
    ui
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_reaches_everybody_once_and_in_order() {
    let (sockets, changes) = (count(1000), count(60_000) / PROJECTS);
    let hub = Hub::start();
    for project in 0..PROJECTS {
        let id = format!("p{project}");
        hub.change(new_project(&id)).await;
        hub.change(new_task(&format!("t{project}"), &id)).await;
    }
    let token = hub.token(Role::Viewer);
    let began = Instant::now();
    let mut following = JoinSet::new();
    for n in 0..sockets {
        let client = join(&hub, n, &token).await;
        following.spawn(follow(client, n % PROJECTS, changes as u64, began));
    }
    let (mut due, period) = (
        tokio::time::interval(Duration::from_secs(1) / RATE),
        Instant::now(),
    );
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    for n in 0..changes * PROJECTS {
        due.tick().await;
        hub.change(change(n % PROJECTS, began)).await;
    }
    let written = period.elapsed();
    let mut took: Vec<Duration> = following.join_all().await.concat();
    took.sort_unstable();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize];
    println!(
        "proof: {sockets} sockets in {PROJECTS} projects: {} changes in {written:.1?}, {} events, \
         each once and in order; on their way {:.1?} (median), {:.1?} (p99)",
        changes * PROJECTS,
        took.len(),
        at(0.5),
        at(0.99),
    );
    let status: Value = serde_json::to_value(hub.hub.status().unwrap()).unwrap();
    assert_eq!(status["problems"], json!([]));
}

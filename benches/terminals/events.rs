//! A change on its way to everybody who follows its project: a thousand sockets over twenty
//! projects, two hundred changes a second, kept on disk.
//!
//! The way begins at the time that the event says, which is before its commit. Its milliseconds
//! are whole, so what is measured is up to one too long.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::client::Client;
use crate::hub::HubProcess;
use crate::verdict::{Sample, Verdict, milliseconds};
use crate::{Failure, proof};

const SOCKETS: usize = 1000;
const PROJECTS: usize = 20;

/// Changes a second.
const RATE: u32 = 200;

pub(crate) async fn measure() -> Result<Vec<Verdict>, Failure> {
    let seconds = if proof() { 60 } else { 10 };
    let changes = RATE as usize * seconds / PROJECTS;
    let folder = tempfile::tempdir()?;
    let hub = HubProcess::keeping(folder.path())?;
    let rest = Rest {
        http: reqwest::Client::new(),
        base: format!("{}/api", hub.url),
        token: hub.token.clone(),
    };
    for n in 0..PROJECTS {
        let project = json!({"id": format!("p{n}"), "name": "p"});
        rest.post("projects", &project).await?;
        let task = json!({"id": format!("t{n}"), "projectId": format!("p{n}"), "title": "t"});
        rest.post("tasks", &task).await?;
    }
    let mut following = JoinSet::new();
    for n in 0..SOCKETS {
        let auth = json!({"token": hub.token, "projectId": format!("p{}", n % PROJECTS)});
        let client = Client::namespace(&hub.url, "/mobile", auth).await;
        following.spawn(follow(client.map_err(|_| "not let in")?, changes));
    }
    let before = hub.process().processor_time()?;
    rest.storm(changes).await?;
    let mut took = Sample::default();
    for one in following.join_all().await {
        one.into_iter().for_each(|each| took.push(each));
    }
    let events = (SOCKETS * changes) as f64;
    let cost = (hub.process().processor_time()? - before) * 1e6 / events;
    println!("     µs of the hub's processor time for an event at a socket: {cost:.1}");
    took.print("ms from a change to a socket");
    Ok(vec![Verdict::at_most(
        "events: 200 changes a second to 1,000 sockets: ms to a socket, 99 of 100",
        25.0,
        took.part(0.99),
    )])
}

/// How many milliseconds each of so many events was on its way. None is missing, and none comes
/// twice: the task's version says which it is.
async fn follow(mut client: Client, events: usize) -> Vec<f64> {
    let mut took = Vec::with_capacity(events);
    while took.len() < events {
        let Ok(event) = client.event().await else {
            break;
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let began = event.data["timestamp"].as_u64().map(Duration::from_millis);
        let version = event.data["data"]["version"].as_u64();
        // The first version is the one that it was made with.
        if event.name != "task:updated" || version != Some(took.len() as u64 + 2) {
            break;
        }
        if let (Ok(now), Some(began)) = (now, began) {
            took.push(milliseconds(now.saturating_sub(began)));
        }
    }
    assert_eq!(took.len(), events, "an event is missing or came twice");
    took
}

/// The hub's REST API.
#[derive(Clone)]
struct Rest {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Rest {
    async fn post(&self, path: &str, body: &Value) -> Result<(), Failure> {
        let request = self.http.post(format!("{}/{path}", self.base));
        self.send(request, body).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, body: &Value) -> Result<(), Failure> {
        let request = request.bearer_auth(&self.token).json(body);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Changes each project's task so many times.
    async fn storm(&self, changes: usize) -> Result<(), Failure> {
        let mut due = interval(Duration::from_secs(1) / RATE);
        due.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut asked = JoinSet::new();
        for n in 0..changes * PROJECTS {
            due.tick().await;
            let rest = self.clone();
            asked.spawn(async move {
                let task = format!("{}/tasks/t{}", rest.base, n % PROJECTS);
                let body = json!({"title": n.to_string()});
                let sent = rest.send(rest.http.patch(task), &body).await;
                sent.map_err(|error| error.to_string())
            });
        }
        while let Some(answer) = asked.join_next().await {
            answer??;
        }
        Ok(())
    }
}

//! A host application that keeps the domain itself: a toy database, and what the hub makes of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::domain::{Answer, Mutation, NewEvent, Outcome, Page, Services};
use tauri_plugin_realtime_hub::protocol::{
    Entity, EntityRef, EventName, EventScope, ListQuery, Project, Task,
};
use tauri_plugin_realtime_hub::{ErrorCode, HubConfig, HubError, HubHandle, ProjectId, Role};
use tokio::runtime::Handle;

use crate::client::Client;

/// Things by kind and id, and the events that came of each change.
#[derive(Debug, Default)]
struct Toy(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    things: BTreeMap<String, Entity>,
    outbox: Vec<NewEvent>,
    changes: u64,
}

fn key(what: &EntityRef) -> String {
    format!("{} {}", what.kind(), what.id())
}

fn refused(code: ErrorCode, message: &str) -> HubError {
    HubError::new(code, message)
}

impl Toy {
    fn with(projects: &[&str]) -> Arc<Self> {
        let toy = Self::default();
        for id in projects {
            let project: Project = serde_json::from_value(json!({
                "id": id, "hub": "toy", "name": id, "workingDir": "", "description": null,
                "version": 1, "createdAt": 1, "updatedAt": 1,
            }))
            .unwrap();
            let project = Entity::from(project);
            let mut tables = toy.0.lock().unwrap();
            tables.things.insert(key(&project.reference()), project);
        }
        Arc::new(toy)
    }

    fn outbox(&self) -> Vec<NewEvent> {
        self.0.lock().unwrap().outbox.clone()
    }
}

impl Tables {
    fn create(&mut self, title: String, project: ProjectId) -> Result<Outcome, HubError> {
        self.changes += 1;
        let id = format!("toy{}", self.changes);
        if title == "panic" {
            panic!("the toy is broken");
        }
        let task: Task = serde_json::from_value(json!({
            "id": id, "hub": "toy", "projectId": project, "parentId": null, "title": title,
            "description": "", "status": "todo", "taskSessionStatuses": {},
            "priority": "medium", "sessionIds": [], "claimedBy": null, "dependencies": [],
            "version": 1, "createdAt": 1, "updatedAt": 1, "startedAt": null, "completedAt": null,
        }))
        .unwrap();
        let event = NewEvent::new(
            EventName::TaskCreated.as_str(),
            EventScope::Project(project),
            serde_json::to_value(&task).unwrap(),
        );
        // The second one cannot be told, which is not the first one's fault.
        let events = vec![
            event.with_id(format!("change {}", self.changes)),
            NewEvent::new("terminal:output", EventScope::All, json!({})),
        ];
        let entity = Entity::from(task);
        self.things.insert(key(&entity.reference()), entity.clone());
        self.outbox.push(events[0].clone());
        Ok(Outcome {
            entity,
            created: true,
            events,
        })
    }
}

impl Services for Toy {
    fn get(&self, what: EntityRef) -> Answer<'_, Option<Entity>> {
        Box::pin(async move { Ok(self.0.lock().unwrap().things.get(&key(&what)).cloned()) })
    }

    fn list(&self, query: ListQuery) -> Answer<'_, Page> {
        Box::pin(async move {
            let tables = self.0.lock().unwrap();
            let of_kind = |thing: &&Entity| thing.reference().kind() == query.kind;
            let mut items: Vec<_> = tables.things.values().filter(of_kind).cloned().collect();
            items.retain(|thing| query.wants(thing));
            let next = (items.len() > query.limit).then(|| query.limit.to_string());
            items.truncate(query.limit);
            Ok(Page { items, next })
        })
    }

    fn change(&self, mutation: Mutation) -> Answer<'_, Outcome> {
        Box::pin(async move {
            match mutation {
                Mutation::CreateTask(new) => {
                    // As a database would: others have their turn in between.
                    tokio::task::yield_now().await;
                    self.0.lock().unwrap().create(new.title, new.project_id)
                }
                _ => Err(refused(ErrorCode::Invalid, "the toy only makes tasks")),
            }
        })
    }
}

fn start(toy: Arc<Toy>, data: Option<&Path>) -> HubHandle {
    let config = HubConfig {
        port: Some(0),
        data_dir: data.map(Path::to_owned),
        ..HubConfig::default()
    };
    HubHandle::builder(config)
        .services(toy)
        .start(&Handle::current())
}

async fn follow(hub: &HubHandle) -> Client {
    let connection = hub.connection(Role::Operator).unwrap();
    let auth = json!({"token": connection.token, "projectId": "default"});
    Client::namespace(&connection.url, "/mobile", auth)
        .await
        .expect("connected")
}

fn task(title: &str) -> Mutation {
    let new = json!({"projectId": "default", "title": title});
    Mutation::CreateTask(serde_json::from_value(new).unwrap())
}

async fn sync(follower: &mut Client, options: Value) -> Value {
    let answer = follower.request("state:sync", options).await;
    assert_eq!(answer["success"], true, "{answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_application_keeps_is_told_after_its_commit() {
    let toy = Toy::with(&["default", "other"]);
    let hub = start(toy.clone(), None);
    let mut follower = follow(&hub).await;
    let before = sync(&mut follower, json!({})).await;
    assert_eq!(before["project"]["hub"], "toy");
    assert_eq!(before["tasks"], json!([]));

    let changes = (0..20).map(|n| hub.change(task(&n.to_string())));
    let done = futures_util::future::join_all(changes).await;
    let made: Vec<_> = done.into_iter().map(|done| done.unwrap().entity).collect();
    assert_eq!(hub.entity(made[0].reference()).await.unwrap(), made[0]);

    // Each once, in the order of the toy's commits, and nothing that it could not tell.
    let committed: Vec<_> = toy
        .outbox()
        .into_iter()
        .map(|event| event.data["id"].clone())
        .collect();
    let mut told = Vec::new();
    while told.len() < committed.len() {
        let event = follower.event().await.expect("connected");
        assert_eq!(event.name, "task:created");
        assert_eq!(event.data["seq"], told.len() + 1);
        told.push(event.data["data"]["id"].clone());
    }
    assert_eq!(told, committed);
    let missed = sync(&mut follower, json!({"since": before["cursor"]})).await;
    assert_eq!(missed["events"].as_array().unwrap().len(), 20);
    let after = sync(&mut follower, json!({"limit": 5})).await;
    assert_eq!(after["tasks"].as_array().unwrap().len(), 5);
    assert_eq!(after["truncated"], true);
    assert_eq!(after["cursor"], missed["cursor"]);
    hub.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_handed_over_again_is_told_once() {
    let data = tempfile::tempdir().unwrap();
    let toy = Toy::with(&["default"]);
    let hub = start(toy.clone(), Some(data.path()));
    let begin = sync(&mut follow(&hub).await, json!({})).await["cursor"].clone();
    hub.change(task("one")).await.unwrap();
    // Committed, and then the application ended before the hub had it.
    toy.0
        .lock()
        .unwrap()
        .create("two".into(), ProjectId::default())
        .unwrap();
    hub.shutdown().await;
    drop(hub);

    let hub = start(toy.clone(), Some(data.path()));
    for _ in 0..2 {
        for event in toy.outbox() {
            hub.emit(event).await.unwrap();
        }
    }
    let missed = sync(&mut follow(&hub).await, json!({"since": begin})).await;
    let titles: Vec<_> = missed["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["data"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["one", "two"]);
    hub.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_panics_is_an_error_and_not_the_end() {
    let hub = start(Toy::with(&["default"]), None);
    let error = hub.change(task("panic")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    // The toy's own lock is poisoned now, so the hub meets another panic; it goes on.
    let error = hub.change(task("one")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    let event = NewEvent::new("build:finished", EventScope::All, json!({"ok": true}));
    hub.emit(event).await.unwrap();
    hub.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn own_events_reach_those_in_their_scope() {
    let hub = crate::Hub::start();
    let mut follower = follow(&hub.hub).await;
    let scope = |project: &str| EventScope::Project(ProjectId::new(project).unwrap());
    for (name, scope, data, refused) in [
        ("deployed", scope("other"), json!({"n": 1}), None),
        ("deployed", scope("default"), json!({"n": 2}), None),
        ("deployed", EventScope::All, json!({"n": 3}), None),
        (
            "task:created",
            scope("default"),
            json!({}),
            Some(ErrorCode::Invalid),
        ),
        (
            "deployed",
            scope("default"),
            json!("words"),
            Some(ErrorCode::Invalid),
        ),
        (
            "deployed",
            scope("default"),
            json!({"x": "y".repeat(64 << 10)}),
            Some(ErrorCode::TooLarge),
        ),
    ] {
        let done = hub.hub.emit(NewEvent::new(name, scope, data)).await;
        assert_eq!(done.err().map(|error| error.code), refused, "{name}");
    }
    for data in [json!({"n": 2, "projectId": "default"}), json!({"n": 3})] {
        let event = follower.wait_for("deployed").await;
        assert_eq!(event.data["data"], data);
    }
}

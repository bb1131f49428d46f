//! The store as a whole, on every backend.

use super::*;
use crate::protocol::{NewTask, Task};

fn store() -> (DomainStore, std::sync::mpsc::Receiver<Arc<Logged>>) {
    let (told, events) = channel();
    let committed = Box::new(move |logged: Vec<Arc<Logged>>| {
        for event in logged {
            let _ = told.send(event);
        }
    });
    let store = DomainStore::start(
        Box::new(MemoryTables::default()),
        HubId::random(),
        committed,
    );
    (store.unwrap(), events)
}

fn task(title: &str) -> Mutation {
    let new = serde_json::json!({"projectId": "default", "title": title});
    Mutation::CreateTask(serde_json::from_value::<NewTask>(new).unwrap())
}

#[tokio::test]
async fn a_change_is_kept_and_told_and_in_the_log() {
    let (store, events) = store();
    let start = store.head().await.unwrap();
    let made = store.change(task("sweep")).await.unwrap();
    let kept = store.get(made.entity.reference()).await.unwrap().unwrap();
    assert_eq!(kept, made.entity);
    let told: Vec<_> = (0..2).map(|_| events.recv().unwrap()).collect();
    assert_eq!(told[0].name, "project:created");
    assert_eq!(told[1].name, "task:created");
    assert_eq!(told[1].data["title"], "sweep");
    let Since::Events(missed) = store.since(start, 10).await.unwrap() else {
        panic!("the log covers it");
    };
    assert_eq!(missed, [told[1].clone()]);
    let everything = store
        .snapshot(ProjectId::default(), false, 10)
        .await
        .unwrap();
    assert_eq!(everything.tasks, [made.entity]);
    assert_eq!(everything.cursor.seq, 2);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let (store, events) = store();
    let before = store.head().await.unwrap();
    let error = store.change(task("")).await.unwrap_err();
    assert_eq!(error.code, crate::protocol::ErrorCode::Invalid);
    assert_eq!(store.head().await.unwrap(), before);
    assert_eq!(events.try_iter().count(), 1, "only the default project's");
    let made = store.change(task("sweep")).await.unwrap();
    assert_eq!(Task::try_from(made.entity).unwrap().title, "sweep");
}

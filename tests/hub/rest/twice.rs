//! Requests that are repeated, and two that want the same thing.

use futures_util::future::join;

use super::*;
use crate::count;

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_makes_one_thing() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    admin
        .make("/api/sessions", json!({"id": "s", "projectId": "default"}))
        .await;
    admin
        .make("/api/projects", json!({"id": "p", "name": "p"}))
        .await;
    for (path, new) in [
        ("/api/projects", json!({"name": "n"})),
        ("/api/tasks", json!({"projectId": "default", "title": "t"})),
        ("/api/sessions", json!({"projectId": "default"})),
        (
            "/api/team-members",
            json!({"projectId": "default", "name": "n"}),
        ),
        (
            "/api/mail",
            json!({"projectId": "default", "toSessionId": "s", "subject": "s", "body": "b"}),
        ),
    ] {
        let with = |request: &str| {
            let mut new = new.clone();
            new["clientRequestId"] = request.into();
            new
        };
        let before = admin.get(path).await.ids().len();
        let first = admin.post(path, with("one")).await;
        let again = admin.post(path, with("one")).await;
        assert_eq!((first.status, again.status), (201, 200), "{path}");
        assert_eq!(first.body, again.body, "{path}");
        let other = admin.post(path, with("two")).await;
        assert_ne!(other.body["id"], first.body["id"], "{path}");

        // Two at once: one of them makes it, both get it.
        for n in 0..count(200) {
            let new = with(&format!("at once {n}"));
            let (a, b) = join(admin.post(path, new.clone()), admin.post(path, new)).await;
            let mut statuses = [a.status, b.status];
            statuses.sort_unstable();
            assert_eq!((statuses, &a.body), ([200, 201], &b.body), "{path}");
        }
        let after = admin.get(&format!("{path}?limit=500")).await.ids().len();
        assert_eq!(after, before + 2 + count(200), "{path}");

        // What has been removed is not made again behind the back of whoever removed it.
        let id = first.body["id"].as_str().unwrap();
        assert_eq!(admin.delete(&format!("{path}/{id}")).await.status, 204);
        let late = admin.post(path, with("one")).await;
        assert_eq!(late.refusal(), (409, "CONFLICT"), "{path}");
    }
    // To start a session is another request than to make one.
    let session = json!({"projectId": "default", "clientRequestId": "y"});
    let made = admin.post("/api/sessions", session.clone()).await;
    let mut spawn = session.clone();
    spawn["command"] = "cat".into();
    let started = admin.post("/api/sessions/spawn", spawn.clone()).await;
    assert_eq!(started.body["status"], "working", "{started:?}");
    assert_ne!(started.body["id"], made.body["id"]);
    let again = admin.post("/api/sessions/spawn", spawn).await;
    assert_eq!(again.body["id"], started.body["id"]);
    // Elsewhere the same name is another request.
    let task = |project: &str| json!({"projectId": project, "title": "t", "clientRequestId": "x"});
    assert_eq!(admin.post("/api/tasks", task("default")).await.status, 201);
    assert_eq!(admin.post("/api/tasks", task("p")).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_claim_a_task_at_once_one_gets_it() {
    let hub = Hub::start();
    let callers = [Caller::admin(&hub), Caller::admin(&hub)];
    for id in ["a", "b"] {
        let new = json!({"id": id, "projectId": "default"});
        callers[0].make("/api/sessions", new).await;
    }
    for _ in 0..count(1000) {
        let new = json!({"projectId": "default", "title": "t"});
        let task = callers[0].make("/api/tasks", new).await;
        let path = format!("/api/tasks/{task}/claim");
        let claim = |n: usize, session| callers[n].post(&path, json!({"sessionId": session}));
        let (a, b) = join(claim(0, "a"), claim(1, "b")).await;
        let (winner, won, lost) = match a.status {
            200 => ("a", a, b),
            _ => ("b", b, a),
        };
        assert_eq!((won.status, &won.body["claimedBy"]), (200, &json!(winner)));
        assert_eq!(won.body["status"], "in_progress");
        assert_eq!(lost.refusal(), (409, "CONFLICT"));
        assert_eq!(lost.body["details"]["claimedBy"], winner);
        // Whoever has it may say so again.
        let path = format!("/api/tasks/{task}/claim");
        let again = callers[0].post(&path, json!({"sessionId": winner})).await;
        assert_eq!(again.body, won.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_change_the_same_version_one_does() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    let new = json!({"projectId": "default", "title": "0"});
    let task = format!("/api/tasks/{}", admin.make("/api/tasks", new).await);
    for version in 1..=count(400) {
        let known = format!("\"{version}\"");
        let change = |title: &str| admin.patch_if(&task, &known, json!({"title": title}));
        let (a, b) = join(change("a"), change("b")).await;
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

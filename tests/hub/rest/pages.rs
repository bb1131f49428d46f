//! Lists, page by page, while things come and go.

use std::collections::BTreeSet;

use super::*;

/// All pages of a list, with something done between each and the next.
async fn pages(
    caller: &Caller,
    list: &str,
    mut between: impl AsyncFnMut(&[String]),
) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = caller.get(&format!("{list}{cursor}")).await;
        let ids = page.ids();
        seen.extend(ids.clone());
        between(&ids).await;
        match page.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

async fn tasks(admin: &Caller, n: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..n {
        let new = json!({"projectId": "default", "title": "t"});
        made.push(admin.make("/api/tasks", new).await);
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_everything_once_in_the_order_of_making() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    let made = tasks(&admin, 10).await;
    for limit in [1, 3, 5, 10, 11] {
        let list = format!("/api/tasks?limit={limit}");
        let seen = pages(&admin, &list, async |ids| assert!(ids.len() <= limit)).await;
        assert_eq!(seen, made, "{limit}");
    }
    // A page that is full and the last says so.
    assert!(admin.get("/api/tasks?limit=10").await.body["next"].is_null());
    assert_eq!(admin.get("/api/tasks").await.ids(), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_and_removed_meanwhile_makes_no_gap_and_no_repetition() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    let made = tasks(&admin, 20).await;
    let (mut removed, mut added) = (BTreeSet::new(), BTreeSet::new());
    let seen = pages(&admin, "/api/tasks?limit=3", async |ids| {
        // The last of the page that was just read, on which the cursor stands, and one to come.
        let Some(last) = ids.last() else { return };
        let to_come = made.iter().position(|id| id == last).map(|at| at + 2);
        let to_come = to_come.and_then(|at| made.get(at));
        for id in [Some(last), to_come].into_iter().flatten() {
            admin.delete(&format!("/api/tasks/{id}")).await;
            removed.insert(id.clone());
        }
        if added.len() < 5 {
            added.extend(tasks(&admin, 1).await);
        }
    })
    .await;
    let once: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(once.len(), seen.len(), "something came twice: {seen:?}");
    let stayed = made.iter().filter(|id| !removed.contains(*id));
    let missing: Vec<_> = stayed
        .chain(&added)
        .filter(|id| !once.contains(*id))
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
    assert!(removed.len() > 5 && added.len() == 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_of_a_project_of_a_reader_and_of_what_is_in_sight() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    admin
        .make("/api/projects", json!({"id": "p", "name": "p"}))
        .await;
    for id in ["a", "b"] {
        let new = json!({"id": id, "projectId": "p"});
        admin.make("/api/sessions", new).await;
        let mail = json!({"id": format!("to-{id}"), "projectId": "p", "toSessionId": id,
            "subject": "s", "body": ""});
        admin.make("/api/mail", mail).await;
    }
    for (id, project) in [("in-p", "p"), ("in-default", "default"), ("gone", "p")] {
        let new = json!({"id": id, "projectId": project, "title": "t"});
        admin.make("/api/tasks", new).await;
    }
    let archived = json!({"status": "archived"});
    assert_eq!(admin.patch("/api/tasks/gone", archived).await.status, 200);
    for (list, ids) in [
        ("/api/tasks", &["in-p", "in-default"][..]),
        ("/api/tasks?projectId=p", &["in-p"]),
        ("/api/tasks?projectId=p&archived=true", &["in-p", "gone"]),
        ("/api/tasks?projectId=p&archived=false", &["in-p"]),
        ("/api/tasks?unknown=1&projectId=default", &["in-default"]),
        ("/api/mail", &["to-a", "to-b"]),
        ("/api/mail?toSessionId=b", &["to-b"]),
        ("/api/mail?toSessionId=b&projectId=default", &[]),
        ("/api/mail?toSessionId=nobody", &[]),
        ("/api/sessions?projectId=p", &["a", "b"]),
    ] {
        assert_eq!(admin.get(list).await.ids(), ids, "{list}");
    }
    for (query, status) in [
        ("limit=0", 400),
        ("limit=501", 400),
        ("limit=-1", 400),
        ("limit=x", 400),
        ("limit=", 400),
        ("archived=yes", 400),
        ("projectId=", 400),
        ("projectId=../x", 400),
        ("projectId=p&projectId=p", 400),
        ("projectId=nowhere", 404),
        ("cursor=", 400),
        ("cursor=nonsense", 400),
        ("cursor=-1", 400),
        (&format!("cursor={}", "9".repeat(201)), 413),
    ] {
        for kind in ["projects", "tasks", "sessions", "team-members", "mail"] {
            let refused = admin.get(&format!("/api/{kind}?{query}")).await;
            assert_eq!(refused.refusal().0, status, "{kind} {query}");
        }
    }
}

//! How long terminals live, how their ends are told, and what becomes of what they leave.

use std::path::Path;

use serde_json::json;
use tauri_plugin_realtime_hub::{
    HubConfig, Lifecycle, Limits, Orphans, PairingRequest, ProjectId, RegisterRequest, Role,
    SessionId, TerminalInfo, Timing,
};

use crate::client::{Client, PATIENCE};
use crate::life::alive;
use crate::{Hub, session, short};

fn with(lifecycle: Lifecycle, recovery_window_ms: u64) -> Hub {
    Hub::with(HubConfig {
        lifecycle,
        timing: Timing {
            recovery_window_ms,
            ..short()
        },
        ..HubConfig::default()
    })
}

pub(crate) fn find(hub: &Hub, id: &str) -> Option<TerminalInfo> {
    let all = hub.hub.list();
    all.into_iter()
        .find(|terminal| terminal.session_id.as_str() == id)
}

pub(crate) async fn until(what: &str, mut happens: impl FnMut() -> bool) {
    let waiting = async {
        while !happens() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect(what);
}

pub(crate) async fn ended(hub: &Hub, id: &SessionId) {
    until("ends", || {
        find(hub, id.as_str()).is_none_or(|terminal| !terminal.running)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_nobody_needs_is_ended_and_no_other() {
    let lifecycle = Lifecycle {
        idle_ms: 1_000,
        ..Lifecycle::default()
    };
    let hub = with(lifecycle, 60_000);
    let mut client = hub.watched("cat").await;
    hub.sh("typed", "cat >/dev/null").await;
    hub.sh("prints", "while :; do echo x; sleep 0.05; done")
        .await;
    // Two, one after the other, so that twice the time passes.
    for id in ["first", "second"] {
        let idle = hub.sh(id, "exec sleep 1000").await;
        while find(&hub, id).is_some_and(|terminal| terminal.running) {
            hub.hub.write(&session("typed"), "x\n").await.unwrap();
        }
        let exit = find(&hub, idle.as_str()).unwrap().exit.unwrap();
        assert_eq!(
            (json!(exit.reason), exit.signal.as_deref()),
            (json!("idle"), Some("SIGHUP"))
        );
    }
    for id in ["t", "typed", "prints"] {
        assert!(find(&hub, id).unwrap().running, "{id}");
    }
    client
        .request("terminal:unwatch", json!({"sessionId": "t"}))
        .await;
    ended(&hub, &session("t")).await;
}

/// Leaves a process behind that prints when the file `go` is there, and tells its number.
fn leaves_one_behind(folder: &Path) -> String {
    format!(
        "cd '{}'; sh -c 'trap \"\" HUP; echo $$ >pid; while [ ! -e go ]; do sleep 0.02; done; echo late' & \
         while [ ! -s pid ]; do sleep 0.02; done",
        folder.display()
    )
}

async fn left_behind(folder: &Path) -> String {
    let mut pid = String::new();
    until("writes its number", || {
        pid = std::fs::read_to_string(folder.join("pid")).unwrap_or_default();
        pid.ends_with('\n')
    })
    .await;
    pid.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_behind_is_ended_with_its_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let hub = with(Lifecycle::default(), 100);
    let id = hub.sh("t", &leaves_one_behind(folder.path())).await;
    let pid = left_behind(folder.path()).await;
    ended(&hub, &id).await;
    until("is ended", || !alive(&pid)).await;
    until("is forgotten", || find(&hub, "t").is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_behind_may_be_kept_and_watched() {
    let folder = tempfile::tempdir().unwrap();
    let lifecycle = Lifecycle {
        orphans: Orphans::Keep,
        ..Lifecycle::default()
    };
    let hub = with(lifecycle, 100);
    let id = hub.sh("t", &leaves_one_behind(folder.path())).await;
    let pid = left_behind(folder.path()).await;
    ended(&hub, &id).await;
    // Another one is forgotten meanwhile, so its window is over.
    hub.sh("other", "exit 0").await;
    until("is forgotten", || find(&hub, "other").is_none()).await;
    assert!(alive(&pid));
    let mut client = hub.client().await;
    let answer = client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_eq!(answer["running"], false, "{answer}");
    std::fs::write(folder.path().join("go"), "").unwrap();
    client.wait_for_output("late").await;
    until("is forgotten", || find(&hub, "t").is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_life_ends_what_the_one_before_left_behind_though_it_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let lifecycle = Lifecycle {
        orphans: Orphans::Keep,
        ..Lifecycle::default()
    };
    let hub = with(lifecycle, 60_000);
    let id = hub.sh("t", &leaves_one_behind(folder.path())).await;
    let pid = left_behind(folder.path()).await;
    ended(&hub, &id).await;
    hub.sh("t", "sleep 1000").await;
    until("is ended", || !alive(&pid)).await;
    assert!(find(&hub, "t").unwrap().running);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ended_terminals_the_last_are_kept() {
    let hub = Hub::with(HubConfig {
        limits: Limits {
            ended_terminals: 2,
            ..Limits::default()
        },
        timing: short(),
        ..HubConfig::default()
    });
    hub.sh("runs", "sleep 1000").await;
    for id in ["a", "b", "c"] {
        let id = hub.sh(id, "exit 0").await;
        ended(&hub, &id).await;
    }
    let ids = || -> Vec<String> {
        let all = hub.hub.list().into_iter();
        all.map(|terminal| terminal.session_id.to_string())
            .collect()
    };
    until("the first is forgotten", || ids() == ["runs", "b", "c"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_program_is_killed_too() {
    let hub = with(Lifecycle::default(), 60_000);
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "echo $$ >'{}'; kill -STOP $$",
        folder.path().join("pid").display()
    );
    let id = hub.sh("t", &script).await;
    let pid = left_behind(folder.path()).await;
    until("is stopped", || {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .unwrap()
            .contains(") T ")
    })
    .await;
    hub.hub.kill(&id).await.unwrap();
    ended(&hub, &id).await;
    let exit = find(&hub, "t").unwrap().exit.unwrap();
    assert_eq!(
        (json!(exit.reason), exit.signal.as_deref()),
        (json!("killed"), Some("SIGHUP"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn table_of_ends() {
    let hub = with(Lifecycle::default(), 60_000);
    for (script, code, signal) in [
        ("exit 0", Some(0), None),
        ("exit 255", Some(255), None),
        ("kill -TERM $$", None, Some("SIGTERM")),
        ("kill -KILL $$", None, Some("SIGKILL")),
        ("kill -USR1 $$", None, Some("SIGUSR1")),
        // One without a common name.
        ("kill -40 $$", None, Some("40")),
        // The shell says so, not the signal.
        ("sh -c 'kill -TERM $$'; exit $?", Some(143), None),
    ] {
        let id = hub.sh("t", script).await;
        ended(&hub, &id).await;
        let exit = find(&hub, "t").unwrap().exit.unwrap();
        assert_eq!(
            (exit.exit_code, exit.signal.as_deref()),
            (code, signal),
            "{script}"
        );
        assert_eq!(json!(exit.reason), "exited", "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_life_is_told_to_whoever_may_see_it() {
    let hub = with(Lifecycle::default(), 0);
    let mut viewer = hub.watched("read a").await;
    hub.hub.write(&session("t"), "\n").await.unwrap();
    viewer.wait_for("terminal:exit").await;
    // Forgotten, and the viewer hears of it all the same.
    until("is forgotten", || find(&hub, "t").is_none()).await;
    let mut elsewhere = device(&hub, Some("other")).await;
    let mut here = device(&hub, None).await;
    hub.sh("t", "sleep 1000").await;
    let epoch = find(&hub, "t").unwrap().epoch;
    for client in [&mut viewer, &mut here] {
        let event = client.wait_for("terminal:started").await;
        assert_eq!(event.data, json!({"sessionId": "t", "epoch": epoch}));
    }
    // A terminal that it may see comes after the one that it must not hear of.
    let mut request = RegisterRequest::new(session("theirs"));
    request.project_id = ProjectId::new("other").unwrap();
    hub.hub.register(request).await.unwrap();
    let event = elsewhere.event().await.unwrap();
    assert_eq!(
        (event.name.as_str(), &event.data["sessionId"]),
        ("terminal:started", &json!("theirs"))
    );
}

/// A client of a device that sees this project, or all.
async fn device(hub: &Hub, project: Option<&str>) -> Client {
    let request = PairingRequest {
        role: Some(Role::Viewer),
        projects: project.map(|id| vec![ProjectId::new(id).unwrap()]),
    };
    let (token, _) = crate::pairing::redeem(hub, request).await;
    Client::connect(&hub.url, &token).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_nobody_waits_for_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let hub = Hub::with(HubConfig {
        timing: Timing {
            // Silent, so it is still being looked at when whoever asked goes.
            exec_check_ms: 60_000,
            ..short()
        },
        ..HubConfig::default()
    });
    let mut request = RegisterRequest::new(session("t"));
    request.command = Some("sh".into());
    request.args = vec![
        "-c".into(),
        format!("echo $$ > '{}'; exec sleep 1000", pid.display()),
    ];
    let handle = hub.hub.clone();
    let starting = tokio::spawn(async move { handle.register(request).await });
    let mut running = String::new();
    until("it has been started", || {
        running = std::fs::read_to_string(&pid).unwrap_or_default();
        running.ends_with('\n')
    })
    .await;
    starting.abort();
    until("it has been ended", || !alive(running.trim())).await;
    assert!(find(&hub, "t").is_none());
}

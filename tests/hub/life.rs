//! Beginning and end: ports, folders, processes.

use std::process::Stdio;

use serde_json::Value;
use tauri_plugin_realtime_hub::{ErrorCode, HubConfig, HubHandle, RegisterRequest, Role};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;

use crate::client::Client;
use crate::{Hub, headless, session, short};

/// Runs a job that ignores what it can and one in a process group of its own, writes the ids
/// of all to a file, then waits.
pub(crate) fn stubborn(pids: &std::path::Path) -> String {
    format!(
        "trap '' HUP TERM INT; set -m; sh -c 'trap \"\" HUP TERM; echo $$ >> \"{0}\"; while :; do sleep 100; done' & \
         sleep 1000 & echo $! >> '{0}'; echo $$ >> '{0}'; echo all-up; while :; do sleep 100; done",
        pids.display()
    )
}

pub(crate) fn alive(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap()
            .trim_start()
            .starts_with('Z')
    })
}

pub(crate) async fn three_pids(file: &std::path::Path) -> Vec<String> {
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() == 3 {
            return text.lines().map(str::to_owned).collect();
        }
        tokio::task::yield_now().await;
    }
}

fn config() -> HubConfig {
    HubConfig {
        timing: short(),
        ..HubConfig::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_a_terminal_ends_every_process_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let hub = Hub::with(config());
    let mut client = hub.watched(&stubborn(&pids)).await;
    let running = three_pids(&pids).await;
    assert!(running.iter().all(|pid| alive(pid)));
    let answer = client
        .request("terminal:kill", serde_json::json!({"sessionId": "t"}))
        .await;
    assert_eq!(answer["success"], true);
    assert!(!running.iter().any(|pid| alive(pid)));
    let exit = client.wait_for("terminal:exit").await;
    assert_eq!(
        (&exit.data["reason"], &exit.data["signal"]),
        (&"killed".into(), &"SIGKILL".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn shutting_down_tells_everybody_and_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let hub = Hub::with(config());
    let mut client = hub.watched(&stubborn(&pids)).await;
    let running = three_pids(&pids).await;
    let (shutdown, names) = tokio::join!(hub.hub.shutdown(), async {
        let mut names = Vec::new();
        while let Ok(event) = client.event().await {
            if event.name == "terminal:exit" {
                assert_eq!(event.data["reason"], "server_shutdown");
            }
            names.push(event.name);
        }
        names
    });
    let () = shutdown;
    assert!(!running.iter().any(|pid| alive(pid)));
    let at = |name: &str| names.iter().position(|n| n == name).expect(name);
    assert!(at("server:shutdown") < at("terminal:exit"));
    assert!(
        tokio::net::TcpStream::connect(hub.url.strip_prefix("http://").unwrap())
            .await
            .is_err()
    );
    // A second time there is nothing left to do, and a terminal is refused, not lost.
    hub.hub.shutdown().await;
    let refused = hub
        .hub
        .register(RegisterRequest::new(session("late")))
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Unavailable);
}

pub(crate) struct Headless {
    pub(crate) child: Child,
    pub(crate) ready: Value,
    lines: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
}

async fn start_headless(arguments: &[&str]) -> Headless {
    launch(Command::new(headless()), arguments).await
}

/// Starts the example by `command`.
pub(crate) async fn launch(mut command: Command, arguments: &[&str]) -> Headless {
    let mut child = command
        .args(["--port", "0"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the headless example is built");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.next_line().await.unwrap().expect("a line when ready");
    Headless {
        child,
        ready: serde_json::from_str(&ready).unwrap(),
        lines,
    }
}

impl Headless {
    fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &pid])
            .status();
        assert!(sent.unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_and_sigint_leave_no_process() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let pids = folder.path().join("pids");
        let terminal = format!("t=sh -c {}", shell_words::quote(&stubborn(&pids)));
        let timing = r#"{"timing": {"killGraceMs": 100}}"#;
        let mut hub = start_headless(&["--terminal", &terminal, "--config", timing]).await;
        let running = three_pids(&pids).await;
        hub.signal(signal);
        assert!(hub.child.wait().await.unwrap().success());
        assert!(!running.iter().any(|pid| alive(pid)), "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headless_gives_fresh_codes_and_works_with_its_token() {
    let mut hub = start_headless(&["--terminal", "t@p=sh -c 'echo \"a b\"; read x'"]).await;
    let url = hub.ready["url"].as_str().unwrap();
    let mut client = Client::connect(url, hub.ready["token"].as_str().unwrap()).await;
    let list = client.request("terminal:list", Value::Null).await;
    assert_eq!(list["terminals"][0]["projectId"], "p");
    assert_eq!(list["terminals"][0]["args"][1], "echo \"a b\"; read x");
    let first = hub.ready["pairUrl"].clone();
    let mut seen = vec![first];
    for way in ["enter", "signal"] {
        if way == "enter" {
            hub.child
                .stdin
                .as_mut()
                .unwrap()
                .write_all(b"\n")
                .await
                .unwrap();
        } else {
            hub.signal("USR1");
        }
        let line = hub.lines.next_line().await.unwrap().unwrap();
        let fresh = serde_json::from_str::<Value>(&line).unwrap()["pairUrl"].clone();
        assert!(
            fresh
                .as_str()
                .unwrap()
                .starts_with(&format!("{url}/#pair="))
        );
        assert!(!seen.contains(&fresh));
        seen.push(fresh);
    }
    hub.signal("TERM");
    assert!(hub.child.wait().await.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_runtime_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let script = stubborn(&pids);
    // As when the host application panics: nobody calls shutdown, everything is just dropped.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let hub = HubHandle::start(
        HubConfig {
            port: Some(0),
            ..config()
        },
        runtime.handle(),
    );
    let mut request = RegisterRequest::new(session("t"));
    request.command = Some("sh".into());
    request.args = vec!["-c".into(), script];
    let running = runtime.spawn({
        let hub = hub.clone();
        async move {
            hub.register(request).await.unwrap();
            three_pids(&pids).await
        }
    });
    let running = running.await.unwrap();
    drop(hub);
    runtime.shutdown_background();
    while running.iter().any(|pid| alive(pid)) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_was_asked_for_is_not_exchanged_and_a_taken_one_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let config = HubConfig {
        port: Some(port),
        ..config()
    };
    let hub = HubHandle::start(config, &Handle::current());
    let status = hub.status().unwrap();
    assert_eq!(status.address, None);
    assert!(
        status.problems[0].contains(&format!("127.0.0.1:{port}")),
        "{:?}",
        status.problems
    );
    let refused = hub.connection(Role::Viewer).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unavailable);
    // The rest works.
    let mut request = RegisterRequest::new(session("t"));
    request.command = Some("cat".into());
    hub.register(request).await.unwrap();
    hub.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_asked_for_no_port_finds_one() {
    let hubs: Vec<_> = (0..2)
        .map(|_| HubHandle::start(config(), &Handle::current()))
        .collect();
    let urls: Vec<_> = hubs
        .iter()
        .map(|hub| hub.connection(Role::Viewer).unwrap().url)
        .collect();
    assert_ne!(urls[0], urls[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_does_not_listen() {
    let config = HubConfig {
        port: Some(0),
        allow_origins: vec!["*".into()],
        ..config()
    };
    let hub = HubHandle::start(config, &Handle::current());
    let status = hub.status().unwrap();
    assert_eq!(status.address, None);
    assert!(
        status.problems[0].contains("allowOrigins"),
        "{:?}",
        status.problems
    );
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_on_the_same_folder_runs_on_memory() {
    let folder = tempfile::tempdir().unwrap();
    let with_folder = || HubConfig {
        data_dir: Some(folder.path().to_owned()),
        ..config()
    };
    let (first, second) = (Hub::with(with_folder()), Hub::with(with_folder()));
    assert!(first.hub.status().unwrap().problems.is_empty());
    let problems = second.hub.status().unwrap().problems;
    assert!(problems[0].contains("another instance"), "{problems:?}");
    // It works all the same.
    crate::pairing::pair(&second, Role::Viewer).await;
}

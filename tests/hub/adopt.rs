//! Terminals that the host application has started itself and hands over.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::sync::mpsc;

use serde_json::json;
use tauri_plugin_realtime_hub::portable_pty::{
    Child, CommandBuilder, MasterPty, PtySize, native_pty_system,
};
use tauri_plugin_realtime_hub::{
    AdoptRequest, Adopted, Ended, ErrorCode, HubConfig, RegisterRequest,
};

use crate::client::Client;
use crate::life::{alive, stubborn, three_pids};
use crate::{Hub, failure, session, short};

type Pty = (Box<dyn MasterPty + Send>, Box<dyn Child + Send + Sync>);

/// A pseudo-terminal as an application has it, with a shell script in it.
fn pty(script: &str) -> Pty {
    let size = PtySize {
        cols: 100,
        rows: 30,
        ..PtySize::default()
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script]);
    let child = pair.slave.spawn_command(command).unwrap();
    (pair.master, child)
}

/// Two pipes: what the hub gets, and the other ends.
fn pipes() -> (Adopted, PipeWriter, PipeReader) {
    let (reader, output) = pipe().unwrap();
    let (input, writer) = pipe().unwrap();
    (Adopted::new(reader, writer), output, input)
}

fn hub() -> Hub {
    Hub::with(HubConfig {
        timing: short(),
        ..HubConfig::default()
    })
}

async fn watching(hub: &Hub) -> Client {
    let mut client = hub.client().await;
    let answer = client
        .request("terminal:watch", json!({"sessionId": "t"}))
        .await;
    assert_eq!(answer["success"], true, "{answer}");
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pseudo_terminal_of_the_application_is_one_of_the_hubs() {
    let hub = hub();
    let (master, child) = pty("read size; stty size; read code; exit $code");
    let mut request = AdoptRequest::new(session("t"));
    request.command = "/bin/sh".into();
    let info = hub
        .hub
        .adopt(request, Adopted::from_pty(master).unwrap().child(child))
        .unwrap();
    assert_eq!((info.cols, info.rows), (100, 30));
    assert_eq!((info.title.as_str(), info.running), ("sh", true));
    let mut client = watching(&hub).await;
    let size = json!({"sessionId": "t", "cols": 90, "rows": 20});
    assert_eq!(
        client.request("terminal:resize", size).await["success"],
        true
    );
    let input = |text: &str| json!({"sessionId": "t", "input": text});
    client.request("terminal:input", input("go\r")).await;
    client.wait_for_output("20 90").await;
    client.request("terminal:input", input("7\r")).await;
    let exit = client.wait_for("terminal:exit").await.data;
    assert_eq!(
        (&exit["exitCode"], &exit["reason"]),
        (&json!(7), &json!("exited"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_it_ends_every_process_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let hub = hub();
    let (master, child) = pty(&stubborn(&pids));
    let adopted = Adopted::from_pty(master).unwrap().child(child);
    hub.hub
        .adopt(AdoptRequest::new(session("t")), adopted)
        .unwrap();
    let running = three_pids(&pids).await;
    assert!(running.iter().all(|pid| alive(pid)));
    hub.hub.kill(&session("t")).await.unwrap();
    assert!(!running.iter().any(|pid| alive(pid)));
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_pipes_are_a_terminal_that_ends_with_its_output() {
    let hub = hub();
    let (adopted, mut output, mut input) = pipes();
    output.write_all(b"before ").unwrap();
    let info = hub
        .hub
        .adopt(AdoptRequest::new(session("t")), adopted)
        .unwrap();
    assert_eq!((info.title.as_str(), info.cols, info.rows), ("t", 80, 24));
    let mut client = watching(&hub).await;
    output.write_all("and after ✓".as_bytes()).unwrap();
    client.wait_for_output("before and after ✓").await;
    let typed = json!({"sessionId": "t", "input": "ls\r"});
    assert_eq!(
        client.request("terminal:input", typed).await["success"],
        true
    );
    let mut got = [0; 3];
    input.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"ls\r");

    for (event, payload) in [
        (
            "terminal:resize",
            json!({"sessionId": "t", "cols": 9, "rows": 9}),
        ),
        ("terminal:kill", json!({"sessionId": "t"})),
    ] {
        let answer = client.request(event, payload).await;
        let (code, message) = failure(&answer);
        assert_eq!(code, "CONFLICT", "{event}");
        assert!(message.contains("handed this terminal over"), "{message}");
    }
    drop(output);
    let exit = client.wait_for("terminal:exit").await.data;
    assert_eq!(
        (&exit["exitCode"], &exit["reason"]),
        (&json!(null), &json!("exited"))
    );
    // Ended, so there is nothing to refuse.
    hub.hub.kill(&session("t")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_application_gave_resizes_ends_and_waits() {
    let hub = hub();
    let (adopted, output, _input) = pipes();
    let (sizes_tx, sizes) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let adopted = adopted
        .on_resize(move |cols, rows| {
            assert!(cols != 13, "as asked");
            sizes_tx.send((cols, rows)).map_err(std::io::Error::other)
        })
        .on_kill(move || end.send(()).map_err(std::io::Error::other))
        .on_exit(move || {
            ended.recv().map_err(std::io::Error::other)?;
            Ok(Ended::by_signal("SIGTERM"))
        });
    hub.hub
        .adopt(AdoptRequest::new(session("t")), adopted)
        .unwrap();
    let mut client = watching(&hub).await;
    hub.hub.resize(&session("t"), 90, 20).unwrap();
    assert_eq!(sizes.recv().unwrap(), (90, 20));
    // A panic of the application's is an error, and neither the size nor the hub is lost.
    let error = hub.hub.resize(&session("t"), 13, 20).unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    assert_eq!(hub.hub.list()[0].cols, 90);
    // The reader stays open, and the terminal ends all the same.
    hub.hub.kill(&session("t")).await.unwrap();
    let exit = client.wait_for("terminal:exit").await.data;
    assert_eq!(
        (&exit["signal"], &exit["reason"]),
        (&json!("SIGTERM"), &json!("killed"))
    );
    drop(output);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_to_end_that_fails_is_told_and_one_that_panics_while_waiting_ends() {
    let hub = hub();
    let (adopted, output, _input) = pipes();
    let adopted = adopted.on_kill(|| Err(std::io::Error::other("secret")));
    hub.hub
        .adopt(AdoptRequest::new(session("t")), adopted)
        .unwrap();
    let error = hub.hub.kill(&session("t")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    assert!(!error.message.contains("secret"));
    let mut client = watching(&hub).await;
    drop(output);
    // It was not killed, so it does not say so.
    assert_eq!(
        client.wait_for("terminal:exit").await.data["reason"],
        "exited"
    );

    let (adopted, _output, _input) = pipes();
    hub.hub
        .adopt(
            AdoptRequest::new(session("t")),
            adopted.on_exit(|| panic!("as asked")),
        )
        .unwrap();
    let mut client = watching(&hub).await;
    let exit = client.wait_for("terminal:exit").await.data;
    assert_eq!(exit["exitCode"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_not_taken_comes_back_and_works() {
    let hub = hub();
    hub.sh("t", "read x").await;
    let (adopted, mut output, _input) = pipes();
    let refused = hub
        .hub
        .adopt(AdoptRequest::new(session("t")), adopted)
        .unwrap_err();
    assert_eq!(refused.error.code, ErrorCode::Conflict);
    let adopted = *refused.adopted.unwrap();
    let mut request = AdoptRequest::new(session("u"));
    request.size = Some((0, 24));
    let refused = hub.hub.adopt(request, adopted).unwrap_err();
    assert_eq!(refused.error.code, ErrorCode::Invalid);
    hub.hub.kill(&session("t")).await.unwrap();
    let adopted = *refused.adopted.unwrap();
    hub.hub
        .adopt(AdoptRequest::new(session("t")), adopted)
        .unwrap();
    // Taken: now the id is in use for others.
    let again = hub.hub.register(RegisterRequest::new(session("t"))).await;
    assert_eq!(again.unwrap_err().code, ErrorCode::Conflict);
    let mut client = watching(&hub).await;
    output.write_all(b"still here").unwrap();
    client.wait_for_output("still here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutting_down_lets_go_of_one_that_nobody_can_end() {
    let hub = hub();
    let (adopted, output, _input) = pipes();
    hub.hub
        .adopt(AdoptRequest::new(session("t")), adopted)
        .unwrap();
    let mut client = watching(&hub).await;
    let started = std::time::Instant::now();
    hub.hub.shutdown().await;
    let deadline = std::time::Duration::from_millis(short().shutdown_ms);
    assert!(started.elapsed() < deadline / 2, "{:?}", started.elapsed());
    let exit = client.wait_for("terminal:exit").await.data;
    assert_eq!(exit["reason"], "server_shutdown");
    drop(output);
}

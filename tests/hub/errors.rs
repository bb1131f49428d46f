//! What is wrong gets an answer, and disturbs nothing else.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{ErrorCode, HubConfig, Limits, RegisterRequest};

use crate::client::{Client, websocket};
use crate::{Hub, failure, session};

#[tokio::test(flavor = "multi_thread")]
async fn table_of_bad_requests() {
    let hub = Hub::start();
    let mut client = hub.watched("read a").await;
    let long = "x".repeat(129);
    for (event, payload, code, says) in [
        (
            "terminal:watch",
            json!({}),
            "INVALID",
            "missing field `sessionId`",
        ),
        (
            "terminal:watch",
            json!(null),
            "INVALID",
            "missing field `sessionId`",
        ),
        ("terminal:watch", json!(["t"]), "INVALID", "not an object"),
        ("terminal:watch", json!("t"), "INVALID", "not an object"),
        (
            "terminal:watch",
            json!({"sessionId": 7}),
            "INVALID",
            "expected a string",
        ),
        (
            "terminal:watch",
            json!({"sessionId": "../x"}),
            "INVALID",
            "an id begins with",
        ),
        (
            "terminal:watch",
            json!({"sessionId": long}),
            "INVALID",
            "at most 128",
        ),
        (
            "terminal:watch",
            json!({"sessionId": "nowhere"}),
            "NOT_FOUND",
            "Terminal session not found",
        ),
        (
            "terminal:watch",
            json!({"sessionId": "t", "encoding": "morse"}),
            "INVALID",
            "unknown variant",
        ),
        (
            "terminal:watch",
            json!({"sessionId": "t", "window": -1}),
            "INVALID",
            "invalid value",
        ),
        (
            "terminal:watch",
            json!({"sessionId": "t", "resume": {"epoch": "e"}}),
            "INVALID",
            "offset",
        ),
        (
            "terminal:input",
            json!({"sessionId": "t"}),
            "INVALID",
            "missing field `input`",
        ),
        (
            "terminal:input",
            json!({"sessionId": "t", "input": 7}),
            "INVALID",
            "expected a string",
        ),
        (
            "terminal:input",
            json!({"sessionId": "nowhere", "input": "x"}),
            "NOT_FOUND",
            "not found",
        ),
        (
            "terminal:input",
            json!({"sessionId": "t", "input": "x", "epoch": "old"}),
            "CONFLICT",
            "another life",
        ),
        (
            "terminal:resize",
            json!({"sessionId": "t", "cols": 0, "rows": 1}),
            "INVALID",
            "1 to 1000",
        ),
        (
            "terminal:resize",
            json!({"sessionId": "t", "cols": 1, "rows": 1001}),
            "INVALID",
            "1 to 1000",
        ),
        (
            "terminal:resize",
            json!({"sessionId": "t", "cols": 1.5, "rows": 1}),
            "INVALID",
            "expected u32",
        ),
        (
            "terminal:resize",
            json!({"sessionId": "t", "cols": "80", "rows": 24}),
            "INVALID",
            "expected u32",
        ),
        (
            "terminal:ack",
            json!({"sessionId": "t", "offset": 1, "epoch": "old"}),
            "CONFLICT",
            "another life",
        ),
        (
            "terminal:ack",
            json!({"sessionId": "x", "offset": 1, "epoch": ""}),
            "NOT_FOUND",
            "not watched",
        ),
        (
            "terminal:kill",
            json!({"sessionId": "nowhere"}),
            "NOT_FOUND",
            "not found",
        ),
        (
            "terminal:unwatch",
            json!({"sessionId": false}),
            "INVALID",
            "expected a string",
        ),
        ("nonsense", json!({}), "INVALID", "no event \"nonsense\""),
    ] {
        let answer = client.request(event, payload.clone()).await;
        let (got, error) = failure(&answer);
        assert_eq!(got, code, "{event} {payload}: {error}");
        assert!(error.contains(says), "{event} {payload}: {error}");
    }
    // Unknown fields are ignored, and no argument at all means the defaults.
    let watch = json!({"sessionId": "t", "unheardOf": {"x": 1}});
    assert_eq!(
        client.request("terminal:watch", watch).await["success"],
        true
    );
    client
        .send("42/terminal,900[\"terminal:list\"]".into())
        .await;
    assert_eq!(client.ack(900).await.data["success"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_acknowledgement_the_error_comes_as_an_event() {
    let hub = Hub::start();
    let mut client = hub.client().await;
    let mut other = hub.client().await;
    client
        .emit(
            "terminal:resize",
            &json!({"sessionId": "t", "cols": 1, "rows": 1}),
        )
        .await;
    let error = client.wait_for("hub:error").await;
    let expected = json!({
        "event": "terminal:resize",
        "error": "Terminal session not found",
        "code": "NOT_FOUND",
    });
    assert_eq!(error.data, expected);
    // Only to the one that asked.
    other.request("terminal:list", json!({})).await;
    other.emit("nonsense", &json!({})).await;
    assert_eq!(other.wait_for("hub:error").await.data["event"], "nonsense");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_message_closes_its_own_connection_only() {
    let hub = Hub::with(HubConfig {
        limits: Limits {
            message_bytes: 20_000,
            ..Limits::default()
        },
        ..HubConfig::default()
    });
    let mut bystander = hub.watched("read a; echo \"$a\"; read b").await;
    let mut client = hub.client().await;
    let fits = json!({"sessionId": "nowhere", "input": "x".repeat(19_000)});
    assert_eq!(
        failure(&client.request("terminal:input", fits).await).0,
        "NOT_FOUND"
    );
    let huge = json!({"sessionId": "t", "input": "x".repeat(20_001)});
    client.emit("terminal:input", &huge).await;
    client.closed().await;

    let polling = format!("{}/socket.io/?EIO=4&transport=polling", hub.url);
    let open = reqwest::get(&polling).await.unwrap().text().await.unwrap();
    let open: Value = serde_json::from_str(&open[1..]).unwrap();
    let post = reqwest::Client::new()
        .post(format!("{polling}&sid={}", open["sid"].as_str().unwrap()))
        .body(format!("4{}", "x".repeat(20_001)));
    assert!(post.send().await.unwrap().status().is_client_error());

    bystander
        .emit(
            "terminal:input",
            &json!({"sessionId": "t", "input": "still\n"}),
        )
        .await;
    bystander.wait_for_output("still\r\nstill").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_on_the_wire_ends_one_connection_and_nothing_else() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    let hub = Hub::start();
    let mut bystander = hub.client().await;
    for rubbish in [
        "42/terminal,[17]",
        "42/terminal,[]",
        "451-/terminal,[\"terminal:list\"]",
    ] {
        let mut connected = hub.client().await;
        connected.send(rubbish.into()).await;
    }
    for rubbish in [
        "",
        "9",
        "4",
        "42",
        "42/terminal,",
        "42/terminal,{",
        "40/terminal,{",
        "45-1[",
        "\u{0}",
        "5",
        "46/terminal",
    ] {
        let mut ws = websocket(&hub.url, &[]).await.unwrap();
        ws.send(Message::text(rubbish)).await.unwrap();
        ws.send(Message::binary(vec![0xff; 64])).await.ok();
        ws.close(None).await.ok();
        while let Some(Ok(_)) = ws.next().await {}
    }
    assert_eq!(
        bystander.request("terminal:list", json!({})).await["success"],
        true
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn table_of_terminals_that_cannot_be() {
    let hub = Hub::start();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "#!/no/such/interpreter\n").unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.display().to_string();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "x").unwrap();
    let plain = plain.display().to_string();

    type Change<'a> = Box<dyn Fn(&mut RegisterRequest) + 'a>;
    let cases: Vec<(Change<'_>, ErrorCode, &str)> = vec![
        (
            Box::new(|r| r.command = Some("no-such-command".into())),
            ErrorCode::Invalid,
            "no-such-command",
        ),
        (
            Box::new(|r| r.command = Some(String::new())),
            ErrorCode::Invalid,
            "command is empty",
        ),
        (
            Box::new(|r| r.command = Some("a\0b".into())),
            ErrorCode::Invalid,
            "NUL",
        ),
        (
            Box::new(|r| r.command = Some("x".repeat(200_000))),
            ErrorCode::TooLarge,
            "over",
        ),
        (
            Box::new(|r| r.command = Some(script.clone())),
            ErrorCode::Invalid,
            "could not be executed",
        ),
        (
            Box::new(|r| r.command = Some(plain.clone())),
            ErrorCode::Invalid,
            "not executable",
        ),
        (
            Box::new(|r| r.args = vec!["-l".into()]),
            ErrorCode::Invalid,
            "args without a command",
        ),
        (
            Box::new(|r| r.cwd = Some("/no/such/folder".into())),
            ErrorCode::Invalid,
            "/no/such/folder is not a folder",
        ),
        (
            Box::new(|r| r.cwd = Some(plain.clone().into())),
            ErrorCode::Invalid,
            "is not a folder",
        ),
        (
            Box::new(|r| r.cols = Some(0)),
            ErrorCode::Invalid,
            "1 to 1000",
        ),
        (
            Box::new(|r| r.rows = Some(1001)),
            ErrorCode::Invalid,
            "1 to 1000",
        ),
        (
            Box::new(|r| drop(r.env.insert("A=B".into(), "c".into()))),
            ErrorCode::Invalid,
            "env",
        ),
        (
            Box::new(|r| drop(r.env.insert("A".into(), "c\0".into()))),
            ErrorCode::Invalid,
            "NUL",
        ),
    ];
    for (number, (change, code, says)) in cases.iter().enumerate() {
        let mut request = RegisterRequest::new(session("t"));
        change(&mut request);
        let error = hub.hub.register(request).await.unwrap_err();
        assert_eq!(error.code, *code, "case {number}: {error}");
        assert!(error.message.contains(says), "case {number}: {error}");
    }
    assert!(hub.hub.list().iter().all(|terminal| !terminal.running));

    hub.sh("t", "read a").await;
    let again = hub
        .hub
        .register(RegisterRequest::new(session("t")))
        .await
        .unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_and_watches_have_a_limit() {
    let hub = Hub::with(HubConfig {
        limits: Limits {
            terminals: 2,
            watches_per_socket: 1,
            ..Limits::default()
        },
        ..HubConfig::default()
    });
    hub.sh("a", "read x").await;
    hub.sh("b", "read x").await;
    let error = hub
        .hub
        .register(RegisterRequest::new(session("c")))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    let mut client = Client::connect(
        &hub.url,
        &hub.token(tauri_plugin_realtime_hub::Role::Viewer),
    )
    .await;
    for (id, success) in [("a", true), ("a", true), ("b", false)] {
        let answer = client
            .request("terminal:watch", json!({"sessionId": id}))
            .await;
        assert_eq!(answer["success"], success, "{id}: {answer}");
    }
    client
        .request("terminal:unwatch", json!({"sessionId": "a"}))
        .await;
    assert_eq!(
        client
            .request("terminal:watch", json!({"sessionId": "b"}))
            .await["success"],
        true
    );
}

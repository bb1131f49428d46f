//! Pictures of the screen: for whoever comes, for whoever cannot keep up; and what a program
//! says beside what it shows. That pictures are exact is held elsewhere (`e2e/screen`).

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, NeedsInputWhen, RegisterRequest, Role};

use crate::client::{Client, Event, bytes_of, emulate, shown};
use crate::{Hub, coloured_text, print_file, session};

/// Largest picture, in bytes: the bound of history, and a screen that alone needs more.
const MOST: usize = 256 << 10;

async fn watch(client: &mut Client, request: Value) -> (Value, Vec<u8>) {
    let (answer, attachments) = client
        .request_with_attachments("terminal:watch", request)
        .await;
    assert_eq!(answer["success"], true, "{answer}");
    let bytes = bytes_of(&answer["scrollback"], &attachments).to_vec();
    (answer, bytes)
}

fn windowed() -> Value {
    json!({"sessionId": "t", "encoding": "binary", "window": 64 << 10})
}

async fn acknowledge(client: &mut Client, epoch: &Value, offset: u64) {
    let ack = json!({"sessionId": "t", "offset": offset, "epoch": epoch});
    client.emit("terminal:ack", &ack).await;
}

fn picture_of(event: &Event) -> Vec<u8> {
    bytes_of(&event.data["scrollback"], &event.attachments).to_vec()
}

/// Joins, again and again, until the screen shows `text`: nobody watched the program before.
async fn joined(hub: &Hub, text: &str) -> String {
    let mut client = hub.client().await;
    loop {
        let (answer, picture) = watch(&mut client, json!({"sessionId": "t"})).await;
        let screen = emulate(&answer, &picture).screen().contents();
        if screen.contains(text) {
            return screen;
        }
        // Something more has to be printed before another look is worth it.
        client.wait_for("terminal:output").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn full_screen_programs_come_up_unwatched_and_look_right_to_whoever_joins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("note.txt");
    std::fs::write(&file, "the first line\nthe second line\n").unwrap();
    let socket = folder.path().join("tmux");
    let (file, socket) = (file.display(), socket.display());
    for (script, shows) in [
        (
            format!("exec vim -u NONE -i NONE -N '{file}'"),
            "the second line",
        ),
        ("exec htop".to_owned(), "PID"),
        (
            format!(
                "exec tmux -f /dev/null -S '{socket}' new-session 'cat {file}; exec sleep 1000'"
            ),
            "the second line",
        ),
    ] {
        let hub = Hub::start();
        hub.sh("t", &script).await;
        let screen = joined(&hub, shows).await;
        assert!(screen.lines().count() > 2, "{screen}");
        hub.hub.kill(&session("t")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_small_whatever_was_printed() {
    let text = coloured_text(8 << 20);
    let (_file, print) = print_file(&text);
    let hub = Hub::start();
    let mut request = RegisterRequest::new(session("t"));
    request.command = Some("sh".into());
    request.args = vec![
        "-c".into(),
        format!("{print}; printf '\\030END'; exec sleep 1000"),
    ];
    (request.cols, request.rows) = (Some(200), Some(50));
    hub.hub.register(request).await.unwrap();
    hub.watched_too().await.wait_for_output("END").await;
    let (answer, picture) = watch(&mut hub.client().await, windowed()).await;
    assert_eq!(
        (&answer["cols"], &answer["rows"]),
        (&json!(200), &json!(50))
    );
    assert!(
        (64 << 10..MOST).contains(&picture.len()),
        "{}",
        picture.len()
    );
    let whole = [&text[..], b"\x18END"].concat();
    assert_eq!(shown(&answer, &picture), shown(&answer, &whole));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_that_sees_the_past_gets_the_present_and_its_history_when_it_is_calm() {
    let text = coloured_text(1 << 20);
    let (_file, print) = print_file(&text);
    let hub = Hub::start();
    // All of it is held, so that nothing but its age makes it not worth sending.
    let script = format!(
        "stty raw -echo; head -c1 >/dev/null; {print}; sleep 0.6; printf '\\030END'; exec sleep 1000"
    );
    hub.sh("t", &script).await;
    let mut slow = hub.client().await;
    let (answer, _) = watch(&mut slow, windowed()).await;
    let mut other = hub.watched_too().await;
    other
        .request("terminal:input", json!({"sessionId": "t", "input": "g"}))
        .await;
    other.wait_for_output("END").await;
    let printed = text.len() as u64 + 4;
    // It acknowledges nothing until now.
    let brief = loop {
        let event = slow.event().await.unwrap();
        let offset = match event.name.as_str() {
            "terminal:output" => event.offset(),
            "terminal:reset" => break event,
            _ => continue,
        };
        assert!(offset < printed / 2, "the past, and all of it");
        acknowledge(&mut slow, &answer["epoch"], offset).await;
    };
    let whole = [&text[..], b"\x18END"].concat();
    assert_eq!(brief.offset(), printed);
    assert!(picture_of(&brief).len() <= 40 << 10);
    assert_eq!(
        shown(&brief.data, &picture_of(&brief)),
        shown(&brief.data, &whole)
    );
    acknowledge(&mut slow, &answer["epoch"], brief.offset()).await;
    let full = slow.wait_for("terminal:reset").await;
    assert!(picture_of(&full).len() > 64 << 10, "with its history");
    assert_eq!(
        shown(&full.data, &picture_of(&full)),
        shown(&full.data, &whole)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_low_rate_gives_a_picture_instead_of_much_output() {
    let text = coloured_text(200 << 10);
    let (_file, print) = print_file(&text);
    let hub = Hub::start();
    let script =
        format!("stty raw -echo; head -c1 >/dev/null; {print}; printf '\\030END'; exec sleep 1000");
    hub.sh("t", &script).await;
    let mut hidden = hub.client().await;
    let (answer, _) = watch(&mut hidden, windowed()).await;
    let view = json!({"sessionId": "t", "visible": false, "rate": "low"});
    let seen = hidden.request("terminal:view", view).await;
    assert_eq!(seen["success"], true, "{seen}");
    hidden
        .request("terminal:input", json!({"sessionId": "t", "input": "g"}))
        .await;
    let (mut raw, mut resets, mut offset) = (0, 0, 0);
    while offset < text.len() as u64 + 4 {
        let event = hidden.event().await.unwrap();
        match event.name.as_str() {
            "terminal:output" => raw += event.bytes().len(),
            "terminal:reset" => resets += 1,
            _ => continue,
        }
        offset = event.offset();
        acknowledge(&mut hidden, &answer["epoch"], offset).await;
    }
    assert!(
        resets > 0 && raw < text.len() / 2,
        "{resets} resets, {raw} bytes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_resize_every_viewer_gets_a_picture_of_that_size() {
    let hub = Hub::start();
    let mut stock = hub.watched("stty -echo; echo up; exec cat").await;
    stock.wait_for_output("up\r\n").await;
    let mut ours = hub.client().await;
    let (answer, _) = watch(&mut ours, windowed()).await;
    acknowledge(
        &mut ours,
        &answer["epoch"],
        answer["offset"].as_u64().unwrap(),
    )
    .await;
    hub.hub.resize(&session("t"), 100, 30).unwrap();
    ours.wait_for("terminal:resized").await;
    let reset = ours.wait_for("terminal:reset").await;
    assert_eq!(
        (&reset.data["cols"], &reset.data["rows"]),
        (&json!(100), &json!(30))
    );
    assert_eq!(shown(&reset.data, &picture_of(&reset)), "up\r\n");
    stock.wait_for("terminal:resized").await;
    let reset = stock.wait_for("terminal:output").await;
    assert_eq!(reset.data["reset"], true);
    assert!(reset.bytes().starts_with(b"\x18\x1bc"));
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_bells_and_notifications_are_told_and_can_mean_that_somebody_is_needed() {
    let hub = Hub::with(HubConfig {
        needs_input: NeedsInputWhen {
            bell: true,
            notifications: true,
        },
        ..HubConfig::default()
    });
    let script = r"stty -echo; read a; printf '\033]2;at work\007'; read a; printf '\007'; read a; printf '\033]777;notify;agent;may I?\007'; printf '\033]7;file://host/usr\007'; read a; printf done; exec sleep 1000";
    let mut client = hub.watched(script).await;
    let mut elsewhere = Client::connect(&hub.url, &hub.token(Role::Viewer)).await;
    let enter = || json!({"sessionId": "t", "input": "\n"});

    client.emit("terminal:input", &enter()).await;
    let title = client.wait_for("terminal:title").await;
    assert_eq!(title.data, json!({"sessionId": "t", "title": "at work"}));
    assert_eq!(hub.hub.list()[0].title, "at work");

    client.emit("terminal:input", &enter()).await;
    let bell = client.wait_for("terminal:bell").await;
    assert_eq!(bell.data, json!({"sessionId": "t"}));
    let rang = elsewhere.wait_for("terminal:attention").await;
    assert_eq!(rang.data["active"], true);

    // Answering is enough.
    client.emit("terminal:input", &enter()).await;
    let answered = elsewhere.wait_for("terminal:attention").await;
    assert_eq!(answered.data["active"], false);
    let said = client.wait_for("terminal:notification").await;
    let expected = json!({"sessionId": "t", "title": "agent", "body": "may I?"});
    assert_eq!(said.data, expected);
    let asked = elsewhere.wait_for("terminal:attention").await;
    assert_eq!(asked.data["message"], "agent: may I?");

    client.emit("terminal:input", &enter()).await;
    client.wait_for_output("done").await;
    assert_eq!(hub.hub.list()[0].cwd, std::path::Path::new("/usr"));
}

//! Whose size a terminal has: phone and desktop on one terminal, and a program that counts how
//! often its size changes.

use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{HubConfig, RegisterRequest, Role, SizePolicy};

use crate::client::Client;
use crate::{Hub, failure, session};

/// Says its size each time it is told that it has changed, and how often that was on a line.
const COUNTS: &str = r#"stty -echo; n=0
trap 'n=$((n + 1)); echo "[$n $(stty size)]"' WINCH
echo up; while :; do read a && echo "total $n"; done"#;

type Cells = (u16, u16);

#[derive(Debug, Clone, Copy)]
enum Who {
    Desktop,
    Phone,
}
use Who::{Desktop, Phone};

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Shows it with this size, or with whatever size there is.
    Show(Option<Cells>),
    Hide,
    Ask(Cells),
    /// Begins or ends to watch.
    Watch,
    Unwatch,
}
use Step::{Ask, Hide, Show, Unwatch, Watch};

impl Step {
    async fn by(self, client: &mut Client) -> Value {
        let (event, payload) = match self {
            Show(Some((cols, rows))) => (
                "terminal:view",
                json!({"sessionId": "t", "visible": true, "cols": cols, "rows": rows}),
            ),
            Show(None) => (
                "terminal:view",
                json!({"sessionId": "t", "visible": true, "rate": "low"}),
            ),
            Hide => (
                "terminal:view",
                json!({"sessionId": "t", "visible": false, "rate": "full"}),
            ),
            Ask((cols, rows)) => (
                "terminal:resize",
                json!({"sessionId": "t", "cols": cols, "rows": rows}),
            ),
            Watch => ("terminal:watch", json!({"sessionId": "t"})),
            Unwatch => ("terminal:unwatch", json!({"sessionId": "t"})),
        };
        client.request(event, payload).await
    }
}

async fn counting(hub: &Hub, policy: Option<SizePolicy>) {
    let mut request = RegisterRequest::new(session("t"));
    request.command = Some("sh".into());
    request.args = vec!["-c".into(), COUNTS.into()];
    request.size_policy = policy;
    hub.hub.register(request).await.unwrap();
}

fn size_of(hub: &Hub) -> Cells {
    let terminal = &hub.hub.list()[0];
    (terminal.cols, terminal.rows)
}

/// A desktop and a phone that may resize, and do not watch yet.
async fn both(hub: &Hub) -> (Client, Client) {
    let (token, _) = crate::pairing::pair(hub, Role::Operator).await;
    let phone = Client::connect(&hub.url, &token).await;
    (hub.client().await, phone)
}

/// Somebody who reads what the program says and has no say in its size.
async fn reader(hub: &Hub) -> Client {
    let mut reader = Client::connect(&hub.url, &hub.token(Role::Viewer)).await;
    let watch = json!({"sessionId": "t"});
    assert_eq!(
        reader.request("terminal:watch", watch).await["success"],
        true
    );
    reader.wait_for_output("up\r\n").await;
    reader
}

/// Does each step, and holds what is answered, which size there is, and that the program was
/// told once for each other size.
async fn play(policy: SizePolicy, steps: &[(Who, Step, Cells)]) {
    let hub = Hub::with(HubConfig {
        size_policy: policy,
        ..HubConfig::default()
    });
    counting(&hub, None).await;
    let mut reader = reader(&hub).await;
    let (mut desktop, mut phone) = both(&hub).await;
    let (mut size, mut changes) = (size_of(&hub), 0);
    for (n, (who, step, expected)) in steps.iter().enumerate() {
        let client = match who {
            Desktop => &mut desktop,
            Phone => &mut phone,
        };
        let answer = step.by(client).await;
        let at = format!("{policy:?}, step {n}: {who:?} {step:?}: {answer}");
        assert_eq!(answer["success"], true, "{at}");
        match step {
            Show(Some(cells)) | Ask(cells) => {
                assert_eq!(answer["applied"], json!(cells == expected), "{at}");
            }
            Show(None) | Hide => assert_eq!(answer["applied"], false, "{at}"),
            Watch | Unwatch => {}
        }
        assert_eq!(size_of(&hub), *expected, "{at}");
        if size != *expected {
            (size, changes) = (*expected, changes + 1);
            let (cols, rows) = size;
            reader
                .wait_for_output(&format!("[{changes} {rows} {cols}]"))
                .await;
        }
    }
    hub.hub.write(&session("t"), "\n").await.unwrap();
    let seen = reader.wait_for_output("total ").await;
    assert!(
        seen.contains(&format!("total {changes}")),
        "{seen:?} after {changes} changes"
    );
}

const START: Cells = (80, 24);
const BIG: Cells = (120, 40);
const WIDE: Cells = (200, 20);
const SMALL: Cells = (45, 30);

#[tokio::test(flavor = "multi_thread")]
async fn under_owner_a_phone_never_reflows_the_desktop() {
    play(
        SizePolicy::Owner,
        &[
            (Desktop, Watch, START),
            (Desktop, Show(Some(BIG)), BIG),
            (Phone, Watch, BIG),
            (Phone, Show(Some(SMALL)), BIG),
            (Phone, Ask(SMALL), BIG),
            // It goes on showing it while it watches anew.
            (Desktop, Watch, BIG),
            (Desktop, Show(Some(WIDE)), WIDE),
            (Desktop, Show(Some(WIDE)), WIDE),
            // Nobody is at the desktop.
            (Desktop, Hide, SMALL),
            (Phone, Ask(BIG), BIG),
            (Desktop, Show(Some(WIDE)), WIDE),
            (Desktop, Unwatch, BIG),
            (Phone, Show(None), BIG),
            (Desktop, Watch, BIG),
            (Desktop, Ask(WIDE), WIDE),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_smallest_both_see_all_of_it() {
    play(
        SizePolicy::Smallest,
        &[
            (Desktop, Watch, START),
            (Desktop, Show(Some(WIDE)), WIDE),
            (Phone, Watch, WIDE),
            (Phone, Show(None), WIDE),
            (Phone, Show(Some(SMALL)), (45, 20)),
            (Desktop, Show(Some(BIG)), SMALL),
            (Desktop, Ask(WIDE), (45, 20)),
            (Phone, Hide, WIDE),
            (Phone, Show(Some(SMALL)), (45, 20)),
            (Phone, Unwatch, WIDE),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_latest_whoever_asked_last_has_it() {
    play(
        SizePolicy::Latest,
        &[
            (Desktop, Watch, START),
            (Desktop, Show(Some(BIG)), BIG),
            (Phone, Watch, BIG),
            (Phone, Show(Some(SMALL)), SMALL),
            (Desktop, Show(Some(WIDE)), WIDE),
            (Phone, Ask(SMALL), SMALL),
            (Phone, Hide, WIDE),
            (Phone, Show(Some(SMALL)), SMALL),
            (Phone, Unwatch, WIDE),
            // Who does not watch asks once.
            (Phone, Ask(BIG), BIG),
            (Phone, Watch, BIG),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_may_have_a_policy_of_its_own_and_the_host_is_above_all() {
    let hub = Hub::start();
    counting(&hub, Some(SizePolicy::Latest)).await;
    let (mut desktop, mut phone) = both(&hub).await;
    for (client, cells) in [(&mut desktop, BIG), (&mut phone, SMALL)] {
        Watch.by(client).await;
        Show(Some(cells)).by(client).await;
        assert_eq!(size_of(&hub), cells);
    }
    hub.hub.resize(&session("t"), 200, 20).unwrap();
    assert_eq!(size_of(&hub), WIDE);
    assert_eq!(
        hub.hub.resize(&session("t"), 0, 20).unwrap_err().message,
        "cols and rows are whole numbers from 1 to 1000"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_desktop_dies_the_phone_has_its_size() {
    let hub = Hub::start();
    counting(&hub, None).await;
    let (mut desktop, mut phone) = both(&hub).await;
    for (client, cells) in [(&mut desktop, BIG), (&mut phone, SMALL)] {
        Watch.by(client).await;
        Show(Some(cells)).by(client).await;
        assert_eq!(size_of(&hub), BIG);
    }
    drop(desktop);
    // Of one change the phone hears: to its own size.
    let mut sizes = Vec::new();
    while sizes.last() != Some(&json!([45, 30])) {
        let resized = phone.wait_for("terminal:resized").await.data;
        sizes.push(json!([resized["cols"], resized["rows"]]));
    }
    assert_eq!(sizes.len(), 1, "{sizes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_only_watches_has_no_say_and_is_told_so() {
    let hub = Hub::start();
    counting(&hub, Some(SizePolicy::Latest)).await;
    let (token, _) = crate::pairing::pair(&hub, Role::Viewer).await;
    let mut phone = Client::connect(&hub.url, &token).await;
    Watch.by(&mut phone).await;
    let answer = Show(Some(SMALL)).by(&mut phone).await;
    assert_eq!(answer, json!({"success": true, "applied": false}));
    assert_eq!(size_of(&hub), START);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_makes_no_sense_is_refused_and_changes_nothing() {
    let hub = Hub::start();
    counting(&hub, None).await;
    let mut client = hub.client().await;
    let answer = Show(Some(SMALL)).by(&mut client).await;
    assert_eq!(
        failure(&answer),
        ("NOT_FOUND", "this terminal is not watched")
    );
    Watch.by(&mut client).await;
    for (view, says) in [
        (json!({}), "missing field `visible`"),
        (json!({"visible": 1}), "invalid type"),
        (
            json!({"visible": true, "cols": 80}),
            "cols without rows, or rows without cols",
        ),
        (
            json!({"visible": true, "rows": 24}),
            "cols without rows, or rows without cols",
        ),
        (
            json!({"visible": true, "cols": 0, "rows": 24}),
            "whole numbers from 1 to 1000",
        ),
        (
            json!({"visible": true, "cols": 1001, "rows": 24}),
            "whole numbers from 1 to 1000",
        ),
        (
            json!({"visible": true, "cols": 80.5, "rows": 24}),
            "invalid type",
        ),
        (json!({"visible": true, "rate": "slow"}), "unknown variant"),
    ] {
        let mut payload = view.clone();
        payload["sessionId"] = "t".into();
        let answer = client.request("terminal:view", payload).await;
        let (code, error) = failure(&answer);
        assert!(code == "INVALID" && error.contains(says), "{view}: {error}");
    }
    assert_eq!(size_of(&hub), START);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_on_after_a_resize_has_the_present_size() {
    let hub = Hub::start();
    counting(&hub, None).await;
    let mut client = reader(&hub).await;
    hub.hub.resize(&session("t"), 120, 40).unwrap();
    // Printed, or painted when it was quicker than the picture that a resize brings.
    client.wait_for_output("[1 40 120]").await;
    let epoch = hub.hub.list()[0].epoch.clone();
    let watch = async |client: &mut Client, offset: u64| {
        let resume = json!({"epoch": epoch, "offset": offset});
        let watch = json!({"sessionId": "t", "resume": resume});
        client.request("terminal:watch", watch).await
    };
    // Bytes from before are of another size: a fresh start.
    let answer = watch(&mut client, 1).await;
    assert_ne!(answer["replay"], "resume", "{answer}");
    assert_eq!(
        (&answer["cols"], &answer["rows"]),
        (&json!(120), &json!(40))
    );
    // Everything since is of this size.
    let end = answer["offset"].as_u64().unwrap();
    let answer = watch(&mut client, end).await;
    assert_eq!(answer["replay"], "resume", "{answer}");
    assert_eq!(
        (&answer["cols"], &answer["rows"]),
        (&json!(120), &json!(40))
    );
}

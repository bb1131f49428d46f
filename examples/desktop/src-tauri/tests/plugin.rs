//! The plugin as an application has it: its commands through Tauri's IPC with the capabilities of
//! this application, and everything that must not keep an application from starting.
//!
//! It is tested here and not in the plugin's own crate because a dev-dependency cannot be
//! optional, and the hub must be testable where there is no Tauri.

// A helper of tests fails as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::TcpListener;

use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_realtime_hub::{Builder, RealtimeHubExt, Role};

/// An application with a window that may do everything, without a screen.
struct Application {
    app: App<MockRuntime>,
    window: WebviewWindow<MockRuntime>,
}

impl Application {
    /// `section` is `plugins.realtime-hub` of its `tauri.conf.json`.
    fn start(section: Value) -> Self {
        Self::with(section, Builder::new())
    }

    fn with(section: Value, builder: Builder) -> Self {
        let mut context = tauri::generate_context!();
        let plugins = &mut context.config_mut().plugins.0;
        plugins.insert("realtime-hub".to_owned(), section);
        let app = mock_builder()
            // The test's own signals are not the application's.
            .plugin(builder.exit_on_signals(false).build())
            .build(context)
            .unwrap();
        let window = window(&app, "main");
        Self { app, window }
    }

    fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        call(&self.window, command, arguments)
    }

    fn status(&self) -> Value {
        self.call("status", json!({})).unwrap()
    }

    /// The only problem in the status.
    fn problem(&self) -> String {
        match self.status()["problems"].as_array().unwrap().as_slice() {
            [problem] => problem.as_str().unwrap().to_owned(),
            other => panic!("expected one problem: {other:?}"),
        }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        tauri::async_runtime::block_on(self.app.realtime_hub().shutdown());
    }
}

fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, tauri::WebviewUrl::default())
        .build()
        .unwrap()
}

fn call(
    window: &WebviewWindow<MockRuntime>,
    command: &str,
    arguments: Value,
) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: format!("plugin:realtime-hub|{command}"),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: "tauri://localhost".parse().unwrap(),
        body: InvokeBody::Json(arguments),
        headers: tauri::http::HeaderMap::new(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}

/// Any free port, and nothing kept.
fn quiet() -> Value {
    json!({"port": 0, "dataDir": null})
}

fn sleeper(id: &str) -> Value {
    json!({"request": {"sessionId": id, "command": "sleep", "args": ["60"]}})
}

#[test]
fn a_terminal_from_its_beginning_to_its_end() {
    let application = Application::start(quiet());
    let started = application.call("register", sleeper("one")).unwrap();
    assert_eq!(started["sessionId"], "one");
    assert_eq!(started["running"], true);

    let typed = json!({"sessionId": "one", "data": "typed ahead\n"});
    assert_eq!(application.call("write", typed), Ok(Value::Null));
    let size = json!({"sessionId": "one", "cols": 132, "rows": 43});
    assert_eq!(application.call("resize", size), Ok(Value::Null));
    let listed = application.call("list", json!({})).unwrap();
    assert_eq!(listed[0]["sessionId"], "one");
    assert_eq!(
        (&listed[0]["cols"], &listed[0]["rows"]),
        (&json!(132), &json!(43))
    );

    let one = json!({"sessionId": "one"});
    assert_eq!(application.call("kill", one), Ok(Value::Null));
    assert_eq!(
        application.status()["namespaces"]["terminal"]["activeSessions"],
        0
    );
}

#[test]
fn a_terminal_started_by_the_applications_rust_is_the_windows_too() {
    let application = Application::start(quiet());
    let request = serde_json::from_value(sleeper("rust")["request"].clone()).unwrap();
    let hub = application.app.realtime_hub();
    tauri::async_runtime::block_on(hub.register(request)).unwrap();
    let listed = application.call("list", json!({})).unwrap();
    assert_eq!(listed[0]["sessionId"], "rust");
}

#[test]
fn each_connection_has_its_role() {
    let application = Application::start(quiet());
    let address = application.status()["address"].as_str().unwrap().to_owned();
    let mut tokens = Vec::new();
    for (command, role) in [
        ("connection", "viewer"),
        ("connection_operator", "operator"),
        ("connection_admin", "admin"),
    ] {
        let connection = application.call(command, json!({})).unwrap();
        assert_eq!(connection["role"], role);
        assert_eq!(connection["url"], format!("http://{address}"));
        tokens.push(connection["token"].as_str().unwrap().to_owned());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
    let in_rust = application.app.realtime_hub().connection(Role::Viewer);
    assert_eq!(in_rust.unwrap().token, tokens[0]);
}

#[test]
fn pairing_gives_a_code_a_link_and_a_picture() {
    let application = Application::start(quiet());
    for arguments in [json!({}), json!({"request": {"role": "viewer"}})] {
        let pairing = application.call("start_pairing", arguments).unwrap();
        let code = pairing["code"].as_str().unwrap();
        assert!(
            pairing["url"]
                .as_str()
                .unwrap()
                .ends_with(&format!("/#pair={code}"))
        );
        assert!(pairing["qr"].as_str().unwrap().contains("<svg"));
    }
}

#[test]
fn a_window_tells_of_something_of_the_applications_own() {
    let application = Application::start(quiet());
    let event = json!({
        "name": "deploy:done",
        "scope": {"project": "default"},
        "data": {"version": 2},
        "id": "deploy-2",
    });
    for _ in 0..2 {
        let told = application.call("emit", json!({"event": event}));
        assert_eq!(told.unwrap(), Value::Null);
    }
}

#[test]
fn errors_arrive_with_a_code_and_a_sentence() {
    let application = Application::start(quiet());
    application.call("register", sleeper("taken")).unwrap();
    for (command, arguments, code) in [
        ("kill", json!({"sessionId": "nobody"}), "NOT_FOUND"),
        ("kill", json!({"sessionId": "not an id"}), "INVALID"),
        ("kill", json!({}), "INVALID"),
        ("write", json!({"sessionId": "taken"}), "INVALID"),
        (
            "resize",
            json!({"sessionId": "taken", "cols": 0, "rows": 1}),
            "INVALID",
        ),
        (
            "resize",
            json!({"sessionId": "taken", "cols": "80", "rows": 1}),
            "INVALID",
        ),
        ("register", sleeper("taken"), "CONFLICT"),
        (
            "register",
            json!({"request": {"sessionId": "x", "cwd": "/nowhere"}}),
            "INVALID",
        ),
        (
            "register",
            json!({"request": {"sessionId": "x", "cow": "/"}}),
            "INVALID",
        ),
        ("register", json!({"request": 1}), "INVALID"),
        (
            "start_pairing",
            json!({"request": {"role": "admin"}}),
            "INVALID",
        ),
        (
            "emit",
            json!({"event": {"name": "task:updated", "scope": "all", "data": {}}}),
            "INVALID",
        ),
        (
            "emit",
            json!({"event": {"name": "deploy:done", "scope": {"project": "a/b"}, "data": {}}}),
            "INVALID",
        ),
        (
            "emit",
            json!({"event": {"name": "deploy:done", "scope": "all", "data": 1}}),
            "INVALID",
        ),
        (
            "start_pairing",
            json!({"request": {"role": "king"}}),
            "INVALID",
        ),
    ] {
        let error = application.call(command, arguments.clone()).unwrap_err();
        assert_eq!(error["code"], code, "{command} {arguments}: {error}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{error}");
    }
}

#[test]
fn a_window_without_the_capability_can_do_nothing() {
    let application = Application::start(quiet());
    let stranger = window(&application.app, "stranger");
    for command in [
        "status",
        "list",
        "connection",
        "connection_admin",
        "register",
    ] {
        let refused = call(&stranger, command, sleeper("x")).unwrap_err();
        assert!(
            refused.as_str().unwrap().contains("not allowed"),
            "{refused}"
        );
    }
    assert_eq!(application.app.realtime_hub().list().len(), 0);
}

#[test]
fn a_taken_port_leaves_the_application_running_with_a_problem() {
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port();
    let application = Application::start(json!({"port": port, "dataDir": null}));
    assert!(application.problem().contains(&format!("127.0.0.1:{port}")));
    assert_eq!(application.status()["address"], Value::Null);
    let error = application.call("connection", json!({})).unwrap_err();
    assert_eq!(error["code"], "UNAVAILABLE");
    // What needs no network works.
    application.call("register", sleeper("local")).unwrap();
}

#[test]
fn a_wrong_configuration_leaves_the_application_running_and_the_hub_deaf() {
    for (section, says) in [
        (json!({"prot": 0}), "prot"),
        (json!({"port": "many"}), "port"),
        (json!("nonsense"), "plugins.realtime-hub"),
        (json!({"port": 0, "allowOrigins": ["*"]}), "allowOrigins"),
    ] {
        let application = Application::start(section.clone());
        let problem = application.problem();
        assert!(problem.contains(says), "{section}: {problem}");
        assert_eq!(application.status()["address"], Value::Null, "{section}");
    }
}

#[test]
fn rust_has_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().to_owned();
    let builder = Builder::new().configure(move |config| {
        assert_eq!(config.port, Some(1));
        config.port = Some(0);
        config.data_dir = Some(kept);
    });
    let application = Application::with(json!({"port": 1, "dataDir": null}), builder);
    assert_eq!(application.status()["problems"], json!([]));
    assert_eq!(application.status()["storage"], "disk");
}

#[test]
fn a_second_instance_on_the_same_folder_runs_in_memory_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let section = json!({"port": 0, "dataDir": folder.path()});
    let first = Application::start(section.clone());
    assert_eq!(first.status()["storage"], "disk");
    assert_eq!(first.status()["problems"], json!([]));
    let second = Application::start(section);
    assert_eq!(second.status()["storage"], "memory");
    assert!(second.problem().contains("forgotten"));
    second.call("register", sleeper("one")).unwrap();
    assert_ne!(first.status()["hub"], second.status()["hub"]);
}

#[test]
fn adding_the_plugin_twice_keeps_the_first_hub() {
    let application = Application::start(quiet());
    let hub = application.status()["hub"].clone();
    let again = tauri_plugin_realtime_hub::init();
    application.app.handle().plugin(again).unwrap();
    assert_eq!(application.status()["hub"], hub);
}

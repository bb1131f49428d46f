//! The hub alone, without a desktop: for servers, for tests, for trying it out.
//!
//! ```sh
//! cargo run --example headless --no-default-features --features sqlite,phone -- \
//!     --terminal shell=bash --data ./hub-data
//! ```
//!
//! Prints one line of JSON when it is ready, `{"url", "token", "pairUrl"}`, and a line with a
//! fresh `pairUrl` on Enter or SIGUSR1. With `--qr` it also draws the code.

use std::error::Error;
use std::future::Future;
use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Parser;
use serde_json::json;
use tauri_plugin_realtime_hub::{
    HubConfig, HubHandle, PairingRequest, ProjectId, RegisterRequest, Role, SessionId, qr_text,
};
use tokio::sync::mpsc;

/// Runs a realtime hub without a desktop application.
#[derive(Debug, Parser)]
struct Options {
    /// Port on 127.0.0.1; 0 for any free one. Without it 3000, or a free one when 3000 is taken.
    #[arg(long)]
    port: Option<u16>,
    /// The address under which phones reach this hub.
    #[arg(long)]
    external_url: Option<url::Url>,
    /// A further `Host` to answer to; repeatable.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// A further origin whose pages may connect; repeatable.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Where paired devices are kept; in memory without it.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A terminal to start; repeatable. The command is split as a shell splits words; an empty
    /// one is the login shell. `ID@PROJECT=COMMAND` puts it into a project.
    #[arg(long, value_name = "ID=COMMAND", value_parser = terminal)]
    terminal: Vec<RegisterRequest>,
    /// Draw pairing links as QR codes, too.
    #[arg(long)]
    qr: bool,
    /// Further configuration, as JSON (`{"timing": {"pingIntervalMs": 1000}}`).
    #[arg(long, value_name = "JSON", default_value = "{}", value_parser = config)]
    config: HubConfig,
}

fn config(json: &str) -> Result<HubConfig, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

fn terminal(text: &str) -> Result<RegisterRequest, String> {
    let (name, command) = text.split_once('=').ok_or("expected ID=COMMAND")?;
    let (id, project) = match name.split_once('@') {
        Some((id, project)) => (id, ProjectId::new(project)),
        None => (name, Ok(ProjectId::default())),
    };
    let mut request = RegisterRequest::new(SessionId::new(id).map_err(|error| error.to_string())?);
    request.project_id = project.map_err(|error| error.to_string())?;
    let mut words = shell_words::split(command)
        .map_err(|error| error.to_string())?
        .into_iter();
    request.command = words.next();
    request.args = words.collect();
    Ok(request)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::builder()
                .with_default_directive(tracing::Level::WARN.into())
                .from_env_lossy(),
        )
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    let base = options.config;
    let config = HubConfig {
        port: options.port.or(base.port),
        external_url: options.external_url.or(base.external_url),
        allow_hosts: [base.allow_hosts, options.allow_host].concat(),
        allow_origins: [base.allow_origins, options.allow_origin].concat(),
        data_dir: options.data.or(base.data_dir),
        ..base
    };
    // Before anything is started, so that nothing is left behind.
    let stop = stop_signal()?;
    let hub = HubHandle::start_on_own_threads(config)?;
    let result = run(&hub, options.terminal, options.qr, stop).await;
    hub.shutdown().await;
    result
}

async fn run(
    hub: &HubHandle,
    terminals: Vec<RegisterRequest>,
    qr: bool,
    stop: impl Future<Output = ()>,
) -> Result<(), Box<dyn Error>> {
    let connection = hub.connection(Role::Admin)?;
    for terminal in terminals {
        hub.register(terminal).await?;
    }
    let pairing = hub.start_pairing(PairingRequest::default())?;
    say(&json!({"url": connection.url, "token": connection.token, "pairUrl": pairing.url}))?;
    draw(&pairing.url, qr);

    let mut fresh = fresh_codes()?;
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            Some(()) = fresh.recv() => match hub.start_pairing(PairingRequest::default()) {
                Ok(pairing) => {
                    say(&json!({"pairUrl": pairing.url}))?;
                    draw(&pairing.url, qr);
                }
                Err(error) => eprintln!("{error}"),
            },
        }
    }
}

fn say(line: &serde_json::Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn draw(url: &str, qr: bool) {
    if let Some(code) = qr_text(url).filter(|_| qr) {
        eprintln!("{code}\nScan it, or open {url}\n(Enter: a fresh code. Ctrl-C: stop.)");
    }
}

/// Fires on Enter and on SIGUSR1.
fn fresh_codes() -> std::io::Result<mpsc::Receiver<()>> {
    let (wanted, fresh) = mpsc::channel(1);
    let on_enter = wanted.clone();
    // Reading standard input cannot be interrupted, so it gets a thread that nobody waits for.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || on_enter.blocking_send(()).is_err() {
                return;
            }
        }
    });
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut signals = signal(SignalKind::user_defined1())?;
        tokio::spawn(async move {
            while signals.recv().await.is_some() && wanted.send(()).await.is_ok() {}
        });
    }
    Ok(fresh)
}

/// Ends on SIGINT or SIGTERM, which are caught from now on.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

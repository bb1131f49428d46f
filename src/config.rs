//! What a host application can set, with defaults that need nothing set.
//!
//! The same type comes from Rust, from `plugins.realtime-hub` in `tauri.conf.json` and, for
//! the external address, from the environment. Unknown names are refused: a misspelt limit
//! must not go unnoticed.

mod events;
mod terminals;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::{HubError, Result};
use crate::protocol::SizePolicy;

pub use events::{Events, Synchronous};
pub use terminals::{Lifecycle, NeedsInputWhen, Orphans, Recording};

/// The port that is tried when none is asked for.
pub const DEFAULT_PORT: u16 = 3000;

/// Configuration of a hub.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct HubConfig {
    /// Port on 127.0.0.1. When absent, 3000, or any free one when 3000 is taken; a port that
    /// was asked for is never exchanged for another. 0 means any free one.
    pub port: Option<u16>,
    /// The address under which phones reach the hub, through a tunnel or a proxy. Falls back
    /// to the environment variable `EXTERNAL_URL`.
    pub external_url: Option<Url>,
    /// Further `Host` values to answer to (`name` for any port, `name:port` for one; an IPv6
    /// address without brackets, for any port).
    pub allow_hosts: Vec<String>,
    /// Further origins whose pages may connect (`https://app.example`).
    pub allow_origins: Vec<String>,
    /// Where everything is kept that outlasts the hub. In memory when absent; as a plugin, the
    /// application's data folder is filled in.
    pub data_dir: Option<PathBuf>,
    /// Whose size a terminal has when several show it, unless `register` says otherwise.
    pub size_policy: SizePolicy,
    /// Whether clients of the raw WebSocket protocol that Socket.IO replaces are let in, by an
    /// upgrade at `/`. They need a credential as everybody does.
    pub legacy_ws: bool,
    /// What becomes of terminals that nobody needs any more.
    pub lifecycle: Lifecycle,
    /// What makes a terminal need somebody. Nothing does by default: a shell rings for a key
    /// that has no meaning.
    pub needs_input: NeedsInputWhen,
    /// Which terminals are recorded.
    pub recording: Recording,
    /// How much of the log of events is kept, and how safely.
    pub events: Events,
    /// How much of everything.
    pub limits: Limits,
    /// How long everything may take.
    pub timing: Timing,
}

/// Bounds. Each protects the hub from one kind of excess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Limits {
    /// Terminals that run at once.
    pub terminals: usize,
    /// Ended terminals that can still be watched; of more, those that ended first are forgotten.
    pub ended_terminals: usize,
    /// Terminals that one socket watches at once.
    pub watches_per_socket: usize,
    /// Bytes of one incoming message, on both transports.
    pub message_bytes: usize,
    /// Output that every terminal keeps for viewers that come back, in bytes.
    pub ring_bytes: usize,
    /// Output that a terminal keeps, at most, for viewers that are behind and moving.
    pub ring_burst_bytes: usize,
    /// Input of one connection that waits for programs to read it, in bytes. Above it the
    /// hub stops reading from that connection.
    pub input_waiting_bytes: usize,
    /// Output handed to one connection that it has not taken yet, in bytes.
    pub output_waiting_bytes: usize,
    /// Projects and sessions that one socket follows at once.
    pub rooms_per_socket: usize,
    /// Events that one socket may be behind. It is disconnected when it is further, and asks
    /// for what it has missed when it comes back.
    pub events_behind: usize,
    /// Paired devices.
    pub devices: usize,
    /// Pairing codes that are waiting to be used.
    pub pairings: usize,
    /// Wrong pairing codes a minute, over all addresses: behind a tunnel all addresses are one.
    pub wrong_codes_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            terminals: 128,
            ended_terminals: 128,
            watches_per_socket: 64,
            message_bytes: 1_000_000,
            ring_bytes: 2 << 20,
            ring_burst_bytes: 8 << 20,
            input_waiting_bytes: 1 << 20,
            output_waiting_bytes: 512 << 10,
            rooms_per_socket: 1024,
            events_behind: 4096,
            devices: 64,
            pairings: 16,
            wrong_codes_per_minute: 30,
        }
    }
}

/// Durations, in milliseconds. Tests inject short ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Timing {
    /// Between two heartbeats of a connection.
    pub ping_interval_ms: u64,
    /// Until a heartbeat must be answered.
    pub ping_timeout_ms: u64,
    /// How long an ended terminal can still be watched.
    pub recovery_window_ms: u64,
    /// Between SIGHUP, SIGTERM and SIGKILL when a terminal is killed.
    pub kill_grace_ms: u64,
    /// Silence after which an ended program's output counts as complete.
    pub exit_quiet_ms: u64,
    /// When it counts as complete although it is not silent.
    pub exit_drain_ms: u64,
    /// How long a new terminal is watched for a program that cannot be executed.
    pub exec_check_ms: u64,
    /// How long shutting down may take.
    pub shutdown_ms: u64,
    /// How long a pairing code is good.
    pub pairing_ms: u64,
    /// How long a client of the raw WebSocket protocol may take to say who it is.
    pub legacy_auth_ms: u64,
    /// How long an agent whose connection was lost may take to come back.
    pub agent_grace_ms: u64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            ping_interval_ms: 25_000,
            ping_timeout_ms: 20_000,
            recovery_window_ms: 120_000,
            kill_grace_ms: 1_000,
            exit_quiet_ms: 50,
            exit_drain_ms: 500,
            exec_check_ms: 50,
            shutdown_ms: 5_000,
            pairing_ms: 120_000,
            legacy_auth_ms: 5_000,
            agent_grace_ms: 30_000,
        }
    }
}

macro_rules! durations {
    ($($(#[$doc:meta])* $name:ident = $field:ident;)*) => {
        impl Timing {
            $($(#[$doc])* pub(crate) fn $name(&self) -> Duration {
                Duration::from_millis(self.$field)
            })*
        }
    };
}

durations! {
    ping_interval = ping_interval_ms;
    ping_timeout = ping_timeout_ms;
    recovery_window = recovery_window_ms;
    kill_grace = kill_grace_ms;
    exit_quiet = exit_quiet_ms;
    exit_drain = exit_drain_ms;
    exec_check = exec_check_ms;
    shutdown = shutdown_ms;
    pairing = pairing_ms;
    legacy_auth = legacy_auth_ms;
    agent_grace = agent_grace_ms;
}

impl HubConfig {
    /// Fills in what comes from the environment and checks the rest.
    ///
    /// # Errors
    ///
    /// `INVALID`, naming the field, when a value makes no sense.
    pub(crate) fn resolve(mut self, external_url_env: Option<&str>) -> Result<Self> {
        if self.external_url.is_none() {
            self.external_url = external_url_env
                .filter(|text| !text.trim().is_empty())
                .map(|text| {
                    Url::parse(text.trim()).map_err(|error| {
                        HubError::invalid(format!("EXTERNAL_URL is not an address: {error}"))
                    })
                })
                .transpose()?;
        }
        if let Some(url) = &self.external_url {
            check_external(url)?;
        }
        for origin in &self.allow_origins {
            check_origin(origin)?;
        }
        for host in &self.allow_hosts {
            if host.is_empty() || host.contains(['/', '@', ' ', '*', '[', ']']) {
                return Err(HubError::invalid(format!(
                    "allowHosts: {host:?} is not a host name"
                )));
            }
        }
        self.lifecycle.check()?;
        self.recording.check()?;
        self.events.check()?;
        self.limits.check()?;
        self.timing.check()?;
        Ok(self)
    }
}

fn check_external(url: &Url) -> Result<()> {
    let sound = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if sound {
        Ok(())
    } else {
        Err(HubError::invalid(
            "externalUrl: expected http(s)://host[:port] and nothing else",
        ))
    }
}

fn check_origin(origin: &str) -> Result<()> {
    let sound = Url::parse(origin)
        .ok()
        .and_then(|url| {
            url.host_str()
                .map(|host| (url.scheme().to_owned(), host.to_owned(), url.port()))
        })
        .is_some_and(|(scheme, host, port)| {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{host}{port}") == origin
        });
    if sound {
        Ok(())
    } else {
        Err(HubError::invalid(format!(
            "allowOrigins: {origin:?} is not an origin such as https://app.example"
        )))
    }
}

/// One number that has a range: its name, its value, the least and the most.
type Ranged = (&'static str, u64, u64, u64);

fn check_ranges(group: &str, ranges: &[Ranged]) -> Result<()> {
    for (name, value, least, most) in ranges {
        if !(least..=most).contains(&value) {
            return Err(HubError::invalid(format!(
                "{group}.{name}: {value} is not within {least}..={most}"
            )));
        }
    }
    Ok(())
}

impl Limits {
    fn check(&self) -> Result<()> {
        let size = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        check_ranges(
            "limits",
            &[
                ("terminals", size(self.terminals), 1, 10_000),
                ("endedTerminals", size(self.ended_terminals), 0, 10_000),
                ("watchesPerSocket", size(self.watches_per_socket), 1, 10_000),
                ("messageBytes", size(self.message_bytes), 10_000, 64 << 20),
                ("ringBytes", size(self.ring_bytes), 64 << 10, 64 << 20),
                (
                    "ringBurstBytes",
                    size(self.ring_burst_bytes),
                    size(self.ring_bytes),
                    256 << 20,
                ),
                (
                    "inputWaitingBytes",
                    size(self.input_waiting_bytes),
                    4 << 10,
                    64 << 20,
                ),
                // Above, more small packets could wait than the engine queues.
                (
                    "outputWaitingBytes",
                    size(self.output_waiting_bytes),
                    64 << 10,
                    2 << 20,
                ),
                ("roomsPerSocket", size(self.rooms_per_socket), 1, 100_000),
                ("eventsBehind", size(self.events_behind), 1, 1_000_000),
                ("devices", size(self.devices), 1, 10_000),
                ("pairings", size(self.pairings), 1, 1_000),
                (
                    "wrongCodesPerMinute",
                    u64::from(self.wrong_codes_per_minute),
                    1,
                    10_000,
                ),
            ],
        )
    }
}

/// An hour: longer than anything here should take.
const HOUR: u64 = 3_600_000;

impl Timing {
    fn check(&self) -> Result<()> {
        check_ranges(
            "timing",
            &[
                ("pingIntervalMs", self.ping_interval_ms, 100, HOUR),
                ("pingTimeoutMs", self.ping_timeout_ms, 100, HOUR),
                ("recoveryWindowMs", self.recovery_window_ms, 0, 24 * HOUR),
                ("killGraceMs", self.kill_grace_ms, 1, HOUR),
                ("exitQuietMs", self.exit_quiet_ms, 1, HOUR),
                ("exitDrainMs", self.exit_drain_ms, 1, HOUR),
                ("execCheckMs", self.exec_check_ms, 0, HOUR),
                ("shutdownMs", self.shutdown_ms, 1, HOUR),
                ("pairingMs", self.pairing_ms, 1, HOUR),
                ("legacyAuthMs", self.legacy_auth_ms, 1, HOUR),
                ("agentGraceMs", self.agent_grace_ms, 1, HOUR),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> std::result::Result<HubConfig, String> {
        serde_json::from_str::<HubConfig>(json)
            .map_err(|error| error.to_string())
            .and_then(|config| config.resolve(None).map_err(|error| error.message))
    }

    #[test]
    fn nothing_set_is_sound() {
        assert_eq!(parse("{}").unwrap(), HubConfig::default());
    }

    #[test]
    fn table_of_refusals() {
        for (json, says) in [
            (r#"{"prot": 1}"#, "unknown field"),
            (r#"{"externalUrl": "ftp://a"}"#, "externalUrl"),
            (r#"{"externalUrl": "https://u:p@a"}"#, "externalUrl"),
            (r#"{"externalUrl": "https://a/path"}"#, "externalUrl"),
            (r#"{"externalUrl": "nonsense"}"#, "relative URL"),
            (r#"{"allowOrigins": ["https://a/"]}"#, "allowOrigins"),
            (r#"{"allowOrigins": ["*"]}"#, "allowOrigins"),
            (r#"{"allowHosts": ["a/b"]}"#, "allowHosts"),
            (r#"{"allowHosts": ["*"]}"#, "allowHosts"),
            (r#"{"sizePolicy": "biggest"}"#, "unknown variant"),
            (r#"{"limits": {"ringBytes": 1}}"#, "limits.ringBytes"),
            (r#"{"limits": {"pairings": 0}}"#, "limits.pairings"),
            (r#"{"lifecycle": {"idleMs": 9999999999}}"#, "idleMs"),
            (r#"{"recording": {"all": true}}"#, "recording.dir"),
            (r#"{"recording": {"dir": "here"}}"#, "absolute"),
            (
                r#"{"recording": {"totalBytes": 1048576}}"#,
                "recording.totalBytes",
            ),
            (r#"{"events": {"keep": 1}}"#, "events.keep"),
            (r#"{"events": {"synchronous": "off"}}"#, "unknown variant"),
            (r#"{"lifecycle": {"orphans": "adopt"}}"#, "unknown variant"),
            (
                r#"{"timing": {"pingIntervalMs": 0}}"#,
                "timing.pingIntervalMs",
            ),
            (r#"{"timing": {"shutdownMs": -1}}"#, "invalid value"),
            (
                r#"{"limits": {"ringBytes": 2000000, "ringBurstBytes": 1000000}}"#,
                "ringBurstBytes",
            ),
        ] {
            let error = parse(json).unwrap_err();
            assert!(error.contains(says), "{json}: {error}");
        }
    }

    #[test]
    fn the_environment_names_the_external_address_unless_the_configuration_does() {
        let from_env = HubConfig::default()
            .resolve(Some("https://a.example"))
            .unwrap();
        assert_eq!(
            from_env.external_url.unwrap().as_str(),
            "https://a.example/"
        );
        let set = HubConfig {
            external_url: Some(Url::parse("https://b.example").unwrap()),
            ..HubConfig::default()
        };
        let kept = set.resolve(Some("https://a.example")).unwrap();
        assert_eq!(kept.external_url.unwrap().as_str(), "https://b.example/");
        assert!(HubConfig::default().resolve(Some("nonsense")).is_err());
        assert!(
            HubConfig::default()
                .resolve(Some(""))
                .unwrap()
                .external_url
                .is_none()
        );
    }
}

//! The requests and events of `/terminal`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, HubId, ProjectId, SessionId};

use super::{NeedsInput, SizePolicy};

/// Terminal bytes, as the viewer asked for them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Payload {
    /// Decoded as UTF-8, invalid bytes as U+FFFD.
    Text(String),
    /// Byte for byte.
    Binary(Bytes),
}

#[cfg(test)]
impl ts_rs::TS for Payload {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;
    fn name(_: &ts_rs::Config) -> String {
        "TerminalData".into()
    }
    fn inline(_: &ts_rs::Config) -> String {
        "string | Uint8Array | ArrayBuffer".into()
    }
    fn decl(cfg: &ts_rs::Config) -> String {
        format!("type TerminalData = {};", Self::inline(cfg))
    }
}

/// How a viewer wants terminal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Strings.
    #[default]
    Text,
    /// Binary attachments.
    Binary,
}

/// Where a viewer wants to go on.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Resume {
    /// The life of the terminal that the offset belongs to.
    pub epoch: String,
    /// Bytes of that life that the viewer has.
    pub offset: u64,
}

/// `terminal:watch`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WatchRequest {
    /// Which terminal.
    pub session_id: SessionId,
    /// Where to go on, for a viewer that has seen part of it.
    #[cfg_attr(test, ts(optional))]
    pub resume: Option<Resume>,
    /// How to send bytes; text when absent.
    #[cfg_attr(test, ts(optional))]
    pub encoding: Option<Encoding>,
    /// Bytes that may be under way unacknowledged; clamped to 4 KiB..4 MiB. Without it the
    /// viewer is paced by what its connection takes.
    #[cfg_attr(test, ts(optional))]
    pub window: Option<u64>,
    /// Whether to be told who else watches (`terminal:viewers`); no when absent.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub viewers: bool,
}

/// What `scrollback` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Replay {
    /// Exactly the bytes from the resume offset on; the viewer does not reset.
    Resume,
    /// What paints the screen, its modes and recent history into a terminal that was just
    /// reset.
    Screen,
}

/// The acknowledgement of `terminal:watch`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WatchResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// Which terminal.
    pub session_id: SessionId,
    /// Its width in cells.
    pub cols: u16,
    /// Its height in cells.
    pub rows: u16,
    /// What to write before the output that follows.
    pub scrollback: Payload,
    /// The life of the terminal that offsets belong to.
    pub epoch: String,
    /// Bytes of that life up to the end of `scrollback`.
    pub offset: u64,
    /// What `scrollback` is.
    pub replay: Replay,
    /// What the principal may do.
    pub role: super::Role,
    /// The terminal's title.
    pub title: String,
    /// False when its program has ended.
    pub running: bool,
    /// The window in force, when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub window: Option<u64>,
    /// How it ended, when it has.
    #[serde(flatten)]
    #[cfg_attr(test, ts(skip))]
    pub exit: Option<TerminalExit>,
}

/// `terminal:output`: bytes that the program wrote.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct OutputEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// The bytes.
    pub data: Payload,
    /// Bytes of this life after `data`.
    pub offset: u64,
    /// The life.
    pub epoch: String,
    /// True when `data` replaces everything before it (it then begins with `CAN`, `ESC c`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub reset: bool,
}

/// `terminal:reset`: the viewer fell too far behind; it resets, writes this and goes on.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ResetEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// The life.
    pub epoch: String,
    /// Width in cells.
    pub cols: u16,
    /// Height in cells.
    pub rows: u16,
    /// What to write after the reset.
    pub scrollback: Payload,
    /// Bytes of this life up to the end of `scrollback`.
    pub offset: u64,
}

/// `terminal:resized`, in the stream where it happened.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ResizedEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// Width in cells.
    pub cols: u16,
    /// Height in cells.
    pub rows: u16,
}

/// Why a terminal has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// The program ended.
    Exited,
    /// Somebody killed it.
    Killed,
    /// Nobody watched it, and nothing was typed or printed, for as long as is configured.
    Idle,
    /// The hub is shutting down.
    ServerShutdown,
    /// Whoever owned it has gone and not come back.
    OwnerDisconnected,
}

/// How a terminal ended: in `terminal:exit`, in lists and in the answer to a watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TerminalExit {
    /// The program's exit code; null when a signal ended it or it is not known.
    pub exit_code: Option<i32>,
    /// Why.
    pub reason: ExitReason,
    /// The signal that ended it, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub signal: Option<String>,
}

/// `terminal:ack`: how far the viewer has come.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AckRequest {
    /// Which terminal.
    pub session_id: SessionId,
    /// Bytes of this life that the viewer has dealt with.
    pub offset: u64,
    /// The life.
    pub epoch: String,
}

/// `terminal:input`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InputRequest {
    /// Which terminal.
    pub session_id: SessionId,
    /// What is typed.
    pub input: String,
    /// The life it is meant for; any when absent. Required with `client_id`.
    #[cfg_attr(test, ts(optional))]
    pub epoch: Option<String>,
    /// Who numbers it. With `seq` it is applied once, however often it is sent.
    #[cfg_attr(test, ts(optional))]
    pub client_id: Option<ClientId>,
    /// Its place in what this client types into this life of the terminal, from 1.
    #[cfg_attr(test, ts(optional))]
    pub seq: Option<u64>,
    /// Drops what the client typed before and was not written, and goes first.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub urgent: bool,
}

/// The acknowledgement of `terminal:input`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InputResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// As it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub seq: Option<u64>,
    /// True when something urgent of the same client came first: at most the beginning of the
    /// input was written. Otherwise all of it has been.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub dropped: bool,
}

/// `terminal:resize`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ResizeRequest {
    /// Which terminal.
    pub session_id: SessionId,
    /// Wanted width in cells, 1..=1000.
    pub cols: u32,
    /// Wanted height in cells, 1..=1000.
    pub rows: u32,
}

/// The acknowledgement of `terminal:resize` and of `terminal:view`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ResizeResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// Whether the terminal has the size that was named.
    pub applied: bool,
}

/// A request that names a terminal and nothing else (`terminal:unwatch`, `terminal:kill`).
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SessionRequest {
    /// Which terminal.
    pub session_id: SessionId,
}

/// The acknowledgement of a request that answers nothing but success.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Success {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
}

impl Success {
    /// `{success: true}`.
    pub const YES: Self = Self { success: true };
}

/// A terminal, in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TerminalInfo {
    /// Its session.
    pub session_id: SessionId,
    /// The project that it belongs to.
    pub project_id: ProjectId,
    /// The hub that it runs on.
    pub hub: HubId,
    /// What to call it.
    pub title: String,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where it was started, or where its program says that it is (OSC 7).
    pub cwd: PathBuf,
    /// Width in cells.
    pub cols: u16,
    /// Height in cells.
    pub rows: u16,
    /// False when its program has ended.
    pub running: bool,
    /// How it ended, when it has.
    #[serde(flatten)]
    #[cfg_attr(test, ts(skip))]
    pub exit: Option<TerminalExit>,
    /// The present life.
    pub epoch: String,
    /// Whether it needs somebody.
    pub needs_input: NeedsInput,
    /// Whether it is being recorded.
    pub recording: bool,
    /// How many sockets watch it.
    pub viewers: usize,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// Milliseconds since the epoch; null when nothing was printed yet.
    pub last_output_at: Option<u64>,
}

/// The acknowledgement of `terminal:list`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ListResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// Those that the principal may see.
    pub terminals: Vec<TerminalInfo>,
}

/// Starts a terminal.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterRequest {
    /// Its session.
    pub session_id: SessionId,
    /// The project that it belongs to.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<ProjectId>", optional))]
    pub project_id: ProjectId,
    /// The program; the user's login shell when absent.
    #[cfg_attr(test, ts(optional))]
    pub command: Option<String>,
    /// Its arguments.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
    pub args: Vec<String>,
    /// Where it starts; the user's home when absent.
    #[cfg_attr(test, ts(optional))]
    pub cwd: Option<PathBuf>,
    /// Added to the environment of the hub.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<BTreeMap<String, String>>", optional))]
    pub env: BTreeMap<String, String>,
    /// Width in cells, 1..=1000; 80 when absent.
    #[cfg_attr(test, ts(optional))]
    pub cols: Option<u32>,
    /// Height in cells, 1..=1000; 24 when absent.
    #[cfg_attr(test, ts(optional))]
    pub rows: Option<u32>,
    /// What to call it; the program's name when absent.
    #[cfg_attr(test, ts(optional))]
    pub title: Option<String>,
    /// Whose size it has when several show it; as configured when absent.
    #[cfg_attr(test, ts(optional))]
    pub size_policy: Option<SizePolicy>,
    /// Whether it is recorded; as configured when absent.
    #[cfg_attr(test, ts(optional))]
    pub record: Option<bool>,
}

impl RegisterRequest {
    /// A login shell in the user's home, 80×24.
    #[must_use]
    pub fn new(session_id: SessionId) -> Self {
        Self {
            session_id,
            project_id: ProjectId::default(),
            command: None,
            args: Vec::new(),
            cwd: None,
            env: BTreeMap::new(),
            cols: None,
            rows: None,
            title: None,
            size_policy: None,
            record: None,
        }
    }
}

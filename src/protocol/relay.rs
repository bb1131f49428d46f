//! Terminals that a `/ui` socket owns: what it says of them, and what it is told.

use serde::{Deserialize, Serialize};

use crate::ids::{ProjectId, PtyId, SessionId};

use super::SizePolicy;

/// `terminal:register`: the socket owns this terminal, and sends what its program prints.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RelayRequest {
    /// What the owner calls it.
    pub pty_id: PtyId,
    /// Its session.
    pub session_id: SessionId,
    /// The project that it belongs to.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<ProjectId>", optional))]
    pub project_id: ProjectId,
    /// Its width in cells, 1..=1000; 80 when absent.
    #[cfg_attr(test, ts(optional))]
    pub cols: Option<u32>,
    /// Its height in cells, 1..=1000; 24 when absent.
    #[cfg_attr(test, ts(optional))]
    pub rows: Option<u32>,
    /// What to call it; the command, or else the session's id, when absent.
    #[cfg_attr(test, ts(optional))]
    pub title: Option<String>,
    /// The program, for people.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<String>", optional))]
    pub command: String,
    /// Whose size it has when several show it; as configured when absent.
    #[cfg_attr(test, ts(optional))]
    pub size_policy: Option<SizePolicy>,
    /// Whether it is recorded; as configured when absent.
    #[cfg_attr(test, ts(optional))]
    pub record: Option<bool>,
    /// Whether the owner ends the program when it is told `terminal:kill`; no when absent.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub kills: bool,
}

/// The acknowledgement of `terminal:register`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RelayResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// What the owner calls it.
    pub pty_id: PtyId,
    /// Its session.
    pub session_id: SessionId,
    /// Its life: the one before, when the owner has taken it up again.
    pub epoch: String,
    /// Its width in cells. When it is not what the owner said, a `terminal:resize` says so too.
    pub cols: u16,
    /// Its height in cells.
    pub rows: u16,
}

/// `terminal:output`, from the owner: what the program printed.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RelayOutput {
    /// What the owner calls the terminal.
    pub pty_id: PtyId,
    /// The text, escape sequences and all.
    pub data: String,
}

/// `terminal:exit`, from the owner: the program has ended.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RelayExit {
    /// What the owner calls the terminal.
    pub pty_id: PtyId,
    /// Its exit code, when there was one.
    #[cfg_attr(test, ts(optional))]
    pub exit_code: Option<i64>,
}

/// `terminal:input`, to the owner: to be written to the program, after what came before.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RelayInputEvent {
    /// What the owner calls the terminal.
    pub pty_id: PtyId,
    /// What was typed.
    pub data: String,
}

/// `terminal:resize`, to the owner: the size that the terminal has now.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RelayResizeEvent {
    /// What the owner calls the terminal.
    pub pty_id: PtyId,
    /// Width in cells.
    pub cols: u16,
    /// Height in cells.
    pub rows: u16,
}

/// `terminal:kill`, to an owner that has said that it ends programs.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RelayKillEvent {
    /// What the owner calls the terminal.
    pub pty_id: PtyId,
}

//! What a terminal says beside its output, and whether it needs somebody.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::SessionId;

/// `terminal:started`: a terminal has begun a new life. To every socket that may see it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct StartedEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// The new life.
    pub epoch: String,
}

/// `terminal:title`: the program calls its terminal so from here on. In a viewer's stream.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TitleEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// What to call it.
    pub title: String,
}

/// `terminal:bell`: the program rang. In a viewer's stream.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct BellEvent {
    /// Which terminal.
    pub session_id: SessionId,
}

/// `terminal:notification`: the program asked its terminal to notify (OSC 9, 777, 99). In a
/// viewer's stream.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NotificationEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// Its heading, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub title: Option<String>,
    /// What it says.
    pub body: String,
}

/// Whether a terminal, or a session, needs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NeedsInput {
    /// Whether it does.
    pub active: bool,
    /// What the program said, when it said something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub message: Option<String>,
    /// Milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub since: Option<u64>,
}

/// `terminal:attention`: a terminal needs somebody, or does not any more. To every socket that
/// may see it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AttentionEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// Whether it does.
    #[serde(flatten)]
    pub needs_input: NeedsInput,
}

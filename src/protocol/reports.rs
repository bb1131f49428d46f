//! What a session says of itself, and what it shows.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::ids::{MAX_ID_LEN, TaskId};

use super::bounds::{HTML, MESSAGE, NAME, NOT_BLANK, PATH, TITLE, WORD};

/// What a session says of itself: `session:report`, `POST /api/sessions/{id}/events`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `needs_input`, `completed` and `failed` change the session; every other word is
    /// progress. At most 100 characters.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = WORD), regex(pattern = NOT_BLANK))]
    pub kind: String,
    /// At most 4,000 characters.
    #[schemars(length(max = MESSAGE))]
    pub message: Option<String>,
    /// The task that it is about.
    pub task_id: Option<TaskId>,
}

/// `heartbeat`: an agent is alive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatRequest {
    /// What it says of itself, in at most 200 characters: `working`, `idle`, …
    pub status: String,
    /// The task that it is at.
    pub task_id: Option<TaskId>,
}

/// A line for a session's history: `POST /api/sessions/{id}/timeline`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct NewTimelineEntry {
    /// At most 100 characters.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = WORD), regex(pattern = NOT_BLANK))]
    pub kind: String,
    /// At most 4,000 characters.
    #[schemars(length(max = MESSAGE))]
    pub message: Option<String>,
}

/// What a session shows in a window of the application, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Modal {
    /// It is to be shown.
    #[serde(rename = "session:modal")]
    Shown {
        /// Tells it from others of the session; at most 128 characters.
        #[schemars(length(min = 1, max = MAX_ID_LEN), regex(pattern = NOT_BLANK))]
        modal_id: String,
        /// At most 500 characters.
        #[schemars(length(max = TITLE))]
        title: String,
        /// What it shows; at most 256 KiB. Whoever shows it must not trust it.
        #[schemars(length(max = HTML))]
        html: String,
        /// The file that it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        #[schemars(length(max = PATH))]
        file_path: Option<String>,
    },
    /// Somebody did something in it.
    #[serde(rename = "session:modal_action")]
    Action {
        /// Which.
        #[schemars(length(min = 1, max = MAX_ID_LEN), regex(pattern = NOT_BLANK))]
        modal_id: String,
        /// What; at most 200 characters.
        #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
        action: String,
        /// More of it; at most 64 KiB as JSON.
        #[serde(default)]
        #[cfg_attr(test, ts(type = "unknown"))]
        data: Value,
    },
    /// It has been closed.
    #[serde(rename = "session:modal_closed")]
    Closed {
        /// Which.
        #[schemars(length(min = 1, max = MAX_ID_LEN), regex(pattern = NOT_BLANK))]
        modal_id: String,
    },
}

/// What is told of a session at `POST /api/sessions/{id}/events`: its `type` says which.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(untagged))]
#[schemars(untagged)]
pub enum SessionEvent {
    /// Of a window: a `type` that begins with `session:modal`.
    Modal(Modal),
    /// Of its work.
    Report(Report),
}

impl<'de> Deserialize<'de> for SessionEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        let kind = fields.get("type").and_then(Value::as_str);
        let modal = kind.is_some_and(|kind| kind.starts_with("session:modal"));
        let fields = Value::Object(fields);
        match modal {
            true => Modal::deserialize(fields).map(Self::Modal),
            false => Report::deserialize(fields).map(Self::Report),
        }
        .map_err(serde::de::Error::custom)
    }
}

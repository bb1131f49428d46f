//! What is told of the domain: the events and the envelope that each travels in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{HubId, ProjectId, SessionId};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $wire:literal,)*) => {
        /// The hub's own events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventName {
            $(#[doc = concat!("`", $wire, "`")] $name,)*
        }

        impl EventName {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it travels.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                }
            }
        }
    };
}

events! {
    ProjectCreated = "project:created",
    ProjectUpdated = "project:updated",
    ProjectDeleted = "project:deleted",
    TaskCreated = "task:created",
    TaskUpdated = "task:updated",
    TaskDeleted = "task:deleted",
    TaskSessionAdded = "task:session_added",
    TaskSessionRemoved = "task:session_removed",
    SessionCreated = "session:created",
    SessionSpawn = "session:spawn",
    SessionUpdated = "session:updated",
    SessionDeleted = "session:deleted",
    SessionTaskAdded = "session:task_added",
    SessionTaskRemoved = "session:task_removed",
    NotifyTaskCompleted = "notify:task_completed",
    NotifyTaskFailed = "notify:task_failed",
    NotifyTaskBlocked = "notify:task_blocked",
    NotifyTaskSessionCompleted = "notify:task_session_completed",
    NotifyTaskSessionFailed = "notify:task_session_failed",
    NotifySessionCompleted = "notify:session_completed",
    NotifySessionFailed = "notify:session_failed",
    NotifyNeedsInput = "notify:needs_input",
    NotifyProgress = "notify:progress",
    SessionModal = "session:modal",
    SessionModalAction = "session:modal_action",
    SessionModalClosed = "session:modal_closed",
    TeamMemberCreated = "team_member:created",
    TeamMemberUpdated = "team_member:updated",
    TeamMemberDeleted = "team_member:deleted",
    TeamMemberArchived = "team_member:archived",
    MailReceived = "mail:received",
    MailDeleted = "mail:deleted",
}

impl EventName {
    /// The one that travels as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|name| name.as_str() == text)
    }
}

/// Whom an event of the application's own is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum EventScope {
    /// Everybody who follows a project.
    Project(ProjectId),
    /// Everybody who follows a session, and those who follow all of its project.
    Session {
        /// The session's project.
        project_id: ProjectId,
        /// The session.
        session_id: SessionId,
    },
    /// Everybody, whatever the project.
    All,
}

/// An event of the application's own, as a window tells it: `emit`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct EmitRequest {
    /// Its name: at most 100 of `A-Z a-z 0-9 : _ . -`, the first a letter, and none that looks
    /// like one of the hub's (`task:…`).
    pub name: String,
    /// Whom it is for.
    pub scope: EventScope,
    /// What it says; at most 64 KiB as JSON.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub data: Value,
    /// Makes it safe to repeat, for as long as the log holds it: the same one is told once.
    #[cfg_attr(test, ts(optional))]
    pub id: Option<String>,
}

/// How an event travels.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Envelope {
    /// Its name.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name again, as the design that this hub replaces has it.
    pub event: String,
    /// What it says.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub data: Value,
    /// When it happened, in milliseconds since the epoch.
    pub timestamp: u64,
    /// Its place in the hub's log. Those that a client sees have gaps.
    pub seq: u64,
    /// The hub that it happened on.
    pub hub: HubId,
    /// What `state:sync {since}` takes to go on after it.
    pub cursor: String,
}

//! What sockets that follow the domain ask and are answered: subscriptions, the whole state,
//! mail and claims.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ids::{ProjectId, SessionId, TaskId};

use super::{Envelope, Mail, Project, Session, Task, TeamMember};

/// `subscribe`: follows these sessions.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SubscribeRequest {
    /// Which.
    pub session_ids: Vec<SessionId>,
}

/// `subscribed`: those that are followed of what was asked for.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Subscribed {
    /// Which.
    pub session_ids: Vec<SessionId>,
    /// Milliseconds since the epoch.
    pub timestamp: u64,
}

/// `unsubscribed`, `pong`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Timestamped {
    /// Milliseconds since the epoch.
    pub timestamp: u64,
}

/// The answer to a subscription.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Following {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// The sessions of the request that are followed now.
    pub session_ids: Vec<SessionId>,
}

/// `project:subscribe`, `project:unsubscribe`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProjectRequest {
    /// Which.
    pub project_id: ProjectId,
}

/// `state:sync`.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct SyncRequest {
    /// Which project: on `/ui`. A socket of `/mobile` has one.
    pub project_id: Option<ProjectId>,
    /// The cursor of an event or of another answer: only what has happened since.
    pub since: Option<String>,
    /// What is left out otherwise.
    pub include: Option<Vec<Include>>,
    /// Most entries of each list, and most events; 1,000 when absent, and at most.
    pub limit: Option<usize>,
}

/// What `state:sync` leaves out unless asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Include {
    /// What has been put out of sight.
    Archived,
}

/// Everything of a project at one moment.
#[derive(Debug, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SyncedState {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// The project.
    #[cfg_attr(test, ts(type = "Project"))]
    #[schemars(with = "Project")]
    pub project: Box<RawValue>,
    /// Its sessions, the oldest first, as the other lists.
    #[cfg_attr(test, ts(type = "Array<Session>"))]
    #[schemars(with = "Vec<Session>")]
    pub sessions: Vec<Box<RawValue>>,
    /// Its tasks.
    #[cfg_attr(test, ts(type = "Array<Task>"))]
    #[schemars(with = "Vec<Task>")]
    pub tasks: Vec<Box<RawValue>>,
    /// Its team.
    #[cfg_attr(test, ts(type = "Array<TeamMember>"))]
    #[schemars(with = "Vec<TeamMember>")]
    pub team_members: Vec<Box<RawValue>>,
    /// The moment, for `since`.
    pub cursor: String,
    /// Something was left out for the answer's size; HTTP has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub truncated: bool,
    /// Asked for since when, and answered with everything: what the client has is to be
    /// replaced.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub full: bool,
}

/// What has happened in a project since a moment.
#[derive(Debug, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncedEvents {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// In order.
    #[cfg_attr(test, ts(type = "Array<Envelope>"))]
    #[schemars(with = "Vec<Envelope>")]
    pub events: Vec<Box<RawValue>>,
    /// The moment after them, for the next `since`.
    pub cursor: String,
}

/// The answer to `state:sync`.
#[derive(Debug, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum SyncResponse {
    /// Everything.
    State(SyncedState),
    /// What has happened since.
    Events(SyncedEvents),
}

/// `mail:send`. Who sends it is known.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct SendMailRequest {
    /// Who gets it.
    pub to_session_id: SessionId,
    /// `directive` when absent; at most 100 characters.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// In 1 to 500 characters.
    pub subject: String,
    /// At most 64 KiB.
    pub body: String,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    pub client_request_id: Option<String>,
}

/// The answer to `mail:send`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MailResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// What was sent.
    pub mail: Mail,
}

/// `task:claim`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ClaimTaskRequest {
    /// Which task.
    pub task_id: TaskId,
    /// For whom.
    pub session_id: SessionId,
}

/// The answer to `task:claim`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TaskResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// The task as it is now.
    pub task: Task,
}

/// `session:reply-input`: answers a session that waits for somebody.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct ReplyInputRequest {
    /// Which.
    pub session_id: SessionId,
    /// Written to its terminal, as it is.
    pub input: Option<String>,
}

/// The answer to `session:spawn`, `session:stop` and `session:reply-input`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SessionResponse {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub success: bool,
    /// The session as it is now.
    pub session: Session,
}

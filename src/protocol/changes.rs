//! What can be asked of the domain: new things, changes of things, lists. Unknown fields are
//! ignored; a field that is null in a patch is emptied, one that is absent stays.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::ids::{MailId, ProjectId, SessionId, TaskId, TeamMemberId};

use super::{EntityKind, Priority, SessionStatus, TaskSessionStatus, TaskStatus, TeamMemberStatus};

/// Tells null (empty it) from absent (leave it).
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A new project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewProject {
    /// Its id; one is made when absent.
    pub id: Option<ProjectId>,
    /// What it is called, in 1 to 200 characters.
    pub name: String,
    /// Where its terminals start: an absolute path.
    pub working_dir: Option<String>,
    /// More words, at most 64 KiB.
    pub description: Option<String>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    pub client_request_id: Option<String>,
}

/// A change of a project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct ProjectPatch {
    /// See [`NewProject::name`].
    pub name: Option<String>,
    /// See [`NewProject::working_dir`].
    pub working_dir: Option<String>,
    /// See [`NewProject::description`]; null empties it.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(test, ts(type = "string | null"))]
    pub description: Option<Option<String>>,
}

/// A new task.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewTask {
    /// Its id; one is made when absent.
    pub id: Option<TaskId>,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// The task of the same project that it is a part of.
    pub parent_id: Option<TaskId>,
    /// In 1 to 500 characters.
    pub title: String,
    /// At most 64 KiB.
    pub description: Option<String>,
    /// `todo` when absent.
    pub status: Option<TaskStatus>,
    /// `medium` when absent.
    pub priority: Option<Priority>,
    /// What has to be done before; at most 100 of the same project.
    pub dependencies: Option<Vec<TaskId>>,
    /// The sessions that work on it; at most 100 of the same project.
    pub session_ids: Option<Vec<SessionId>>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    pub client_request_id: Option<String>,
}

/// A change of a task.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct TaskPatch {
    /// See [`NewTask::parent_id`]; null makes it a part of none.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(test, ts(type = "TaskId | null"))]
    pub parent_id: Option<Option<TaskId>>,
    /// See [`NewTask::title`].
    pub title: Option<String>,
    /// See [`NewTask::description`].
    pub description: Option<String>,
    /// How far it is.
    pub status: Option<TaskStatus>,
    /// How far these sessions are with it; others stay as they are.
    pub task_session_statuses: Option<BTreeMap<SessionId, TaskSessionStatus>>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// See [`NewTask::dependencies`].
    pub dependencies: Option<Vec<TaskId>>,
    /// Only null: whoever has it for itself has it no more. To claim is a request of its own.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(test, ts(type = "null"))]
    pub claimed_by: Option<Option<SessionId>>,
}

/// A new session.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewSession {
    /// Its id; one is made when absent.
    pub id: Option<SessionId>,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// What it is called, in 1 to 200 characters; its id when absent.
    pub name: Option<String>,
    /// What it works on; at most 100 tasks of the same project.
    pub task_ids: Option<Vec<TaskId>>,
    /// `idle` when absent.
    pub status: Option<SessionStatus>,
    /// The machine; at most 200 characters.
    pub hostname: Option<String>,
    /// Its operating system; at most 200 characters.
    pub platform: Option<String>,
    /// At most 64 KiB as JSON.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub metadata: Option<Map<String, Value>>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    pub client_request_id: Option<String>,
}

/// A change of a session.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct SessionPatch {
    /// See [`NewSession::name`].
    pub name: Option<String>,
    /// What it is doing.
    pub status: Option<SessionStatus>,
    /// Whether it waits for somebody.
    pub needs_input: Option<NeedsInputPatch>,
    /// What its agent says of itself; at most 200 characters.
    pub agent_status: Option<String>,
    /// Replaces these entries; null removes one. At most 64 KiB in all, as JSON.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub metadata: Option<Map<String, Value>>,
}

/// Whether a session waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct NeedsInputPatch {
    /// Whether it does.
    pub active: bool,
    /// What for; at most 4,000 characters.
    pub message: Option<String>,
}

/// What a session says of itself: `session:report`, `POST /api/sessions/{id}/events`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `needs_input`, `completed` and `failed` change the session; every other word is
    /// progress. At most 100 characters.
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 4,000 characters.
    pub message: Option<String>,
    /// The task that it is about.
    pub task_id: Option<TaskId>,
}

/// A line for a session's history: `POST /api/sessions/{id}/timeline`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct NewTimelineEntry {
    /// At most 100 characters.
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 4,000 characters.
    pub message: Option<String>,
}

/// What a session shows in a window of the application, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Modal {
    /// It is to be shown.
    #[serde(rename = "session:modal")]
    Shown {
        /// Tells it from others of the session; at most 128 characters.
        modal_id: String,
        /// At most 500 characters.
        title: String,
        /// What it shows; at most 256 KiB. Whoever shows it must not trust it.
        html: String,
        /// The file that it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        file_path: Option<String>,
    },
    /// Somebody did something in it.
    #[serde(rename = "session:modal_action")]
    Action {
        /// Which.
        modal_id: String,
        /// What; at most 200 characters.
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
        modal_id: String,
    },
}

/// A new team member.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewTeamMember {
    /// Its id; one is made when absent.
    pub id: Option<TeamMemberId>,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// What it is called, in 1 to 200 characters.
    pub name: String,
    /// What it is for; at most 64 KiB.
    pub role: Option<String>,
    /// A picture or sign of it; at most 64 KiB.
    pub avatar: Option<String>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    pub client_request_id: Option<String>,
}

/// A change of a team member.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct TeamMemberPatch {
    /// See [`NewTeamMember::name`].
    pub name: Option<String>,
    /// See [`NewTeamMember::role`].
    pub role: Option<String>,
    /// See [`NewTeamMember::avatar`].
    pub avatar: Option<String>,
    /// Whether it still is one.
    pub status: Option<TeamMemberStatus>,
}

/// A new mail. Who sends it is not for the sender to say.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewMail {
    /// Its id; one is made when absent.
    pub id: Option<MailId>,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// A session of that project.
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

/// Asks for things of one kind, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Of which kind.
    pub kind: EntityKind,
    /// Of which projects; all when absent.
    pub projects: Option<Vec<ProjectId>>,
    /// Those that were put out of sight as well.
    pub archived: bool,
    /// At most so many.
    pub limit: usize,
    /// Only those after this one, as the page before said.
    pub after: Option<String>,
}

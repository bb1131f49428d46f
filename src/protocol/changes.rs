//! What can be asked of the domain: new things, changes of things. Unknown fields are ignored;
//! a field that is null in a patch is emptied, one that is absent stays.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::ids::{MailId, ProjectId, SessionId, TaskId, TeamMemberId};

use super::bounds::{IDS, MESSAGE, NAME, NOT_BLANK, PATH, TEXT, TITLE, WORD};
use super::{Priority, SessionStatus, TaskSessionStatus, TaskStatus, TeamMemberStatus};

/// Tells null (empty it) from absent (leave it).
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A new project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewProject {
    /// Its id; one is made when absent.
    pub id: Option<ProjectId>,
    /// What it is called, in 1 to 200 characters.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub name: String,
    /// Where its terminals start: an absolute path.
    #[schemars(length(max = PATH))]
    pub working_dir: Option<String>,
    /// More words, at most 64 KiB.
    #[schemars(length(max = TEXT))]
    pub description: Option<String>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub client_request_id: Option<String>,
}

/// A change of a project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct ProjectPatch {
    /// See [`NewProject::name`].
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub name: Option<String>,
    /// See [`NewProject::working_dir`].
    #[schemars(length(max = PATH))]
    pub working_dir: Option<String>,
    /// See [`NewProject::description`]; null empties it.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    #[schemars(length(max = TEXT))]
    pub description: Option<Option<String>>,
}

/// A new task.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
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
    #[schemars(length(min = 1, max = TITLE), regex(pattern = NOT_BLANK))]
    pub title: String,
    /// At most 64 KiB.
    #[schemars(length(max = TEXT))]
    pub description: Option<String>,
    /// `todo` when absent.
    pub status: Option<TaskStatus>,
    /// `medium` when absent.
    pub priority: Option<Priority>,
    /// What has to be done before; at most 100 of the same project.
    #[schemars(length(max = IDS))]
    pub dependencies: Option<Vec<TaskId>>,
    /// The sessions that work on it; at most 100 of the same project.
    #[schemars(length(max = IDS))]
    pub session_ids: Option<Vec<SessionId>>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub client_request_id: Option<String>,
}

/// A change of a task.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct TaskPatch {
    /// See [`NewTask::parent_id`]; null makes it a part of none.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(test, ts(optional, type = "TaskId | null"))]
    pub parent_id: Option<Option<TaskId>>,
    /// See [`NewTask::title`].
    #[schemars(length(min = 1, max = TITLE), regex(pattern = NOT_BLANK))]
    pub title: Option<String>,
    /// See [`NewTask::description`].
    #[schemars(length(max = TEXT))]
    pub description: Option<String>,
    /// How far it is.
    pub status: Option<TaskStatus>,
    /// How far these sessions are with it; others stay as they are.
    #[schemars(extend("propertyNames" = crate::ids::schema()))]
    pub task_session_statuses: Option<BTreeMap<SessionId, TaskSessionStatus>>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// See [`NewTask::dependencies`].
    #[schemars(length(max = IDS))]
    pub dependencies: Option<Vec<TaskId>>,
    /// Only null: whoever has it for itself has it no more. To claim is a request of its own.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(test, ts(optional, type = "null"))]
    #[schemars(with = "()")]
    pub claimed_by: Option<Option<SessionId>>,
}

/// Gives a task to one session for itself: `POST /api/tasks/{id}/claim`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ClaimRequest {
    /// For whom.
    pub session_id: SessionId,
}

/// A new session.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewSession {
    /// Its id; one is made when absent.
    pub id: Option<SessionId>,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// What it is called, in 1 to 200 characters; its id when absent.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub name: Option<String>,
    /// What it works on; at most 100 tasks of the same project.
    #[schemars(length(max = IDS))]
    pub task_ids: Option<Vec<TaskId>>,
    /// `idle` when absent.
    pub status: Option<SessionStatus>,
    /// The machine; at most 200 characters.
    #[schemars(length(max = NAME))]
    pub hostname: Option<String>,
    /// Its operating system; at most 200 characters.
    #[schemars(length(max = NAME))]
    pub platform: Option<String>,
    /// At most 64 KiB as JSON.
    #[cfg_attr(test, ts(optional, type = "Record<string, unknown>"))]
    pub metadata: Option<Map<String, Value>>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub client_request_id: Option<String>,
}

/// A new session with a terminal of its id: `session:spawn`, `POST /api/sessions/spawn`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct SpawnRequest {
    /// Its id; one is made when absent.
    pub id: Option<SessionId>,
    /// Where it belongs; on `/mobile` always the socket's project.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<ProjectId>", optional))]
    pub project_id: ProjectId,
    /// See [`NewSession::name`]; the program's when absent.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub name: Option<String>,
    /// See [`NewSession::task_ids`].
    #[schemars(length(max = IDS))]
    pub task_ids: Option<Vec<TaskId>>,
    /// The program; the user's login shell when absent.
    #[schemars(length(min = 1))]
    pub command: Option<String>,
    /// Its arguments.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
    pub args: Vec<String>,
    /// Where it starts; where the project's terminals do when absent.
    pub cwd: Option<PathBuf>,
    /// Added to the environment of the hub. The values are kept nowhere.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<BTreeMap<String, String>>", optional))]
    pub env: BTreeMap<String, String>,
    /// Width in cells, 1..=1000; 80 when absent.
    #[schemars(range(min = 1, max = 1000))]
    pub cols: Option<u32>,
    /// Height in cells, 1..=1000; 24 when absent.
    #[schemars(range(min = 1, max = 1000))]
    pub rows: Option<u32>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub client_request_id: Option<String>,
}

impl NewSession {
    /// Nothing but what it must have, on this machine.
    pub(crate) fn of(id: SessionId, project_id: ProjectId) -> Self {
        Self {
            id: Some(id),
            project_id,
            name: None,
            task_ids: None,
            status: None,
            hostname: None,
            platform: Some(std::env::consts::OS.to_owned()),
            metadata: None,
            client_request_id: None,
        }
    }
}

/// A change of a session.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct SessionPatch {
    /// See [`NewSession::name`].
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub name: Option<String>,
    /// What it is doing.
    pub status: Option<SessionStatus>,
    /// Whether it waits for somebody.
    pub needs_input: Option<NeedsInputPatch>,
    /// What its agent says of itself; at most 200 characters.
    #[schemars(length(max = NAME))]
    pub agent_status: Option<String>,
    /// Replaces these entries; null removes one. At most 64 KiB in all, as JSON.
    #[cfg_attr(test, ts(optional, type = "Record<string, unknown>"))]
    pub metadata: Option<Map<String, Value>>,
}

/// Whether a session waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct NeedsInputPatch {
    /// Whether it does.
    pub active: bool,
    /// What for; at most 4,000 characters.
    #[schemars(length(max = MESSAGE))]
    pub message: Option<String>,
}

/// A new team member.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct NewTeamMember {
    /// Its id; one is made when absent.
    pub id: Option<TeamMemberId>,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// What it is called, in 1 to 200 characters.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub name: String,
    /// What it is for; at most 64 KiB.
    #[schemars(length(max = TEXT))]
    pub role: Option<String>,
    /// A picture or sign of it; at most 64 KiB.
    #[schemars(length(max = TEXT))]
    pub avatar: Option<String>,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub client_request_id: Option<String>,
}

/// A change of a team member.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default, rename_all = "camelCase")]
pub struct TeamMemberPatch {
    /// See [`NewTeamMember::name`].
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub name: Option<String>,
    /// See [`NewTeamMember::role`].
    #[schemars(length(max = TEXT))]
    pub role: Option<String>,
    /// See [`NewTeamMember::avatar`].
    #[schemars(length(max = TEXT))]
    pub avatar: Option<String>,
    /// Whether it still is one.
    pub status: Option<TeamMemberStatus>,
}

/// A new mail. Who sends it is not for the sender to say.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
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
    #[schemars(length(min = 1, max = WORD), regex(pattern = NOT_BLANK))]
    pub kind: Option<String>,
    /// In 1 to 500 characters.
    #[schemars(length(min = 1, max = TITLE), regex(pattern = NOT_BLANK))]
    pub subject: String,
    /// At most 64 KiB.
    #[schemars(length(max = TEXT))]
    pub body: String,
    /// Makes the request safe to repeat: the same one gives what the first one made.
    #[schemars(length(min = 1, max = NAME), regex(pattern = NOT_BLANK))]
    pub client_request_id: Option<String>,
}

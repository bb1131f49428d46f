//! The things of the domain as they are kept and sent: projects, tasks, sessions, team
//! members, mail. How they change is none of this room's business.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{HubId, MailId, ProjectId, SessionId, TaskId, TeamMemberId};

use super::NeedsInput;

/// What sessions, tasks, team members and mail belong to, and what access is granted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The hub that it lives on.
    pub hub: HubId,
    /// What it is called.
    pub name: String,
    /// Where its terminals start; empty when nowhere in particular.
    pub working_dir: String,
    /// More words.
    pub description: Option<String>,
    /// Grows with every change of it.
    pub version: u64,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// Milliseconds since the epoch.
    pub updated_at: u64,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Nobody has begun.
    #[default]
    Todo,
    /// Somebody is at it.
    InProgress,
    /// Done, and looked at.
    InReview,
    /// Done.
    Completed,
    /// Not wanted any more.
    Cancelled,
    /// Waits for something.
    Blocked,
    /// Out of sight.
    Archived,
}

/// How far one session is with one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TaskSessionStatus {
    /// At it.
    Working,
    /// Waits for something.
    Blocked,
    /// Done.
    Completed,
    /// Given up.
    Failed,
    /// Left out.
    Skipped,
}

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// It can wait.
    Low,
    /// As most.
    #[default]
    Medium,
    /// It cannot wait.
    High,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The hub that it lives on.
    pub hub: HubId,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// The task that it is a part of.
    pub parent_id: Option<TaskId>,
    /// In a few words.
    pub title: String,
    /// In more.
    pub description: String,
    /// How far it is.
    pub status: TaskStatus,
    /// How far each session is with it.
    #[schemars(extend("propertyNames" = crate::ids::schema()))]
    pub task_session_statuses: BTreeMap<SessionId, TaskSessionStatus>,
    /// How urgent it is.
    pub priority: Priority,
    /// The sessions that work on it.
    pub session_ids: Vec<SessionId>,
    /// The session that has it for itself.
    pub claimed_by: Option<SessionId>,
    /// What has to be done before.
    pub dependencies: Vec<TaskId>,
    /// Grows with every change of its own fields; sessions come and go without.
    pub version: u64,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// Milliseconds since the epoch.
    pub updated_at: u64,
    /// When somebody first began, in milliseconds since the epoch.
    pub started_at: Option<u64>,
    /// When it was done, in milliseconds since the epoch.
    pub completed_at: Option<u64>,
}

/// What a session is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Its terminal is being started.
    Spawning,
    /// There, and doing nothing.
    #[default]
    Idle,
    /// At work.
    Working,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Ended by somebody.
    Stopped,
}

impl SessionStatus {
    /// Whether nothing more is to be expected of it.
    #[must_use]
    pub fn ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Stopped)
    }
}

/// One line of a session's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// What kind of thing happened, in the words of whoever reports it.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(test, ts(optional))]
    pub message: Option<String>,
    /// Milliseconds since the epoch.
    pub timestamp: u64,
}

/// Somebody at work: an agent or a person, mostly in a terminal of the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Its id, and that of its terminal.
    pub id: SessionId,
    /// The hub that it lives on.
    pub hub: HubId,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// What it works on.
    pub task_ids: Vec<TaskId>,
    /// What it is called.
    pub name: String,
    /// The names of what its terminal's environment was given; the values are never told.
    pub env_keys: Vec<String>,
    /// What it is doing.
    pub status: SessionStatus,
    /// Milliseconds since the epoch.
    pub started_at: u64,
    /// When it last changed, in milliseconds since the epoch.
    pub last_activity: u64,
    /// When it ended, in milliseconds since the epoch.
    pub completed_at: Option<u64>,
    /// The machine.
    pub hostname: Option<String>,
    /// Its operating system.
    pub platform: Option<String>,
    /// The last things that happened, the oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Whether it waits for somebody.
    pub needs_input: NeedsInput,
    /// What its agent said of itself last.
    pub agent_status: Option<String>,
    /// When its agent was last heard, in milliseconds since the epoch.
    pub last_heartbeat: Option<u64>,
    /// Whatever the application keeps with it.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub metadata: Map<String, Value>,
    /// Grows with every change of its own fields; tasks come and go without.
    pub version: u64,
}

/// Whether a team member is still one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TeamMemberStatus {
    /// Yes.
    #[default]
    Active,
    /// Not any more.
    Archived,
}

/// Somebody of a project's team: what an agent can be asked to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TeamMember {
    /// Its id.
    pub id: TeamMemberId,
    /// The hub that it lives on.
    pub hub: HubId,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub role: String,
    /// A picture or sign of it.
    pub avatar: String,
    /// Whether it still is one.
    pub status: TeamMemberStatus,
    /// Grows with every change of it.
    pub version: u64,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// Milliseconds since the epoch.
    pub updated_at: u64,
}

/// A message to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// The hub that it lives on.
    pub hub: HubId,
    /// Where it belongs.
    pub project_id: ProjectId,
    /// Who sent it: a session, or `mobile:` or `ui:` and somebody.
    pub from_session_id: String,
    /// Who gets it.
    pub to_session_id: SessionId,
    /// `directive`, `query`, `status` or another word.
    #[serde(rename = "type")]
    pub kind: String,
    /// In a few words.
    pub subject: String,
    /// In more.
    pub body: String,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// Names one thing of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EntityRef {
    /// A project.
    Project(ProjectId),
    /// A task.
    Task(TaskId),
    /// A session.
    Session(SessionId),
    /// A team member.
    TeamMember(TeamMemberId),
    /// A mail.
    Mail(MailId),
}

/// What kinds of things there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKind {
    /// Projects.
    Project,
    /// Tasks.
    Task,
    /// Sessions.
    Session,
    /// Team members.
    TeamMember,
    /// Mail.
    Mail,
}

impl std::fmt::Display for EntityKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Project => "project",
            Self::Task => "task",
            Self::Session => "session",
            Self::TeamMember => "team member",
            Self::Mail => "mail",
        })
    }
}

/// One thing of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Entity {
    /// A project.
    Project(Project),
    /// A task.
    Task(Task),
    /// A session.
    Session(Session),
    /// A team member.
    TeamMember(TeamMember),
    /// A mail.
    Mail(Mail),
}

impl EntityRef {
    /// What kind of thing it names.
    #[must_use]
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Project(_) => EntityKind::Project,
            Self::Task(_) => EntityKind::Task,
            Self::Session(_) => EntityKind::Session,
            Self::TeamMember(_) => EntityKind::TeamMember,
            Self::Mail(_) => EntityKind::Mail,
        }
    }

    /// Its id, unique among those of its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Project(id) => id.as_str(),
            Self::Task(id) => id.as_str(),
            Self::Session(id) => id.as_str(),
            Self::TeamMember(id) => id.as_str(),
            Self::Mail(id) => id.as_str(),
        }
    }
}

impl Entity {
    /// What names it.
    #[must_use]
    pub fn reference(&self) -> EntityRef {
        match self {
            Self::Project(project) => EntityRef::Project(project.id.clone()),
            Self::Task(task) => EntityRef::Task(task.id.clone()),
            Self::Session(session) => EntityRef::Session(session.id.clone()),
            Self::TeamMember(member) => EntityRef::TeamMember(member.id.clone()),
            Self::Mail(mail) => EntityRef::Mail(mail.id.clone()),
        }
    }

    /// The project that it belongs to; a project belongs to itself.
    #[must_use]
    pub fn project(&self) -> &ProjectId {
        match self {
            Self::Project(project) => &project.id,
            Self::Task(task) => &task.project_id,
            Self::Session(session) => &session.project_id,
            Self::TeamMember(member) => &member.project_id,
            Self::Mail(mail) => &mail.project_id,
        }
    }

    /// When it came to be, in milliseconds since the epoch.
    #[must_use]
    pub fn created_at(&self) -> u64 {
        match self {
            Self::Project(project) => project.created_at,
            Self::Task(task) => task.created_at,
            Self::Session(session) => session.started_at,
            Self::TeamMember(member) => member.created_at,
            Self::Mail(mail) => mail.created_at,
        }
    }

    /// Whether it has been put out of sight.
    #[must_use]
    pub fn archived(&self) -> bool {
        match self {
            Self::Task(task) => task.status == TaskStatus::Archived,
            Self::TeamMember(member) => member.status == TeamMemberStatus::Archived,
            Self::Project(_) | Self::Session(_) | Self::Mail(_) => false,
        }
    }
}

macro_rules! kinds {
    ($($kind:ident),*) => {
        $(
            impl From<$kind> for Entity {
                fn from(entity: $kind) -> Self {
                    Self::$kind(entity)
                }
            }

            impl TryFrom<Entity> for $kind {
                /// What it is instead.
                type Error = Entity;
                fn try_from(entity: Entity) -> Result<Self, Entity> {
                    match entity {
                        Entity::$kind(entity) => Ok(entity),
                        other => Err(other),
                    }
                }
            }
        )*
    };
}

kinds!(Project, Task, Session, TeamMember, Mail);

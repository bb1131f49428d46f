//! Everything that can be done to the domain, as values.

use crate::ids::MailId;
use crate::ids::{ProjectId, SessionId, TaskId, TeamMemberId};
use crate::protocol::{
    EntityRef, Modal, NewMail, NewProject, NewSession, NewTask, NewTeamMember, NewTimelineEntry,
    ProjectPatch, Report, SessionPatch, TaskPatch, TeamMemberPatch,
};

/// One change. `if_version`, where there is one, refuses it with `CONFLICT` when the thing has
/// another version by now.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Mutation {
    /// Makes a project.
    CreateProject(NewProject),
    /// Changes a project.
    UpdateProject {
        /// Which.
        id: ProjectId,
        /// What of it.
        patch: ProjectPatch,
        /// See [`Mutation`].
        if_version: Option<u64>,
    },
    /// Removes a project with all that belongs to it. `default` cannot be removed.
    DeleteProject(ProjectId),
    /// Makes a task.
    CreateTask(NewTask),
    /// Changes a task.
    UpdateTask {
        /// Which.
        id: TaskId,
        /// What of it.
        patch: TaskPatch,
        /// See [`Mutation`].
        if_version: Option<u64>,
    },
    /// Removes a task.
    DeleteTask(TaskId),
    /// Gives a task to one session for itself; `CONFLICT` when another has it.
    ClaimTask {
        /// Which task.
        task: TaskId,
        /// For whom.
        session: SessionId,
    },
    /// A session works on a task from now on.
    AddTask {
        /// Which session.
        session: SessionId,
        /// Which task.
        task: TaskId,
    },
    /// A session does not work on a task any more.
    RemoveTask {
        /// Which session.
        session: SessionId,
        /// Which task.
        task: TaskId,
    },
    /// Makes a session.
    CreateSession(NewSession),
    /// A session's terminal is about to be started. Makes the session when there is none.
    SpawnSession(Spawn),
    /// Changes a session.
    UpdateSession {
        /// Which.
        id: SessionId,
        /// What of it.
        patch: SessionPatch,
        /// Why it failed, when that is what the patch says.
        reason: Option<String>,
        /// See [`Mutation`].
        if_version: Option<u64>,
    },
    /// Removes a session.
    DeleteSession(SessionId),
    /// A session says something of itself.
    Report {
        /// Which.
        session: SessionId,
        /// What.
        report: Report,
    },
    /// Adds to a session's history.
    AddToTimeline {
        /// Whose.
        session: SessionId,
        /// What.
        entry: NewTimelineEntry,
    },
    /// A session shows something in a window of the application, or what becomes of that.
    Modal {
        /// Whose.
        session: SessionId,
        /// What.
        modal: Modal,
    },
    /// Makes a team member.
    CreateTeamMember(NewTeamMember),
    /// Changes a team member.
    UpdateTeamMember {
        /// Which.
        id: TeamMemberId,
        /// What of it.
        patch: TeamMemberPatch,
        /// See [`Mutation`].
        if_version: Option<u64>,
    },
    /// Removes a team member.
    DeleteTeamMember(TeamMemberId),
    /// Sends a mail.
    SendMail {
        /// Who sends it: a session, or `mobile:` or `ui:` and who.
        from: String,
        /// What.
        mail: NewMail,
    },
    /// Removes a mail.
    DeleteMail(MailId),
}

/// A session whose terminal is about to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct Spawn {
    /// The session. Its status becomes `spawning`.
    pub session: NewSession,
    /// The program.
    pub command: Option<String>,
    /// Where it starts.
    pub cwd: Option<String>,
    /// The names of what its environment is given. Values never get here.
    pub env_keys: Vec<String>,
}

/// What a mutation is about: enough to find the project that it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All of the hub: a new project.
    Hub,
    /// A project, in which something is made.
    Project(ProjectId),
    /// Something that there is.
    Entity(EntityRef),
}

impl Mutation {
    /// Makes the project of those who name none.
    pub(crate) fn create_default_project() -> Self {
        let id = ProjectId::default();
        Self::CreateProject(NewProject {
            name: id.to_string(),
            id: Some(id),
            ..NewProject::default()
        })
    }

    /// What it is about.
    #[must_use]
    pub fn target(&self) -> Target {
        use EntityRef as Ref;
        match self {
            Self::CreateProject(_) => Target::Hub,
            Self::CreateTask(new) => Target::Project(new.project_id.clone()),
            Self::CreateSession(new) => Target::Project(new.project_id.clone()),
            Self::SpawnSession(spawn) => Target::Project(spawn.session.project_id.clone()),
            Self::CreateTeamMember(new) => Target::Project(new.project_id.clone()),
            Self::SendMail { mail, .. } => Target::Project(mail.project_id.clone()),
            Self::UpdateProject { id, .. } | Self::DeleteProject(id) => {
                Target::Entity(Ref::Project(id.clone()))
            }
            Self::UpdateTask { id, .. }
            | Self::DeleteTask(id)
            | Self::ClaimTask { task: id, .. } => Target::Entity(Ref::Task(id.clone())),
            Self::UpdateSession { id, .. }
            | Self::DeleteSession(id)
            | Self::AddTask { session: id, .. }
            | Self::RemoveTask { session: id, .. }
            | Self::Report { session: id, .. }
            | Self::AddToTimeline { session: id, .. }
            | Self::Modal { session: id, .. } => Target::Entity(Ref::Session(id.clone())),
            Self::UpdateTeamMember { id, .. } | Self::DeleteTeamMember(id) => {
                Target::Entity(Ref::TeamMember(id.clone()))
            }
            Self::DeleteMail(id) => Target::Entity(Ref::Mail(id.clone())),
        }
    }
}

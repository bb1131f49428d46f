//! Who hears of an event: from its name and scope to rooms of namespaces. A pure table, that of
//! `docs/PROTOCOL.md`; who sits in which room is the transport's business.

use crate::ids::{ProjectId, SessionId};
use crate::protocol::{EventName, EventScope};

/// A namespace of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Namespace {
    /// The application's windows.
    Ui,
    /// Phones and browsers; each socket is in one project.
    Mobile,
    /// Agents; each socket is its session's.
    Cli,
    /// Terminals. It carries no events of the domain.
    Terminal,
    /// Clients of the raw WebSocket protocol, which is none of Socket.IO's. Each hears of
    /// everything that it may see, or of what it picks of that itself.
    Legacy,
}

impl Namespace {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Ui,
        Self::Mobile,
        Self::Cli,
        Self::Terminal,
        Self::Legacy,
    ];

    /// As it travels.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Ui => "/ui",
            Self::Mobile => "/mobile",
            Self::Cli => "/cli",
            Self::Terminal => "/terminal",
            Self::Legacy => "/",
        }
    }
}

/// A set of sockets within a namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Room {
    /// Everybody who may see the event's project, or simply everybody when it has none.
    All,
    /// Those who follow a project.
    Project(ProjectId),
    /// Those who follow a session.
    Session(SessionId),
}

/// The rooms that hear of an event. A socket that sits in several hears of it once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Targets {
    pub(crate) ui: Vec<Room>,
    pub(crate) mobile: Vec<Room>,
    pub(crate) cli: Vec<Room>,
}

impl Targets {
    /// Those of one namespace.
    pub(crate) fn of(&self, namespace: Namespace) -> &[Room] {
        match namespace {
            Namespace::Ui => &self.ui,
            Namespace::Mobile => &self.mobile,
            Namespace::Cli => &self.cli,
            Namespace::Terminal => &[],
            Namespace::Legacy => &[Room::All],
        }
    }
}

impl std::fmt::Display for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Project(id) => write!(f, "project:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

/// The project whose readers alone may hear of it; none: everybody may.
pub(crate) fn project_of(scope: &EventScope) -> Option<&ProjectId> {
    match scope {
        EventScope::Project(project)
        | EventScope::Session {
            project_id: project,
            ..
        } => Some(project),
        EventScope::All => None,
    }
}

/// The rooms for an event of this name and scope.
pub(crate) fn route(name: &str, scope: &EventScope) -> Targets {
    use EventName as E;
    let (project, session) = match scope {
        EventScope::All => {
            return Targets {
                ui: vec![Room::All],
                mobile: vec![Room::All],
                cli: vec![Room::All],
            };
        }
        EventScope::Project(project) => (Room::Project(project.clone()), None),
        EventScope::Session {
            project_id,
            session_id,
        } => (
            Room::Project(project_id.clone()),
            Some(Room::Session(session_id.clone())),
        ),
    };
    let both = || {
        [Some(project.clone()), session.clone()]
            .into_iter()
            .flatten()
    };
    let ui = match EventName::parse(name) {
        Some(E::ProjectCreated | E::ProjectUpdated | E::ProjectDeleted) => vec![Room::All],
        Some(name) if name.as_str().starts_with("notify:") => vec![Room::All],
        // Of interest to whoever has the session open.
        Some(
            E::SessionSpawn
            | E::SessionTaskAdded
            | E::SessionTaskRemoved
            | E::SessionModal
            | E::SessionModalAction
            | E::SessionModalClosed,
        ) => session.iter().cloned().collect(),
        // Everything else, the application's own events among it.
        _ => both().collect(),
    };
    Targets {
        ui,
        mobile: vec![project.clone()],
        cli: session.into_iter().collect(),
    }
}

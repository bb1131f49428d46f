//! Who hears of an event: from its name and scope to rooms of namespaces. A pure table, that of
//! `docs/PROTOCOL.md`; who sits in which room is the transport's business.

use crate::ids::{ProjectId, SessionId};
use crate::protocol::{EventName, EventScope};

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

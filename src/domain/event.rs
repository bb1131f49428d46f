//! An event before it has its place in the log.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId};
use crate::protocol::{EventName, EventScope};

use super::valid;

/// Most that an event of the application's own says, in bytes of JSON.
const OWN: usize = 64 << 10;
/// Most that one of the hub's says, when the application tells it: a session with its timeline
/// and all that is kept with it, and room.
const OF_THE_HUB: usize = 1 << 20;

/// How the names of the hub's own events begin, here and on sockets.
const FAMILIES: &[&str] = &[
    "project",
    "task",
    "session",
    "team_member",
    "mail",
    "notify",
    "terminal",
    "hub",
    "server",
    "state",
    "auth",
];
/// Names that mean something to a socket.
const SOCKET: &[&str] = &[
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
    "ping",
    "pong",
    "subscribe",
    "subscribed",
    "unsubscribe",
    "unsubscribed",
    "heartbeat",
];

/// Tells an event from all others, so that a host application may hand one over twice.
pub type EventId = String;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Its name: one of [`EventName`], or a word of the application's own.
    pub name: String,
    /// Whom it is for.
    pub scope: EventScope,
    /// What it says: an object.
    pub data: Value,
    /// When it happened, in milliseconds since the epoch; now when absent.
    pub timestamp: Option<u64>,
    /// Makes handing it over safe to repeat.
    pub id: Option<EventId>,
}

impl NewEvent {
    /// Something that has happened now. `data` is an object.
    #[must_use]
    pub fn new(name: impl Into<String>, scope: EventScope, data: Value) -> Self {
        Self {
            name: name.into(),
            scope,
            data,
            timestamp: None,
            id: None,
        }
    }

    /// The same, safe to be handed over twice.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<EventId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The same, ready to be told, when it can be. `of_the_hub`: it may have the name of one of
    /// the hub's own events.
    pub(crate) fn checked(mut self, of_the_hub: bool) -> Result<Self> {
        let hubs = EventName::parse(&self.name).is_some();
        if !hubs || !of_the_hub {
            check_own_name(&self.name)?;
        }
        if let Some(id) = &self.id {
            valid::words("id", id, valid::NAME)?;
        }
        let Some(data) = self.data.as_object_mut() else {
            return Err(HubError::invalid("data is not an object"));
        };
        let (project, session) = match &self.scope {
            EventScope::All => (None, None),
            EventScope::Project(project) => (Some(project), None),
            EventScope::Session {
                project_id,
                session_id,
            } => (Some(project_id), Some(session_id)),
        };
        address(data, project, session);
        let most = if hubs { OF_THE_HUB } else { OWN };
        valid::text("data", &self.data.to_string(), most)?;
        Ok(self)
    }

    /// One of the hub's own about a project.
    pub(crate) fn of_project(name: EventName, project: &ProjectId, data: Value) -> Self {
        let scope = EventScope::Project(project.clone());
        Self::new(name.as_str(), scope, data)
    }

    /// One of the hub's own about a session.
    pub(crate) fn of_session(
        name: EventName,
        project: &ProjectId,
        session: &SessionId,
        data: Value,
    ) -> Self {
        let scope = EventScope::Session {
            project_id: project.clone(),
            session_id: session.clone(),
        };
        Self::new(name.as_str(), scope, data)
    }
}

/// One that nobody can take for the hub's.
fn check_own_name(name: &str) -> Result<()> {
    valid::words("name", name, valid::WORD)?;
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let holds = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b":_.-".contains(&byte));
    let family = name.split_once(':').map(|(family, _)| family);
    if !begins || !holds {
        Err(HubError::invalid(
            "name: it begins with a letter and holds A-Z a-z 0-9 : _ . -",
        ))
    } else if family.is_some_and(|family| FAMILIES.contains(&family)) || SOCKET.contains(&name) {
        Err(HubError::invalid(format!(
            "name: {name:?} is the hub's own"
        )))
    } else {
        Ok(())
    }
}

/// An event that has its place in the log of a hub.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logged {
    /// Its place: grows by one with each event, whatever becomes of the hub.
    pub(crate) seq: u64,
    pub(crate) name: String,
    pub(crate) scope: EventScope,
    pub(crate) data: Value,
    /// Milliseconds since the epoch.
    pub(crate) timestamp: u64,
}

/// A place in the log of one hub, as clients keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Which log: another one after the file was lost.
    pub(crate) log: String,
    /// The last event before the place.
    pub(crate) seq: u64,
}

impl Cursor {
    /// None for what is none of ours; whoever brings it gets everything anew.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (log, seq) = text.rsplit_once('.')?;
        Some(Self {
            log: log.to_owned(),
            seq: seq.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.log, self.seq)
    }
}

/// `fields` as an object, with `projectId` and, where there is one, `sessionId` beside them.
pub(crate) fn data<T: Serialize>(
    fields: &T,
    project: &ProjectId,
    session: Option<&SessionId>,
) -> Value {
    let mut data = serde_json::to_value(fields).unwrap_or_default();
    if let Some(data) = data.as_object_mut() {
        address(data, Some(project), session);
    }
    data
}

fn address(
    data: &mut Map<String, Value>,
    project: Option<&ProjectId>,
    session: Option<&SessionId>,
) {
    if let Some(project) = project {
        data.insert("projectId".into(), project.as_str().into());
    }
    if let Some(session) = session {
        data.insert("sessionId".into(), session.as_str().into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::ErrorCode;

    fn told(name: &str, data: Value) -> NewEvent {
        let scope = EventScope::Session {
            project_id: ProjectId::default(),
            session_id: SessionId::new("s").unwrap(),
        };
        NewEvent::new(name, scope, data)
    }

    #[test]
    fn table_of_names() {
        let long = "x".repeat(101);
        for (name, own, of_the_hub) in [
            ("build:finished", true, true),
            ("deployed", true, true),
            ("tasks:sorted", true, true),
            ("task:created", false, true),
            ("task:sorted", false, false),
            ("terminal:output", false, false),
            ("hub:hello", false, false),
            ("disconnect", false, false),
            ("", false, false),
            ("a b", false, false),
            ("1st", false, false),
            ("é", false, false),
            (long.as_str(), false, false),
        ] {
            let event = told(name, json!({}));
            assert_eq!(event.clone().checked(false).is_ok(), own, "{name}");
            assert_eq!(event.checked(true).is_ok(), of_the_hub, "{name}");
        }
    }

    #[test]
    fn data_is_a_bounded_object_that_says_whose_it_is() {
        let sound = told("built", json!({"ok": true, "projectId": "another"}));
        let data = json!({"ok": true, "projectId": "default", "sessionId": "s"});
        assert_eq!(sound.checked(false).unwrap().data, data);
        for (event, code) in [
            (told("built", json!([])), ErrorCode::Invalid),
            (told("built", Value::Null), ErrorCode::Invalid),
            (
                told("built", json!({"x": "y".repeat(OWN)})),
                ErrorCode::TooLarge,
            ),
            (told("built", json!({})).with_id(""), ErrorCode::Invalid),
            (
                told("built", json!({})).with_id("i".repeat(201)),
                ErrorCode::TooLarge,
            ),
        ] {
            assert_eq!(event.checked(false).unwrap_err().code, code);
        }
        let session = told("session:updated", json!({"x": "y".repeat(OWN)}));
        assert!(session.checked(true).is_ok());
    }
}

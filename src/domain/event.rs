//! An event before it has its place in the log.

use serde::Serialize;
use serde_json::Value;

use crate::ids::{ProjectId, SessionId};
use crate::protocol::{EventName, EventScope};

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
    /// One of the hub's own about a project.
    pub(crate) fn of_project(name: EventName, project: &ProjectId, data: Value) -> Self {
        Self::new(name, EventScope::Project(project.clone()), data)
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
        Self::new(name, scope, data)
    }

    fn new(name: EventName, scope: EventScope, data: Value) -> Self {
        Self {
            name: name.as_str().to_owned(),
            scope,
            data,
            timestamp: None,
            id: None,
        }
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
    if let Some(object) = data.as_object_mut() {
        object.insert("projectId".into(), project.as_str().into());
        if let Some(session) = session {
            object.insert("sessionId".into(), session.as_str().into());
        }
    }
    data
}

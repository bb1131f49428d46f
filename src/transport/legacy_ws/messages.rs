//! What clients of the old protocol say, what they are answered, and what of the events a
//! subscription lets through. Knows no connection.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::Logged;
use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId, TaskId};
use crate::protocol::{ErrorCode, EventScope};

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    Auth { token: String },
    Subscribe(Wanted),
    Unsubscribe,
    Ping,
}

/// What a subscription asks for. With nothing named it asks for everything.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    pub(super) session_ids: Option<Vec<SessionId>>,
    pub(super) project_id: Option<ProjectId>,
    pub(super) task_ids: Option<Vec<TaskId>>,
}

#[derive(Deserialize)]
struct Auth {
    token: String,
}

impl Message {
    /// # Errors
    ///
    /// `INVALID`, saying what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let message: Value = serde_json::from_str(text)
            .map_err(|error| HubError::invalid(format!("not JSON: {error}")))?;
        let invalid = |error: serde_json::Error| HubError::invalid(error.to_string());
        let kind = message
            .as_object()
            .ok_or_else(|| HubError::invalid("a message is an object"))?
            .get("type")
            .and_then(Value::as_str)
            .ok_or_else(|| HubError::invalid("a message has a type"))?;
        Ok(match kind {
            "auth" => {
                let Auth { token } = serde_json::from_value(message).map_err(invalid)?;
                Self::Auth { token }
            }
            "subscribe" => Self::Subscribe(serde_json::from_value(message).map_err(invalid)?),
            "unsubscribe" => Self::Unsubscribe,
            "ping" => Self::Ping,
            unknown => {
                let name: String = unknown.chars().take(MAX_NAME).collect();
                return Err(HubError::invalid(format!("there is no message {name:?}")));
            }
        })
    }
}

/// Longest name that is repeated in an error.
const MAX_NAME: usize = 64;

/// What a client is answered.
#[derive(Debug, Serialize)]
#[serde(
    tag = "type",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
pub(super) enum Answer {
    Authenticated {
        timestamp: u64,
    },
    Subscribed {
        #[serde(skip_serializing_if = "Option::is_none")]
        session_ids: Option<Vec<SessionId>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        project_id: Option<ProjectId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        task_ids: Option<Vec<TaskId>>,
        timestamp: u64,
    },
    Unsubscribed {
        timestamp: u64,
    },
    Pong {
        timestamp: u64,
    },
    #[serde(rename = "server:shutdown")]
    Shutdown {
        timestamp: u64,
    },
    Error {
        code: ErrorCode,
        message: String,
    },
}

impl Answer {
    pub(super) fn subscribed(to: &Wanted, timestamp: u64) -> Self {
        let Wanted {
            session_ids,
            project_id,
            task_ids,
        } = to.clone();
        Self::Subscribed {
            session_ids,
            project_id,
            task_ids,
            timestamp,
        }
    }
}

impl From<&HubError> for Answer {
    fn from(error: &HubError) -> Self {
        Self::Error {
            code: error.code,
            message: error.message.clone(),
        }
    }
}

/// What of the events a client has asked for; without anything named, everything.
#[derive(Debug, Default)]
pub(super) struct Filter(Option<Named>);

#[derive(Debug)]
struct Named {
    sessions: BTreeSet<SessionId>,
    project: Option<ProjectId>,
    tasks: BTreeSet<TaskId>,
}

impl Filter {
    pub(super) fn new(wanted: &Wanted) -> Self {
        if *wanted == Wanted::default() {
            return Self(None);
        }
        Self(Some(Named {
            sessions: wanted.session_ids.iter().flatten().cloned().collect(),
            project: wanted.project_id.clone(),
            tasks: wanted.task_ids.iter().flatten().cloned().collect(),
        }))
    }

    /// Whether an event concerns one of the things that were named.
    pub(super) fn lets_through(&self, event: &Logged) -> bool {
        let Some(named) = &self.0 else { return true };
        let (project, session) = match &event.scope {
            EventScope::Project(project) => (Some(project), None),
            EventScope::Session {
                project_id,
                session_id,
            } => (Some(project_id), Some(session_id)),
            // For everybody, whatever they follow.
            EventScope::All => return true,
        };
        (named.project.is_some() && named.project.as_ref() == project)
            || session.is_some_and(|session| named.sessions.contains(session))
            || named.concerns_a_task(event)
    }
}

impl Named {
    fn concerns_a_task(&self, event: &Logged) -> bool {
        let is_of_a_task = event.name.starts_with("task:");
        let id = event.data.get("id").filter(|_| is_of_a_task);
        let several = event.data.get("taskIds").and_then(Value::as_array);
        [event.data.get("taskId"), id]
            .into_iter()
            .flatten()
            .chain(several.into_iter().flatten())
            .filter_map(Value::as_str)
            .any(|task| self.tasks.iter().any(|named| named.as_str() == task))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn session(id: &str) -> SessionId {
        SessionId::new(id).unwrap()
    }

    fn project(id: &str) -> ProjectId {
        ProjectId::new(id).unwrap()
    }

    fn task(id: &str) -> TaskId {
        TaskId::new(id).unwrap()
    }

    #[test]
    fn the_table_of_messages() {
        let wanted =
            |sessions: Option<&[&str]>, in_project: Option<&str>, tasks: Option<&[&str]>| {
                Message::Subscribe(Wanted {
                    session_ids: sessions.map(|ids| ids.iter().map(|id| session(id)).collect()),
                    project_id: in_project.map(project),
                    task_ids: tasks.map(|ids| ids.iter().map(|id| task(id)).collect()),
                })
            };
        for (text, message) in [
            (
                r#"{"type": "auth", "token": "x", "more": 1}"#,
                Message::Auth { token: "x".into() },
            ),
            (r#"{"type": "ping"}"#, Message::Ping),
            (
                r#"{"type": "unsubscribe", "sessionIds": 7}"#,
                Message::Unsubscribe,
            ),
            (r#"{"type": "subscribe"}"#, wanted(None, None, None)),
            (
                r#"{"type": "subscribe", "sessionIds": null, "projectId": null}"#,
                wanted(None, None, None),
            ),
            (
                r#"{"type": "subscribe", "sessionIds": []}"#,
                wanted(Some(&[]), None, None),
            ),
            (
                r#"{"type": "subscribe", "sessionIds": ["s"], "projectId": "p", "taskIds": ["t"]}"#,
                wanted(Some(&["s"]), Some("p"), Some(&["t"])),
            ),
        ] {
            assert_eq!(Message::parse(text), Ok(message), "{text}");
        }
    }

    #[test]
    fn the_table_of_refusals() {
        for (text, says) in [
            ("", "not JSON"),
            ("hello", "not JSON"),
            ("null", "an object"),
            ("7", "an object"),
            (r#"["auth"]"#, "an object"),
            (r#"[{"type": "ping"}]"#, "an object"),
            ("{}", "a type"),
            (r#"{"type": 7}"#, "a type"),
            (r#"{"type": null}"#, "a type"),
            (r#"{"type": "Auth", "token": "x"}"#, "no message \"Auth\""),
            (r#"{"type": "constructor"}"#, "no message"),
            (r#"{"type": "auth"}"#, "token"),
            (r#"{"type": "auth", "token": null}"#, "string"),
            (r#"{"type": "auth", "token": {"$ne": ""}}"#, "string"),
            (r#"{"type": "subscribe", "sessionIds": "s"}"#, "sequence"),
            (
                r#"{"type": "subscribe", "sessionIds": {"a": 1}}"#,
                "sequence",
            ),
            (r#"{"type": "subscribe", "sessionIds": [7]}"#, "string"),
            (r#"{"type": "subscribe", "sessionIds": [null]}"#, "string"),
            (r#"{"type": "subscribe", "sessionIds": ["../x"]}"#, "an id"),
            (r#"{"type": "subscribe", "projectId": ["p"]}"#, "string"),
            (r#"{"type": "subscribe", "projectId": ""}"#, "an id"),
            (r#"{"type": "subscribe", "taskIds": [["t"]]}"#, "string"),
        ] {
            let error = Message::parse(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::Invalid, "{text}");
            assert!(error.message.contains(says), "{text}: {}", error.message);
        }
        let long = format!(r#"{{"type": "{}"}}"#, "x".repeat(100_000));
        assert!(Message::parse(&long).unwrap_err().message.len() < 200);
        let deep = format!(
            r#"{{"type": "ping", "x": {}1{}}}"#,
            "[".repeat(1000),
            "]".repeat(1000)
        );
        assert!(Message::parse(&deep).is_err());
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text in ".{0,200}") {
            let _ = Message::parse(&text);
        }
    }

    #[test]
    fn answers_are_as_the_old_server_gave_them() {
        let wanted = Wanted {
            session_ids: Some(vec![session("s")]),
            ..Wanted::default()
        };
        let error = HubError::invalid("no");
        for (answer, json) in [
            (
                Answer::subscribed(&wanted, 5),
                json!({"type": "subscribed", "sessionIds": ["s"], "timestamp": 5}),
            ),
            (
                Answer::Unsubscribed { timestamp: 5 },
                json!({"type": "unsubscribed", "timestamp": 5}),
            ),
            (
                Answer::Pong { timestamp: 5 },
                json!({"type": "pong", "timestamp": 5}),
            ),
            (
                Answer::Shutdown { timestamp: 5 },
                json!({"type": "server:shutdown", "timestamp": 5}),
            ),
            (
                (&error).into(),
                json!({"type": "error", "code": "INVALID", "message": "no"}),
            ),
        ] {
            assert_eq!(serde_json::to_value(answer).unwrap(), json);
        }
    }

    fn event(name: &str, scope: EventScope, data: Value) -> Logged {
        Logged {
            seq: 1,
            name: name.into(),
            scope,
            data,
            timestamp: 0,
        }
    }

    #[test]
    fn the_table_of_subscriptions() {
        let of_project = |id: &str| EventScope::Project(project(id));
        let of_session = |id: &str, at: &str| EventScope::Session {
            project_id: project(id),
            session_id: session(at),
        };
        let task_created = event("task:created", of_project("p"), json!({"id": "t"}));
        let claimed = event(
            "task:session_added",
            of_session("p", "s"),
            json!({"taskId": "t", "sessionId": "s"}),
        );
        let spawned = event(
            "session:spawn",
            of_session("q", "r"),
            json!({"sessionId": "r", "taskIds": ["t", "u"]}),
        );
        // A session that happens to be called as a task is.
        let session_updated = event(
            "session:updated",
            of_session("q", "t"),
            json!({"id": "t", "sessionId": "t"}),
        );
        let own = event("app:theme", EventScope::All, json!({"dark": true}));
        let events = [&task_created, &claimed, &spawned, &session_updated, &own];
        for (wanted, through) in [
            (json!({}), [true, true, true, true, true]),
            (
                json!({"sessionIds": []}),
                [false, false, false, false, true],
            ),
            (json!({"projectId": "p"}), [true, true, false, false, true]),
            (
                json!({"sessionIds": ["s"]}),
                [false, true, false, false, true],
            ),
            (
                json!({"sessionIds": ["r", "t"]}),
                [false, false, true, true, true],
            ),
            (json!({"taskIds": ["t"]}), [true, true, true, false, true]),
            (json!({"taskIds": ["u"]}), [false, false, true, false, true]),
            (
                json!({"projectId": "q", "sessionIds": ["s"]}),
                [false, true, true, true, true],
            ),
            (
                json!({"projectId": "nowhere"}),
                [false, false, false, false, true],
            ),
        ] {
            let filter = Filter::new(&serde_json::from_value(wanted.clone()).unwrap());
            let passed = events.map(|event| filter.lets_through(event));
            assert_eq!(passed, through, "{wanted}");
        }
    }
}

//! What a session says of itself, and what it shows: reports, lines of history, windows.

use serde_json::json;

use crate::error::Result;
use crate::ids::SessionId;
use crate::protocol::{
    Entity, EventName, Modal, NeedsInput, NeedsInputPatch, NewTimelineEntry, Report, Session,
    SessionStatus, TimelineEntry,
};

use super::super::valid;
use super::Change;

/// Lines of history that a session keeps, of at most [`valid::TEXT`] together.
const TIMELINE: usize = 200;

impl Change<'_> {
    /// True when it begins to wait for somebody.
    pub(super) fn needs(
        &self,
        session: &mut Session,
        patch: Option<NeedsInputPatch>,
    ) -> Result<bool> {
        let Some(patch) = patch else {
            return Ok(false);
        };
        valid::opt(patch.message.as_ref(), |text: &str| {
            valid::at_most("message", text, valid::MESSAGE)
        })?;
        let before = std::mem::take(&mut session.needs_input);
        if patch.active {
            session.needs_input = NeedsInput {
                active: true,
                message: patch.message,
                since: before.since.or(Some(self.context.now)),
            };
        }
        Ok(patch.active && !before.active)
    }

    pub(super) fn notify_needs(&mut self, session: &Session) {
        let mut fields = json!({"name": session.name});
        if let Some(message) = &session.needs_input.message {
            fields["message"] = message.as_str().into();
        }
        self.tell_session(
            EventName::NotifyNeedsInput,
            &session.project_id,
            &session.id,
            &fields,
        );
    }

    pub(super) fn report(&mut self, id: &SessionId, report: &Report) -> Result<Entity> {
        let mut session = self.session(id)?;
        valid::words("type", &report.kind, valid::WORD)?;
        valid::opt(report.message.as_ref(), |text: &str| {
            valid::at_most("message", text, valid::MESSAGE)
        })?;
        let status = match report.kind.as_str() {
            "needs_input" => {
                let patch = NeedsInputPatch {
                    active: true,
                    message: report.message.clone(),
                };
                let needs = self.needs(&mut session, Some(patch))?;
                let status = session.status;
                self.changed_session(&mut session, status, None)?;
                if needs {
                    self.notify_needs(&session);
                }
                return Ok(session.into());
            }
            "completed" => SessionStatus::Completed,
            "failed" => SessionStatus::Failed,
            _ => {
                let mut fields = json!({"type": report.kind});
                if let Some(message) = &report.message {
                    fields["message"] = message.as_str().into();
                }
                if let Some(task) = &report.task_id {
                    fields["taskId"] = task.as_str().into();
                }
                let name = EventName::NotifyProgress;
                self.tell_session(name, &session.project_id, id, &fields);
                return Ok(session.into());
            }
        };
        self.changed_session(&mut session, status, report.message.as_deref())?;
        Ok(session.into())
    }

    pub(super) fn add_to_timeline(
        &mut self,
        id: &SessionId,
        entry: NewTimelineEntry,
    ) -> Result<Entity> {
        let mut session = self.session(id)?;
        valid::words("type", &entry.kind, valid::WORD)?;
        valid::opt(entry.message.as_ref(), |text: &str| {
            valid::at_most("message", text, valid::MESSAGE)
        })?;
        session.timeline.push(TimelineEntry {
            kind: entry.kind,
            message: entry.message,
            timestamp: self.context.now,
        });
        shorten(&mut session.timeline);
        let status = session.status;
        self.changed_session(&mut session, status, None)?;
        Ok(session.into())
    }

    pub(super) fn modal(&mut self, id: &SessionId, modal: &Modal) -> Result<Entity> {
        let session = self.session(id)?;
        let timestamp = self.context.now;
        let (name, modal_id, fields) = match modal {
            Modal::Shown {
                modal_id,
                title,
                html,
                file_path,
            } => {
                valid::at_most("title", title, valid::TITLE)?;
                valid::text("html", html, valid::HTML)?;
                let mut fields = json!({"title": title, "html": html});
                if let Some(path) = file_path {
                    valid::text("filePath", path, valid::PATH)?;
                    fields["filePath"] = path.as_str().into();
                }
                (EventName::SessionModal, modal_id, fields)
            }
            Modal::Action {
                modal_id,
                action,
                data,
            } => {
                valid::words("action", action, valid::NAME)?;
                valid::json("data", data)?;
                let fields = json!({"action": action, "data": data});
                (EventName::SessionModalAction, modal_id, fields)
            }
            Modal::Closed { modal_id } => (EventName::SessionModalClosed, modal_id, json!({})),
        };
        valid::words("modalId", modal_id, crate::ids::MAX_ID_LEN)?;
        let mut fields = fields;
        fields["modalId"] = modal_id.as_str().into();
        fields["timestamp"] = timestamp.into();
        self.tell_session(name, &session.project_id, id, &fields);
        Ok(session.into())
    }
}

/// Drops the oldest lines of more than a session keeps.
fn shorten(timeline: &mut Vec<TimelineEntry>) {
    let mut bytes = 0;
    let kept = timeline.iter().rev().take(TIMELINE).take_while(|entry| {
        bytes += entry.kind.len() + entry.message.as_ref().map_or(0, String::len);
        bytes <= valid::TEXT
    });
    let old = timeline.len() - kept.count();
    timeline.drain(..old);
}

//! Sessions: made, started, changed, heard of, removed.

use serde_json::json;

use crate::error::{HubError, Result};
use crate::ids::{SessionId, TaskId};
use crate::protocol::{
    Entity, EntityRef, EventName, Modal, NeedsInput, NeedsInputPatch, NewSession, NewTimelineEntry,
    Report, Session, SessionPatch, SessionStatus, Task, TimelineEntry,
};

use super::super::mutation::Spawn;
use super::super::valid;
use super::{Change, matches, set};

/// Lines of history that a session keeps.
const TIMELINE: usize = 200;

impl Change<'_> {
    fn session(&self, id: &SessionId) -> Result<Session> {
        self.get(EntityRef::Session(id.clone()))
    }

    pub(super) fn create_session(&mut self, new: NewSession) -> Result<Entity> {
        let request = new.client_request_id.clone();
        let of = of(&new);
        if let Some(made) = self.repeated(&of, request.as_ref())? {
            return Ok(made);
        }
        let (session, tasks) = self.new_session(new)?;
        self.keep_new_session(session, &tasks, &of, request.as_ref())
            .map(Entity::from)
    }

    fn new_session(&mut self, new: NewSession) -> Result<(Session, Vec<TaskId>)> {
        let project = self.project(&new.project_id)?.id;
        check(new.name.as_ref(), new.metadata.as_ref())?;
        for (field, text) in [("hostname", &new.hostname), ("platform", &new.platform)] {
            valid::opt(text.as_ref(), |text: &str| {
                valid::at_most(field, text, valid::NAME)
            })?;
        }
        let tasks = new.task_ids.unwrap_or_default();
        valid::ids("taskIds", &tasks)?;
        let id = new.id.unwrap_or_else(SessionId::random);
        self.vacant(&EntityRef::Session(id.clone()))?;
        let now = self.context.now;
        let status = new.status.unwrap_or_default();
        let session = Session {
            hub: self.context.hub.clone(),
            project_id: project,
            task_ids: Vec::new(),
            name: new.name.unwrap_or_else(|| id.to_string()),
            env_keys: Vec::new(),
            status,
            started_at: now,
            last_activity: now,
            completed_at: status.ended().then_some(now),
            hostname: new.hostname,
            platform: new.platform,
            timeline: Vec::new(),
            needs_input: NeedsInput::default(),
            agent_status: None,
            last_heartbeat: None,
            metadata: new.metadata.unwrap_or_default(),
            version: 1,
            id,
        };
        Ok((session, tasks))
    }

    fn keep_new_session(
        &mut self,
        session: Session,
        tasks: &[TaskId],
        of: &str,
        request: Option<&String>,
    ) -> Result<Session> {
        let id = session.id.clone();
        self.make(of, request, &session.into())?;
        let at = self.events.len();
        for task in tasks {
            let mut task: Task = self.get(EntityRef::Task(task.clone()))?;
            self.link(&id, &mut task)?;
        }
        // It is told of as it is in the end, and first of all.
        let linked = self.events.split_off(at);
        let session = self.session(&id)?;
        self.tell_of(EventName::SessionCreated, &session);
        self.events.extend(linked);
        Ok(session)
    }

    pub(super) fn spawn_session(&mut self, spawn: Spawn) -> Result<Entity> {
        let request = spawn.session.client_request_id.clone();
        let of = of(&spawn.session);
        if let Some(made) = self.repeated(&of, request.as_ref())? {
            return Ok(made);
        }
        let known = match &spawn.session.id {
            Some(id) => self.tables.get(&EntityRef::Session(id.clone()))?,
            None => None,
        };
        let session = match known.map(Session::try_from) {
            Some(Ok(session)) => self.spawn_again(session, &spawn)?,
            _ => {
                let (mut session, tasks) = self.new_session(spawn.session)?;
                session.status = SessionStatus::Spawning;
                session.completed_at = None;
                session.env_keys.clone_from(&spawn.env_keys);
                self.keep_new_session(session, &tasks, &of, request.as_ref())?
            }
        };
        let fields = json!({
            "session": session,
            "taskIds": session.task_ids,
            "command": spawn.command,
            "cwd": spawn.cwd,
            "envKeys": spawn.env_keys,
        });
        self.tell_session(
            EventName::SessionSpawn,
            &session.project_id,
            &session.id,
            &fields,
        );
        Ok(session.into())
    }

    /// A session that there is gets a new terminal.
    fn spawn_again(&mut self, mut session: Session, spawn: &Spawn) -> Result<Session> {
        if session.project_id != spawn.session.project_id {
            return Err(HubError::conflict(
                "this session belongs to another project",
            ));
        }
        check(spawn.session.name.as_ref(), None)?;
        set(&mut session.name, spawn.session.name.clone());
        session.env_keys.clone_from(&spawn.env_keys);
        session.needs_input = NeedsInput::default();
        self.changed_session(&mut session, SessionStatus::Spawning, None)?;
        Ok(session)
    }

    pub(super) fn update_session(
        &mut self,
        id: &SessionId,
        patch: SessionPatch,
        reason: Option<&str>,
        if_version: Option<u64>,
    ) -> Result<Entity> {
        let mut session = self.session(id)?;
        matches(session.version, if_version)?;
        check(patch.name.as_ref(), None)?;
        valid::opt(patch.agent_status.as_ref(), |text: &str| {
            valid::at_most("agentStatus", text, valid::NAME)
        })?;
        set(&mut session.name, patch.name);
        if patch.agent_status.is_some() {
            session.agent_status = patch.agent_status;
        }
        for (key, value) in patch.metadata.unwrap_or_default() {
            match value.is_null() {
                true => session.metadata.remove(&key),
                false => session.metadata.insert(key, value),
            };
        }
        valid::json("metadata", &session.metadata)?;
        let needs = self.needs(&mut session, patch.needs_input)?;
        let status = patch.status.unwrap_or(session.status);
        self.changed_session(&mut session, status, reason)?;
        if needs {
            self.notify_needs(&session);
        }
        Ok(session.into())
    }

    /// Keeps a changed session, and tells of it.
    fn changed_session(
        &mut self,
        session: &mut Session,
        status: SessionStatus,
        reason: Option<&str>,
    ) -> Result<()> {
        let becomes = (session.status != status).then_some(status);
        session.status = status;
        session.version += 1;
        session.last_activity = self.context.now;
        if becomes.is_some() {
            session.completed_at = status.ended().then_some(self.context.now);
            if status.ended() {
                session.needs_input = NeedsInput::default();
            }
        }
        self.tell_of(EventName::SessionUpdated, session);
        let name = match becomes {
            Some(SessionStatus::Completed) => Some(EventName::NotifySessionCompleted),
            Some(SessionStatus::Failed) => Some(EventName::NotifySessionFailed),
            _ => None,
        };
        if let Some(name) = name {
            let mut fields = json!({"name": session.name});
            if let Some(reason) = reason {
                fields["reason"] = reason.into();
            }
            self.tell_session(name, &session.project_id, &session.id, &fields);
        }
        self.tables.put(&session.clone().into())
    }

    fn tell_of(&mut self, name: EventName, session: &Session) {
        self.tell_session(name, &session.project_id, &session.id, session);
    }

    /// True when it begins to wait for somebody.
    fn needs(&self, session: &mut Session, patch: Option<NeedsInputPatch>) -> Result<bool> {
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

    fn notify_needs(&mut self, session: &Session) {
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
        let old = session.timeline.len().saturating_sub(TIMELINE);
        session.timeline.drain(..old);
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

    pub(super) fn delete_session(&mut self, id: &SessionId) -> Result<Entity> {
        let session = self.session(id)?;
        for task in &session.task_ids {
            if let Ok(mut task) = self.get::<Task>(EntityRef::Task(task.clone())) {
                self.unlink(id, &mut task)?;
            }
        }
        self.tables.remove(&EntityRef::Session(id.clone()))?;
        let fields = json!({"id": id});
        self.tell_session(EventName::SessionDeleted, &session.project_id, id, &fields);
        Ok(session.into())
    }
}

/// What its request is called among others.
fn of(new: &NewSession) -> String {
    format!("session {}", new.project_id)
}

fn check(
    name: Option<&String>,
    metadata: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<()> {
    valid::opt(name, |name: &str| valid::words("name", name, valid::NAME))?;
    match metadata {
        Some(metadata) => valid::json("metadata", metadata),
        None => Ok(()),
    }
}

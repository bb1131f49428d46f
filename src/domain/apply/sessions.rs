//! Sessions: made, started, changed, removed.

use serde_json::json;

use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId, TaskId};
use crate::protocol::{
    Entity, EntityRef, EventName, NeedsInput, NewSession, Session, SessionPatch, SessionStatus,
};

use super::super::mutation::Spawn;
use super::super::valid;
use super::{Change, matches, set};

impl Change<'_> {
    pub(super) fn session(&self, id: &SessionId) -> Result<Session> {
        self.get(EntityRef::Session(id.clone()))
    }

    /// Those of other projects are not there.
    pub(super) fn session_of(&self, project: &ProjectId, id: &SessionId) -> Result<Session> {
        let session = self.tables.get(&EntityRef::Session(id.clone()))?;
        session
            .and_then(|session| Session::try_from(session).ok())
            .filter(|session| session.project_id == *project)
            .ok_or_else(|| {
                HubError::not_found(format!(
                    "there is no session {:?} in this project",
                    id.as_str()
                ))
            })
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
        self.make(of, request, &session.clone().into())?;
        let at = self.events.len();
        self.take_up(&session, tasks)?;
        // It is told of as it is in the end, and first of all.
        let linked = self.events.split_off(at);
        let session = self.session(&session.id)?;
        self.tell_of(EventName::SessionCreated, &session);
        self.events.extend(linked);
        Ok(session)
    }

    fn take_up(&mut self, session: &Session, tasks: &[TaskId]) -> Result<()> {
        for task in tasks {
            let mut task = self.task_of(&session.project_id, task)?;
            self.link(&session.id, &mut task)?;
        }
        Ok(())
    }

    pub(super) fn spawn_session(&mut self, spawn: Spawn) -> Result<Entity> {
        let request = spawn.session.client_request_id.clone();
        // To start one is more than to make one.
        let of = format!("spawn {}", spawn.session.project_id);
        if let Some(made) = self.repeated(&of, request.as_ref())? {
            return Ok(made);
        }
        check_spawn(&spawn)?;
        let known = match &spawn.session.id {
            Some(id) => self.tables.get(&EntityRef::Session(id.clone()))?,
            None => None,
        };
        let session = match known.map(Session::try_from) {
            Some(Ok(session)) => {
                let session = self.spawn_again(session, &spawn)?;
                self.remember(
                    &of,
                    request.as_ref(),
                    &EntityRef::Session(session.id.clone()),
                )?;
                session
            }
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
        let tasks = spawn.session.task_ids.as_deref().unwrap_or_default();
        valid::ids("taskIds", tasks)?;
        self.take_up(&session, tasks)?;
        self.session(&session.id)
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
        // It may have ended by the same change.
        if needs && session.needs_input.active {
            self.notify_needs(&session);
        }
        Ok(session.into())
    }

    /// Keeps a changed session, and tells of it.
    pub(super) fn changed_session(
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

    pub(super) fn delete_session(&mut self, id: &SessionId) -> Result<Entity> {
        let session = self.session(id)?;
        for task in &session.task_ids {
            self.leave(id, task)?;
        }
        self.delete_mail_to(&session)?;
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

fn check_spawn(spawn: &Spawn) -> Result<()> {
    valid::opt(spawn.command.as_ref(), |text: &str| {
        valid::text("command", text, valid::TEXT)
    })?;
    valid::opt(spawn.cwd.as_ref(), |text: &str| {
        valid::text("cwd", text, valid::PATH)
    })?;
    valid::json("env", &spawn.env_keys)
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

//! Sessions and their terminals: started together, and ended together. Only the handle knows
//! both.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::access::{self, Kill, Spawn as MaySpawn, Type};
use crate::auth::Principal;
use crate::domain::{Mutation, Spawn};
use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId};
use crate::protocol::bounds::NAME;
use crate::protocol::{
    Entity, EntityRef, ExitReason, NeedsInputPatch, NewSession, RegisterRequest, Session,
    SessionPatch, SessionStatus, SpawnRequest,
};
use crate::terminal::input::Input;
use crate::terminal::session::Session as Terminal;
use crate::terminal::start;

use super::{HubHandle, WeakHub, not_found};

impl HubHandle {
    /// Makes a session and starts its terminal.
    ///
    /// # Errors
    ///
    /// Those of making a session and of starting a terminal. When the terminal cannot be
    /// started, the session is there and `failed`.
    pub(crate) async fn spawn_session(
        &self,
        principal: &Principal,
        request: SpawnRequest,
    ) -> Result<Session> {
        let project = EntityRef::Project(request.project_id.clone());
        let Entity::Project(project) = self.entity_for(principal, project.clone()).await? else {
            return Err(not_found(&project));
        };
        let allowed = access::allow::<MaySpawn, _>(principal, project.id)?;
        let id = request.id.clone().unwrap_or_else(SessionId::random);
        self.not_running(&id)?;
        let terminal = terminal(&id, &request, &project.working_dir);
        // What cannot be started for its form leaves nothing behind.
        start::check(&terminal)?;
        let repeatable = request.client_request_id.is_some();
        let mutation = Mutation::SpawnSession(session(id.clone(), request));
        let change = self.allow_change(principal, mutation).await?;
        let outcome = self.change_allowed(change).await?;
        if repeatable && outcome.events.is_empty() {
            return as_session(outcome.entity);
        }
        if let Err(error) = self.spawn_in(&allowed, terminal).await {
            // Somebody else may have been quicker.
            let (status, reason) = match self.not_running(&id) {
                Ok(()) => (SessionStatus::Failed, Some(error.message.clone())),
                Err(_) => (SessionStatus::Working, None),
            };
            self.becomes(&id, status, reason).await?;
            return Err(error);
        }
        let working = self.becomes(&id, SessionStatus::Working, None).await?;
        if let Some(terminal) = self.inner().terminals.find(&id) {
            let ending = follow(self.downgrade(), terminal);
            self.tasks().spawn(ending);
        }
        Ok(working)
    }

    /// Ends a session, and every process of its terminal.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`, `FORBIDDEN`; those of ending a terminal.
    pub(crate) async fn stop_session(
        &self,
        principal: &Principal,
        id: &SessionId,
    ) -> Result<Session> {
        let session = self.session_for::<Kill>(principal, id).await?;
        if let Ok(terminal) = self.terminal::<Kill>(principal, id)
            && terminal.object().running()
        {
            self.kill_allowed(&terminal).await?;
        }
        if session.status.ended() {
            return Ok(session);
        }
        self.becomes(id, SessionStatus::Stopped, None).await
    }

    /// Answers a session that waits for somebody: it waits no more, and its terminal is given
    /// `input`, if there is any.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`, `FORBIDDEN`; those of typing.
    pub(crate) async fn reply_input(
        &self,
        principal: &Principal,
        id: &SessionId,
        input: Option<String>,
    ) -> Result<Session> {
        self.session_for::<Type>(principal, id).await?;
        if let Some(input) = input {
            let terminal = self.terminal::<Type>(principal, id)?;
            let (told, written) = oneshot::channel();
            let done = Box::new(move |result: Result<_>| {
                // Whoever asked may have gone.
                let _ = told.send(result.map(drop));
            });
            self.type_into(&terminal, Input::by_host(input.into_bytes(), done), || {
                Ok(())
            });
            let closing = || HubError::unavailable("the terminal is closing");
            written.await.map_err(|_| closing())??;
        }
        let needs_input = NeedsInputPatch {
            active: false,
            message: None,
        };
        let patch = SessionPatch {
            needs_input: Some(needs_input),
            ..SessionPatch::default()
        };
        self.update_session(id, patch, None).await
    }

    /// A session, when `principal` may `P` what it runs in.
    async fn session_for<P: access::Permission>(
        &self,
        principal: &Principal,
        id: &SessionId,
    ) -> Result<Session> {
        let what = EntityRef::Session(id.clone());
        let session = as_session(self.entity_for(principal, what).await?)?;
        access::allow::<P, ProjectId>(principal, session.project_id.clone())?;
        Ok(session)
    }

    fn not_running(&self, id: &SessionId) -> Result<()> {
        match self.inner().terminals.find(id) {
            Some(terminal) if terminal.running() => Err(HubError::conflict(format!(
                "the terminal {:?} is running",
                id.as_str()
            ))),
            _ => Ok(()),
        }
    }

    async fn becomes(
        &self,
        id: &SessionId,
        status: SessionStatus,
        reason: Option<String>,
    ) -> Result<Session> {
        let patch = SessionPatch {
            status: Some(status),
            ..SessionPatch::default()
        };
        self.update_session(id, patch, reason).await
    }

    /// What the hub itself has seen of a session.
    async fn update_session(
        &self,
        id: &SessionId,
        patch: SessionPatch,
        reason: Option<String>,
    ) -> Result<Session> {
        let mutation = Mutation::UpdateSession {
            id: id.clone(),
            patch,
            reason,
            if_version: None,
        };
        as_session(self.change(mutation).await?.entity)
    }

    /// The terminal has ended; its session has as well, if it had not.
    async fn ended(&self, terminal: &Arc<Terminal>) -> Result<()> {
        let id = &terminal.facts.id;
        // It may have begun another life by now.
        let same = self.inner().terminals.find(id);
        if same.is_some_and(|now| !Arc::ptr_eq(&now, terminal)) {
            return Ok(());
        }
        let session = as_session(self.entity(EntityRef::Session(id.clone())).await?)?;
        if session.status.ended() {
            return Ok(());
        }
        let exit = terminal.info().exit;
        let (status, reason) = match exit.map(|exit| (exit.reason, exit.exit_code)) {
            Some((ExitReason::Exited, Some(0))) => (SessionStatus::Completed, None),
            Some((ExitReason::Exited, _)) => (SessionStatus::Failed, Some("exit".to_owned())),
            _ => (SessionStatus::Stopped, None),
        };
        self.becomes(id, status, reason).await.map(drop)
    }
}

/// Waits for the end of a terminal.
async fn follow(hub: WeakHub, terminal: Arc<Terminal>) {
    terminal.finished().await;
    let Some(hub) = hub.upgrade() else {
        return;
    };
    if let Err(error) = hub.ended(&terminal).await {
        tracing::warn!(%error, "a session whose terminal has ended could not be told so");
    }
}

fn as_session(entity: Entity) -> Result<Session> {
    Session::try_from(entity)
        .map_err(|_| HubError::internal("no session came back", &"another kind of thing"))
}

/// The session that is asked for. The values of its environment do not get there.
fn session(id: SessionId, request: SpawnRequest) -> Spawn {
    let command = request.command.as_deref().map(Path::new);
    let program = command.and_then(Path::file_name).map(|name| {
        let name = name.to_string_lossy();
        name.chars().take(NAME).collect()
    });
    Spawn {
        session: NewSession {
            id: Some(id),
            project_id: request.project_id,
            name: request.name.or(program),
            task_ids: request.task_ids,
            status: None,
            hostname: None,
            platform: Some(std::env::consts::OS.to_owned()),
            metadata: None,
            client_request_id: request.client_request_id,
        },
        command: request.command,
        cwd: request.cwd.map(|cwd| cwd.to_string_lossy().into_owned()),
        env_keys: request.env.into_keys().collect(),
    }
}

/// The terminal that is asked for; it starts where those of its project do.
fn terminal(id: &SessionId, request: &SpawnRequest, working_dir: &str) -> RegisterRequest {
    let home = (!working_dir.is_empty()).then(|| working_dir.into());
    RegisterRequest {
        project_id: request.project_id.clone(),
        command: request.command.clone(),
        args: request.args.clone(),
        cwd: request.cwd.clone().or(home),
        env: request.env.clone(),
        cols: request.cols,
        rows: request.rows,
        title: request.name.clone(),
        ..RegisterRequest::new(id.clone())
    }
}

//! Sessions and their terminals: started together, and ended together. Only the handle knows
//! both.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::access::{self, Allowed, Kill, Spawn as MaySpawn, Type};
use crate::auth::Principal;
use crate::domain::{Mutation, Spawn};
use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId};
use crate::protocol::bounds::NAME;
use crate::protocol::{
    Entity, EntityRef, ErrorCode, ExitReason, NeedsInput, NeedsInputPatch, NewProject, NewSession,
    RegisterRequest, Session, SessionPatch, SessionStatus, SpawnRequest, TerminalInfo,
};
use crate::terminal::input::Input;
use crate::terminal::session::Session as Terminal;
use crate::terminal::start;

use super::{HubHandle, not_found};

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
        self.launch(&allowed, terminal, true).await?;
        self.session(&id).await
    }

    /// Starts a terminal, and makes the session that it has when there is none.
    ///
    /// # Errors
    ///
    /// Those of starting a terminal. That its session cannot be kept is none.
    pub(super) async fn register_in(
        &self,
        project: &Allowed<MaySpawn, ProjectId>,
        request: RegisterRequest,
    ) -> Result<TerminalInfo> {
        self.not_running(&request.session_id)?;
        start::check(&request)?;
        let announced = self.announce(&request).await.inspect_err(not_kept);
        self.launch(project, request, announced.is_ok()).await
    }

    /// Starts the terminal of a session; one that has been told of as `spawning`, if it was
    /// `announced`.
    async fn launch(
        &self,
        project: &Allowed<MaySpawn, ProjectId>,
        terminal: RegisterRequest,
        announced: bool,
    ) -> Result<TerminalInfo> {
        let id = terminal.session_id.clone();
        let started = self.spawn_in(project, terminal).await;
        if !announced {
            return started;
        }
        let kept = match &started {
            // Somebody else was quicker.
            Err(error) if error.code != ErrorCode::Conflict => {
                let reason = Some(error.message.clone());
                self.becomes(&id, SessionStatus::Failed, reason, None)
                    .await
                    .map(drop)
            }
            _ => self.works(&id).await,
        };
        if let Err(error) = kept {
            not_kept(&error);
        }
        started
    }

    /// A session works as long as its terminal runs, whoever has said what of it meanwhile. How
    /// it has ended is told by whoever waits for that.
    async fn works(&self, id: &SessionId) -> Result<()> {
        loop {
            let session = self.session(id).await?;
            let terminal = self.inner().terminals.find(id);
            let running = terminal.is_some_and(|terminal| terminal.running());
            if !running || session.status == SessionStatus::Working {
                return Ok(());
            }
            let (working, version) = (SessionStatus::Working, Some(session.version));
            match self.becomes(id, working, None, version).await {
                Err(error) if error.code == ErrorCode::Conflict => {}
                done => return done.map(drop),
            }
        }
    }

    /// Tells of a session whose terminal the application is about to start.
    async fn announce(&self, request: &RegisterRequest) -> Result<()> {
        let (id, project) = (&request.session_id, &request.project_id);
        self.make_project(project).await?;
        let spawn = Spawn {
            session: NewSession {
                name: request
                    .title
                    .clone()
                    .or_else(|| program(request.command.as_deref())),
                ..NewSession::of(id.clone(), project.clone())
            },
            command: request.command.clone(),
            cwd: request
                .cwd
                .as_ref()
                .map(|cwd| cwd.to_string_lossy().into_owned()),
            env_keys: request.env.keys().cloned().collect(),
        };
        self.change(Mutation::SpawnSession(spawn)).await.map(drop)
    }

    /// The application names projects as it likes; whoever follows them needs to see them.
    async fn make_project(&self, id: &ProjectId) -> Result<()> {
        if self.entity(EntityRef::Project(id.clone())).await.is_ok() {
            return Ok(());
        }
        let new = NewProject {
            id: Some(id.clone()),
            name: id.to_string(),
            ..NewProject::default()
        };
        match self.change(Mutation::CreateProject(new)).await {
            Err(error) if error.code != ErrorCode::Conflict => Err(error),
            _ => Ok(()),
        }
    }

    /// A terminal has begun a life that nobody announced: one that was handed over.
    pub(super) async fn begun(&self, terminal: &Terminal) -> Result<()> {
        let (id, project) = (&terminal.facts.id, &terminal.facts.project);
        match self.session(id).await {
            Ok(session) if !session.status.ended() && session.status != SessionStatus::Idle => {}
            Ok(_) => {
                self.becomes(id, SessionStatus::Working, None, None).await?;
            }
            Err(_) => {
                self.make_project(project).await?;
                let info = terminal.info();
                let name = Some(info.title).filter(|title| !title.is_empty());
                let new = NewSession {
                    name: name.or_else(|| program(Some(&info.command))),
                    status: Some(SessionStatus::Working),
                    ..NewSession::of(id.clone(), project.clone())
                };
                self.change(Mutation::CreateSession(new)).await?;
            }
        }
        Ok(())
    }

    /// A terminal needs somebody, or does not any more; so does its session.
    pub(super) async fn attention(&self, id: &SessionId, needs: NeedsInput) -> Result<()> {
        let session = self.session(id).await?;
        let before = &session.needs_input;
        if session.status.ended()
            || (before.active, &before.message) == (needs.active, &needs.message)
        {
            return Ok(());
        }
        let patch = SessionPatch {
            needs_input: Some(NeedsInputPatch {
                active: needs.active,
                message: needs.message,
            }),
            ..SessionPatch::default()
        };
        self.update_session(id, patch, None, None).await.map(drop)
    }

    pub(super) async fn session(&self, id: &SessionId) -> Result<Session> {
        as_session(self.entity(EntityRef::Session(id.clone())).await?)
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
        self.becomes(id, SessionStatus::Stopped, None, None).await
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
        self.update_session(id, patch, None, None).await
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

    pub(super) async fn becomes(
        &self,
        id: &SessionId,
        status: SessionStatus,
        reason: Option<String>,
        if_version: Option<u64>,
    ) -> Result<Session> {
        let patch = SessionPatch {
            status: Some(status),
            ..SessionPatch::default()
        };
        self.update_session(id, patch, reason, if_version).await
    }

    /// What the hub itself has seen of a session.
    pub(super) async fn update_session(
        &self,
        id: &SessionId,
        patch: SessionPatch,
        reason: Option<String>,
        if_version: Option<u64>,
    ) -> Result<Session> {
        let mutation = Mutation::UpdateSession {
            id: id.clone(),
            patch,
            reason,
            if_version,
        };
        as_session(self.change(mutation).await?.entity)
    }

    /// The terminal has ended; its session has as well, if it had not.
    pub(super) async fn ended(&self, terminal: &Arc<Terminal>) -> Result<()> {
        let id = &terminal.facts.id;
        // It may have begun another life by now.
        let same = self.inner().terminals.find(id);
        if same.is_some_and(|now| !Arc::ptr_eq(&now, terminal)) {
            return Ok(());
        }
        let exit = terminal.info().exit;
        let (status, reason) = match exit {
            Some(exit) if exit.reason == ExitReason::Exited => {
                match (exit.exit_code, exit.signal) {
                    (Some(0), None) => (SessionStatus::Completed, None),
                    // One that was handed over without a way to tell how it ended.
                    (None, None) => (SessionStatus::Stopped, None),
                    _ => (SessionStatus::Failed, Some("exit".to_owned())),
                }
            }
            _ => (SessionStatus::Stopped, None),
        };
        loop {
            let session = self.session(id).await?;
            if session.status.ended() {
                return Ok(());
            }
            let version = Some(session.version);
            match self.becomes(id, status, reason.clone(), version).await {
                // Somebody else has changed it, perhaps to what has ended.
                Err(error) if error.code == ErrorCode::Conflict => {}
                done => return done.map(drop),
            }
        }
    }
}

/// What is not kept of a session keeps no terminal from running.
pub(super) fn not_kept(error: &HubError) {
    tracing::warn!(%error, "what has become of a session could not be kept");
}

/// What a session is called whose application has no word for it.
fn program(command: Option<&str>) -> Option<String> {
    let name = Path::new(command?).file_name()?.to_string_lossy();
    let name: String = name.chars().take(NAME).collect();
    (!name.trim().is_empty()).then_some(name)
}

fn as_session(entity: Entity) -> Result<Session> {
    Session::try_from(entity)
        .map_err(|_| HubError::internal("no session came back", &"another kind of thing"))
}

/// The session that is asked for. The values of its environment do not get there.
fn session(id: SessionId, request: SpawnRequest) -> Spawn {
    let program = program(request.command.as_deref());
    Spawn {
        session: NewSession {
            name: request.name.or(program),
            task_ids: request.task_ids,
            client_request_id: request.client_request_id,
            ..NewSession::of(id, request.project_id)
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

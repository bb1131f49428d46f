//! What agents say over their sockets, and what becomes of a session whose agent is lost.

use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId};
use crate::protocol::bounds::NAME;
use crate::protocol::{Entity, ErrorCode, HeartbeatRequest, SessionPatch, SessionStatus};
use crate::time::now_millis;

use super::sessions::not_kept;
use super::{HubHandle, WeakHub};

/// Why a session has failed whose agent did not come back.
const DISCONNECTED: &str = "agent_disconnected";

/// A socket of a session's agent; when dropped, it has gone.
pub(crate) struct Attendance {
    hub: WeakHub,
    session: SessionId,
    willingly: bool,
}

impl Attendance {
    /// It leaves because it wants to.
    pub(crate) fn leave(mut self) {
        self.willingly = true;
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let Some(hub) = self.hub.upgrade() else {
            return;
        };
        let Some(away) = hub.inner().presence.gone(&self.session, self.willingly) else {
            return;
        };
        let (weak, session) = (self.hub.clone(), self.session.clone());
        let grace = hub.inner().config.timing.agent_grace();
        hub.tasks().spawn(async move {
            tokio::time::sleep(grace).await;
            if let Some(hub) = weak.upgrade()
                && hub.inner().presence.given_up(&session, away)
                && let Err(error) = hub.agent_lost(&session).await
            {
                not_kept(&error);
            }
        });
    }
}

impl HubHandle {
    /// A socket of a session's agent has come.
    pub(crate) fn attend(&self, session: &SessionId, project: &ProjectId) -> Attendance {
        self.inner().presence.came(session, project);
        Attendance {
            hub: self.downgrade(),
            session: session.clone(),
            willingly: false,
        }
    }

    /// An agent is alive. Only what it says of itself anew is kept.
    ///
    /// # Errors
    ///
    /// `TOO_LARGE` for a status of more than 200 characters; `NOT_FOUND`.
    pub(crate) async fn heartbeat(
        &self,
        session: &SessionId,
        heartbeat: HeartbeatRequest,
    ) -> Result<()> {
        let status = heartbeat.status;
        if status.chars().count() > NAME {
            return Err(HubError::too_large(format!(
                "status is longer than {NAME} characters"
            )));
        }
        if !self
            .inner()
            .presence
            .heartbeat(session, &status, now_millis())
        {
            return Ok(());
        }
        let patch = SessionPatch {
            agent_status: Some(status),
            ..SessionPatch::default()
        };
        let kept = self.update_session(session, patch, None, None).await;
        kept.map(drop)
    }

    /// Nothing has been heard of an agent for the time that it had to come back.
    async fn agent_lost(&self, id: &SessionId) -> Result<()> {
        loop {
            let session = self.session(id).await?;
            // Where its program has ended, how it did decides.
            let terminal = self.inner().terminals.find(id);
            let decided = terminal.is_some_and(|terminal| !terminal.running());
            if session.status.ended() || decided {
                return Ok(());
            }
            let (status, reason) = (SessionStatus::Failed, Some(DISCONNECTED.to_owned()));
            let version = Some(session.version);
            match self.becomes(id, status, reason, version).await {
                Err(error) if error.code == ErrorCode::Conflict => {}
                done => return done.map(drop),
            }
        }
    }

    /// Adds what is known of agents and not kept.
    pub(super) fn with_presence(&self, mut entity: Entity) -> Entity {
        if let Entity::Session(session) = &mut entity {
            let heard = self.inner().presence.heard(&session.id);
            session.last_heartbeat = heard.or(session.last_heartbeat);
        }
        entity
    }
}

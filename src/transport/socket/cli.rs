//! `/cli`: agents. Each socket is its session's, and hears of what is for it.

use serde::Deserialize;
use socketioxide::extract::{SocketRef, TryData};

use crate::domain::Mutation;
use crate::error::Result;
use crate::hub::{Attendance, WeakHub};
use crate::ids::{ProjectId, SessionId, TaskId};
use crate::protocol::{HeartbeatRequest, Report, Success, TaskResponse};
use crate::router::{Namespace, Room};
use crate::transport::outbound::Outbound;

use super::asked;
use super::entrance::{Auth, Refusal, upgrade};
use super::following::{self, Caller, Serves};
use super::request::Request;

/// What serves an agent's socket.
pub(super) struct Cli {
    session: SessionId,
    project: ProjectId,
    attendance: Attendance,
}

/// `task:claim` of an agent: for its own session, whatever else it says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claim {
    task_id: TaskId,
}

/// The middleware of the namespace.
pub(super) async fn admit(
    hub: &WeakHub,
    outbound: &Outbound,
    socket: SocketRef,
    auth: TryData<Auth>,
) -> Result<(), Refusal> {
    let hub = upgrade(hub)?;
    let auth = Auth::of(auth);
    let required = "sessionId and projectId required";
    let (session, project) = (auth.session(required)?, auth.project(required)?);
    let invalid = "Invalid authentication token";
    let session = SessionId::new(session).map_err(|_| invalid)?;
    let project = ProjectId::new(project).map_err(|_| invalid)?;
    let token = auth.token(invalid)?;
    let agent = hub.verify_agent(&session, &project, token).ok_or(invalid)?;
    let rooms = vec![
        Room::Session(session.clone()),
        Room::Project(project.clone()),
    ];
    let cli = Cli {
        attendance: hub.attend(&session, &project),
        session,
        project,
    };
    following::admit(hub, outbound, &socket, agent, rooms, cli)
}

impl Serves for Cli {
    const NAMESPACE: Namespace = Namespace::Cli;

    async fn serve(&mut self, caller: &mut Caller, mut request: Request) {
        match request.event.as_str() {
            "heartbeat" => {
                let answer = self.heartbeat(caller, &mut request).await;
                request.reply.send(answer);
            }
            "session:report" => {
                let answer = self.report(caller, &mut request).await;
                request.reply.send(answer);
            }
            "task:claim" => {
                let answer = self.claim(caller, &mut request).await;
                request.reply.send(answer);
            }
            "mail:send" => {
                let (own, from) = (Some(&self.project), self.session.to_string());
                let answer = asked::mail_send(caller, &mut request, own, from).await;
                request.reply.send(answer);
            }
            "state:sync" => asked::state_sync(caller, request, Some(&self.project)).await,
            _ => request.unknown(),
        }
    }

    fn left(self, _: Caller, willingly: bool) {
        if willingly {
            self.attendance.leave();
        }
    }
}

impl Cli {
    async fn heartbeat(&self, caller: &Caller, request: &mut Request) -> Result<Success> {
        let heartbeat: HeartbeatRequest = request.parse()?;
        caller.hub.heartbeat(&self.session, heartbeat).await?;
        Ok(Success::YES)
    }

    async fn report(&self, caller: &Caller, request: &mut Request) -> Result<Success> {
        let report: Report = request.parse()?;
        let session = self.session.clone();
        caller.change(Mutation::Report { session, report }).await?;
        Ok(Success::YES)
    }

    async fn claim(&self, caller: &Caller, request: &mut Request) -> Result<TaskResponse> {
        let Claim { task_id } = request.parse()?;
        let session = self.session.clone();
        asked::claim(caller, task_id, session, Some(&self.project)).await
    }
}

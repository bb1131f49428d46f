//! `/cli`: agents. Each socket is its session's, and hears of what is for it.

use socketioxide::extract::{SocketRef, TryData};

use crate::hub::WeakHub;
use crate::ids::{ProjectId, SessionId};
use crate::router::{Namespace, Room};
use crate::transport::outbound::Outbound;

use super::entrance::{Auth, Refusal, upgrade};
use super::following::{self, Caller, Serves};
use super::request::Request;

/// What serves an agent's socket.
pub(super) struct Cli;

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
    let rooms = vec![Room::Session(session), Room::Project(project)];
    following::admit(hub, outbound, &socket, agent, rooms, Cli)
}

impl Serves for Cli {
    const NAMESPACE: Namespace = Namespace::Cli;

    async fn serve(&mut self, _: &mut Caller, request: Request) {
        request.unknown();
    }
}

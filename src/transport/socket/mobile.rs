//! `/mobile`: phones and browsers. Each socket is in one project and hears of all of it.

use socketioxide::extract::{SocketRef, TryData};

use crate::error::Result;
use crate::hub::WeakHub;
use crate::ids::{ProjectId, SessionId};
use crate::protocol::{EntityRef, Following, Success};
use crate::router::{Namespace, Room};
use crate::transport::outbound::Outbound;

use super::asked;
use super::entrance::{Auth, Refusal, holder, upgrade};
use super::following::{self, Caller, Serves};
use super::request::Request;

/// What serves a socket of it.
pub(super) struct Mobile {
    project: ProjectId,
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
    let token = auth.token("Authentication required")?;
    let project = auth.project("projectId required")?;
    let invalid = "Invalid authentication token";
    let principal = holder(&hub, Namespace::Mobile, token, invalid)?;
    let denied = "Project access denied";
    let project = ProjectId::new(project).map_err(|_| denied)?;
    let known = hub.entity_for(&principal, EntityRef::Project(project.clone()));
    known.await.map_err(|_| denied)?;
    let rooms = vec![Room::Project(project.clone())];
    following::admit(hub, outbound, &socket, principal, rooms, Mobile { project })
}

impl Serves for Mobile {
    const NAMESPACE: Namespace = Namespace::Mobile;

    async fn serve(&mut self, caller: &mut Caller, mut request: Request) {
        match request.event.as_str() {
            "session:subscribe" => {
                let answer = self.subscribe(caller, &mut request).await;
                request.reply.send(answer);
            }
            "session:unsubscribe" => {
                let answer = unsubscribe(caller, &mut request);
                request.reply.send(answer);
            }
            _ => asked::serve(caller, request, Some(&self.project), "mobile").await,
        }
    }
}

impl Mobile {
    /// Those that are there are followed, whatever becomes of the others.
    async fn subscribe(&self, caller: &Caller, request: &mut Request) -> Result<Following> {
        let wanted: Vec<SessionId> = request.list()?;
        let (session_ids, refused) = caller.follow(wanted, Some(&self.project)).await?;
        match refused {
            None => Ok(Following {
                success: true,
                session_ids,
            }),
            Some(error) => Err(error.detail("sessionIds", names(&session_ids))),
        }
    }
}

fn names(sessions: &[SessionId]) -> Vec<&str> {
    sessions.iter().map(SessionId::as_str).collect()
}

fn unsubscribe(caller: &Caller, request: &mut Request) -> Result<Success> {
    let sessions: Vec<SessionId> = request.list()?;
    for session in sessions {
        caller.membership.leave(Room::Session(session));
    }
    Ok(Success::YES)
}

//! A socket that follows what happens in the domain: takes its requests in order, and is the
//! line that events come by.

use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use socketioxide::extract::SocketRef;

use crate::auth::Principal;
use crate::domain::Mutation;
use crate::error::{HubError, Result};
use crate::hub::{HubHandle, not_found};
use crate::ids::{ProjectId, SessionId};
use crate::protocol::{Entity, EntityRef, ErrorCode, Success};
use crate::router::{Namespace, Room};
use crate::transport::connection::Connection;
use crate::transport::outbound::{Line, Membership, Outbound, Outgoing};

use super::entrance::{self, Refusal, refreshed, welcome};
use super::request::{Request, send};

/// What a namespace makes of its sockets' requests.
pub(super) trait Serves: Send + 'static {
    /// The namespace.
    const NAMESPACE: Namespace;

    /// Does what is asked for, and answers.
    fn serve(&mut self, caller: &mut Caller, request: Request) -> impl Future<Output = ()> + Send;

    /// The socket has gone; `willingly` when the client said so.
    fn left(self, caller: Caller, willingly: bool)
    where
        Self: Sized,
    {
        let _ = (caller, willingly);
    }
}

/// Lets a socket into a namespace, where it is in these rooms.
pub(super) fn admit<S: Serves>(
    hub: HubHandle,
    outbound: &Outbound,
    socket: &SocketRef,
    principal: Principal,
    rooms: Vec<Room>,
    serves: S,
) -> Result<(), Refusal> {
    let membership = outbound.enter(S::NAMESPACE, principal.clone());
    for room in rooms {
        membership.join(room).map_err(|_| "Too many rooms")?;
    }
    entrance::admit(hub, socket, principal, (membership, serves))
}

/// Serves a socket that has been admitted.
pub(super) async fn connected<S: Serves>(socket: SocketRef) {
    let Some(admitted) = welcome::<(Membership, S)>(&socket) else {
        return;
    };
    let (membership, mut serves) = admitted.more;
    let mut caller = Caller {
        hub: admitted.hub,
        socket,
        connection: admitted.connection,
        principal: admitted.principal,
        membership,
    };
    caller.membership.connect(Arc::new(SocketLine {
        socket: caller.socket.clone(),
        connection: caller.connection.clone(),
    }));
    let (mut requests, gone) = (admitted.requests, admitted.gone);
    let tasks = caller.hub.tasks().clone();
    tasks.spawn(async move {
        let serving = async {
            while let Some(request) = requests.recv().await {
                // A client that asks and does not listen must not pile up answers.
                caller.connection.outflow.ready().await;
                match request.event.as_str() {
                    "auth:refresh" => caller.refresh(S::NAMESPACE, request),
                    _ => serves.serve(&mut caller, request).await,
                }
            }
        };
        tokio::select! {
            biased;
            () = gone.token.cancelled() => {}
            () = serving => {}
        }
        serves.left(caller, gone.willingly());
    });
}

/// The way to a socket.
struct SocketLine {
    socket: SocketRef,
    connection: Arc<Connection>,
}

impl Line for SocketLine {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn send(&self, event: &Outgoing) -> bool {
        send(&self.connection, event.size(), || {
            self.socket.emit(&event.name, &event.json)
        })
    }
}

/// Whoever asks for something.
pub(super) struct Caller {
    pub(super) hub: HubHandle,
    pub(super) socket: SocketRef,
    pub(super) connection: Arc<Connection>,
    pub(super) principal: Principal,
    pub(super) membership: Membership,
}

impl Caller {
    /// Sends an event of no domain to this socket alone.
    pub(super) fn emit<T: Serialize>(&self, event: &str, payload: &T) {
        send(&self.connection, 0, || self.socket.emit(event, payload));
    }

    fn refresh(&mut self, namespace: Namespace, mut request: Request) {
        let refreshed = refreshed(&self.hub, namespace, &self.principal, &mut request);
        let answer = refreshed.map(|principal| {
            // What it may not see any more it does not hear of, wherever it sits.
            self.membership.is_now(principal.clone());
            self.principal = principal;
            Success::YES
        });
        request.reply.send(answer);
    }

    /// One thing of the domain, of this project when one is named. What the caller may not
    /// see, and what is elsewhere, is not there.
    pub(super) async fn entity(
        &self,
        what: EntityRef,
        project: Option<&ProjectId>,
    ) -> Result<Entity> {
        let entity = self.hub.entity_for(&self.principal, what.clone()).await?;
        match project {
            Some(project) if entity.project() != project => Err(not_found(&what)),
            _ => Ok(entity),
        }
    }

    /// Changes the domain as far as the caller may; the thing as it is then.
    pub(super) async fn change(&self, mutation: Mutation) -> Result<Entity> {
        let allowed = self.hub.allow_change(&self.principal, mutation).await?;
        let outcome = self.hub.change_allowed(allowed).await?;
        Ok(outcome.entity)
    }

    /// Follows these sessions, as far as they are there for the caller. Returns those, and why
    /// the first of the others is not followed.
    ///
    /// # Errors
    ///
    /// Those that say nothing of any session; `TOO_LARGE` for more than a socket can follow.
    pub(super) async fn follow(
        &self,
        sessions: Vec<SessionId>,
        project: Option<&ProjectId>,
    ) -> Result<(Vec<SessionId>, Option<HubError>)> {
        let most = self.hub.limits().rooms_per_socket;
        if sessions.len() > most {
            return Err(HubError::too_large(format!("more than {most} sessions")));
        }
        let (mut followed, mut refused) = (Vec::new(), None);
        for session in sessions {
            let what = EntityRef::Session(session.clone());
            match self.entity(what, project).await {
                Ok(_) => {
                    self.membership.join(Room::Session(session.clone()))?;
                    followed.push(session);
                }
                Err(error) if error.code == ErrorCode::NotFound => {
                    refused.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok((followed, refused))
    }
}

//! `/ui`: the application's windows, and whoever else wants to see several projects.

use socketioxide::extract::{SocketRef, TryData};

use crate::error::Result;
use crate::hub::WeakHub;
use crate::protocol::{
    EntityRef, Following, ProjectRequest, SubscribeRequest, Subscribed, Success, Timestamped,
};
use crate::router::{Namespace, Room};
use crate::time::now_millis;
use crate::transport::outbound::Outbound;

use super::asked;
use super::entrance::{Auth, Refusal, holder, upgrade};
use super::following::{self, Caller, Serves};
use super::relay::Relays;
use super::request::Request;

/// What serves a socket of it.
#[derive(Default)]
pub(super) struct Ui {
    /// The terminals that the socket owns.
    relays: Relays,
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
    let principal = holder(&hub, Namespace::Ui, token, "Invalid authentication token")?;
    following::admit(hub, outbound, &socket, principal, Vec::new(), Ui::default())
}

impl Serves for Ui {
    const NAMESPACE: Namespace = Namespace::Ui;

    async fn serve(&mut self, caller: &mut Caller, mut request: Request) {
        match request.event.as_str() {
            "subscribe" => {
                let answer = subscribe(caller, &mut request).await;
                request.reply.send(answer);
            }
            "unsubscribe" => request.reply.send(Ok(unsubscribe(caller))),
            "project:subscribe" => {
                let answer = project_subscribe(caller, &mut request).await;
                request.reply.send(answer);
            }
            "project:unsubscribe" => {
                let answer = project_unsubscribe(caller, &mut request);
                request.reply.send(answer);
            }
            "ping" => {
                caller.emit("pong", &timestamped());
                request.reply.send(Ok(Success::YES));
            }
            "terminal:register" | "terminal:output" | "terminal:exit" => {
                self.relays.serve(caller, request).await;
            }
            _ => asked::serve(caller, request, None, "ui").await,
        }
    }
}

fn timestamped() -> Timestamped {
    Timestamped {
        timestamp: now_millis(),
    }
}

/// Those that are not there are left out; the answer says which are followed.
async fn subscribe(caller: &Caller, request: &mut Request) -> Result<Following> {
    let wanted: SubscribeRequest = request.parse()?;
    let (session_ids, _) = caller.follow(wanted.session_ids, None).await?;
    let subscribed = Subscribed {
        session_ids: session_ids.clone(),
        timestamp: now_millis(),
    };
    caller.emit("subscribed", &subscribed);
    Ok(Following {
        success: true,
        session_ids,
    })
}

/// Leaves the sessions and stays with the projects.
fn unsubscribe(caller: &Caller) -> Success {
    for room in caller.membership.rooms() {
        if matches!(room, Room::Session(_)) {
            caller.membership.leave(room);
        }
    }
    caller.emit("unsubscribed", &timestamped());
    Success::YES
}

async fn project_subscribe(caller: &Caller, request: &mut Request) -> Result<Success> {
    let ProjectRequest { project_id: id } = request.parse()?;
    caller.entity(EntityRef::Project(id.clone()), None).await?;
    caller.membership.join(Room::Project(id))?;
    Ok(Success::YES)
}

fn project_unsubscribe(caller: &Caller, request: &mut Request) -> Result<Success> {
    let ProjectRequest { project_id: id } = request.parse()?;
    caller.membership.leave(Room::Project(id));
    Ok(Success::YES)
}

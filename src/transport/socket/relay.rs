//! The terminals that one socket owns: what it says of them goes to the hub, what is typed into
//! them goes to it.
//!
//! Requests are handled in order by the socket's task; each terminal has a task of its own for
//! what the owner is told. What an owner may be slow with waits in the terminal's queue.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use socketioxide::extract::SocketRef;

use crate::access;
use crate::error::{HubError, Result};
use crate::ids::PtyId;
use crate::protocol::{
    RelayExit, RelayInputEvent, RelayKillEvent, RelayOutput, RelayRequest, RelayResizeEvent,
    RelayResponse, Success,
};
use crate::terminal::relayed::{Order, Orders, Owned};
use crate::terminal::start;
use crate::transport::connection::Connection;

use super::following::Caller;
use super::request::{Request, send};

/// The terminals of one socket, by what it calls them.
#[derive(Default)]
pub(super) struct Relays(HashMap<PtyId, Owned>);

impl Relays {
    pub(super) async fn serve(&mut self, caller: &Caller, mut request: Request) {
        match request.event.as_str() {
            "terminal:register" => {
                let answer = self.register(caller, &mut request);
                request.reply.send(answer);
            }
            "terminal:output" => {
                let answer = self.output(caller, &mut request).await;
                request.reply.send(answer);
            }
            "terminal:exit" => {
                let answer = self.exit(caller, &mut request);
                request.reply.send(answer);
            }
            _ => request.unknown(),
        }
    }

    fn register(&mut self, caller: &Caller, request: &mut Request) -> Result<RelayResponse> {
        let asked: RelayRequest = request.parse()?;
        let allowed = access::allow(&caller.principal, asked.project_id.clone())?;
        let pty_id = asked.pty_id.clone();
        if let Some(owned) = self.0.get(&pty_id).filter(|owned| owned.is_alive()) {
            if owned.session().facts.id != asked.session_id {
                return Err(HubError::conflict(format!(
                    "this socket calls another terminal {pty_id}"
                )));
            }
            owned.has_size(start::size_or_default(asked.cols, asked.rows)?);
            return Ok(registered(pty_id, owned));
        }
        let (owned, orders) = caller.hub.relay_into(&allowed, &caller.principal, asked)?;
        let answer = registered(pty_id.clone(), &owned);
        self.own(caller, pty_id, owned, orders);
        Ok(answer)
    }

    fn own(&mut self, caller: &Caller, pty_id: PtyId, owned: Owned, orders: Orders) {
        let teller = Teller {
            pty_id: pty_id.clone(),
            socket: caller.socket.clone(),
            connection: caller.connection.clone(),
        };
        caller.hub.tasks().spawn(teller.tell(orders));
        self.0.retain(|_, owned| owned.is_alive());
        self.0.insert(pty_id, owned);
    }

    /// A client that comes back first sends what it kept meanwhile, and only then registers.
    fn go_on(&mut self, caller: &Caller, pty_id: &PtyId) {
        if !self.0.contains_key(pty_id)
            && let Some((owned, orders)) = caller.hub.relay_on(&caller.principal, pty_id)
        {
            self.own(caller, pty_id.clone(), owned, orders);
        }
    }

    async fn output(&mut self, caller: &Caller, request: &mut Request) -> Result<Success> {
        let RelayOutput { pty_id, data } = request.parse()?;
        self.go_on(caller, &pty_id);
        let owned = self.0.get(&pty_id).ok_or_else(|| unknown(&pty_id))?;
        owned.output(data).await.map(|()| Success::YES)
    }

    fn exit(&mut self, caller: &Caller, request: &mut Request) -> Result<Success> {
        let RelayExit { pty_id, exit_code } = request.parse()?;
        self.go_on(caller, &pty_id);
        let owned = self.0.remove(&pty_id).ok_or_else(|| unknown(&pty_id))?;
        // No operating system has codes that are longer.
        let code = exit_code.and_then(|code| i32::try_from(code).ok());
        owned.exit(code).map(|()| Success::YES)
    }
}

fn unknown(pty_id: &PtyId) -> HubError {
    HubError::not_found(format!("this socket owns no terminal {pty_id}"))
}

fn registered(pty_id: PtyId, owned: &Owned) -> RelayResponse {
    let session = owned.session();
    let size = session.size();
    RelayResponse {
        success: true,
        pty_id,
        session_id: session.facts.id.clone(),
        epoch: session.facts.epoch.clone(),
        cols: size.cols,
        rows: size.rows,
    }
}

/// Tells an owner what is to happen in one of its terminals.
struct Teller {
    pty_id: PtyId,
    socket: SocketRef,
    connection: Arc<Connection>,
}

impl Teller {
    async fn tell(self, mut orders: Orders) {
        let over = orders.over();
        while let Some(order) = orders.next().await {
            tokio::select! {
                biased;
                // What it did not take waits for the next owner.
                () = over.cancelled() => return,
                () = self.connection.outflow.ready() => {}
            }
            if !self.pass_on(order) {
                return;
            }
        }
    }

    /// False when the owner is gone.
    fn pass_on(&self, order: Order) -> bool {
        let pty_id = self.pty_id.clone();
        match order {
            Order::Input(typed) => {
                let bytes = typed.data.len();
                let data = typed.data;
                let event = RelayInputEvent { pty_id, data };
                let sent = self.emit("terminal:input", bytes, &event);
                if sent {
                    // Whoever typed it may have gone.
                    let _ = typed.done.send(());
                }
                sent
            }
            Order::Resize(size) => {
                let event = RelayResizeEvent {
                    pty_id,
                    cols: size.cols,
                    rows: size.rows,
                };
                self.emit("terminal:resize", 0, &event)
            }
            Order::Kill => self.emit("terminal:kill", 0, &RelayKillEvent { pty_id }),
        }
    }

    fn emit<T: Serialize>(&self, event: &str, bytes: usize, payload: &T) -> bool {
        send(&self.connection, bytes, || self.socket.emit(event, payload))
    }
}

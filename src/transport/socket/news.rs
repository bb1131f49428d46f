//! Tells a socket what happens to the terminals that it may see, whether it watches them or not.

use serde::Serialize;
use socketioxide::extract::SocketRef;
use tokio::sync::broadcast::error::RecvError;

use crate::auth::Principal;
use crate::hub::HubHandle;
use crate::protocol::{AttentionEvent, StartedEvent};
use crate::terminal::news::{Item, What};
use crate::transport::connection::Connection;

use super::request::send;

/// Whoever is told.
pub(super) struct Listener<'a> {
    pub(super) hub: &'a HubHandle,
    pub(super) principal: &'a Principal,
    pub(super) socket: &'a SocketRef,
    pub(super) connection: &'a Connection,
}

impl Listener<'_> {
    /// Tells what was heard. Whoever has missed something is told how everything stands, which
    /// contains it.
    pub(super) async fn heard(&self, heard: Result<Item, RecvError>) {
        match heard {
            Ok(item) if self.hub.may_see(self.principal, &item.project) => self.tell(item),
            Ok(_) | Err(RecvError::Closed) => {}
            Err(RecvError::Lagged(_)) => {
                for terminal in self.hub.list_for(self.principal) {
                    // There may be more of them than the engine's queue holds.
                    self.connection.outflow.ready().await;
                    let (id, project) = (terminal.session_id, terminal.project_id);
                    for what in [
                        What::Started {
                            epoch: terminal.epoch,
                        },
                        What::Attention(terminal.needs_input),
                    ] {
                        self.tell(Item {
                            id: id.clone(),
                            project: project.clone(),
                            what,
                        });
                    }
                }
            }
        }
    }

    fn tell(&self, item: Item) {
        let session_id = item.id;
        match item.what {
            What::Started { epoch } => {
                self.emit("terminal:started", &StartedEvent { session_id, epoch });
            }
            What::Attention(needs_input) => {
                let event = AttentionEvent {
                    session_id,
                    needs_input,
                };
                self.emit("terminal:attention", &event);
            }
        }
    }

    fn emit<T: Serialize>(&self, event: &str, payload: &T) {
        send(self.connection, 0, || self.socket.emit(event, payload));
    }
}

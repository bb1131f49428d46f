//! How a socket is let into a namespace, whichever it is: what it comes with, what is set up
//! before it is told that it is connected, and how it leaves.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Deserialize;
use serde_json::Value;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::socket::DisconnectReason;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use crate::access;
use crate::auth::Principal;
use crate::error::HubError;
use crate::hub::{HubHandle, WeakHub};
use crate::protocol::{ErrorCode, RefreshRequest};
use crate::router::Namespace;
use crate::transport::connection::Connection;

use super::request::{Queued, Request, queue, send};

/// Why somebody is not let in, as `connect_error` says it.
pub(super) type Refusal = &'static str;

/// What a client sends as `auth`. Whatever is no string counts as nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Auth {
    token: Value,
    session_id: Value,
    project_id: Value,
}

impl Auth {
    pub(super) fn of(auth: TryData<Self>) -> Self {
        auth.0.unwrap_or_default()
    }

    pub(super) fn token(&self, otherwise: Refusal) -> Result<&str, Refusal> {
        text(&self.token, otherwise)
    }

    pub(super) fn session(&self, otherwise: Refusal) -> Result<&str, Refusal> {
        text(&self.session_id, otherwise)
    }

    pub(super) fn project(&self, otherwise: Refusal) -> Result<&str, Refusal> {
        text(&self.project_id, otherwise)
    }
}

fn text(value: &Value, otherwise: Refusal) -> Result<&str, Refusal> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or(otherwise)
}

pub(super) fn upgrade(hub: &WeakHub) -> Result<HubHandle, Refusal> {
    hub.upgrade().ok_or("The hub is closing")
}

/// Who holds this token, if that is somebody who may enter here.
pub(super) fn holder(
    hub: &HubHandle,
    namespace: Namespace,
    token: &str,
    otherwise: Refusal,
) -> Result<Principal, Refusal> {
    hub.verify(token)
        .filter(|principal| access::may_enter(principal, namespace))
        .ok_or(otherwise)
}

/// `auth:refresh`: whoever holds the token that the request brings, when that is who is there
/// already. Its rights may be others.
///
/// # Errors
///
/// `UNAUTHENTICATED` for a token that is none, `FORBIDDEN` for somebody else's.
pub(super) fn refreshed(
    hub: &HubHandle,
    namespace: Namespace,
    now: &Principal,
    request: &mut Request,
) -> Result<Principal, HubError> {
    let RefreshRequest { token } = request.parse()?;
    let principal = hub
        .verify_anybody(&token)
        .filter(|principal| access::may_enter(principal, namespace))
        .ok_or_else(|| HubError::new(ErrorCode::Unauthenticated, "Invalid authentication token"))?;
    if principal.subject() == now.subject() {
        Ok(principal)
    } else {
        let other = "this token is somebody else's";
        Err(HubError::new(ErrorCode::Forbidden, other))
    }
}

/// A socket that has been let in, with what its namespace needs of it.
pub(super) struct Admitted<M> {
    pub(super) hub: HubHandle,
    pub(super) principal: Principal,
    pub(super) connection: Arc<Connection>,
    pub(super) requests: UnboundedReceiver<Request>,
    pub(super) gone: Gone,
    pub(super) more: M,
}

/// How a socket leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Gone {
    /// Fires when it has.
    pub(super) token: CancellationToken,
    reason: Arc<OnceLock<DisconnectReason>>,
}

impl Gone {
    /// Whether the client left of its own will, as far as anybody knows.
    pub(super) fn willingly(&self) -> bool {
        self.reason.get() == Some(&DisconnectReason::ClientNSDisconnect)
    }
}

/// Not the socket itself, which holds this.
type Note<M> = Arc<Mutex<Option<Admitted<M>>>>;

/// Lets a socket in.
///
/// Everything that takes requests is set up here, before the client is told that it is
/// connected: what a fast one sends at once must not find nobody listening.
pub(super) fn admit<M: Send + 'static>(
    hub: HubHandle,
    socket: &SocketRef,
    principal: Principal,
    more: M,
) -> Result<(), Refusal> {
    let connection = socket.req_parts().extensions.get::<Arc<Connection>>();
    let connection = connection.cloned().ok_or("The hub is closing")?;
    let (queue, requests) = queue(connection.clone());
    socket.extensions.insert(queue);
    socket.on_fallback(async |_: Queued| {});
    let gone = Gone::default();
    let on_disconnect = gone.clone();
    socket.on_disconnect(async move |reason: DisconnectReason| {
        // It ends once.
        let _ = on_disconnect.reason.set(reason);
        on_disconnect.token.cancel();
    });
    let admitted = Admitted {
        hub,
        principal,
        connection,
        requests,
        gone,
        more,
    };
    let note: Note<M> = Arc::new(Mutex::new(Some(admitted)));
    socket.extensions.insert(note);
    Ok(())
}

/// What [`admit`] left for whoever serves the socket, which is greeted.
pub(super) fn welcome<M: Send + 'static>(socket: &SocketRef) -> Option<Admitted<M>> {
    let note = socket.extensions.remove::<Note<M>>()?;
    let admitted = note.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let hello = admitted.hub.hello();
    send(&admitted.connection, 0, || socket.emit("hub:hello", &hello));
    Some(admitted)
}

//! The raw WebSocket protocol of the server that this hub replaces, for clients that have not
//! moved to Socket.IO: an upgrade at `/`, a credential first, then the events of the domain.
//!
//! Off unless configured. The guard has checked the request as any other; delivery and
//! permissions are those of everybody else.

mod batch;
mod client;
mod messages;
mod subscribe;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_util::sync::CancellationToken;

use crate::config::Timing;
use crate::hub::HubHandle;

use super::engine::{self, Connections};
use super::outbound::Outbound;

use client::Stranger;

type Stream = WebSocketStream<TokioIo<Upgraded>>;

/// What every client has in common.
struct Bridge {
    hub: HubHandle,
    outbound: Outbound,
    connections: Arc<Connections>,
    timing: Timing,
    /// Bytes of one message.
    most_bytes: usize,
    /// Sessions and tasks that one subscription names.
    most_named: usize,
    clients: LegacyClients,
}

/// The bridge. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub(crate) struct LegacyWs(Arc<Bridge>);

/// Those who have come over the bridge. Cheap to clone; all clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct LegacyClients(Arc<Clients>);

#[derive(Debug)]
struct Clients {
    /// Fires when the hub begins to close.
    closing: CancellationToken,
    /// Fires when everything has been told.
    closed: CancellationToken,
    count: watch::Sender<usize>,
}

impl LegacyClients {
    /// `closing` fires when the hub begins to close.
    pub(crate) fn new(closing: CancellationToken) -> Self {
        Self(Arc::new(Clients {
            closing,
            closed: CancellationToken::new(),
            count: watch::Sender::new(0),
        }))
    }

    /// Closes every connection, and waits until that has been done.
    pub(crate) async fn close(&self) {
        self.0.closed.cancel();
        // The sender lives in self, so waiting cannot fail.
        let _ = self.0.count.subscribe().wait_for(|count| *count == 0).await;
    }

    fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }

    fn closed(&self) -> &CancellationToken {
        &self.0.closed
    }

    /// Counts somebody, until what is returned is dropped.
    fn enter(&self) -> Present {
        self.0.count.send_modify(|count| *count += 1);
        Present(self.clone())
    }
}

/// A client that is there, until dropped.
struct Present(LegacyClients);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.0.count.send_modify(|count| *count -= 1);
    }
}

impl Bridge {
    /// How long a client may be silent, or take nothing of what is written to it.
    fn patience(&self) -> Duration {
        self.timing.ping_interval() + self.timing.ping_timeout()
    }
}

impl LegacyWs {
    pub(crate) fn new(
        hub: HubHandle,
        outbound: Outbound,
        connections: Arc<Connections>,
        clients: LegacyClients,
    ) -> Self {
        let config = &hub.inner().config;
        Self(Arc::new(Bridge {
            outbound,
            connections,
            timing: config.timing.clone(),
            most_bytes: config.limits.message_bytes,
            most_named: config.limits.rooms_per_socket,
            clients,
            hub,
        }))
    }

    fn accept(&self, mut request: Request) -> Response {
        if self.0.clients.closing().is_cancelled() {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let Some(switching) = engine::switching_protocols(request.headers()) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let bridge = self.0.clone();
        let present = bridge.clients.enter();
        self.0.hub.tasks().spawn(async move {
            let _present = present;
            let Ok(upgraded) = hyper::upgrade::on(&mut request).await else {
                return;
            };
            let config = WebSocketConfig::default()
                .max_message_size(Some(bridge.most_bytes))
                .max_frame_size(Some(bridge.most_bytes));
            let io = TokioIo::new(upgraded);
            let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
            let connection = bridge.connections.open();
            let stranger = Stranger {
                bridge,
                connection,
                stream,
            };
            stranger.serve().await;
        });
        switching
    }
}

/// Middleware that takes the upgrades at `/`, where plain requests get the phone's page.
pub(crate) async fn intercept(
    State(bridge): State<LegacyWs>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path() == "/" && engine::asks_for_websocket(&request) {
        bridge.accept(request)
    } else {
        next.run(request).await
    }
}

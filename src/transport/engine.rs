//! `/socket.io/`: hands requests to socketioxide, and stands between it and the network.
//!
//! The WebSocket upgrade is done here, so that the engine gets a stream of ours
//! ([`super::stream`]); polling responses are counted the same way. Each connection has one
//! [`Connection`], which the namespaces find in the extensions of the handshake request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use engineioxide::service::NotFoundService;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use socketioxide::service::SocketIoService;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tower::Service;

use crate::tasks::Tasks;

use super::connection::{Connection, Flows};
use super::frames::packet_attachments;
use super::stream::HubStream;

/// Separates the packets of a polling response (Engine.IO 4).
const RECORD_SEPARATOR: u8 = 0x1e;

/// The service behind `/socket.io/`, and the connections it has.
#[derive(Clone)]
pub(crate) struct Engine {
    service: SocketIoService<NotFoundService>,
    connections: Arc<Connections>,
    tasks: Tasks,
    /// How long a WebSocket may take nothing of what is written to it.
    write_patience: Duration,
}

/// The connections that are alive.
#[derive(Debug)]
pub(crate) struct Connections {
    flows: Flows,
    count: Arc<AtomicUsize>,
    all: Mutex<Vec<Weak<Connection>>>,
    /// Those that began with polling, by engine session id.
    polling: Mutex<HashMap<String, Polling>>,
}

#[derive(Debug)]
struct Polling {
    connection: Weak<Connection>,
    /// Packets of the response before; the client has them when it asks for more.
    delivered: usize,
}

impl Connections {
    pub(crate) fn new(flows: Flows) -> Arc<Self> {
        Arc::new(Self {
            flows,
            count: Arc::default(),
            all: Mutex::default(),
            polling: Mutex::default(),
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Another one.
    pub(super) fn open(&self) -> Arc<Connection> {
        let connection = Connection::new(self.flows, self.count.clone());
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.strong_count() > 0);
        all.push(Arc::downgrade(&connection));
        connection
    }

    /// Waits until every connection has taken what it was given.
    pub(crate) async fn drained(&self) {
        let all = self
            .all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for connection in all.iter().filter_map(Weak::upgrade) {
            connection.outflow.drained().await;
        }
    }

    fn remember(&self, sid: &str, connection: &Arc<Connection>) {
        let mut polling = self.polling.lock().unwrap_or_else(PoisonError::into_inner);
        polling.retain(|_, known| known.connection.strong_count() > 0);
        polling.insert(
            sid.to_owned(),
            Polling {
                connection: Arc::downgrade(connection),
                delivered: 0,
            },
        );
    }

    fn find(&self, sid: &str) -> Option<Arc<Connection>> {
        let polling = self.polling.lock().unwrap_or_else(PoisonError::into_inner);
        polling.get(sid)?.connection.upgrade()
    }

    /// Notes that a client asks again, and so has what it was given; and what it is given now.
    fn deliver(&self, sid: &str, packets: usize) -> usize {
        let mut polling = self.polling.lock().unwrap_or_else(PoisonError::into_inner);
        polling
            .get_mut(sid)
            .map_or(0, |known| std::mem::replace(&mut known.delivered, packets))
    }
}

impl Engine {
    pub(crate) fn new(
        service: SocketIoService<NotFoundService>,
        connections: Arc<Connections>,
        tasks: Tasks,
        write_patience: Duration,
    ) -> Self {
        Self {
            service,
            connections,
            tasks,
            write_patience,
        }
    }

    async fn call(&self, request: Request) -> Response {
        let mut service = self.service.clone();
        match Service::<Request>::call(&mut service, request).await {
            Ok(response) => response.map(Body::new),
            Err(never) => match never {},
        }
    }

    fn upgrade(&self, request: Request) -> Response {
        let Some(switching) = switching_protocols(request.headers()) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let sid = sid(&request).map(str::to_owned);
        let connection = match &sid {
            None => self.connections.open(),
            Some(sid) => match self.connections.find(sid) {
                Some(connection) => connection,
                None => return unknown_session(),
            },
        };
        let (mut parts, body) = request.into_parts();
        let mut handshake = http::Request::from_parts(parts.clone(), ());
        handshake.extensions_mut().insert(connection.clone());
        parts.extensions.insert(connection.clone());
        let request = Request::from_parts(parts, body);

        let engine = self.clone();
        self.tasks.spawn(async move {
            let Ok(upgraded) = hyper::upgrade::on(request).await else {
                return;
            };
            let ended = sid.map(|sid| engine.clone().closing(sid));
            let stream = HubStream::new(
                TokioIo::new(upgraded),
                connection,
                engine.write_patience,
                ended,
            );
            let mut service = engine.service;
            let served =
                Service::<(_, http::Request<()>)>::call(&mut service, (stream, handshake)).await;
            if let Err(error) = served {
                tracing::debug!(%error, "upgrade refused");
            }
        });
        switching
    }

    /// What closes a session that began with polling when its WebSocket ends: one that is
    /// abandoned in the middle of the upgrade is otherwise kept for ever.
    fn closing(self, sid: String) -> Box<dyn FnOnce() + Send> {
        Box::new(move || {
            let tasks = self.tasks.clone();
            tasks.spawn(async move {
                let close =
                    http::Request::post(format!("/socket.io/?EIO=4&transport=polling&sid={sid}"))
                        .body(Body::from("1"));
                if let Ok(close) = close {
                    self.call(close).await;
                }
            });
        })
    }

    async fn open_polling(&self, mut request: Request) -> Response {
        let connection = self.connections.open();
        request.extensions_mut().insert(connection.clone());
        let (parts, body) = collect(self.call(request).await).await;
        if let Some(sid) = opened_sid(&body) {
            self.connections.remember(&sid, &connection);
        }
        Response::from_parts(parts, Body::from(body))
    }

    async fn poll(&self, sid: &str, connection: &Connection, request: Request) -> Response {
        connection.outflow.taken(self.connections.deliver(sid, 0));
        let answered = tokio::select! {
            biased;
            () = connection.is_cut().cancelled() => None,
            response = self.call(request) => Some(response),
        };
        let Some(response) = answered else {
            self.clone().closing(sid.to_owned())();
            return unknown_session();
        };
        let (parts, body) = collect(response).await;
        self.connections.deliver(sid, packets_in(&body));
        Response::from_parts(parts, Body::from(body))
    }
}

/// Serves `/socket.io/`.
pub(crate) async fn serve(State(engine): State<Engine>, request: Request) -> Response {
    if is_upgrade(&request) {
        return engine.upgrade(request);
    }
    let known = sid(&request).map(|sid| (sid.to_owned(), engine.connections.find(sid)));
    match (request.method().clone(), known) {
        (Method::GET, None) => engine.open_polling(request).await,
        (Method::GET, Some((sid, Some(connection)))) => {
            engine.poll(&sid, &connection, request).await
        }
        (Method::POST, Some((_, Some(connection)))) => {
            connection.inflow.ready().await;
            engine.call(request).await
        }
        _ => engine.call(request).await,
    }
}

async fn collect(response: Response) -> (http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    // The engine answers from memory.
    let body = body
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    (parts, body)
}

/// The session id in the answer to a polling handshake.
fn opened_sid(body: &[u8]) -> Option<String> {
    let open: serde_json::Value = serde_json::from_slice(body.strip_prefix(b"0")?).ok()?;
    Some(open.get("sid")?.as_str()?.to_owned())
}

/// How many Socket.IO packets a polling response holds. Attachments are records of their own
/// and come with their packet.
fn packets_in(body: &[u8]) -> usize {
    body.split(|byte| *byte == RECORD_SEPARATOR)
        .filter(|record| packet_attachments(record).is_some())
        .count()
}

pub(super) fn asks_for_websocket(request: &Request) -> bool {
    request.method() == Method::GET
        && request
            .headers()
            .get(header::UPGRADE)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

fn is_upgrade(request: &Request) -> bool {
    asks_for_websocket(request) && query(request, "transport") == Some("websocket")
}

/// The answer to a WebSocket's upgrade; none when that is not sound.
pub(super) fn switching_protocols(headers: &HeaderMap) -> Option<Response> {
    let accept = derive_accept_key(websocket_key(headers)?);
    let headers = [
        (header::UPGRADE, "websocket".to_owned()),
        (header::CONNECTION, "Upgrade".to_owned()),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    Some((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
}

fn websocket_key(headers: &HeaderMap) -> Option<&[u8]> {
    let version = headers.get(header::SEC_WEBSOCKET_VERSION)?;
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?;
    (version == "13").then(|| key.as_bytes())
}

fn sid(request: &Request) -> Option<&str> {
    query(request, "sid")
}

fn query<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .uri()
        .query()?
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn unknown_session() -> Response {
    let body = r#"{"code":"1","message":"Session ID unknown"}"#;
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::BAD_REQUEST, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_a_polling_response() {
        assert_eq!(packets_in(b"2"), 0);
        assert_eq!(packets_in(b""), 0);
        assert_eq!(
            packets_in(b"40/terminal,{}\x1e42/terminal,[]\x1e43/terminal,1[]"),
            2
        );
        assert_eq!(packets_in(b"451-/terminal,[]\x1ebAAAA\x1e2"), 1);
    }

    #[test]
    fn the_session_id_is_read_from_the_handshake() {
        assert_eq!(
            opened_sid(br#"0{"sid":"abc","upgrades":[]}"#).as_deref(),
            Some("abc")
        );
        assert_eq!(opened_sid(br#"{"code":"5"}"#), None);
    }
}

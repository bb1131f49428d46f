//! What arrives on a socket, in the order in which it was sent.
//!
//! socketioxide runs every handler in a task of its own, so events overtake each other; but
//! it runs extractors one after the other. [`Queued`] is an extractor that puts each event
//! into its socket's queue, and one task per socket takes them out.

use std::convert::Infallible;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::FromMessageParts;
use socketioxide::socket::Socket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::error::{HubError, Result};
use crate::protocol::HubErrorEvent;
use crate::transport::connection::{Connection, Waiting};

/// Longest name of an event that is repeated in an error.
const MAX_EVENT_NAME: usize = 64;

/// An event that a client sent.
pub(crate) struct Request {
    pub(crate) event: String,
    payload: Result<Value>,
    pub(crate) reply: Reply,
    /// Counts against the connection until whatever it asks for is done.
    pub(crate) waiting: Waiting,
}

impl Request {
    /// The payload as `T`. Nothing at all counts as an empty object.
    ///
    /// # Errors
    ///
    /// `INVALID`, saying what is wrong.
    pub(crate) fn parse<T: DeserializeOwned>(&mut self) -> Result<T> {
        match self.payload()? {
            Value::Null => read(Value::Object(serde_json::Map::new())),
            payload @ Value::Object(_) => read(payload),
            _ => Err(HubError::invalid("the payload is not an object")),
        }
    }

    /// The payload as a list.
    ///
    /// # Errors
    ///
    /// `INVALID`, saying what is wrong.
    pub(crate) fn list<T: DeserializeOwned>(&mut self) -> Result<Vec<T>> {
        match self.payload()? {
            payload @ Value::Array(_) => read(payload),
            _ => Err(HubError::invalid("the payload is not a list")),
        }
    }

    fn payload(&mut self) -> Result<Value> {
        std::mem::replace(&mut self.payload, Ok(Value::Null))
    }

    /// Answers that there is no such request here.
    pub(crate) fn unknown(self) {
        let name: String = self.event.chars().take(MAX_EVENT_NAME).collect();
        let error = HubError::invalid(format!("there is no event {name:?} here"));
        self.reply.send::<Value>(Err(error));
    }
}

fn read<T: DeserializeOwned>(payload: Value) -> Result<T> {
    serde_json::from_value(payload).map_err(|error| HubError::invalid(error.to_string()))
}

/// Answers one request: by its acknowledgement, or, when it failed and asked for none, by
/// `hub:error`.
pub(crate) struct Reply {
    socket: SocketRef,
    ack: Option<AckSender>,
    event: String,
    connection: Arc<Connection>,
}

impl Reply {
    pub(crate) fn send<T: Serialize>(self, answer: Result<T>) {
        match answer {
            Ok(answer) => self.acknowledge(&answer, 0),
            Err(error) => self.fail(&error),
        }
    }

    /// Like [`Reply::send`], for an answer that carries so many bytes.
    pub(crate) fn send_large<T: Serialize>(self, answer: &T, bytes: usize) {
        self.acknowledge(answer, bytes);
    }

    fn fail(self, error: &HubError) {
        if self.ack.is_some() {
            return self.acknowledge(&error.to_failure(), 0);
        }
        let failure = error.to_failure();
        let event = HubErrorEvent {
            event: self.event,
            error: failure.error,
            code: failure.code,
            retry_after_ms: failure.retry_after_ms,
            details: failure.details,
        };
        send(&self.connection, 0, || {
            self.socket.emit("hub:error", &event)
        });
    }

    fn acknowledge<T: Serialize>(self, answer: &T, bytes: usize) {
        if let Some(ack) = self.ack {
            send(&self.connection, bytes, || ack.send(answer));
        }
    }
}

/// Hands a packet to the engine and keeps the connection's account of it. False when it was
/// not taken: the client is gone, or so far behind that the engine's queue is full.
pub(crate) fn send<E: std::fmt::Display>(
    connection: &Connection,
    bytes: usize,
    hand_over: impl FnOnce() -> std::result::Result<(), E>,
) -> bool {
    connection.outflow.sending(bytes);
    match hand_over() {
        Ok(()) => true,
        Err(error) => {
            connection.outflow.not_sent();
            tracing::debug!(%error, "a packet was not taken");
            false
        }
    }
}

/// The queue of a socket, kept in its extensions.
#[derive(Clone)]
pub(crate) struct Queue {
    requests: UnboundedSender<Request>,
    connection: Arc<Connection>,
}

/// A queue for a socket. It is bounded by the connection's account: above its mark nothing
/// more is read.
pub(crate) fn queue(connection: Arc<Connection>) -> (Queue, UnboundedReceiver<Request>) {
    let (requests, receiver) = unbounded_channel();
    let queue = Queue {
        requests,
        connection,
    };
    (queue, receiver)
}

/// Extracts nothing; puts the event into the socket's queue.
pub(crate) struct Queued;

impl FromMessageParts<LocalAdapter> for Queued {
    type Error = Infallible;

    fn from_message_parts(
        socket: &Arc<Socket>,
        value: &mut socketioxide_core::Value,
        ack_id: &Option<i64>,
    ) -> std::result::Result<Self, Infallible> {
        if let Some(queue) = socket.extensions.get::<Queue>() {
            let ack = match ack_id {
                Some(_) => AckSender::from_message_parts(socket, value, ack_id).ok(),
                None => None,
            };
            let (size, event, payload) = decode(value);
            let request = Request {
                reply: Reply {
                    socket: socket.clone().into(),
                    ack,
                    event: event.chars().take(MAX_EVENT_NAME).collect(),
                    connection: queue.connection.clone(),
                },
                event,
                payload,
                waiting: queue.connection.came_in(size),
            };
            // Fails only when the socket's task has ended, and then nobody waits.
            let _ = queue.requests.send(request);
        }
        Ok(Self)
    }
}

/// `["event", payload?, …]`: its size in bytes, the event and the payload.
fn decode(value: &socketioxide_core::Value) -> (usize, String, Result<Value>) {
    let socketioxide_core::Value::Str(text, attachments) = value else {
        return (0, String::new(), Err(HubError::invalid("not an event")));
    };
    let attached: usize = attachments.iter().flatten().map(bytes::Bytes::len).sum();
    let size = text.len() + attached;
    let mut arguments = match serde_json::from_str::<Vec<Value>>(text.as_str()) {
        Ok(arguments) => arguments.into_iter(),
        Err(error) => {
            return (
                size,
                String::new(),
                Err(HubError::invalid(error.to_string())),
            );
        }
    };
    let event = match arguments.next() {
        Some(Value::String(event)) => event,
        _ => String::new(),
    };
    let payload = match attached {
        0 => Ok(arguments.next().unwrap_or_default()),
        _ => Err(HubError::invalid(
            "binary attachments are not accepted here",
        )),
    };
    (size, event, payload)
}

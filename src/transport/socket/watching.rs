//! A socket's watch of one terminal: turns what a viewer gets into events of the wire.

use std::sync::Arc;

use bytes::Bytes;
use socketioxide::TransportType;
use socketioxide::extract::SocketRef;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::error::{HubError, Result};
use crate::ids::SessionId;
use crate::protocol::{
    AckRequest, BellEvent, Encoding, NotificationEvent, OutputEvent, Payload, ResetEvent,
    ResizedEvent, TerminalExit, TitleEvent,
};
use crate::tasks::Tasks;
use crate::terminal::audience::Seat;
use crate::terminal::session::Session;
use crate::terminal::stream::{Happening, Size};
use crate::terminal::viewer::{Event, Gone, Sink, Viewer};
use crate::transport::connection::Connection;
use crate::transport::tickets::{Frames, TICKET};

use super::audience::tell;
use super::packet;
use super::request::send;
use super::shared::{SharedTexts, Texts};

/// Resets an xterm, for clients that know no `terminal:reset`: CAN ends what was begun (within a
/// string, ESC alone would be part of it), RIS resets.
const RESET: &[u8] = b"\x18\x1bc";

/// Output of so many bytes goes past the engine, which would copy it. Below, a ticket costs as
/// much as that.
const LARGE: usize = 4 << 10;

/// How a client wants its events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) encoding: Encoding,
    /// It asked for nothing that the seed does not have, so resets come in band.
    pub(crate) stock: bool,
}

impl Style {
    pub(crate) fn payload(self, bytes: Bytes) -> Payload {
        match self.encoding {
            Encoding::Binary => Payload::Binary(bytes),
            Encoding::Text => Payload::Text(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// What a viewer of `session` shares with the others, if it gets text.
    pub(crate) fn texts(self, all: &SharedTexts, session: &Session) -> Option<Arc<Texts>> {
        (self.encoding == Encoding::Text).then(|| all.of(&session.facts.epoch))
    }
}

/// One watched terminal of a socket.
pub(crate) struct Watching {
    seat: Arc<Seat>,
    acked: watch::Sender<u64>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Watching {
    /// Lets `viewer` run for `socket`, and tells it who else is there when `told`.
    pub(crate) fn start(
        tasks: &Tasks,
        viewer: Viewer,
        sink: SocketSink,
        acked: watch::Sender<u64>,
        seat: Arc<Seat>,
        told: bool,
    ) -> Self {
        let stop = CancellationToken::new();
        let (socket, connection) = (sink.socket.clone(), sink.connection.clone());
        let place = seat.clone();
        let stopped = stop.clone();
        let task = tasks.spawn(async move {
            tokio::select! {
                biased;
                () = stopped.cancelled() => {}
                () = viewer.run(sink) => {}
                () = tell(&place, &socket, &connection), if told => {}
            }
        });
        Self {
            seat,
            acked,
            stop,
            task,
        }
    }

    /// Notes how far the client has come.
    ///
    /// # Errors
    ///
    /// `CONFLICT` when it speaks of another life of the terminal, `INVALID` for an offset that
    /// the terminal has not reached.
    pub(crate) fn acknowledge(&self, ack: &AckRequest) -> Result<()> {
        let session = self.seat.session();
        let epoch = &session.facts.epoch;
        if ack.epoch != *epoch {
            return Err(HubError::conflict("the terminal has begun another life")
                .detail("epoch", epoch.clone()));
        }
        if ack.offset > session.printed() {
            return Err(HubError::invalid("there is no such offset yet"));
        }
        self.acked.send_if_modified(|acked| {
            let further = ack.offset > *acked;
            *acked = (*acked).max(ack.offset);
            further
        });
        Ok(())
    }

    pub(crate) fn seat(&self) -> &Seat {
        &self.seat
    }

    /// Ends it; nothing is sent for it afterwards. The seat can be kept for another one.
    pub(crate) async fn end(self) -> Arc<Seat> {
        self.stop.cancel();
        let _ = self.task.await;
        self.seat
    }
}

/// Where a viewer's stream goes: one socket.
pub(crate) struct SocketSink {
    pub(crate) socket: SocketRef,
    pub(crate) connection: Arc<Connection>,
    pub(crate) session: Arc<Session>,
    pub(crate) style: Style,
    /// Output as text, for those who get it so.
    pub(crate) texts: Option<Arc<Texts>>,
}

/// `terminal:exit`.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ExitEvent<'a> {
    session_id: &'a SessionId,
    #[serde(flatten)]
    exit: TerminalExit,
}

impl Sink for SocketSink {
    async fn ready(&mut self) -> Result<(), Gone> {
        self.connection.outflow.ready().await;
        if self.socket.connected() {
            Ok(())
        } else {
            Err(Gone)
        }
    }

    fn send(&mut self, event: Event) -> Result<(), Gone> {
        let facts = &self.session.facts;
        let session_id = facts.id.clone();
        let sent = match event {
            Event::Output { bytes, offset } => self.output(bytes, offset, false),
            Event::Reset {
                bytes,
                offset,
                size,
            } if self.style.stock => {
                // A resize among what was lost would otherwise never be heard of.
                self.resized(size) && self.output([RESET, &bytes].concat().into(), offset, true)
            }
            Event::Reset {
                bytes,
                offset,
                size,
            } => {
                let event = ResetEvent {
                    session_id,
                    epoch: facts.epoch.clone(),
                    cols: size.cols,
                    rows: size.rows,
                    offset,
                    scrollback: self.style.payload(bytes.clone()),
                };
                self.emit("terminal:reset", bytes.len(), &event)
            }
            Event::Resized(size) => self.resized(size),
            Event::Happened(happening) => self.happened(happening),
            Event::Exit(exit) => {
                let event = ExitEvent {
                    session_id: &session_id,
                    exit,
                };
                self.emit("terminal:exit", 0, &event)
            }
        };
        if sent { Ok(()) } else { Err(Gone) }
    }
}

impl SocketSink {
    fn resized(&self, size: Size) -> bool {
        let event = ResizedEvent {
            session_id: self.session.facts.id.clone(),
            cols: size.cols,
            rows: size.rows,
        };
        self.emit("terminal:resized", 0, &event)
    }

    fn happened(&self, happening: Happening) -> bool {
        let session_id = self.session.facts.id.clone();
        match happening {
            Happening::Title(title) => {
                let title = match title.is_empty() {
                    true => self.session.facts.title.clone(),
                    false => title,
                };
                self.emit("terminal:title", 0, &TitleEvent { session_id, title })
            }
            Happening::Bell => self.emit("terminal:bell", 0, &BellEvent { session_id }),
            Happening::Notification { title, body } => {
                let event = NotificationEvent {
                    session_id,
                    title,
                    body,
                };
                self.emit("terminal:notification", 0, &event)
            }
        }
    }

    fn output(&self, bytes: Bytes, offset: u64, reset: bool) -> bool {
        let size = bytes.len();
        let event = || OutputEvent {
            session_id: self.session.facts.id.clone(),
            data: self.style.payload(bytes.clone()),
            offset,
            epoch: self.session.facts.epoch.clone(),
            reset,
        };
        let past_engine = size >= LARGE && self.socket.transport_type() == TransportType::Websocket;
        if !past_engine {
            return self.emit("terminal:output", size, &event());
        }
        let encode = || packet::frames("terminal:output", &event());
        let frames = match &self.texts {
            // A picture is for one viewer.
            Some(texts) if !reset => texts.encoded(offset, size, encode),
            _ => encode(),
        };
        match frames {
            Some(frames) => self.past_engine(size, frames),
            None => self.emit("terminal:output", size, &event()),
        }
    }

    /// Sends a packet that the engine does not see; it keeps its place among the others.
    fn past_engine(&self, bytes: usize, frames: Frames) -> bool {
        let tickets = &self.connection.tickets;
        let ticket = tickets.issue(frames);
        let sent = self.emit(TICKET, bytes, &ticket);
        if !sent {
            tickets.redeem(ticket);
        }
        sent
    }

    fn emit<T: serde::Serialize>(&self, event: &str, bytes: usize, payload: &T) -> bool {
        send(&self.connection, bytes, || self.socket.emit(event, payload))
    }
}

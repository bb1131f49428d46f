//! One client of the old protocol, from its first message to its last. One task: what it is
//! sent and what it asks for keep their order.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message as Frame};
use tokio_tungstenite::tungstenite::{self, Utf8Bytes};

use crate::access;
use crate::auth::Principal;
use crate::domain::Logged;
use crate::error::{HubError, Result};
use crate::protocol::ErrorCode;
use crate::router::Namespace;
use crate::time::now_millis;
use crate::transport::connection::Connection;
use crate::transport::outbound::{Line, Outgoing};

use super::batch::Batch;
use super::messages::{Answer, Filter, Message};
use super::{Bridge, Stream};

/// A client that has connected and not said who it is.
pub(super) struct Stranger {
    pub(super) bridge: Arc<Bridge>,
    pub(super) connection: Arc<Connection>,
    pub(super) stream: Stream,
}

/// How long a client has to hear why its connection ends.
const GOODBYE: Duration = Duration::from_millis(500);

/// Why a connection ends.
struct End(CloseCode, &'static str);

/// It has gone by itself, or cannot be written to: there is nobody to tell why.
const GONE: End = End(CloseCode::Abnormal, "");

impl Stranger {
    pub(super) async fn serve(mut self) {
        let patience = self.bridge.timing.legacy_auth();
        let closing = self.bridge.clients.closing().clone();
        let admitted = tokio::select! {
            admitted = timeout(patience, self.admit()) => admitted,
            () = closing.cancelled() => Ok(Err(End(CloseCode::Away, "the hub is closing"))),
        };
        let late = End(CloseCode::Policy, "no credential came in time");
        match admitted.unwrap_or(Err(late)) {
            Ok(principal) => Client::new(self, principal).serve().await,
            Err(end) => close(&mut self.stream, end).await,
        }
    }

    /// Waits for the first message, which has to say who it is.
    async fn admit(&mut self) -> Result<Principal, End> {
        let told = loop {
            match self.stream.next().await {
                Some(Ok(Frame::Text(text))) => break Message::parse(&text),
                Some(Ok(Frame::Binary(_))) => break Err(not_text()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(ending(&error)),
                None => return Err(GONE),
            }
        };
        let unauthenticated = |message| HubError::new(ErrorCode::Unauthenticated, message);
        let principal = told.and_then(|message| match message {
            Message::Auth { token } => {
                let invalid = || unauthenticated("Invalid authentication token");
                let principal = self.bridge.hub.verify(&token).ok_or_else(invalid)?;
                let enters = access::may_enter(&principal, Namespace::Legacy);
                enters.then_some(principal).ok_or_else(invalid)
            }
            _ => Err(unauthenticated("Authentication required")),
        });
        match principal {
            Ok(principal) => Ok(principal),
            Err(error) => {
                let answer = encode(&Answer::from(&error));
                let _ = timeout(self.bridge.patience(), self.stream.send(answer)).await;
                Err(End(CloseCode::Policy, "not authenticated"))
            }
        }
    }
}

/// A client that has said who it is.
struct Client {
    bridge: Arc<Bridge>,
    connection: Arc<Connection>,
    stream: Stream,
    principal: Principal,
    /// What it has asked for; its line looks at it.
    filter: Arc<Mutex<Filter>>,
    line: UnboundedSender<String>,
    /// Bounded by the connection's account.
    events: UnboundedReceiver<String>,
    batch: Batch,
    heartbeat: Interval,
    heard: Instant,
}

/// What happens next.
enum Next {
    Event(String),
    Due,
    Came(Option<Result<Frame, tungstenite::Error>>),
    Beat,
    Closing,
    End(End),
}

impl Client {
    fn new(stranger: Stranger, principal: Principal) -> Self {
        let Stranger {
            bridge,
            connection,
            stream,
        } = stranger;
        let (line, events) = tokio::sync::mpsc::unbounded_channel();
        let mut heartbeat = interval(bridge.timing.ping_interval());
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            bridge,
            connection,
            stream,
            principal,
            filter: Arc::default(),
            line,
            events,
            batch: Batch::default(),
            heartbeat,
            heard: Instant::now(),
        }
    }

    async fn serve(mut self) {
        let outbound = &self.bridge.outbound;
        let membership = outbound.enter(Namespace::Legacy, self.principal.clone());
        membership.connect(Arc::new(ClientLine {
            connection: self.connection.clone(),
            filter: self.filter.clone(),
            events: self.line.clone(),
        }));
        let ended = self.run().await;
        drop(membership);
        close(&mut self.stream, ended).await;
    }

    async fn run(&mut self) -> End {
        let timestamp = now_millis();
        if let Err(end) = self.answer(&Answer::Authenticated { timestamp }).await {
            return end;
        }
        let mut announced = false;
        loop {
            let next = self.next(announced).await;
            let done = match next {
                Next::Event(event) => {
                    self.batch.push(event);
                    Ok(())
                }
                Next::Due => self.flush().await,
                Next::Came(frame) => self.came(frame).await,
                Next::Beat => self.beat().await,
                Next::Closing => {
                    announced = true;
                    let timestamp = now_millis();
                    self.answer(&Answer::Shutdown { timestamp }).await
                }
                Next::End(end) => Err(end),
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn next(&mut self, announced: bool) -> Next {
        let due = self
            .batch
            .due(Instant::now(), self.connection.outflow.full());
        let at = due.unwrap_or_else(Instant::now);
        tokio::select! {
            () = self.connection.is_cut().cancelled() => Next::End(too_far_behind()),
            () = self.bridge.clients.closed().cancelled(), if announced => {
                Next::End(End(CloseCode::Away, "the hub has closed"))
            }
            () = self.bridge.clients.closing().cancelled(), if !announced => Next::Closing,
            () = sleep_until(at), if due.is_some() => Next::Due,
            Some(event) = self.events.recv() => Next::Event(event),
            frame = self.stream.next() => Next::Came(frame),
            _ = self.heartbeat.tick() => Next::Beat,
        }
    }

    async fn came(&mut self, frame: Option<Result<Frame, tungstenite::Error>>) -> Result<(), End> {
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Err(ending(&error)),
            None => return Err(GONE),
        };
        self.heard = Instant::now();
        let answer = match frame {
            Frame::Text(text) => match Message::parse(&text) {
                Ok(message) => self.asked(message).await,
                Err(error) => Err(error),
            },
            Frame::Binary(_) => Err(not_text()),
            Frame::Ping(_) | Frame::Pong(_) | Frame::Close(_) | Frame::Frame(_) => return Ok(()),
        };
        let answer = answer.unwrap_or_else(|error| Answer::from(&error));
        self.answer(&answer).await
    }

    async fn asked(&mut self, message: Message) -> Result<Answer> {
        let timestamp = now_millis();
        Ok(match message {
            Message::Ping => Answer::Pong { timestamp },
            Message::Auth { .. } => return Err(HubError::conflict("authenticated already")),
            Message::Unsubscribe => {
                self.filter_by(Filter::default());
                Answer::Unsubscribed { timestamp }
            }
            Message::Subscribe(wanted) => {
                let wanted = self.bridge.readable(&self.principal, wanted).await?;
                self.filter_by(Filter::new(&wanted));
                Answer::subscribed(&wanted, timestamp)
            }
        })
    }

    fn filter_by(&self, filter: Filter) {
        *self.filter.lock().unwrap_or_else(PoisonError::into_inner) = filter;
    }

    async fn beat(&mut self) -> Result<(), End> {
        if self.heard.elapsed() > self.bridge.patience() {
            return Err(End(CloseCode::Policy, "no heartbeat"));
        }
        self.write(Frame::Ping(Bytes::new())).await
    }

    /// Answers, after the events that came before.
    async fn answer(&mut self, answer: &Answer) -> Result<(), End> {
        while let Ok(event) = self.events.try_recv() {
            self.batch.push(event);
        }
        self.flush().await?;
        self.write(encode(answer)).await
    }

    async fn flush(&mut self) -> Result<(), End> {
        if let Some((text, events)) = self.batch.take(Instant::now()) {
            self.write(Frame::text(text)).await?;
            self.connection.outflow.taken(events);
        }
        Ok(())
    }

    async fn write(&mut self, frame: Frame) -> Result<(), End> {
        let cut = self.connection.is_cut().clone();
        tokio::select! {
            biased;
            () = cut.cancelled() => Err(too_far_behind()),
            written = timeout(self.bridge.patience(), self.stream.send(frame)) => match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(GONE),
            }
        }
    }
}

/// The way to a client.
struct ClientLine {
    connection: Arc<Connection>,
    filter: Arc<Mutex<Filter>>,
    events: UnboundedSender<String>,
}

impl Line for ClientLine {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wants(&self, event: &Logged) -> bool {
        let filter = self.filter.lock().unwrap_or_else(PoisonError::into_inner);
        filter.lets_through(event)
    }

    fn send(&self, event: &Outgoing) -> bool {
        let json = event.json.get();
        self.connection.outflow.sending(json.len());
        let sent = self.events.send(json.to_owned()).is_ok();
        if !sent {
            self.connection.outflow.not_sent();
        }
        sent
    }
}

fn encode(answer: &Answer) -> Frame {
    // Of texts and numbers: it cannot fail.
    Frame::text(serde_json::to_string(answer).unwrap_or_default())
}

fn not_text() -> HubError {
    HubError::invalid("a message is text")
}

fn too_far_behind() -> End {
    End(CloseCode::Again, "too far behind")
}

fn ending(error: &tungstenite::Error) -> End {
    match error {
        tungstenite::Error::Capacity(_) => End(CloseCode::Size, "a message is too large"),
        tungstenite::Error::Utf8(_) => End(CloseCode::Invalid, "a text is not UTF-8"),
        tungstenite::Error::Protocol(_) => End(CloseCode::Protocol, "not a WebSocket"),
        _ => GONE,
    }
}

/// Says why the connection ends, and gives the client a moment to hear it.
async fn close(stream: &mut Stream, End(code, reason): End) {
    if code == CloseCode::Abnormal {
        return;
    }
    let frame = CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    };
    let closing = async {
        if stream.close(Some(frame)).await.is_ok() {
            // What is still under way would otherwise make the operating system cut the line.
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    let _ = timeout(GOODBYE, closing).await;
}

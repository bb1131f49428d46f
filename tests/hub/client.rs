//! A small Socket.IO client over WebSocket that does nothing on its own: it reads when asked,
//! acknowledges when told, and so can play the slow, the stalled and the rude.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};

/// Longer than anything that works takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An event, with its attachments.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: Value,
    pub(crate) attachments: Vec<Bytes>,
}

impl Event {
    pub(crate) fn offset(&self) -> u64 {
        self.data["offset"].as_u64().unwrap()
    }

    /// The bytes of `terminal:output`, however they were sent.
    pub(crate) fn bytes(&self) -> Bytes {
        bytes_of(&self.data["data"], &self.attachments)
    }
}

/// A payload as text or as an attachment.
pub(crate) fn bytes_of(payload: &Value, attachments: &[Bytes]) -> Bytes {
    match payload {
        Value::String(text) => Bytes::from(text.clone()),
        other => attachments[other["num"].as_u64().unwrap() as usize].clone(),
    }
}

enum Packet {
    Event(Event),
    Ack(u64, Event),
    Other(String),
}

#[derive(Debug)]
pub(crate) enum Closed {
    /// The server closed or cut the connection.
    Gone,
    /// It refused the namespace, with this message.
    Refused(String),
}

/// What a picture shows, as another emulator than the hub's sees it.
pub(crate) fn emulate(size: &Value, picture: &[u8]) -> vt100::Parser {
    let side = |name: &str| {
        let side = u16::try_from(size[name].as_u64().expect("a size")).unwrap();
        std::num::NonZeroU16::new(side).unwrap()
    };
    let mut parser = vt100::Parser::new(side("rows"), side("cols"), 0);
    parser.process(picture);
    parser
}

/// The text that a picture shows, up to its cursor: lines that end as a terminal's do.
pub(crate) fn shown(size: &Value, picture: &[u8]) -> String {
    let parser = emulate(size, picture);
    let screen = parser.screen();
    let (_, columns) = screen.size();
    let (row, column) = screen.cursor_position();
    let mut rows = screen.rows(0, columns.get());
    let mut text: String = rows
        .by_ref()
        .take(row.into())
        .map(|line| line + "\r\n")
        .collect();
    text.push_str(&screen.rows(0, column).nth(row.into()).unwrap_or_default());
    text
}

pub(crate) struct Client {
    ws: WebSocketStream<TcpStream>,
    namespace: String,
    events: VecDeque<Event>,
    next_id: u64,
    /// What the last watch began with, as text, until output is waited for.
    scrollback: String,
    /// Heartbeats that were answered.
    heartbeats: usize,
    /// What the hub said when it let us in.
    pub(crate) hello: Option<Value>,
}

impl Client {
    /// Connects to `/terminal`.
    pub(crate) async fn connect(url: &str, token: &str) -> Self {
        Self::namespace(url, "/terminal", json!({"token": token}))
            .await
            .expect("connected")
    }

    pub(crate) async fn namespace(url: &str, namespace: &str, auth: Value) -> Result<Self, Closed> {
        let mut client = Self {
            ws: websocket(url, &[]).await.expect("a WebSocket"),
            namespace: namespace.to_owned(),
            events: VecDeque::new(),
            next_id: 0,
            scrollback: String::new(),
            heartbeats: 0,
            hello: None,
        };
        loop {
            match client.packet().await? {
                Packet::Other(open) if open.starts_with('0') => {
                    client.send(format!("40{namespace},{auth}")).await;
                }
                Packet::Other(connected) if connected.starts_with("40") => return Ok(client),
                Packet::Other(refused) if refused.starts_with("44") => {
                    let json = &refused[refused.find('{').unwrap()..];
                    let error: Value = serde_json::from_str(json).unwrap();
                    return Err(Closed::Refused(
                        error["message"].as_str().unwrap().to_owned(),
                    ));
                }
                Packet::Event(event) => client.events.push_back(event),
                _ => {}
            }
        }
    }

    pub(crate) async fn send(&mut self, text: String) {
        self.ws.send(Message::text(text)).await.expect("sent");
    }

    /// Sends without flushing, for sending a lot.
    pub(crate) async fn feed(
        &mut self,
        event: &str,
        payload: &Value,
    ) -> Result<(), tungstenite::Error> {
        let text = format!("42{},{}", self.namespace, json!([event, payload]));
        self.ws.feed(Message::text(text)).await
    }

    /// Like [`Client::feed`], asking for an acknowledgement; its number.
    pub(crate) async fn feed_request(&mut self, event: &str, payload: &Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let text = format!("42{},{id}{}", self.namespace, json!([event, payload]));
        self.ws.feed(Message::text(text)).await.expect("sent");
        id
    }

    pub(crate) async fn flush(&mut self) {
        self.ws.flush().await.expect("flushed");
    }

    pub(crate) async fn emit(&mut self, event: &str, payload: &Value) {
        self.feed(event, payload).await.expect("sent");
        self.flush().await;
    }

    /// Sends a request and waits for its acknowledgement. Events that come before it are kept.
    pub(crate) async fn request(&mut self, event: &str, payload: Value) -> Value {
        self.request_with_attachments(event, payload).await.0
    }

    pub(crate) async fn request_with_attachments(
        &mut self,
        event: &str,
        payload: Value,
    ) -> (Value, Vec<Bytes>) {
        let id = self.feed_request(event, &payload).await;
        self.flush().await;
        let ack = self.ack(id).await;
        if event == "terminal:watch" && ack.data["success"] == true {
            let scrollback = bytes_of(&ack.data["scrollback"], &ack.attachments);
            self.scrollback = match ack.data["replay"].as_str() {
                Some("screen") => shown(&ack.data, &scrollback),
                _ => String::from_utf8_lossy(&scrollback).into_owned(),
            };
        }
        (ack.data, ack.attachments)
    }

    /// Waits until the first heartbeat has been answered: from then on the hub does not miss
    /// somebody who does not read, as long as it waits for the next.
    pub(crate) async fn heartbeat(&mut self) {
        while self.heartbeats == 0 {
            self.request("ping", json!({})).await;
        }
    }

    /// Waits for the acknowledgement `id`.
    pub(crate) async fn ack(&mut self, id: u64) -> Event {
        loop {
            match self.packet_in_time().await {
                Ok(Packet::Ack(got, event)) if got == id => return event,
                Ok(Packet::Event(event)) => self.events.push_back(event),
                Ok(_) => {}
                Err(closed) => panic!("closed while waiting for an acknowledgement: {closed:?}"),
            }
        }
    }

    /// The next acknowledgement, whichever.
    pub(crate) async fn any_ack(&mut self) -> (u64, Value) {
        loop {
            match self.packet_in_time().await {
                Ok(Packet::Ack(id, event)) => return (id, event.data),
                Ok(Packet::Event(event)) => self.events.push_back(event),
                Ok(_) => {}
                Err(closed) => panic!("closed while waiting for an acknowledgement: {closed:?}"),
            }
        }
    }

    /// The next event, if it has been read already.
    pub(crate) fn queued(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The next event, or that the connection has ended.
    pub(crate) async fn event(&mut self) -> Result<Event, Closed> {
        if let Some(event) = self.events.pop_front() {
            return Ok(event);
        }
        loop {
            if let Packet::Event(event) = self.packet_in_time().await? {
                return Ok(event);
            }
        }
    }

    /// The next event called `name`; others are dropped.
    pub(crate) async fn wait_for(&mut self, name: &str) -> Event {
        loop {
            let event = self.event().await.expect("still connected");
            if event.name == name {
                return event;
            }
        }
    }

    /// Waits until what was printed, from the last watch or the last call on, contains `text`;
    /// returns all of it.
    pub(crate) async fn wait_for_output(&mut self, text: &str) -> String {
        let mut seen = std::mem::take(&mut self.scrollback);
        while !seen.contains(text) {
            let event = self.wait_for("terminal:output").await;
            seen.push_str(&String::from_utf8_lossy(&event.bytes()));
        }
        seen
    }

    /// Waits until the server has ended the connection.
    pub(crate) async fn closed(&mut self) {
        while self.packet_in_time().await.is_ok() {}
    }

    async fn packet_in_time(&mut self) -> Result<Packet, Closed> {
        tokio::time::timeout(PATIENCE, self.packet())
            .await
            .expect("nothing came in time")
    }

    async fn message(&mut self) -> Result<Message, Closed> {
        match self.ws.next().await {
            Some(Ok(Message::Close(_))) | Some(Err(_)) | None => Err(Closed::Gone),
            Some(Ok(message)) => Ok(message),
        }
    }

    async fn packet(&mut self) -> Result<Packet, Closed> {
        loop {
            let Message::Text(text) = self.message().await? else {
                continue;
            };
            if text.as_str() == "2" {
                if self.ws.send(Message::text("3")).await.is_err() {
                    return Err(Closed::Gone);
                }
                self.heartbeats += 1;
                continue;
            }
            let bytes = text.as_bytes();
            let (kind, rest) = match bytes {
                [b'4', kind @ (b'2' | b'3' | b'5' | b'6'), ..] => (*kind, &text.as_str()[2..]),
                _ => return Ok(Packet::Other(text.as_str().to_owned())),
            };
            let (count, rest) = match kind {
                b'5' | b'6' => rest.split_once('-').unwrap(),
                _ => ("0", rest),
            };
            let rest = rest.strip_prefix(&self.namespace).unwrap();
            let rest = rest.strip_prefix(',').unwrap();
            let json_at = rest.find('[').unwrap();
            let (id, json) = rest.split_at(json_at);
            let arguments: Vec<Value> = serde_json::from_str(json).unwrap();
            let mut attachments = Vec::new();
            for _ in 0..count.parse::<usize>().unwrap() {
                match self.message().await? {
                    Message::Binary(bytes) => attachments.push(bytes),
                    other => panic!("expected an attachment, got {other:?}"),
                }
            }
            let mut arguments = arguments.into_iter();
            if arguments
                .as_slice()
                .first()
                .is_some_and(|name| name == "hub:hello")
            {
                self.hello = arguments.nth(1);
                continue;
            }
            return Ok(match kind {
                b'2' | b'5' => Packet::Event(Event {
                    name: arguments.next().unwrap().as_str().unwrap().to_owned(),
                    data: arguments.next().unwrap_or_default(),
                    attachments,
                }),
                _ => Packet::Ack(
                    id.parse().unwrap(),
                    Event {
                        name: String::new(),
                        data: arguments.next().unwrap_or_default(),
                        attachments,
                    },
                ),
            });
        }
    }
}

/// Opens the engine's WebSocket with further headers; the response's status when refused.
pub(crate) async fn websocket(
    url: &str,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<TcpStream>, u16> {
    websocket_at(url, "/socket.io/?EIO=4&transport=websocket", headers).await
}

/// The same, of any path.
pub(crate) async fn websocket_at(
    url: &str,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<TcpStream>, u16> {
    use tungstenite::client::IntoClientRequest;
    let authority = url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(authority).await.expect("connected");
    stream.set_nodelay(true).unwrap();
    let mut request = format!("ws://{authority}{path}")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(256 << 10)
        .max_message_size(None)
        .max_frame_size(None);
    match tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await {
        Ok((ws, _)) => Ok(ws),
        Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("no WebSocket: {error}"),
    }
}

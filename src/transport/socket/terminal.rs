//! `/terminal`: watching terminals and typing into them.
//!
//! One task per socket takes its requests in order. Output never comes from here: each watch
//! has a viewer of its own ([`super::watching`]).

use std::collections::HashMap;
use std::sync::Arc;

use socketioxide::extract::{SocketRef, TryData};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::access::{AllowedTerminal, Kill, Permission, Resize, Watch};
use crate::auth::Principal;
use crate::error::{HubError, Result};
use crate::hub::{HubHandle, WeakHub};
use crate::ids::SessionId;
use crate::protocol::{
    AckRequest, ListResponse, ResizeRequest, ResizeResponse, SessionRequest, Success, ViewRequest,
    WatchRequest, WatchResponse,
};
use crate::router::Namespace;
use crate::terminal::audience::Seat;
use crate::terminal::input::Source;
use crate::terminal::news::Item;
use crate::terminal::stream::Start;
use crate::terminal::viewer::{Credit, Viewer, WINDOW};
use crate::transport::connection::Connection;

use super::entrance::{self, Auth, Refusal, holder, refreshed, upgrade, welcome};
use super::news::Listener;
use super::request::{Reply, Request};
use super::shared::SharedTexts;
use super::typing::{self, Typist};
use super::watching::{SocketSink, Style, Watching};

/// The middleware of the namespace: nobody gets in without a credential.
pub(super) async fn admit(
    hub: &WeakHub,
    texts: &SharedTexts,
    socket: SocketRef,
    auth: TryData<Auth>,
) -> Result<(), Refusal> {
    let hub = upgrade(hub)?;
    let auth = Auth::of(auth);
    let token = auth.token("Authentication required for terminal access")?;
    let principal = holder(&hub, Namespace::Terminal, token, "Invalid token")?;
    entrance::admit(hub, &socket, principal, texts.clone())
}

/// Serves a socket that has been admitted.
pub(super) async fn connected(socket: SocketRef) {
    let Some(admitted) = welcome::<SharedTexts>(&socket) else {
        return;
    };
    let tasks = admitted.hub.tasks().clone();
    let serving = TerminalSocket {
        news: admitted.hub.news(),
        hub: admitted.hub,
        texts: admitted.more,
        socket,
        connection: admitted.connection,
        principal: admitted.principal,
        watches: HashMap::new(),
        source: typing::source(),
        requests: admitted.requests,
        gone: admitted.gone.token,
    };
    tasks.spawn(serving.serve());
}

/// What a socket does next.
enum Next {
    Asked(Box<Request>),
    Heard(Result<Item, RecvError>),
}

/// One socket of the namespace.
struct TerminalSocket {
    hub: HubHandle,
    texts: SharedTexts,
    socket: SocketRef,
    connection: Arc<Connection>,
    principal: Principal,
    watches: HashMap<SessionId, Watching>,
    source: Source,
    requests: UnboundedReceiver<Request>,
    news: broadcast::Receiver<Item>,
    /// Fires when the client has gone.
    gone: CancellationToken,
}

impl TerminalSocket {
    async fn serve(mut self) {
        let gone = self.gone.clone();
        tokio::select! {
            biased;
            () = gone.cancelled() => {}
            () = self.requests() => {}
        }
        for (_, watch) in self.watches.drain() {
            watch.end().await;
        }
    }

    async fn requests(&mut self) {
        loop {
            let next = tokio::select! {
                request = self.requests.recv() => match request {
                    Some(request) => Next::Asked(Box::new(request)),
                    None => return,
                },
                heard = self.news.recv() => Next::Heard(heard),
            };
            // A client that asks and does not listen must not pile up answers.
            self.connection.outflow.ready().await;
            match next {
                Next::Asked(request) => self.handle(*request).await,
                Next::Heard(heard) => self.listener().heard(heard).await,
            }
        }
    }

    fn listener(&self) -> Listener<'_> {
        Listener {
            hub: &self.hub,
            principal: &self.principal,
            socket: &self.socket,
            connection: &self.connection,
        }
    }

    async fn handle(&mut self, mut request: Request) {
        match request.event.as_str() {
            "terminal:watch" => self.watch(request).await,
            "terminal:unwatch" => {
                let answer = self.unwatch(&mut request).await;
                request.reply.send(answer);
            }
            "terminal:ack" => {
                let answer = self.acknowledge(&mut request);
                request.reply.send(answer);
            }
            "terminal:input" => self.typist().input(request),
            "terminal:resize" => {
                let answer = self.resize(&mut request);
                request.reply.send(answer);
            }
            "terminal:view" => {
                let answer = self.view(&mut request);
                request.reply.send(answer);
            }
            "terminal:kill" => self.kill(request),
            "auth:refresh" => {
                let answer = self.refresh(&mut request).await;
                request.reply.send(answer);
            }
            "terminal:list" => request.reply.send(Ok(ListResponse {
                success: true,
                terminals: self.hub.list_for(&self.principal),
            })),
            _ => request.unknown(),
        }
    }

    fn allow<P: Permission>(&self, id: &SessionId) -> Result<AllowedTerminal<P>> {
        self.hub.terminal::<P>(&self.principal, id)
    }

    async fn watch(&mut self, mut request: Request) {
        match self.start_watch(&mut request).await {
            Err(error) => request.reply.send::<Success>(Err(error)),
            Ok(watch) => self.begin(request.reply, watch),
        }
    }

    async fn start_watch(&mut self, request: &mut Request) -> Result<NewWatch> {
        let wanted: WatchRequest = request.parse()?;
        let allowed = self.allow::<Watch>(&wanted.session_id)?;
        let most = self.hub.limits().watches_per_socket;
        if self.watches.len() >= most && !self.watches.contains_key(&wanted.session_id) {
            return Err(HubError::too_large(format!(
                "a socket watches at most {most} terminals"
            )));
        }
        let before = match self.watches.remove(&wanted.session_id) {
            Some(before) => Some(before.end().await),
            None => None,
        };
        // Watching anew is not leaving: what the viewer shows keeps its say meanwhile.
        let seat = before
            .filter(|seat| Arc::ptr_eq(seat.session(), allowed.object()))
            .unwrap_or_else(|| Arc::new(self.hub.seat_for(&self.principal, &allowed)));
        let session = allowed.into_object();
        let style = Style {
            encoding: wanted.encoding.unwrap_or_default(),
            stock: wanted.window.is_none() && wanted.encoding.is_none() && wanted.resume.is_none(),
        };
        let window = wanted.window.map(|size| Window {
            size: size.clamp(*WINDOW.start(), *WINDOW.end()),
            acked: watch::Sender::new(0),
        });
        let credit = window
            .as_ref()
            .map(|window| Credit::new(window.size, window.acked.subscribe()));
        let resume = wanted
            .resume
            .filter(|resume| resume.epoch == session.facts.epoch)
            .map(|resume| resume.offset);
        let tasks = self.hub.tasks().clone();
        let (viewer, start) = Viewer::enter(session, tasks, resume, credit, seat.rate())
            .await
            .map_err(|_| HubError::unavailable("the hub is closing"))?;
        Ok(NewWatch {
            viewer,
            start,
            seat,
            told: wanted.viewers,
            style,
            window,
        })
    }

    /// Answers, and only then lets output follow.
    fn begin(&mut self, reply: Reply, watch: NewWatch) {
        let NewWatch {
            viewer,
            start,
            seat,
            told,
            style,
            window,
        } = watch;
        let session = seat.session().clone();
        let info = session.info();
        let size = start.bytes.len();
        let answer = WatchResponse {
            success: true,
            session_id: info.session_id.clone(),
            cols: start.size.cols,
            rows: start.size.rows,
            scrollback: style.payload(start.bytes),
            epoch: info.epoch,
            offset: start.cursor.offset,
            replay: start.kind,
            role: self.principal.role(),
            title: info.title,
            running: info.running,
            window: window.as_ref().map(|window| window.size),
            exit: info.exit,
        };
        reply.send_large(&answer, size);
        let sink = SocketSink {
            socket: self.socket.clone(),
            connection: self.connection.clone(),
            texts: style.texts(&self.texts, &session),
            session,
            style,
        };
        let acked = window.map_or_else(|| watch::Sender::new(0), |window| window.acked);
        let watching = Watching::start(self.hub.tasks(), viewer, sink, acked, seat, told);
        self.watches.insert(info.session_id, watching);
    }

    async fn unwatch(&mut self, request: &mut Request) -> Result<Success> {
        let wanted: SessionRequest = request.parse()?;
        if let Some(watch) = self.watches.remove(&wanted.session_id) {
            watch.end().await;
        }
        Ok(Success::YES)
    }

    fn acknowledge(&mut self, request: &mut Request) -> Result<Success> {
        let ack: AckRequest = request.parse()?;
        let watch = self.watched(&ack.session_id)?;
        watch.acknowledge(&ack).map(|()| Success::YES)
    }

    fn watched(&self, id: &SessionId) -> Result<&Watching> {
        self.watches
            .get(id)
            .ok_or_else(|| HubError::not_found("this terminal is not watched"))
    }

    fn typist(&self) -> Typist<'_> {
        Typist {
            hub: &self.hub,
            connection: &self.connection,
            principal: &self.principal,
            watches: &self.watches,
            source: &self.source,
        }
    }

    fn resize(&self, request: &mut Request) -> Result<ResizeResponse> {
        let wanted: ResizeRequest = request.parse()?;
        let allowed = self.allow::<Resize>(&wanted.session_id)?;
        let seat = self.watches.get(&wanted.session_id).map(Watching::seat);
        let applied = self
            .hub
            .resize_for(&self.principal, &allowed, seat, &wanted)?;
        Ok(ResizeResponse {
            success: true,
            applied,
        })
    }

    /// Whoever watches may say what it shows; whether that has a say is its seat's.
    fn view(&self, request: &mut Request) -> Result<ResizeResponse> {
        let view: ViewRequest = request.parse()?;
        let applied = self
            .hub
            .view(self.watched(&view.session_id)?.seat(), &view)?;
        Ok(ResizeResponse {
            success: true,
            applied,
        })
    }

    /// Goes on with other rights, which hold for what it watches as well.
    async fn refresh(&mut self, request: &mut Request) -> Result<Success> {
        let namespace = Namespace::Terminal;
        self.principal = refreshed(&self.hub, namespace, &self.principal, request)?;
        let watched: Vec<_> = self.watches.keys().cloned().collect();
        for id in watched {
            match (self.allow::<Watch>(&id), self.watches.get(&id)) {
                (Ok(_), Some(watch)) => self.hub.reseat(&self.principal, watch.seat())?,
                _ => {
                    if let Some(watch) = self.watches.remove(&id) {
                        watch.end().await;
                    }
                }
            }
        }
        Ok(Success::YES)
    }

    /// Takes as long as the processes do, so it must not hold up what comes after it.
    fn kill(&self, mut request: Request) {
        let allowed = request
            .parse::<SessionRequest>()
            .and_then(|wanted| self.allow::<Kill>(&wanted.session_id));
        match allowed {
            Err(error) => request.reply.send::<Success>(Err(error)),
            Ok(allowed) => {
                let hub = self.hub.clone();
                self.hub.tasks().spawn(async move {
                    let ended = hub.kill_allowed(&allowed).await;
                    request.reply.send(ended.map(|()| Success::YES));
                });
            }
        }
    }
}

/// A watch that has been taken up and not answered yet.
struct NewWatch {
    viewer: Viewer,
    start: Start,
    seat: Arc<Seat>,
    /// Whether it wants to know who else watches.
    told: bool,
    style: Style,
    window: Option<Window>,
}

/// The window of a viewer that declared one.
struct Window {
    size: u64,
    acked: watch::Sender<u64>,
}

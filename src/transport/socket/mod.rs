//! The Socket.IO namespaces. Only this folder knows socketioxide's sockets; `engine.rs` knows
//! its service.

mod asked;
mod audience;
mod cli;
mod entrance;
mod following;
mod mobile;
mod news;
mod packet;
mod relay;
mod request;
mod running;
mod shared;
mod terminal;
mod typing;
mod ui;
mod watching;

use std::sync::Arc;

use engineioxide::service::NotFoundService;
use socketioxide::SocketIo;
use socketioxide::handler::ConnectHandler;
use socketioxide::service::SocketIoService;

use crate::config::HubConfig;
use crate::hub::WeakHub;
use crate::protocol::ServerShutdown;
use crate::router::Namespace;
use crate::time::now_millis;

use super::connection::{Connection, ENGINE_QUEUE};
use super::outbound::Outbound;

use shared::SharedTexts;

/// The path of the namespace that carries terminals.
const TERMINAL: &str = "/terminal";

/// Sets up a namespace whose sockets follow what happens in the domain.
macro_rules! following {
    ($io:expr, $namespace:ident, $hub:expr, $outbound:expr, $module:ident, $serves:ty) => {{
        let (hub, outbound) = ($hub.clone(), $outbound.clone());
        let admit = async move |socket, auth| $module::admit(&hub, &outbound, socket, auth).await;
        let connected = following::connected::<$serves>.with(admit);
        $io.ns(Namespace::$namespace.path(), connected);
    }};
}

/// The Socket.IO side of a hub.
#[derive(Debug, Clone)]
pub(crate) struct Sockets(SocketIo);

impl Sockets {
    pub(crate) fn new(config: &HubConfig) -> (Self, SocketIoService<NotFoundService>) {
        let message = config.limits.message_bytes;
        let (service, io) = SocketIo::builder()
            .ping_interval(config.timing.ping_interval())
            .ping_timeout(config.timing.ping_timeout())
            .max_payload(message as u64)
            .ws_max_message_size(message)
            .ws_max_frame_size(message)
            .max_buffer_size(ENGINE_QUEUE)
            .build_svc();
        (Self(io), service)
    }

    /// Opens the namespaces.
    pub(crate) fn open(&self, hub: &WeakHub, outbound: &Outbound) {
        following!(self.0, Ui, hub, outbound, ui, ui::Ui);
        following!(self.0, Mobile, hub, outbound, mobile, mobile::Mobile);
        following!(self.0, Cli, hub, outbound, cli, cli::Cli);
        let (hub, texts) = (hub.clone(), SharedTexts::default());
        let admit = async move |socket, auth| terminal::admit(&hub, &texts, socket, auth).await;
        self.0.ns(TERMINAL, terminal::connected.with(admit));
    }

    /// Sockets connected to `/terminal`.
    pub(crate) fn terminal_count(&self) -> usize {
        self.0
            .of(TERMINAL)
            .map_or(0, |namespace| namespace.sockets().len())
    }

    /// Tells everybody that the hub is about to close.
    pub(crate) fn announce_shutdown(&self) {
        let event = ServerShutdown {
            timestamp: now_millis(),
        };
        let open = Namespace::ALL.map(Namespace::path);
        let open = open.into_iter().filter_map(|path| self.0.of(path));
        for socket in open.flat_map(|namespace| namespace.sockets()) {
            // One by one, so that each connection's account has it.
            if let Some(connection) = socket.req_parts().extensions.get::<Arc<Connection>>() {
                request::send(connection, 0, || socket.emit("server:shutdown", &event));
            }
        }
    }

    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

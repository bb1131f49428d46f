//! Putting a hub together, listening, and shutting down. The only file that wires the rooms.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::auth::{AgentTokens, Authenticator, Devices, LocalTokens, Pairings};
use crate::bus::LocalBus;
use crate::config::{DEFAULT_PORT, HubConfig};
use crate::domain::{Mutation, Services};
use crate::error::Result;
use crate::hub::{Domain, Foreign, HubHandle, Inner, Presence, lives};
use crate::ids::HubId;
use crate::protocol::{NamespaceStatus, RegisterRequest};
use crate::router::Namespace;
use crate::store::domain::{Backend, DomainStore};
use crate::store::{self, Opened};
use crate::tasks::{Tasks, Threads};
use crate::terminal::news::News;
use crate::terminal::pty::NativePty;
use crate::terminal::recording::Recorder;
use crate::terminal::registry::Registry;
use crate::terminal::start::{HubEnv, Starter};
use crate::transport::connection::Flows;
use crate::transport::engine::{Connections, Engine};
use crate::transport::guard::Guard;
use crate::transport::legacy_ws::{LegacyClients, LegacyWs};
use crate::transport::outbound::{AT_HAND, Bounds, Outbound};
use crate::transport::router::router;
use crate::transport::socket::Sockets;

/// How long the last events may take to leave once the terminals have ended.
const FAREWELL: Duration = Duration::from_millis(500);

/// Where the hub listens, if it does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Address(Option<SocketAddr>);

impl Address {
    pub(crate) fn listening(&self) -> Option<SocketAddr> {
        self.0
    }

    pub(crate) fn url(&self) -> Option<String> {
        self.0.map(|address| format!("http://{address}"))
    }
}

/// What faces the network.
#[derive(Debug)]
pub(crate) struct Front {
    sockets: Sockets,
    connections: Arc<Connections>,
    outbound: Outbound,
    legacy: LegacyClients,
    /// Fires when no more connections are to be accepted.
    closing: CancellationToken,
}

impl Front {
    pub(crate) fn connections(&self) -> usize {
        self.connections.count()
    }

    pub(crate) fn terminal_sockets(&self) -> usize {
        self.sockets.terminal_count()
    }

    /// Who hears of events in this namespace.
    pub(crate) fn hearing(&self, namespace: Namespace) -> NamespaceStatus {
        self.outbound.status(namespace)
    }
}

/// See [`HubHandle::start`]. An entrance that reads the configuration from somewhere hands over
/// what came of it, and the `problems` that it met on the way.
pub(crate) fn start(
    config: Result<HubConfig>,
    mut problems: Vec<String>,
    threads: Threads,
    services: Option<Arc<dyn Services>>,
) -> HubHandle {
    let external = std::env::var("EXTERNAL_URL").ok();
    let (config, sound) = match config.and_then(|config| config.resolve(external.as_deref())) {
        Ok(config) => (config, true),
        Err(error) => {
            // A hub that was configured by mistake must not listen by mistake.
            problems.push(format!("the configuration is wrong: {error}"));
            (HubConfig::default(), false)
        }
    };
    let listener = if sound {
        listen(config.port, &mut problems)
    } else {
        None
    };
    let address = Address(
        listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok()),
    );

    let (opened, devices) = remember(&config, &mut problems);
    let agents = Arc::new(AgentTokens::default());
    let tasks = Tasks::new(threads.handle().clone());
    let recorder = Recorder::new(config.recording.clone(), tasks.clone());
    let starter = Starter {
        hub: opened.hub.clone(),
        limits: config.limits.clone(),
        timing: config.timing.clone(),
        lifecycle: config.lifecycle.clone(),
        tasks: tasks.clone(),
        driver: Arc::new(NativePty),
        env: terminal_env(address.clone(), agents.clone()),
        size_policy: config.size_policy,
        needs_input: config.needs_input,
        news: News::default(),
    };
    let terminals = Registry::new(starter, recorder);
    let auth = Authenticator {
        local: LocalTokens::new(),
        devices,
        pairings: Pairings::new(config.limits.pairings, config.limits.wrong_codes_per_minute),
        agents,
    };
    let domain = domain(opened.domain, services, &opened.hub, &tasks, &mut problems);
    for problem in &problems {
        tracing::warn!("{problem}");
    }
    let hub = HubHandle::new(Inner {
        domain,
        presence: Presence::default(),
        id: opened.hub,
        storage: opened.status,
        problems,
        tasks,
        _threads: threads,
        auth,
        terminals,
        address,
        front: OnceLock::new(),
        config,
    });
    lives::keep(&hub);
    if let Some(listener) = listener {
        face(&hub, listener);
    }
    hub
}

/// Binds the port that was asked for; the default one, or any, when none was.
fn listen(port: Option<u16>, problems: &mut Vec<String>) -> Option<TcpListener> {
    let bind = |port: u16| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    let bound: io::Result<TcpListener> = match port {
        Some(port) => bind(port),
        None => bind(DEFAULT_PORT).or_else(|_| bind(0)),
    };
    match bound {
        Ok(listener) => Some(listener),
        Err(error) => {
            let port = port.unwrap_or(DEFAULT_PORT);
            problems.push(format!("cannot listen on 127.0.0.1:{port}: {error}"));
            None
        }
    }
}

fn remember(config: &HubConfig, problems: &mut Vec<String>) -> (Opened, Devices) {
    let opened = store::open(config.data_dir.as_deref(), &config.events);
    problems.extend(opened.problem.clone());
    match Devices::load(opened.store.clone(), config.limits.devices) {
        Ok(devices) => (opened, devices),
        Err(error) => {
            problems.push(error.to_string());
            let memory = store::open(None, &config.events);
            let devices = Devices::empty(memory.store.clone(), config.limits.devices);
            (memory, devices)
        }
    }
}

/// The domain, on a store of our own or on the host application's services.
fn domain(
    backend: Backend,
    services: Option<Arc<dyn Services>>,
    hub: &HubId,
    tasks: &Tasks,
    problems: &mut Vec<String>,
) -> Domain {
    let bus = LocalBus::default();
    let told = bus.clone();
    let committed = Box::new(move |events| told.tell(events));
    let first = match services {
        None => Some(Mutation::create_default_project()),
        Some(_) => None,
    };
    let store =
        DomainStore::start(backend, hub.clone(), first, committed).unwrap_or_else(|error| {
            problems.push(format!(
                "projects, tasks and sessions cannot be kept: {error}"
            ));
            DomainStore::ended()
        });
    let (foreign, services): (bool, Arc<dyn Services>) = match services {
        None => (false, Arc::new(store.clone())),
        Some(services) => (
            true,
            Arc::new(Foreign::new(services, store.clone(), tasks.clone())),
        ),
    };
    Domain {
        services,
        foreign,
        store,
        bus,
    }
}

/// What every terminal is told of the hub.
fn terminal_env(address: Address, agents: Arc<AgentTokens>) -> HubEnv {
    Box::new(move |request: &RegisterRequest| {
        let (session, project) = (&request.session_id, &request.project_id);
        let mut env = BTreeMap::from([
            ("HUB_SESSION_ID".to_owned(), session.to_string()),
            ("HUB_PROJECT_ID".to_owned(), project.to_string()),
            ("HUB_TOKEN".to_owned(), agents.issue(session, project)),
        ]);
        env.extend(address.url().map(|url| ("HUB_URL".to_owned(), url)));
        env
    })
}

/// Serves the network.
fn face(hub: &HubHandle, listener: TcpListener) {
    let inner = hub.inner();
    let (limits, timing) = (&inner.config.limits, &inner.config.timing);
    let connections = Connections::new(Flows {
        output_waiting: limits.output_waiting_bytes,
        input_waiting: limits.input_waiting_bytes,
        // Heartbeats come the same way as input, so reading may not wait longer.
        input_patience: timing.ping_timeout() / 2,
    });
    let bounds = Bounds {
        rooms: limits.rooms_per_socket,
        behind: limits.events_behind,
        at_hand: AT_HAND,
    };
    let log = Box::new(hub.downgrade());
    let outbound = Outbound::new(log, inner.id.clone(), inner.tasks.clone(), bounds);
    let (sockets, service) = Sockets::new(&inner.config);
    sockets.open(&hub.downgrade(), &outbound);
    let engine = Engine::new(
        service,
        connections.clone(),
        inner.tasks.clone(),
        timing.ping_interval() + timing.ping_timeout(),
    );
    let closing = CancellationToken::new();
    let legacy = LegacyClients::new(closing.clone());
    let bridge = inner.config.legacy_ws.then(|| {
        let (outbound, connections) = (outbound.clone(), connections.clone());
        LegacyWs::new(hub.clone(), outbound, connections, legacy.clone())
    });
    let routes = router(hub.clone(), engine, bridge, Guard::new(&inner.config));
    let closed = closing.clone();
    let telling = outbound.clone();
    inner.tasks.spawn(async move {
        telling.begin().await;
        if let Err(error) = serve(listener, routes, closed).await {
            tracing::error!(%error, "the hub stopped listening");
        }
    });
    let front = Front {
        sockets,
        connections,
        outbound,
        legacy,
        closing,
    };
    // A hub is faced once.
    let _ = inner.front.set(front);
}

async fn serve(
    listener: TcpListener,
    routes: axum::Router,
    closing: CancellationToken,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
        // A key's echo must not wait for the acknowledgement of the packet before.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    });
    axum::serve(listener, routes)
        .with_graceful_shutdown(closing.cancelled_owned())
        .await
}

/// See [`HubHandle::shutdown`].
pub(crate) async fn shutdown(handle: &HubHandle) {
    let hub = handle.inner();
    let deadline = Instant::now() + hub.config.timing.shutdown();
    let front = hub.front.get();
    if let Some(front) = front {
        front.closing.cancel();
        front.sockets.announce_shutdown();
    }
    // Time is kept for telling how the terminals ended.
    let ended = timeout_at(
        deadline - FAREWELL.min(hub.config.timing.shutdown() / 2),
        hub.terminals.end_all(),
    );
    if ended.await.is_err() {
        tracing::warn!("not every terminal ended in time");
        hub.terminals.abandon_all();
    }
    let _ = timeout(FAREWELL, lives::all_ended(handle)).await;
    if let Some(front) = front {
        let told = async {
            hub.terminals.all_told().await;
            front.connections.drained().await;
        };
        let _ = timeout(FAREWELL, told).await;
        let closed = async { tokio::join!(front.sockets.close(), front.legacy.close()) };
        let _ = timeout_at(deadline, closed).await;
    }
    let _ = timeout_at(deadline, hub.terminals.recorder.finished()).await;
    let left = deadline.saturating_duration_since(Instant::now());
    if !hub.tasks.finish(left).await {
        tracing::warn!("not every task ended in time");
    }
    // Before another hub may have the folder.
    let _ = timeout_at(deadline, hub.domain.store.end()).await;
    hub.auth.devices.release();
    hub.terminals.recorder.release();
}

//! The handle that every entrance calls: sockets, HTTP, invoke commands, the host's own Rust.
//!
//! The public methods are the host application's: it is trusted, and passes the gate as the
//! desktop's administrator. The crate's own entrances call the `_for` and `_to` methods with
//! what the gate let through for *their* caller.

mod agents;
mod builder;
mod domain;
pub(crate) mod lives;
mod presence;
mod relay;
mod services;
mod sessions;

use std::io::ErrorKind;
use std::sync::{Arc, Weak};

use tokio::runtime::Handle;
use tokio::sync::broadcast;

use crate::access::{
    self, Allowed, AllowedTerminal, Denied, Pair, Permission, Protected, ReadStatus, WholeHub,
};
use crate::access::{Kill, Resize, SeeNames, Spawn, Type, Watch};
use crate::auth::pairing::Grant;
use crate::auth::{Authenticator, Kind, Principal};
use crate::config::{HubConfig, Limits};
use crate::error::{HubError, Result};
use crate::ids::{HubId, ProjectId, SessionId};
use crate::protocol::{
    Connection, EngineStatus, ErrorCode, ExitReason, HubHello, HubStatus, Namespaces,
    PROTOCOL_VERSION, PairRequest, Paired, Pairing, PairingRequest, RegisterRequest, ResizeRequest,
    Role, StorageStatus, TerminalInfo, TerminalNamespaceStatus, ViewRequest, ViewerInfo,
    ViewerKind,
};
use crate::qr::qr_svg;
use crate::router::Namespace;
use crate::server::{Address, Front};
use crate::tasks::{Tasks, Threads};
use crate::terminal::adopted::{AdoptError, AdoptRequest, Adopted};
use crate::terminal::audience::{Seat, Who};
use crate::terminal::input::Input;
use crate::terminal::news::Item;
use crate::terminal::recording::RecordingFile;
use crate::terminal::registry::Registry;
use crate::terminal::start;
use crate::time::millis_since_epoch;

pub(crate) use agents::Attendance;
pub use builder::HubBuilder;
pub(crate) use domain::{Domain, not_found};
pub(crate) use presence::Presence;
pub(crate) use services::Foreign;

/// A running hub. Cheap to clone; all clones are the same hub.
#[derive(Debug, Clone)]
pub struct HubHandle(Arc<Inner>);

/// A handle that does not keep the hub: for what the hub itself owns.
#[derive(Debug, Clone)]
pub(crate) struct WeakHub(Weak<Inner>);

impl WeakHub {
    pub(crate) fn upgrade(&self) -> Option<HubHandle> {
        self.0.upgrade().map(HubHandle)
    }
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) config: HubConfig,
    pub(crate) id: HubId,
    pub(crate) storage: StorageStatus,
    pub(crate) problems: Vec<String>,
    pub(crate) tasks: Tasks,
    /// Held: threads of its own end with the hub.
    pub(crate) _threads: Threads,
    pub(crate) auth: Authenticator,
    pub(crate) terminals: Arc<Registry>,
    pub(crate) domain: Domain,
    pub(crate) presence: Presence,
    pub(crate) address: Address,
    /// Set once, when the server has been put together.
    pub(crate) front: std::sync::OnceLock<Front>,
}

/// The host application: it owns the hub, so it may do everything.
fn host() -> Principal {
    Principal::desktop(Role::Admin)
}

impl HubHandle {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn downgrade(&self) -> WeakHub {
        WeakHub(Arc::downgrade(&self.0))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// A hub that is to be started with more than its configuration.
    pub fn builder(config: HubConfig) -> HubBuilder {
        HubBuilder::new(config)
    }

    /// Starts a hub on `runtime`. It never fails: what cannot be had (a port that is taken, a
    /// data folder that is in use, a configuration that makes no sense) is told in
    /// [`HubHandle::status`], and the rest works.
    #[must_use]
    pub fn start(config: HubConfig, runtime: &Handle) -> Self {
        Self::builder(config).start(runtime)
    }

    /// Starts a hub on threads of its own, which is what the plugin does: the application's
    /// runtime is then nothing to it. They end with the last handle.
    ///
    /// # Errors
    ///
    /// When no thread can be had. For everything else as [`HubHandle::start`].
    pub fn start_on_own_threads(config: HubConfig) -> std::io::Result<Self> {
        Self::builder(config).start_on_own_threads()
    }

    /// What the hub is doing, and what keeps it from its full service.
    ///
    /// # Errors
    ///
    /// None for the host; the type is that of the other methods.
    pub fn status(&self) -> Result<HubStatus> {
        Ok(self.status_for(&allow_host(WholeHub)?))
    }

    /// Where the hub is, and a credential of this launch with `role`, for a web view.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when the hub does not listen.
    pub fn connection(&self, role: Role) -> Result<Connection> {
        let url = self.0.address.url().ok_or_else(|| {
            HubError::unavailable(match self.0.problems.first() {
                Some(problem) => format!("the hub does not listen: {problem}"),
                None => "the hub does not listen".to_owned(),
            })
        })?;
        Ok(Connection {
            url,
            token: self.0.auth.local.token(role),
            role,
        })
    }

    /// Every terminal, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<TerminalInfo> {
        self.list_for(&host())
    }

    /// The recordings in the configured folder, the oldest first.
    #[must_use]
    pub fn recordings(&self) -> Vec<RecordingFile> {
        self.0.terminals.recorder.files()
    }

    /// Starts a terminal.
    ///
    /// # Errors
    ///
    /// `CONFLICT` while its id is running, `INVALID` when the command, the folder or the size
    /// cannot be, `UNAVAILABLE` when too many are running.
    pub async fn register(&self, request: RegisterRequest) -> Result<TerminalInfo> {
        let allowed = allow_host(request.project_id.clone())?;
        self.register_in(&allowed, request).await
    }

    /// Takes over a terminal that the application has started itself. From then on the hub
    /// reads, writes and resizes it, as one that it has started.
    ///
    /// It has ended when what waits for its program says so ([`Adopted::child`],
    /// [`Adopted::on_exit`]), otherwise when its output has.
    ///
    /// # Errors
    ///
    /// Those of [`HubHandle::register`]; with what was to be handed over, so that a terminal
    /// that is not taken goes on.
    pub fn adopt(
        &self,
        request: AdoptRequest,
        terminal: Adopted,
    ) -> std::result::Result<TerminalInfo, AdoptError> {
        match allow_host::<Spawn, _>(request.project_id.clone()) {
            Ok(allowed) => self.adopt_into(&allowed, request, terminal),
            Err(error) => Err(AdoptError {
                error,
                adopted: Some(Box::new(terminal)),
            }),
        }
    }

    /// Types into a terminal; returns when the program's terminal has it, after everything
    /// that was typed before.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`, or `CONFLICT` when the program has ended.
    pub async fn write(&self, id: &SessionId, data: impl Into<Vec<u8>>) -> Result<()> {
        let allowed = self.terminal::<Type>(&host(), id)?;
        let (told, written) = tokio::sync::oneshot::channel();
        let done = Box::new(move |result: Result<_>| {
            // Whoever wrote may have stopped waiting.
            let _ = told.send(result.map(drop));
        });
        let input = Input::by_host(data.into(), done);
        self.type_into(&allowed, input, || Ok(()));
        written
            .await
            .unwrap_or_else(|_| Err(HubError::unavailable("the terminal is closing")))
    }

    /// Sets a terminal's size in cells, each 1..=1000, whatever its size policy. It stays until
    /// a viewer that decides asks for another one.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`, `INVALID` for a size that cannot be, or `CONFLICT` for a terminal that was
    /// handed over without a way to resize it.
    pub fn resize(&self, id: &SessionId, cols: u32, rows: u32) -> Result<()> {
        let allowed = self.terminal::<Resize>(&host(), id)?;
        let size = start::size(cols, rows)?;
        resized(allowed.object().set_size(size)).map(drop)
    }

    /// Everybody who watches a terminal, in the order in which they came.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`.
    pub fn viewers(&self, id: &SessionId) -> Result<Vec<ViewerInfo>> {
        let allowed = self.terminal::<SeeNames>(&host(), id)?;
        Ok(allowed.object().viewers())
    }

    /// Ends every process of a terminal: SIGHUP, then SIGTERM, then SIGKILL. Returns when none
    /// is left and the id can be registered anew. A terminal that was handed over ends as [`Adopted::on_kill`] says.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`; `CONFLICT` for one that was handed over without a way to end it.
    pub async fn kill(&self, id: &SessionId) -> Result<()> {
        let allowed = self.terminal::<Kill>(&host(), id)?;
        self.kill_allowed(&allowed).await
    }

    /// A fresh pairing code with its link and QR code. The link leads to the external address
    /// when there is one.
    ///
    /// # Errors
    ///
    /// `INVALID` for a role that devices cannot have, `RATE_LIMITED` when too many codes wait,
    /// `UNAVAILABLE` when the hub does not listen.
    pub fn start_pairing(&self, request: PairingRequest) -> Result<Pairing> {
        self.start_pairing_for(&allow_host(WholeHub)?, request)
    }

    /// Ends the terminals, tells everybody, closes every connection. Returns when all is done,
    /// at the latest after the configured deadline. A second call waits for nothing.
    pub async fn shutdown(&self) {
        crate::server::shutdown(self).await;
    }
}

/// For the crate's own entrances, which bring their caller's permission.
impl HubHandle {
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.config.limits
    }

    pub(crate) fn id(&self) -> &HubId {
        &self.0.id
    }

    pub(crate) fn hello(&self) -> HubHello {
        HubHello {
            protocol: PROTOCOL_VERSION,
            hub: self.0.id.clone(),
            version: env!("CARGO_PKG_VERSION"),
            features: Vec::new(),
        }
    }

    /// The person whose token this is: for namespaces in which agents have no business.
    pub(crate) fn verify(&self, token: &str) -> Option<Principal> {
        self.0.auth.verify(token)
    }

    /// The person or agent whose token this is: for HTTP.
    pub(crate) fn verify_anybody(&self, token: &str) -> Option<Principal> {
        self.0.auth.verify_anybody(token)
    }

    /// The agent of this session in this project, when the token is its own: for `/cli`.
    pub(crate) fn verify_agent(
        &self,
        session: &SessionId,
        project: &ProjectId,
        token: &str,
    ) -> Option<Principal> {
        let agent = Principal::agent(session.clone(), project.clone());
        let principal = self.0.auth.agents.verify(token)?;
        (principal == agent).then_some(principal)
    }

    /// A terminal, as far as `principal` may `P` it. What it may not see is not there.
    pub(crate) fn terminal<P: Permission>(
        &self,
        principal: &Principal,
        id: &SessionId,
    ) -> Result<AllowedTerminal<P>> {
        let not_found = || HubError::not_found("Terminal session not found");
        let session = self.0.terminals.find(id).ok_or_else(not_found)?;
        access::allow(principal, session).map_err(|denied| match denied {
            Denied::Hidden => not_found(),
            Denied::Role => denied.into(),
        })
    }

    /// Whether `principal` may see what happens in a project.
    pub(crate) fn may_see(&self, principal: &Principal, project: &ProjectId) -> bool {
        access::allow::<Watch, _>(principal, project.clone()).is_ok()
    }

    /// What happens to terminals from now on; for whom, [`HubHandle::may_see`] tells.
    pub(crate) fn news(&self) -> broadcast::Receiver<Item> {
        self.0.terminals.news()
    }

    pub(crate) fn list_for(&self, principal: &Principal) -> Vec<TerminalInfo> {
        self.0
            .terminals
            .all()
            .into_iter()
            .filter_map(|session| access::allow::<Watch, _>(principal, session).ok())
            .map(|allowed| allowed.object().info())
            .collect()
    }

    pub(crate) async fn spawn_in(
        &self,
        project: &Allowed<Spawn, ProjectId>,
        request: RegisterRequest,
    ) -> Result<TerminalInfo> {
        debug_assert_eq!(project.object(), &request.project_id);
        let session = self.0.terminals.start(request).await?;
        Ok(session.info())
    }

    fn adopt_into(
        &self,
        project: &Allowed<Spawn, ProjectId>,
        request: AdoptRequest,
        terminal: Adopted,
    ) -> std::result::Result<TerminalInfo, AdoptError> {
        debug_assert_eq!(project.object(), &request.project_id);
        let session = self.0.terminals.adopt(request, terminal)?;
        Ok(session.info())
    }

    /// Types into a terminal. `admit` may refuse it, unless it was taken before.
    pub(crate) fn type_into(
        &self,
        terminal: &AllowedTerminal<Type>,
        input: Input,
        admit: impl FnOnce() -> Result<()>,
    ) {
        terminal.object().input(input, admit);
    }

    /// Asks for a size, as far as the policy lets `principal` have it; from its seat, when it
    /// watches. True when the terminal has that size.
    pub(crate) fn resize_for(
        &self,
        principal: &Principal,
        terminal: &AllowedTerminal<Resize>,
        seat: Option<&Seat>,
        request: &ResizeRequest,
    ) -> Result<bool> {
        let size = start::size(request.cols, request.rows)?;
        let session = terminal.object();
        // A watch may still be of the life before.
        resized(
            match seat.filter(|seat| Arc::ptr_eq(seat.session(), session)) {
                Some(seat) => seat.ask(size),
                None => session.ask_size(kind(principal), size),
            },
        )
    }

    /// Takes a place for `principal` among those who watch.
    pub(crate) fn seat_for(
        &self,
        principal: &Principal,
        terminal: &AllowedTerminal<Watch>,
    ) -> Seat {
        let session = terminal.object();
        let name = match principal.kind() {
            Kind::Device(id) => self.0.auth.devices.name(id),
            Kind::Desktop | Kind::Agent(_) => None,
        };
        let who = Who {
            kind: kind(principal),
            name,
            role: principal.role(),
            may_resize: access::allow::<Resize, _>(principal, session.clone()).is_ok(),
            sees_names: access::allow::<SeeNames, _>(principal, session.clone()).is_ok(),
        };
        Seat::take(session.clone(), who)
    }

    /// Gives a seat the rights that `principal` has by now.
    pub(crate) fn reseat(&self, principal: &Principal, seat: &Seat) -> Result<()> {
        let may_resize = access::allow::<Resize, _>(principal, seat.session().clone()).is_ok();
        match seat.may(principal.role(), may_resize) {
            // It has no size that could be another now.
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(()),
            seated => resized(seated),
        }
    }

    /// Takes what a viewer shows. True when the terminal has the size that it names.
    pub(crate) fn view(&self, seat: &Seat, view: &ViewRequest) -> Result<bool> {
        let size = match (view.cols, view.rows) {
            (None, None) => None,
            (Some(cols), Some(rows)) => Some(start::size(cols, rows)?),
            _ => return Err(HubError::invalid("cols without rows, or rows without cols")),
        };
        match seat.show(view.visible, size, view.rate.unwrap_or_default()) {
            // What is shown is taken all the same.
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(false),
            shown => resized(shown),
        }
    }

    pub(crate) async fn kill_allowed(&self, terminal: &AllowedTerminal<Kill>) -> Result<()> {
        let grace = self.0.config.timing.kill_grace();
        terminal.object().kill(ExitReason::Killed, grace).await
    }

    pub(crate) fn status_for(&self, _: &Allowed<ReadStatus, WholeHub>) -> HubStatus {
        let inner = &*self.0;
        let front = inner.front.get();
        let hearing = |namespace| {
            front
                .map(|front| front.hearing(namespace))
                .unwrap_or_default()
        };
        HubStatus {
            protocol: PROTOCOL_VERSION,
            version: env!("CARGO_PKG_VERSION"),
            hub: inner.id.clone(),
            address: inner.address.listening().map(|address| address.to_string()),
            external: inner.config.external_url.as_ref().map(base),
            problems: [&inner.problems[..], &inner.terminals.recorder.problems()].concat(),
            storage: inner.storage,
            agents: inner.presence.all(),
            engine: EngineStatus {
                total_clients: front.map_or(0, Front::connections),
                legacy_clients: inner
                    .config
                    .legacy_ws
                    .then(|| hearing(Namespace::Legacy).connected),
            },
            namespaces: Namespaces {
                ui: hearing(Namespace::Ui),
                mobile: hearing(Namespace::Mobile),
                cli: hearing(Namespace::Cli),
                terminal: TerminalNamespaceStatus {
                    connected: front.map_or(0, Front::terminal_sockets),
                    active_sessions: inner.terminals.running(),
                },
            },
        }
    }

    pub(crate) fn start_pairing_for(
        &self,
        _: &Allowed<Pair, WholeHub>,
        request: PairingRequest,
    ) -> Result<Pairing> {
        let role = request.role.unwrap_or(Role::Operator);
        if role == Role::Admin {
            return Err(HubError::invalid("a device is a viewer or an operator"));
        }
        let base = match &self.0.config.external_url {
            Some(url) => base(url),
            None => self
                .0
                .address
                .url()
                .ok_or_else(|| HubError::unavailable("the hub does not listen"))?,
        };
        let lifetime = self.0.config.timing.pairing();
        let grant = Grant {
            role,
            projects: request.projects,
        };
        let code = self.0.auth.pairings.create(grant, lifetime)?;
        let url = format!("{base}/#pair={code}");
        let qr = qr_svg(&url)
            .ok_or_else(|| HubError::new(ErrorCode::Internal, "no QR code for this address"))?;
        Ok(Pairing {
            code,
            qr,
            url,
            expires_at: millis_since_epoch(std::time::SystemTime::now() + lifetime),
        })
    }

    /// Redeems a code; the code is the permission.
    pub(crate) async fn pair(&self, request: &PairRequest) -> Result<Paired> {
        // Before the code is used up: a name that is refused must not cost it.
        let name = crate::auth::device_name(&request.name)?;
        let grant = self.0.auth.pairings.redeem(&request.code)?;
        let hub = self.clone();
        let added = self
            .tasks()
            .blocking(move || hub.0.auth.devices.add(name, grant));
        added
            .await
            .unwrap_or_else(|| Err(HubError::internal("the device was not stored", &"a panic")))
    }
}

fn kind(principal: &Principal) -> ViewerKind {
    match principal.kind() {
        Kind::Desktop => ViewerKind::Desktop,
        // An agent watches nothing.
        Kind::Device(_) | Kind::Agent(_) => ViewerKind::Device,
    }
}

fn resized<T>(done: std::io::Result<T>) -> Result<T> {
    done.map_err(|error| match error.kind() {
        ErrorKind::Unsupported => HubError::conflict(
            "the application that handed this terminal over has not said how to resize it",
        ),
        _ => HubError::internal("the terminal could not be resized", &error),
    })
}

fn allow_host<P: Permission, O: Protected>(object: O) -> Result<Allowed<P, O>> {
    access::allow(&host(), object).map_err(HubError::from)
}

/// An address without the slash at its end.
fn base(url: &url::Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

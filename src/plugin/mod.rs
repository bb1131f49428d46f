//! The Tauri plugin: a hub that starts and ends with the application, its commands, and its
//! handle for the application's own Rust. The only room that knows Tauri; the hub itself knows
//! nothing of it.

mod commands;
mod configuration;
mod signals;

use std::sync::Arc;

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, RunEvent, Runtime, async_runtime};

use crate::config::HubConfig;
use crate::domain::Services;
use crate::hub::HubHandle;
use crate::tasks::{OwnThreads, Threads};
use configuration::Configure;

/// The plugin's name: in capabilities (`realtime-hub:default`), in `tauri.conf.json`
/// (`plugins.realtime-hub`) and in invoke calls (`plugin:realtime-hub|status`).
const NAME: &str = "realtime-hub";

/// What is managed by the application. A type of its own, so that an application may manage a
/// [`HubHandle`] of another hub.
struct Hub(HubHandle);

/// The plugin as `tauri.conf.json` configures it.
///
/// ```no_run
/// # fn build<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
/// builder.plugin(tauri_plugin_realtime_hub::init())
/// # }
/// ```
#[must_use]
pub fn init<R: Runtime>() -> TauriPlugin<R, serde_json::Value> {
    Builder::new().build()
}

/// Makes the plugin with settings from Rust.
///
/// ```no_run
/// # fn build<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
/// builder.plugin(
///     tauri_plugin_realtime_hub::Builder::new()
///         .configure(|config| config.port = Some(4000))
///         .build(),
/// )
/// # }
/// ```
///
/// No configuration keeps the application from starting: one that makes no sense, or a port
/// that is taken, leaves the hub without a listener and is told in [`HubHandle::status`].
#[must_use]
pub struct Builder {
    configure: Vec<Configure>,
    services: Option<Arc<dyn Services>>,
    exit_on_signals: bool,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("exit_on_signals", &self.exit_on_signals)
            .finish_non_exhaustive()
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            configure: Vec::new(),
            services: None,
            exit_on_signals: true,
        }
    }

    /// Changes the configuration that comes from `plugins.realtime-hub` in `tauri.conf.json`;
    /// Rust has the last word.
    ///
    /// `data_dir` is already set: to the application's data folder when `dataDir` was absent.
    /// To remember nothing, set it to `None` here, or write `"dataDir": null` there.
    pub fn configure(mut self, change: impl FnOnce(&mut HubConfig) + Send + 'static) -> Self {
        self.configure.push(Box::new(change));
        self
    }

    /// Projects, tasks, sessions, team members and mail are the application's own; the hub
    /// keeps the log of events alone. See [`Services`].
    pub fn services(mut self, services: Arc<dyn Services>) -> Self {
        self.services = Some(services);
        self
    }

    /// Whether SIGTERM, SIGINT and SIGHUP end the application through its event loop, as
    /// [`AppHandle::exit`] does. Without it they end the process at once, and what runs in the
    /// terminals and ignores SIGHUP stays behind.
    ///
    /// On by default. Turn it off in an application that handles these signals itself; it must
    /// then see to an orderly exit. A signal that was ignored when the application started
    /// (`nohup`) stays ignored. Has no effect where there are no such signals.
    pub fn exit_on_signals(mut self, exit: bool) -> Self {
        self.exit_on_signals = exit;
        self
    }

    /// The plugin.
    #[must_use]
    pub fn build<R: Runtime>(self) -> TauriPlugin<R, serde_json::Value> {
        let Self {
            configure,
            services,
            exit_on_signals,
        } = self;
        tauri::plugin::Builder::new(NAME)
            .invoke_handler(tauri::generate_handler![
                commands::connection,
                commands::connection_operator,
                commands::connection_admin,
                commands::status,
                commands::list,
                commands::register,
                commands::write,
                commands::resize,
                commands::kill,
                commands::emit,
                commands::start_pairing,
            ])
            .setup(move |app, api| {
                start(app, api.config(), configure, services, exit_on_signals);
                Ok(())
            })
            .on_event(|app, event| {
                if let RunEvent::Exit = event {
                    end(app);
                }
            })
            .build()
    }
}

/// Never fails: an error from `setup` would end the application.
fn start<R: Runtime>(
    app: &AppHandle<R>,
    from_file: &serde_json::Value,
    configure: Vec<Configure>,
    services: Option<Arc<dyn Services>>,
    exit_on_signals: bool,
) {
    if app.try_state::<Hub>().is_some() {
        tracing::warn!("the plugin {NAME} was added twice; the first one stays");
        return;
    }
    let (config, problems) = configuration::read(app, from_file, configure);
    let threads = OwnThreads::start().map_or_else(
        |error| {
            tracing::warn!(%error, "no threads of its own: the hub uses the application's");
            Threads::Of(async_runtime::handle().inner().clone())
        },
        Threads::Own,
    );
    let hub = crate::server::start(config, problems, threads, services);
    if exit_on_signals {
        signals::exit_on_signals(app, &hub);
    }
    app.manage(Hub(hub));
}

/// Blocks the event loop, at most for the hub's own deadline: after this the process ends.
fn end<R: Runtime>(app: &AppHandle<R>) {
    let Some(hub) = app.try_state::<Hub>().map(|hub| hub.0.clone()) else {
        return;
    };
    // On a thread of its own, because an application may run its event loop within a tokio
    // runtime, where blocking on a future panics.
    let ending = std::thread::Builder::new()
        .name("hub-shutdown".into())
        .spawn(move || async_runtime::block_on(hub.shutdown()));
    match ending {
        Ok(thread) => {
            if thread.join().is_err() {
                tracing::error!("the hub's shutdown panicked");
            }
        }
        Err(error) => tracing::error!(%error, "no thread to shut the hub down"),
    }
}

mod sealed {
    pub trait Sealed<R: tauri::Runtime> {}
    impl<R: tauri::Runtime, M: tauri::Manager<R>> Sealed<R> for M {}
}

/// Gives the application's Rust its hub: `app.realtime_hub()`.
pub trait RealtimeHubExt<R: Runtime>: sealed::Sealed<R> {
    /// The hub of this application.
    ///
    /// # Panics
    ///
    /// When the plugin was not added, as [`Manager::state`] does.
    fn realtime_hub(&self) -> &HubHandle;
}

impl<R: Runtime, M: Manager<R>> RealtimeHubExt<R> for M {
    fn realtime_hub(&self) -> &HubHandle {
        &self.state::<Hub>().inner().0
    }
}

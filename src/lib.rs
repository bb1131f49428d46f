//! A realtime hub inside a Tauri application.
//!
//! The application's terminals stream straight from their pseudo-terminals to every viewer:
//! its own web view, a phone's browser through a tunnel, any stock Socket.IO client. The hub
//! is an axum and Socket.IO server within the application's process; nothing else is needed.
//!
//! One line adds it to an application (and one capability and one CSP entry, see the README):
//!
//! ```no_run
//! # #[cfg(feature = "tauri")]
//! # fn main() {
//! tauri::Builder::default()
//!     .plugin(tauri_plugin_realtime_hub::init())
//! #   ;
//! # }
//! # #[cfg(not(feature = "tauri"))]
//! # fn main() {}
//! ```
//!
//! It also runs without Tauri:
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use tauri_plugin_realtime_hub::{HubConfig, HubHandle, RegisterRequest, Role, SessionId};
//!
//! let config = HubConfig { port: Some(0), ..HubConfig::default() };
//! let hub = HubHandle::start(config, &tokio::runtime::Handle::current());
//!
//! let mut terminal = RegisterRequest::new(SessionId::new("build").unwrap());
//! terminal.command = Some("sleep".into());
//! terminal.args = vec!["60".into()];
//! hub.register(terminal).await.unwrap();
//!
//! let viewer = hub.connection(Role::Viewer).unwrap();
//! println!("watch it at {} with the token {}", viewer.url, viewer.token.len());
//! hub.shutdown().await;
//! # });
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `tauri` | yes | the plugin: `init()`, commands, permissions |
//! | `sqlite` | yes | remembers the domain and paired devices in the data folder |
//! | `phone` | yes | serves the phone's web page at `/` |
//!
//! # Map
//!
//! `protocol` and `ids` are leaves. `terminal` runs programs and streams what they print.
//! `store` remembers, `auth` tells who somebody is, `access` what they may do. `hub` is the
//! handle that every entrance calls; `transport` and `plugin` are the entrances; `server` puts
//! everything together. Imports run from the entrances to the leaves, never back.

mod access;
mod auth;
mod bus;
mod config;
pub mod domain;
mod error;
mod hub;
mod ids;
mod lock;
#[cfg(feature = "tauri")]
mod plugin;
pub mod protocol;
mod qr;
mod router;
mod secret;
mod server;
mod store;
mod tasks;
mod terminal;
#[cfg(feature = "test-util")]
#[doc(hidden)]
pub mod test_util;
mod time;
mod transport;

pub use config::{
    DEFAULT_PORT, Events, HubConfig, Lifecycle, Limits, NeedsInputWhen, Orphans, Recording,
    Synchronous, Timing,
};
pub use error::{HubError, Result};
pub use hub::{HubBuilder, HubHandle};
pub use ids::{DeviceId, HubId, InvalidId, MAX_ID_LEN, ProjectId, SessionId};
#[cfg(feature = "tauri")]
pub use plugin::{Builder, RealtimeHubExt, init};
#[doc(no_inline)]
pub use protocol::{
    Connection, ErrorCode, HubStatus, Pairing, PairingRequest, RegisterRequest, Role, SizePolicy,
    TerminalInfo, ViewerInfo, ViewerKind,
};
pub use qr::{qr_svg, qr_text};
pub use terminal::adopted::{AdoptError, AdoptRequest, Adopted};
pub use terminal::pty::Ended;
/// The library of pseudo-terminals, in the version that [`Adopted::from_pty`] takes. It is part
/// of this crate's interface: another incompatible version of it is one of this crate.
#[doc(no_inline)]
pub use terminal::pty::portable_pty;
pub use terminal::recording::RecordingFile;

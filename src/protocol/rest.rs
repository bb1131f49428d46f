//! What travels over plain HTTP and invoke commands: connections, pairing, status.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, HubId, ProjectId, SessionId};

use super::ErrorCode;
use super::bounds::{DEVICE, PRINTABLE};

/// What a principal may do, each more than the one before.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Watches.
    Viewer,
    /// Also types, starts, resizes and kills.
    Operator,
    /// Also pairs devices.
    Admin,
}

/// Where the hub is and a credential of this launch for it.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Connection {
    /// Base address of the hub, `http://127.0.0.1:3000`.
    pub url: String,
    /// For `auth.token`; valid until the application ends.
    pub token: String,
    /// What it allows.
    pub role: Role,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("url", &self.url)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Asks for a pairing code: `POST /api/pairings`, `start_pairing`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct PairingRequest {
    /// What the device will be allowed: viewer or operator (the default).
    #[schemars(extend("enum" = [Role::Viewer, Role::Operator, null]))]
    #[cfg_attr(test, ts(optional))]
    pub role: Option<Role>,
    /// The projects that the device may see; all when absent.
    #[cfg_attr(test, ts(optional))]
    pub projects: Option<Vec<ProjectId>>,
}

/// A pairing code: works once, for two minutes.
#[derive(Clone, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Pairing {
    /// The secret.
    pub code: String,
    /// What the QR code says: the phone page, with the code in the fragment.
    pub url: String,
    /// Milliseconds since the epoch.
    pub expires_at: u64,
    /// The QR code of `url`, as an SVG image.
    pub qr: String,
}

impl std::fmt::Debug for Pairing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pairing")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Redeems a pairing code: `POST /api/pair`.
#[derive(Clone, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PairRequest {
    /// The code.
    pub code: String,
    /// What the device calls itself, in 1 to 80 characters.
    #[schemars(length(min = 1, max = DEVICE), regex(pattern = PRINTABLE))]
    pub name: String,
}

impl std::fmt::Debug for PairRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The answer to a redeemed pairing code.
#[derive(Clone, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Paired {
    /// For `auth.token` and `Authorization: Bearer`, until the device is revoked.
    pub token: String,
    /// The device as the hub knows it.
    pub device: Device,
}

impl std::fmt::Debug for Paired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Paired")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// A paired phone or browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// What it calls itself.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The projects it may see; null means all.
    pub projects: Option<Vec<ProjectId>>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// How a request over HTTP fails.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RestFailure {
    /// Always true.
    #[cfg_attr(test, ts(type = "true"))]
    pub error: bool,
    /// For programs.
    pub code: ErrorCode,
    /// A sentence for people.
    pub message: String,
    /// Milliseconds after which it makes sense to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub retry_after_ms: Option<u64>,
    /// Facts by name, such as `claimedBy` and `version`.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    #[cfg_attr(test, ts(type = "Record<string, unknown>", optional))]
    pub details: serde_json::Map<String, serde_json::Value>,
}

/// `GET /ws-status` and the `status` command.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HubStatus {
    /// Version of the wire protocol.
    pub protocol: u32,
    /// Version of the crate.
    pub version: &'static str,
    /// Which hub this is.
    pub hub: HubId,
    /// Where it listens, `127.0.0.1:3000`; null when it could not.
    pub address: Option<String>,
    /// The address that phones use, when one is configured.
    pub external: Option<String>,
    /// What keeps the hub from its full service, in sentences for people.
    pub problems: Vec<String>,
    /// Where paired devices are kept.
    pub storage: StorageStatus,
    /// Agents on `/cli`.
    pub agents: Vec<AgentPresence>,
    /// The connections.
    pub engine: EngineStatus,
    /// Who is connected to what.
    pub namespaces: Namespaces,
}

/// Where the hub keeps what it must remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum StorageStatus {
    /// In its data folder.
    Disk,
    /// Nowhere: it forgets when it ends.
    Memory,
}

/// The connections of the hub.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EngineStatus {
    /// Connections, whatever their namespaces.
    pub total_clients: usize,
    /// How many of them speak the raw WebSocket protocol; absent when that is not let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub legacy_clients: Option<usize>,
}

/// An agent that is there, or was a moment ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AgentPresence {
    /// Whose agent it is.
    pub session_id: SessionId,
    /// Where that belongs.
    pub project_id: ProjectId,
    /// Its sockets; 0 while it may still come back.
    pub sockets: usize,
    /// What it said of itself last.
    pub status: Option<String>,
    /// When it was last heard, in milliseconds since the epoch.
    pub last_heartbeat: Option<u64>,
}

/// The namespaces that are open.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Namespaces {
    /// `/ui`.
    pub ui: NamespaceStatus,
    /// `/mobile`.
    pub mobile: NamespaceStatus,
    /// `/cli`.
    pub cli: NamespaceStatus,
    /// `/terminal`.
    pub terminal: TerminalNamespaceStatus,
}

/// A namespace that carries what happens in the domain.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NamespaceStatus {
    /// Sockets connected.
    pub connected: usize,
    /// How many follow which project (`project:…`) or session (`session:…`).
    pub rooms: BTreeMap<String, usize>,
}

/// `/terminal`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TerminalNamespaceStatus {
    /// Sockets connected.
    pub connected: usize,
    /// Terminals whose program runs.
    pub active_sessions: usize,
}

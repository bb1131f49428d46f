//! What every namespace has in common: the greeting, the errors, the farewell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::HubId;

/// `hub:hello`, sent to each socket when it has connected.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HubHello {
    /// Version of the wire protocol.
    pub protocol: u32,
    /// Which hub this is.
    pub hub: HubId,
    /// Version of the crate.
    pub version: &'static str,
    /// Names of optional abilities; none yet.
    pub features: Vec<String>,
}

/// `auth:refresh`: goes on with another token of the same holder.
#[derive(Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RefreshRequest {
    /// The token.
    pub token: String,
}

impl std::fmt::Debug for RefreshRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefreshRequest").finish_non_exhaustive()
    }
}

/// `server:shutdown`, sent before the hub closes its connections.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ServerShutdown {
    /// Milliseconds since the epoch.
    pub timestamp: u64,
}

/// What kind of failure a request met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// No credential, or one that is not accepted.
    Unauthenticated,
    /// The principal may not do this.
    Forbidden,
    /// There is no such thing, or none that the principal may see.
    NotFound,
    /// The request is malformed.
    Invalid,
    /// The request is sound but does not fit the present state.
    Conflict,
    /// Too often; `retryAfterMs` says when again.
    RateLimited,
    /// A field is over its limit.
    TooLarge,
    /// Not now; `retryAfterMs` says when again.
    Unavailable,
    /// The hub failed.
    Internal,
}

/// The acknowledgement of a request that failed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Always false.
    #[cfg_attr(test, ts(type = "false"))]
    pub success: bool,
    /// A sentence for people.
    pub error: String,
    /// For programs.
    pub code: ErrorCode,
    /// Milliseconds after which it makes sense to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub retry_after_ms: Option<u64>,
    /// Facts by name, such as `epoch`.
    #[serde(flatten)]
    #[cfg_attr(test, ts(skip))]
    pub details: serde_json::Map<String, serde_json::Value>,
}

/// `hub:error`: the failure of a request that asked for no acknowledgement.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HubErrorEvent {
    /// Name of the event that failed.
    pub event: String,
    /// A sentence for people.
    pub error: String,
    /// For programs.
    pub code: ErrorCode,
    /// Milliseconds after which it makes sense to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub retry_after_ms: Option<u64>,
    /// Facts by name, such as `epoch`.
    #[serde(flatten)]
    #[cfg_attr(test, ts(skip))]
    pub details: serde_json::Map<String, serde_json::Value>,
}

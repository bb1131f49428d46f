//! The one error that leaves the hub: a stable code, a sentence for people, perhaps a hint when
//! to try again. What went wrong inside is logged where it happened and never sent.

use std::time::Duration;

use serde::Serialize;

use crate::protocol::{ErrorCode, Failure};

/// What a caller is told when something could not be done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct HubError {
    /// What kind of failure it is; programs decide on this.
    pub code: ErrorCode,
    /// A sentence for people. Holds no secret and nothing of the inside.
    pub message: String,
    /// When it makes sense to try again.
    pub retry_after: Option<Duration>,
    /// Facts a program needs to go on, by name (`expected`, `epoch`).
    pub details: serde_json::Map<String, serde_json::Value>,
}

/// What operations of the hub answer.
pub type Result<T, E = HubError> = std::result::Result<T, E>;

impl HubError {
    /// An error of `code` that says `message`.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
            details: serde_json::Map::new(),
        }
    }

    /// The same error, with a hint when to try again.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The same error, with one more fact for the program that receives it.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::TooLarge, message)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unavailable, message)
    }

    /// Logs `cause` and gives the caller no more than `message`.
    pub(crate) fn internal(message: impl Into<String>, cause: &dyn std::fmt::Display) -> Self {
        let message = message.into();
        tracing::error!(%cause, "{message}");
        Self::new(ErrorCode::Internal, message)
    }

    /// The answer of a Socket.IO request that failed.
    #[must_use]
    pub fn to_failure(&self) -> Failure {
        Failure {
            success: false,
            error: self.message.clone(),
            code: self.code,
            retry_after_ms: self.retry_after.map(millis),
            details: self.details.clone(),
        }
    }
}

/// `{code, message, retryAfterMs?}`: how an error reaches JavaScript from an invoke command.
impl Serialize for HubError {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("message", &self.message)?;
        if let Some(after) = self.retry_after {
            map.serialize_entry("retryAfterMs", &millis(after))?;
        }
        map.end()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

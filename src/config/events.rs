//! Settings of the log of events: how much of it is kept, and when something counts as kept.

use serde::{Deserialize, Serialize};

use crate::error::Result;

use super::{HOUR, check_ranges};

/// How much of the log of events is kept, and what it takes for a change to count as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Events {
    /// Events for those who come back; of more, the oldest are forgotten. Whoever was away
    /// for longer than that gets the full state.
    pub keep: usize,
    /// Milliseconds for which an event is kept at most, and a `clientRequestId` known.
    pub keep_ms: u64,
    /// What a change that has been answered survives.
    pub synchronous: Synchronous,
}

/// What a change that has been answered survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Synchronous {
    /// The end of the application, of the operating system and of the power, as far as the
    /// disk keeps what it says that it has kept.
    #[default]
    Full,
    /// The end of the application, however it comes. When the system or the power fails, the
    /// last changes may be lost, though never in part; clients then get the full state.
    Normal,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            keep: 50_000,
            keep_ms: 7 * 24 * HOUR,
            synchronous: Synchronous::Full,
        }
    }
}

impl Events {
    pub(super) fn check(&self) -> Result<()> {
        let keep = u64::try_from(self.keep).unwrap_or(u64::MAX);
        check_ranges(
            "events",
            &[
                ("keep", keep, 100, 10_000_000),
                ("keepMs", self.keep_ms, HOUR / 60, 366 * 24 * HOUR),
            ],
        )
    }
}

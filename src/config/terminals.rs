//! Settings of terminals that are more than a number: how long they live, when they need
//! somebody.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Result;

use super::{HOUR, check_ranges};

/// What becomes of terminals that nobody needs any more.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Lifecycle {
    /// A terminal that nobody watches, and into which nothing was typed and which has printed
    /// nothing for so many milliseconds, is ended. 0 means never.
    pub idle_ms: u64,
    /// What becomes of processes that a program leaves in the background when it ends.
    pub orphans: Orphans,
}

/// What becomes of processes that a program leaves in the background when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Orphans {
    /// They run, and are streamed, as long as the ended terminal can be watched: for the
    /// recovery window. Then they are ended.
    #[default]
    End,
    /// They run, and the ended terminal can be watched, until they end themselves; then the
    /// recovery window begins. A new life of the terminal, killing it, and the end of the hub
    /// end them all the same, and so do more ended terminals than are kept.
    Keep,
}

/// What makes a terminal need somebody (`needsInput` in lists, `terminal:attention`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct NeedsInputWhen {
    /// Its program rings.
    pub bell: bool,
    /// Its program notifies (OSC 9, OSC 777, OSC 99).
    pub notifications: bool,
}

impl Lifecycle {
    /// None when terminals may be idle for ever.
    pub(crate) fn idle(&self) -> Option<Duration> {
        (self.idle_ms > 0).then(|| Duration::from_millis(self.idle_ms))
    }

    pub(super) fn check(&self) -> Result<()> {
        check_ranges("lifecycle", &[("idleMs", self.idle_ms, 0, 30 * 24 * HOUR)])
    }
}

//! Settings of terminals that are more than a number: how long they live, when they need
//! somebody, whether they are recorded.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{HubError, Result};

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

/// Which terminals are recorded, as asciicast v3 files, and how much of that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Recording {
    /// Where recordings go, an absolute path; nothing is recorded without. Made when there is
    /// no such folder.
    pub dir: Option<PathBuf>,
    /// Whether terminals are recorded of which `record` says nothing.
    pub all: bool,
    /// Whether what is typed is recorded too: passwords among it, though they are not shown.
    pub input: bool,
    /// Largest size of a file, in bytes; the recording goes on in another.
    pub file_bytes: u64,
    /// Bytes of all recordings; of more, the oldest are deleted.
    pub total_bytes: u64,
    /// Files of all recordings; of more, the oldest are deleted.
    pub files: usize,
}

impl Default for Recording {
    fn default() -> Self {
        Self {
            dir: None,
            all: false,
            input: false,
            file_bytes: 64 << 20,
            total_bytes: 1 << 30,
            files: 1_000,
        }
    }
}

/// Least that a file holds: more than the longest event takes.
const FILE_LEAST: u64 = 1 << 20;

impl Recording {
    pub(super) fn check(&self) -> Result<()> {
        if self.dir.as_ref().is_some_and(|dir| !dir.is_absolute()) {
            return Err(HubError::invalid("recording.dir: not an absolute path"));
        }
        if self.all && self.dir.is_none() {
            return Err(HubError::invalid("recording.all without recording.dir"));
        }
        let files = u64::try_from(self.files).unwrap_or(u64::MAX);
        check_ranges(
            "recording",
            &[
                ("fileBytes", self.file_bytes, FILE_LEAST, 16 << 30),
                ("totalBytes", self.total_bytes, self.file_bytes, 16 << 40),
                ("files", files, 1, 100_000),
            ],
        )
    }
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

//! Times as the wire has them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch; 0 for times before it.
pub(crate) fn millis_since_epoch(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// Now.
pub(crate) fn now_millis() -> u64 {
    millis_since_epoch(SystemTime::now())
}

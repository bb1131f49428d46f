//! The signals that ask a process to end, turned into the application's own orderly exit: their
//! default action would end it without `RunEvent::Exit`, and programs in its terminals would
//! stay behind. Knows nothing of terminals.

use tauri::{AppHandle, Runtime};

use crate::hub::HubHandle;

#[cfg(not(unix))]
pub(super) fn exit_on_signals<R: Runtime>(_: &AppHandle<R>, _: &HubHandle) {}

/// Exits the application when it is asked to, for as long as `hub` runs.
#[cfg(unix)]
pub(super) fn exit_on_signals<R: Runtime>(app: &AppHandle<R>, hub: &HubHandle) {
    use tokio::signal::unix::SignalKind;

    let asks_to_end = [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        // The terminal from which the application was started was closed.
        SignalKind::hangup(),
    ];
    for kind in asks_to_end {
        if !is_ignored(kind.as_raw_value()) {
            let app = app.clone();
            hub.tasks().spawn(async move { exit_on(kind, app).await });
        }
    }
}

#[cfg(unix)]
async fn exit_on<R: Runtime>(kind: tokio::signal::unix::SignalKind, app: AppHandle<R>) {
    match tokio::signal::unix::signal(kind) {
        // The application may refuse to exit (to ask about unsaved work), hence again and again.
        Ok(mut signal) => {
            while signal.recv().await.is_some() {
                app.exit(0);
            }
        }
        Err(error) => tracing::warn!(%error, ?kind, "this signal will not be orderly"),
    }
}

/// Whether this process was started with a signal ignored, as `nohup` and a shell's background
/// jobs are. To listen to it would undo that. Where the system does not tell, it is not.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    std::fs::read_to_string("/proc/self/status")
        .is_ok_and(|status| ignored_in(&status).is_some_and(|mask| mask >> (signal - 1) & 1 == 1))
}

/// The set of ignored signals in a `/proc/<pid>/status`.
#[cfg(unix)]
fn ignored_in(status: &str) -> Option<u64> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_kernels_mask() {
        // SIGPIPE (13) alone: what Rust's runtime ignores.
        let status = "Name:\tapp\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\n";
        assert_eq!(ignored_in(status), Some(1 << 12));
        assert_eq!(ignored_in("Name:\tapp\n"), None);
    }
}

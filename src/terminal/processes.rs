//! Ending every process of a terminal: not only its shell, but the shell's jobs, which have
//! process groups of their own. What they share is the POSIX session that the shell leads.
//!
//! A process that has begun a session of its own (a daemon) has left the terminal and is left
//! alone.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::time::Instant;

/// How often a session that is being ended is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A POSIX session: named by the process that began it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    pub(crate) leader: u32,
    /// The leader has been reaped. Its number stays taken for as long as the session has
    /// members; a process of that number now is somebody else's.
    pub(crate) reaped: bool,
}

/// The processes of the session that still run.
fn members(Session { leader, reaped }: Session) -> Vec<Pid> {
    let mut system = match System::new() {
        Ok(system) => system,
        Err(error) => {
            tracing::error!(%error, "the processes of a terminal cannot be listed");
            return Vec::new();
        }
    };
    system.refresh_processes_specifics(
        ProcessesToUpdate::All,
        true,
        ProcessRefreshKind::nothing().without_tasks(),
    );
    let processes = system.processes();
    if reaped && processes.contains_key(&sysinfo::Pid::from_u32(leader)) {
        return Vec::new();
    }
    processes
        .values()
        .filter(|process| process.session_id().is_some_and(|id| id.as_u32() == leader))
        .filter(|process| process.status() != sysinfo::ProcessStatus::Zombie)
        .filter_map(|process| Pid::from_raw(i32::try_from(process.pid().as_u32()).ok()?))
        .collect()
}

fn signal(members: &[Pid], signal: Signal) {
    for pid in members {
        // One that has ended meanwhile is what was wanted.
        let _ = kill_process(*pid, signal);
    }
}

/// Ends every process of a session: asks with SIGHUP, then SIGTERM, then does not ask.
/// Returns when none is left, or when even SIGKILL has not helped for `grace`.
pub(crate) async fn end_session(session: Session, grace: Duration) {
    for step in [Signal::HUP, Signal::TERM, Signal::KILL] {
        let until = Instant::now() + grace;
        let mut asked: Vec<Pid> = Vec::new();
        loop {
            let running = members(session);
            if running.is_empty() {
                return;
            }
            let fresh: Vec<Pid> = running
                .into_iter()
                .filter(|pid| !asked.contains(pid))
                .collect();
            signal(&fresh, step);
            // A stopped process acts on a signal only when it goes on.
            signal(&fresh, Signal::CONT);
            asked.extend(fresh);
            if Instant::now() >= until {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    tracing::warn!(session.leader, "a terminal's processes did not end");
}

/// Whether this process leads a session.
pub(crate) fn leads_a_session(pid: u32) -> bool {
    i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .is_some_and(|pid| rustix::process::getsid(Some(pid)) == Ok(pid))
}

/// Whether no process of the session is left.
pub(crate) fn is_empty(session: Session) -> bool {
    members(session).is_empty()
}

/// Kills every process of a session at once: for when nobody can wait.
pub(crate) fn kill_session_now(session: Session) {
    signal(&members(session), Signal::KILL);
}

/// The name of a signal as `kill -l` has it, or its number.
pub(crate) fn signal_name(number: i32) -> String {
    let name = match Signal::from_named_raw(number) {
        Some(Signal::HUP) => "SIGHUP",
        Some(Signal::INT) => "SIGINT",
        Some(Signal::QUIT) => "SIGQUIT",
        Some(Signal::ILL) => "SIGILL",
        Some(Signal::TRAP) => "SIGTRAP",
        Some(Signal::ABORT) => "SIGABRT",
        Some(Signal::BUS) => "SIGBUS",
        Some(Signal::FPE) => "SIGFPE",
        Some(Signal::KILL) => "SIGKILL",
        Some(Signal::USR1) => "SIGUSR1",
        Some(Signal::SEGV) => "SIGSEGV",
        Some(Signal::USR2) => "SIGUSR2",
        Some(Signal::PIPE) => "SIGPIPE",
        Some(Signal::ALARM) => "SIGALRM",
        Some(Signal::TERM) => "SIGTERM",
        _ => return number.to_string(),
    };
    name.to_owned()
}

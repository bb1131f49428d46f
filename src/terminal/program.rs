//! What runs in a terminal, as far as ending it goes: every process of a POSIX session,
//! whatever the host application said when it handed the terminal over, or an owner's program.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::processes;
use super::pty::Ended;
use super::relayed::Relay;

/// The host application's way to end what runs in a terminal of its own.
pub(crate) type Killer = Box<dyn FnMut() -> io::Result<()> + Send>;

/// What runs in a terminal.
pub(crate) struct Program {
    kind: Kind,
    left: Mutex<Left>,
}

enum Kind {
    /// The POSIX session that this process leads.
    Session(u32),
    /// The host application ends it.
    Given(Mutex<Killer>),
    /// Its owner ends it, at the other end of a connection.
    Relayed(Arc<Relay>),
    /// Nobody has said how to end it.
    Untouchable,
}

/// What there still is of it.
#[derive(Debug, Default)]
struct Left {
    /// The program has been reaped.
    reaped: bool,
    /// No process is left, and the session's id may belong to somebody else by now.
    empty: bool,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            Kind::Session(_) => "session",
            Kind::Given(_) => "given",
            Kind::Relayed(_) => "relayed",
            Kind::Untouchable => "untouchable",
        };
        f.debug_tuple("Program").field(&kind).finish()
    }
}

impl Program {
    /// Every process of the POSIX session that `leader` began.
    pub(crate) fn session(leader: u32) -> Self {
        Self::new(Kind::Session(leader))
    }

    /// A program that `killer` ends.
    pub(crate) fn given(killer: Killer) -> Self {
        Self::new(Kind::Given(Mutex::new(killer)))
    }

    /// A program of the owner's that `relay` leads to.
    pub(crate) fn relayed(relay: Arc<Relay>) -> Self {
        Self::new(Kind::Relayed(relay))
    }

    /// A program that only ends by itself.
    pub(crate) fn untouchable() -> Self {
        Self::new(Kind::Untouchable)
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            left: Mutex::default(),
        }
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody can end it.
    pub(crate) fn can_be_ended(&self) -> bool {
        match &self.kind {
            Kind::Session(_) | Kind::Given(_) => true,
            Kind::Relayed(relay) => relay.can_be_ended(),
            Kind::Untouchable => false,
        }
    }

    /// The way to its owner, if it has one.
    pub(crate) fn relay(&self) -> Option<&Arc<Relay>> {
        match &self.kind {
            Kind::Relayed(relay) => Some(relay),
            Kind::Session(_) | Kind::Given(_) | Kind::Untouchable => None,
        }
    }

    /// Ends it. The processes of a session get `grace` after each signal, and none is left
    /// when this returns; what the host application ends may end later.
    ///
    /// # Errors
    ///
    /// When the host application's way fails, or the owner is away.
    pub(crate) async fn end(&self, grace: Duration) -> io::Result<()> {
        match &self.kind {
            Kind::Session(leader) => {
                if let Some(session) = self.processes(*leader) {
                    processes::end_session(session, grace).await;
                }
                Ok(())
            }
            Kind::Given(_) => self.call_killer(),
            Kind::Relayed(relay) => relay.kill(),
            Kind::Untouchable => Ok(()),
        }
    }

    /// Ends it at once: for when nobody can wait.
    pub(crate) fn kill_now(&self) {
        match &self.kind {
            Kind::Session(leader) => {
                if let Some(session) = self.processes(*leader) {
                    processes::kill_session_now(session);
                }
            }
            Kind::Given(_) => {
                if let Err(error) = self.call_killer() {
                    tracing::warn!(%error, "a terminal that was handed over did not end");
                }
            }
            Kind::Relayed(relay) => relay.end(Ended::unknown()),
            Kind::Untouchable => {}
        }
    }

    fn call_killer(&self) -> io::Result<()> {
        let Kind::Given(killer) = &self.kind else {
            return Ok(());
        };
        if self.left().reaped {
            return Ok(());
        }
        let mut killer = killer.lock().unwrap_or_else(PoisonError::into_inner);
        catch_unwind(AssertUnwindSafe(&mut **killer))
            .unwrap_or_else(|_| Err(io::Error::other("the killer panicked")))
    }

    /// Its processes, as long as there may be any.
    fn processes(&self, leader: u32) -> Option<processes::Session> {
        let left = self.left();
        (!left.empty).then_some(processes::Session {
            leader,
            reaped: left.reaped,
        })
    }

    /// The program has been reaped. Its session may live on in a background job.
    pub(crate) fn reaped(&self) {
        self.left().reaped = true;
        if let Kind::Session(leader) = self.kind
            && let Some(session) = self.processes(leader)
        {
            let empty = processes::is_empty(session);
            self.left().empty = empty;
        }
    }
}

//! A terminal whose program somebody else runs, at the other end of a connection: its owner.
//! What the owner's program prints is handed in, and what it is to be told is taken out.
//!
//! Built on what is handed over ([`super::adopted`]), with no thread that reads. Knows owners
//! as names, and not how they are connected. An owner that goes is waited for; meanwhile the
//! terminal stays as it is, and what is typed waits.

mod relay;

use std::io::{self, Write};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::error::{HubError, Result};
use crate::protocol::Rate;

use super::adopted::{AdoptRequest, Adopted};
use super::audience::Seat;
use super::program::Program;
use super::pty::{Control, Ended, Output};
use super::registry::{Registry, already_running};
use super::session::Session;
use super::stream::Size;
use super::utf8::incomplete_tail;

use relay::{FIRST_TURN, Left};
pub(crate) use relay::{Order, Orders, Relay, Said};

/// Where what is typed goes.
struct ToOwner {
    relay: Arc<Relay>,
    /// The beginning of a character whose rest has not been typed yet.
    begun: Vec<u8>,
}

impl Write for ToOwner {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        let whole = self.begun.len() - incomplete_tail(&self.begun);
        if whole > 0 {
            let text = String::from_utf8_lossy(&self.begun[..whole]);
            self.relay.hand_over(&text)?;
            self.begun.drain(..whole);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How the owner's terminal gets its size.
struct OfOwner(Arc<Relay>);

impl Control for OfOwner {
    fn resize(&self, size: Size) -> io::Result<()> {
        self.0.tell_size(size);
        Ok(())
    }
}

/// A terminal of one connection's. Dropped, it is held for whoever may take it up again.
pub(crate) struct Owned {
    registry: Arc<Registry>,
    session: Arc<Session>,
    relay: Arc<Relay>,
    turn: u64,
    /// The owner shows its terminal, so it has a say in its size.
    seat: Option<Seat>,
}

impl std::fmt::Debug for Owned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owned")
            .field("session", &self.session.facts.id)
            .field("turn", &self.turn)
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// Takes a terminal of an owner's. The one that it owned before under this id goes on, with
    /// the size that it has now.
    ///
    /// # Errors
    ///
    /// `CONFLICT` for a terminal that is running and not this owner's in this project; otherwise
    /// those of [`Registry::adopt`].
    pub(crate) fn relay(
        self: &Arc<Self>,
        mut request: AdoptRequest,
        subject: String,
        said: Said,
    ) -> Result<(Owned, Orders)> {
        let running = self.find(&request.session_id);
        let (session, relay, turn, orders) = match running.filter(|session| session.running()) {
            Some(session) => {
                let taken = || already_running(&request.session_id);
                let relay = session.relay().cloned().ok_or_else(taken)?;
                if relay.subject != subject || session.facts.project != request.project_id {
                    return Err(taken());
                }
                let (turn, orders) = relay.take_up(said).ok_or_else(taken)?;
                (session, relay, turn, orders)
            }
            None => {
                request.size = Some((said.size.cols, said.size.rows));
                let (relay, orders, ended) = Relay::new(subject, said);
                let session = self.adopt(request, Adopted::relayed(&relay, ended))?;
                (session, relay, FIRST_TURN, orders)
            }
        };
        Ok((self.owned(session, relay, turn), orders))
    }

    /// The terminal that an owner calls by this name, if it has gone and is waited for. None
    /// when there are several that it calls so.
    pub(crate) fn left_behind(&self, subject: &str, name: &str) -> Option<Arc<Session>> {
        let mut called = self.all().into_iter().filter_map(|session| {
            let relay = session.relay().filter(|relay| relay.subject == subject)?;
            let (said, away) = relay.said();
            (said.name == name && session.running()).then_some((session, away))
        });
        match (called.next(), called.next()) {
            (Some((session, true)), None) => Some(session),
            _ => None,
        }
    }

    /// Has another connection go on with a terminal as its owner left it. None when somebody
    /// else was first.
    pub(crate) fn go_on(self: &Arc<Self>, session: Arc<Session>) -> Option<(Owned, Orders)> {
        let relay = session.relay()?.clone();
        let (turn, orders) = relay.take_up_again()?;
        Some((self.owned(session, relay, turn), orders))
    }

    fn owned(self: &Arc<Self>, session: Arc<Session>, relay: Arc<Relay>, turn: u64) -> Owned {
        Owned {
            registry: self.clone(),
            session,
            relay,
            turn,
            seat: None,
        }
    }
}

impl Adopted {
    fn relayed(relay: &Arc<Relay>, ended: oneshot::Receiver<Ended>) -> Self {
        let writer = ToOwner {
            relay: relay.clone(),
            begun: Vec::new(),
        };
        let output = Output::HandedIn(ended);
        Self::with_control(output, Box::new(writer), Box::new(OfOwner(relay.clone())))
            .ended_by(Program::relayed(relay.clone()))
    }
}

impl Owned {
    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Gives the owner its place among those who show the terminal, with the size it has there.
    pub(crate) fn sit(&mut self, seat: Seat) {
        self.seat = Some(seat);
        self.sized(self.relay.said().0.size);
    }

    /// The owner's terminal has another size by itself.
    pub(crate) fn has_size(&self, size: Size) {
        self.relay.has_size(size);
        self.sized(size);
    }

    fn sized(&self, size: Size) {
        if let Some(seat) = &self.seat {
            // Setting a size fails for nobody here: the owner is told, or nothing is to be told.
            let _ = seat.show(true, Some(size), Rate::default());
        }
        // The policy may have decided otherwise, and long ago.
        self.relay.tell_size(self.session.size());
    }

    /// Takes what the program printed; waits where the program would have to.
    ///
    /// # Errors
    ///
    /// `CONFLICT` when another connection owns it by now, or it has ended.
    pub(crate) async fn output(&self, data: String) -> Result<()> {
        self.check()?;
        let behind = {
            let state = self.session.state();
            state.kept.too_far_behind(&state.stream)
        };
        let tasks = self.registry.tasks();
        let session = self.session.clone();
        let starving = match behind {
            false => session.output(data.as_bytes()),
            true => {
                let output = move || session.output(data.as_bytes());
                tasks.blocking(output).await.unwrap_or(false)
            }
        };
        if starving {
            let session = self.session.clone();
            tasks.blocking(move || session.let_viewers_run()).await;
        }
        Ok(())
    }

    /// The program has ended.
    ///
    /// # Errors
    ///
    /// As [`Owned::output`].
    pub(crate) fn exit(self, code: Option<i32>) -> Result<()> {
        self.check()?;
        self.session.end_of_output();
        self.relay.end(Ended { code, signal: None });
        Ok(())
    }

    /// Whether it runs, and no other connection has taken it up.
    pub(crate) fn is_alive(&self) -> bool {
        self.relay.is_owned(self.turn)
    }

    fn check(&self) -> Result<()> {
        if self.is_alive() {
            Ok(())
        } else {
            Err(HubError::conflict(
                "the terminal has ended, or another connection has taken it up",
            ))
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let left = self.relay.leave(self.turn);
        if matches!(left, Left::TakenUp) {
            return;
        }
        let (session, relay, turn) = (self.session.clone(), self.relay.clone(), self.turn);
        let window = self.registry.timing().recovery_window();
        // Kept meanwhile, so that the terminal keeps its size.
        let seat = self.seat.take();
        self.registry.tasks().spawn(async move {
            let back = match left {
                Left::Alone(back) => back,
                Left::TakenUp | Left::Ended => CancellationToken::new(),
            };
            tokio::select! {
                () = back.cancelled() => {}
                () = session.finished() => {}
                () = sleep(window) => {
                    if relay.give_up(turn) {
                        session.lost_its_owner();
                        session.end_of_output();
                        relay.end(Ended::unknown());
                    }
                }
            }
            drop(seat);
        });
    }
}

#[cfg(test)]
mod tests;

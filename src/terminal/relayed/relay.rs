//! Between a terminal and its owner: who owns it now, and what waits to be told to it.
//!
//! Owners come and go, each with a turn of its own. What is typed waits for the next one.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::terminal::pty::Ended;
use crate::terminal::stream::Size;

/// Between a terminal and whoever owns its program.
pub(crate) struct Relay {
    /// Who alone may own it.
    pub(super) subject: String,
    state: Mutex<State>,
    /// Wakes the writing thread, which waits for an owner.
    changed: Condvar,
}

/// The turn of the first owner.
pub(super) const FIRST_TURN: u64 = 1;

struct State {
    owner: Owner,
    /// How many connections of the owner there have been.
    turn: u64,
    said: Said,
    /// Tells that the program has ended, once.
    exit: Option<oneshot::Sender<Ended>>,
}

/// What an owner says of its terminal.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// What it calls it.
    pub(crate) name: String,
    /// The size that it has there, or will have once the owner has been told.
    pub(crate) size: Size,
    /// It ends the program when it is told to.
    pub(crate) kills: bool,
}

enum Owner {
    Here(Link),
    /// Waited for; fires when it is back.
    Away(CancellationToken),
    /// The terminal has ended.
    Gone,
}

/// How an owner that goes leaves its terminal.
pub(super) enum Left {
    /// With nobody, until this fires or it is given up.
    Alone(CancellationToken),
    /// With another connection of the owner.
    TakenUp,
    /// Its program has ended.
    Ended,
}

/// The way to the owner.
struct Link {
    inputs: mpsc::Sender<Typed>,
    size: watch::Sender<Size>,
    kill: watch::Sender<()>,
    /// Fires when the owner has gone, or another connection of it has come.
    over: CancellationToken,
}

/// Something typed, on its way to the owner.
pub(crate) struct Typed {
    pub(crate) data: String,
    /// Told when the owner's connection has it. Dropped instead, it waits for the next one.
    pub(crate) done: oneshot::Sender<()>,
}

/// What an owner is told next.
pub(crate) enum Order {
    Input(Typed),
    Resize(Size),
    Kill,
}

/// What an owner is to be told, in order.
pub(crate) struct Orders {
    inputs: mpsc::Receiver<Typed>,
    size: watch::Receiver<Size>,
    kill: watch::Receiver<()>,
    over: CancellationToken,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").finish_non_exhaustive()
    }
}

impl Orders {
    /// None when this owner is to be told nothing more.
    pub(crate) async fn next(&mut self) -> Option<Order> {
        tokio::select! {
            biased;
            () = self.over.cancelled() => None,
            () = changed(&mut self.kill) => Some(Order::Kill),
            () = changed(&mut self.size) => Some(Order::Resize(*self.size.borrow())),
            typed = self.inputs.recv() => typed.map(Order::Input),
        }
    }

    /// Fires when this owner is to be told nothing more.
    pub(crate) fn over(&self) -> CancellationToken {
        self.over.clone()
    }
}

/// Waits for a change; for ever when none can come.
async fn changed<T>(of: &mut watch::Receiver<T>) {
    if of.changed().await.is_err() {
        std::future::pending().await
    }
}

fn link(size: Size) -> (Link, Orders) {
    // What is typed waits where it was typed, and not here.
    let (inputs, typed) = mpsc::channel(1);
    let (size, sizes) = watch::channel(size);
    let (kill, killed) = watch::channel(());
    let over = CancellationToken::new();
    let orders = Orders {
        inputs: typed,
        size: sizes,
        kill: killed,
        over: over.clone(),
    };
    let link = Link {
        inputs,
        size,
        kill,
        over,
    };
    (link, orders)
}

impl Relay {
    /// With a first owner.
    pub(super) fn new(
        subject: String,
        said: Said,
    ) -> (Arc<Self>, Orders, oneshot::Receiver<Ended>) {
        let (link, orders) = link(said.size);
        let (exit, ended) = oneshot::channel();
        let relay = Self {
            subject,
            state: Mutex::new(State {
                owner: Owner::Here(link),
                turn: FIRST_TURN,
                said,
                exit: Some(exit),
            }),
            changed: Condvar::new(),
        };
        (Arc::new(relay), orders, ended)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under this lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another connection of the owner, instead of the one there is. None when the terminal has
    /// ended.
    pub(super) fn take_up(&self, said: Said) -> Option<(u64, Orders)> {
        self.taken_up(&mut self.state(), said)
    }

    /// Another connection of an owner that is away. None when it is not.
    pub(super) fn take_up_again(&self) -> Option<(u64, Orders)> {
        let mut state = self.state();
        let said = state.said.clone();
        let away = matches!(state.owner, Owner::Away(_));
        away.then(|| self.taken_up(&mut state, said)).flatten()
    }

    fn taken_up(&self, state: &mut State, said: Said) -> Option<(u64, Orders)> {
        let (link, orders) = link(said.size);
        match std::mem::replace(&mut state.owner, Owner::Here(link)) {
            Owner::Here(before) => before.over.cancel(),
            Owner::Away(back) => back.cancel(),
            Owner::Gone => {
                state.owner = Owner::Gone;
                return None;
            }
        }
        state.turn += 1;
        state.said = said;
        self.changed.notify_all();
        Some((state.turn, orders))
    }

    /// The owner of this turn has gone.
    pub(super) fn leave(&self, turn: u64) -> Left {
        let mut state = self.state();
        match &state.owner {
            Owner::Gone => Left::Ended,
            Owner::Here(link) if state.turn == turn => {
                link.over.cancel();
                let back = CancellationToken::new();
                state.owner = Owner::Away(back.clone());
                Left::Alone(back)
            }
            Owner::Here(_) | Owner::Away(_) => Left::TakenUp,
        }
    }

    /// What the owner has said of it; whether it is away.
    pub(super) fn said(&self) -> (Said, bool) {
        let state = self.state();
        (state.said.clone(), matches!(state.owner, Owner::Away(_)))
    }

    /// Whether it is this turn's owner that owns it.
    pub(super) fn is_owned(&self, turn: u64) -> bool {
        let state = self.state();
        state.turn == turn && matches!(state.owner, Owner::Here(_))
    }

    /// Nobody has come since the owner of this turn has gone, and nobody is waited for any more.
    /// False when somebody has.
    pub(super) fn give_up(&self, turn: u64) -> bool {
        let mut state = self.state();
        let left = state.turn == turn && matches!(state.owner, Owner::Away(_));
        if left {
            state.owner = Owner::Gone;
        }
        left
    }

    /// The program has ended, or nobody will say how. Nobody owns the terminal any more.
    pub(in crate::terminal) fn end(&self, ended: Ended) {
        let mut state = self.state();
        if let Owner::Here(link) = std::mem::replace(&mut state.owner, Owner::Gone) {
            link.over.cancel();
        }
        if let Some(exit) = state.exit.take() {
            // Whoever supervises it may have ended with the hub.
            let _ = exit.send(ended);
        }
        self.changed.notify_all();
    }

    /// Whether its owner, while there is one, can end the program.
    pub(in crate::terminal) fn can_be_ended(&self) -> bool {
        let state = self.state();
        match state.owner {
            Owner::Here(_) => state.said.kills,
            // Nobody knows; whoever asks is told to ask again.
            Owner::Away(_) => true,
            Owner::Gone => false,
        }
    }

    /// Asks the owner to end the program.
    pub(in crate::terminal) fn kill(&self) -> io::Result<()> {
        match &self.state().owner {
            Owner::Here(link) => {
                link.kill.send_replace(());
                Ok(())
            }
            Owner::Away(_) => Err(io::ErrorKind::NotConnected.into()),
            Owner::Gone => Ok(()),
        }
    }

    /// The owner's side has another size by itself.
    pub(super) fn has_size(&self, size: Size) {
        self.state().said.size = size;
    }

    /// Tells the owner what size the terminal has, unless it knows.
    pub(super) fn tell_size(&self, size: Size) {
        let mut state = self.state();
        if state.said.size == size {
            return;
        }
        state.said.size = size;
        if let Owner::Here(link) = &state.owner {
            link.size.send_replace(size);
        }
    }

    /// Hands something typed over to the owner. Blocks until its connection has it: for as long
    /// as there is no owner, too.
    pub(super) fn hand_over(&self, data: &str) -> io::Result<()> {
        let mut tried = 0;
        loop {
            let (turn, inputs) = self.wait_for_owner(tried)?;
            let (done, has_it) = oneshot::channel();
            let typed = Typed {
                data: data.to_owned(),
                done,
            };
            let sent = inputs.blocking_send(typed).is_ok();
            // What is sent while the other end is being dropped lies in the channel until all
            // who can send are gone, and so would whoever waits here.
            drop(inputs);
            if sent && has_it.blocking_recv().is_ok() {
                return Ok(());
            }
            tried = turn;
        }
    }

    fn wait_for_owner(&self, tried: u64) -> io::Result<(u64, mpsc::Sender<Typed>)> {
        let nobody = |state: &mut State| match state.owner {
            Owner::Here(_) => state.turn <= tried,
            Owner::Away(_) => true,
            Owner::Gone => false,
        };
        let state = self
            .changed
            .wait_while(self.state(), nobody)
            .unwrap_or_else(PoisonError::into_inner);
        match &state.owner {
            Owner::Here(link) => Ok((state.turn, link.inputs.clone())),
            Owner::Away(_) | Owner::Gone => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

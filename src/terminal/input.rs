//! What is typed, on its way to the program: one queue and one writing thread per terminal,
//! so that order is the order of asking and a program that does not read blocks nobody else.
//!
//! The queue itself has no bound; whoever puts something in holds a permit of its own until
//! [`Input::done`] is called, and is slowed or refused by that.

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::error::{HubError, Result};

/// Called once, on the writing thread, with what became of an input.
pub(crate) type Done = Box<dyn FnOnce(Result<()>) + Send>;

/// Something typed.
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    pub(crate) done: Done,
}

/// Where inputs go in.
#[derive(Debug, Clone)]
pub(crate) struct InputQueue(Sender<Input>);

impl InputQueue {
    pub(crate) fn push(&self, input: Input) {
        if let Err(refused) = self.0.send(input) {
            (refused.0.done)(Err(ended()));
        }
    }
}

/// A queue and what serves it.
pub(crate) fn queue() -> (InputQueue, Receiver<Input>) {
    let (sender, receiver) = channel();
    (InputQueue(sender), receiver)
}

/// Writes what comes until nobody can send any more. After a failure the rest is refused, not
/// lost in silence.
pub(crate) fn serve(inputs: &Receiver<Input>, mut writer: Box<dyn Write + Send>) {
    let mut failed = false;
    for input in inputs {
        failed = failed
            || writer
                .write_all(&input.bytes)
                .and_then(|()| writer.flush())
                .is_err();
        (input.done)(if failed { Err(ended()) } else { Ok(()) });
    }
}

fn ended() -> HubError {
    HubError::conflict("the terminal's program has ended")
}

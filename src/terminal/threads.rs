//! The threads of a terminal: one writes, one keeps the screen, and unless its output is handed
//! in one reads and one waits for the program. What blocks, blocks here.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::error::{HubError, Result};

use super::input::InputQueue;
use super::line::Line;
use super::pty::{Ended, Output, Pty, Wait};
use super::reading;
use super::session::{Facts, Session};
use super::stream::Size;
use super::writing;

/// Puts the threads of a terminal to work. The receiver tells when its program was reaped.
pub(super) fn attach(
    facts: Facts,
    pty: Pty,
    size: Size,
) -> Result<(Arc<Session>, oneshot::Receiver<Ended>)> {
    let Pty {
        output,
        writer,
        control,
        child,
        program,
        ..
    } = pty;
    let inputs = Arc::new(InputQueue::default());
    let tty = control.tty();
    let (line, waker) = Line::new(writer, control.tty());
    if let Some(waker) = waker {
        inputs.wake_with(waker);
    }
    let session = Arc::new(Session::new(facts, program, size, control, inputs.clone()));
    let (tell, mut ended) = oneshot::channel();
    let reading = session.clone();
    let keeping = session.clone();
    let keep = thread("terminal-screen", move || keeping.keep_screen());
    let write = thread("terminal-write", move || {
        let closes = CloseOnDrop(inputs);
        writing::serve(&closes.0, line);
    });
    let (wait, read) = match (output, child) {
        (Output::HandedIn(told), _) => {
            ended = told;
            (Ok(()), Ok(()))
        }
        (Output::Read(reader), Some(child)) => (
            thread("terminal-wait", move || {
                let _ = tell.send(wait(child));
            }),
            thread("terminal-read", move || {
                reading::serve(reader, tty, &reading)
            }),
        ),
        (Output::Read(reader), None) => (
            Ok(()),
            thread("terminal-read", move || {
                reading::serve(reader, tty, &reading);
                let _ = tell.send(Ended::unknown());
            }),
        ),
    };
    if let Some(error) = [write, keep, wait, read].into_iter().find_map(Result::err) {
        // The threads that there are end with it.
        session.kill_now();
        session.end_of_output();
        session.finish(Ended::unknown());
        return Err(HubError::internal("no thread for the terminal", &error));
    }
    Ok((session, ended))
}

/// Nobody waits for a writer that has panicked.
struct CloseOnDrop(Arc<InputQueue>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn wait(mut child: Box<dyn Wait>) -> Ended {
    child.wait().unwrap_or_else(|error| {
        tracing::error!(%error, "waiting for a terminal's program failed");
        Ended::unknown()
    })
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}

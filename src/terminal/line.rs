//! The line to a program: takes what is typed in small pieces, waits without being stuck, and
//! makes way for a key that is a signal.
//!
//! Knows what a terminal of the operating system does with input; not who typed it.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionread;
use rustix::termios::{LocalModes, QueueSelector, SpecialCodeIndex, tcflush, tcgetattr};

/// Bytes written at once. A pseudo-terminal that says it takes more takes so many without
/// blocking: the kernel allots its buffers in such steps.
const PIECE: usize = 1024;

/// How long a program is given to read the end of a paste before a signal follows.
const READING: Duration = Duration::from_millis(100);
/// And then to make something of it: with no time at all, bash was found still in its paste, and
/// on a busy machine 5 ms were too short for `cat` two times in three hundred.
const READ: Duration = Duration::from_millis(20);
/// How often to look.
const LOOK: Duration = Duration::from_millis(1);

/// The line to one program. Used by its writing thread alone.
pub(super) struct Line {
    writer: Box<dyn Write + Send>,
    /// The terminal and what ends waiting for it. Without it, writes block.
    tty: Option<(File, Woken)>,
}

/// Ends the waiting of a [`Line`].
#[derive(Debug)]
pub(super) struct Waker {
    pipe: PipeWriter,
    pending: Arc<AtomicBool>,
}

struct Woken {
    pipe: PipeReader,
    pending: Arc<AtomicBool>,
}

impl Waker {
    pub(super) fn wake(&self) {
        // At most one byte is in the pipe, so this does not block.
        if !self.pending.swap(true, Ordering::AcqRel) {
            let _ = (&self.pipe).write(&[0]);
        }
    }
}

impl Woken {
    fn sleep_again(&self) {
        let _ = (&self.pipe).read(&mut [0]);
        self.pending.store(false, Ordering::Release);
    }
}

impl Line {
    /// `tty` is the master's side of the terminal that `writer` writes to, if there is one.
    pub(super) fn new(writer: Box<dyn Write + Send>, tty: Option<File>) -> (Self, Option<Waker>) {
        let waking = tty.and_then(|tty| {
            let (read, write) = io::pipe().ok()?;
            let pending = Arc::<AtomicBool>::default();
            let waker = Waker {
                pipe: write,
                pending: pending.clone(),
            };
            let woken = Woken {
                pipe: read,
                pending,
            };
            Some(((tty, woken), waker))
        });
        let (tty, waker) = waking.unzip();
        (Self { writer, tty }, waker)
    }

    /// Writes some of `bytes`; how many. None at all when it was woken before it could.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.wait()? {
            return Ok(0);
        }
        let piece = &bytes[..bytes.len().min(PIECE)];
        let written = self.writer.write(piece)?;
        self.writer.flush()?;
        if written == 0 && !piece.is_empty() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        Ok(written)
    }

    /// Waits until the terminal takes more; false when woken.
    fn wait(&self) -> io::Result<bool> {
        let Some((tty, woken)) = &self.tty else {
            return Ok(true);
        };
        loop {
            let mut fds = [
                PollFd::new(&woken.pipe, PollFlags::IN),
                PollFd::new(tty, PollFlags::OUT),
            ];
            match poll(&mut fds, None) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
                Ok(_) => {}
            }
            if !fds[0].revents().is_empty() {
                woken.sleep_again();
                return Ok(false);
            }
            // Not only OUT: of a terminal that nobody has open, writing tells more.
            if !fds[1].revents().is_empty() {
                return Ok(true);
            }
        }
    }

    /// Makes way for `keys` when the terminal turns one of them into a signal: discards what it
    /// holds and the program has not read. The signal does the same when it arrives, but where
    /// the program does not read it never would: the kernel takes nothing while the terminal
    /// is full. True when it did.
    pub(super) fn make_way(&self, keys: &[u8]) -> bool {
        self.tty.as_ref().is_some_and(|(tty, _)| {
            is_signal(tty, keys) && program_side(tty).is_ok_and(|side| discard_unread(&side))
        })
    }

    /// Waits until the program has read what was written, for a moment at most: a signal
    /// discards the rest.
    pub(super) fn until_read(&self) {
        let Some(side) = self
            .tty
            .as_ref()
            .and_then(|(tty, _)| program_side(tty).ok())
        else {
            return;
        };
        let begun = Instant::now();
        let mut read_since = begun;
        while begun.elapsed() < READING && read_since.elapsed() < READ {
            // What was written is on its way until somebody asks for it; then it is unread.
            let mut asking = [PollFd::new(&side, PollFlags::IN)];
            let _ = poll(&mut asking, Some(&Timespec::default()));
            if ioctl_fionread(&side).is_ok_and(|unread| unread > 0) {
                read_since = Instant::now();
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// Whether the terminal takes one of `keys` for a signal that discards what was typed before.
fn is_signal(tty: &File, keys: &[u8]) -> bool {
    let Ok(modes) = tcgetattr(tty) else {
        return false;
    };
    let on = modes.local_modes.contains(LocalModes::ISIG);
    let keeps = modes.local_modes.contains(LocalModes::NOFLSH);
    let signals = [
        SpecialCodeIndex::VINTR,
        SpecialCodeIndex::VQUIT,
        SpecialCodeIndex::VSUSP,
    ];
    let is_one = |key: &u8| *key != 0 && signals.iter().any(|at| modes.special_codes[*at] == *key);
    on && !keeps && keys.iter().any(is_one)
}

fn discard_unread(side: &OwnedFd) -> bool {
    tcflush(side, QueueSelector::IFlush).is_ok()
}

/// The program's side of a terminal: only that knows what has not been read.
#[cfg(target_os = "linux")]
fn program_side(tty: &File) -> io::Result<OwnedFd> {
    use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer};
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    Ok(ioctl_tiocgptpeer(tty, flags)?)
}

/// Elsewhere a key waits in its turn.
#[cfg(not(target_os = "linux"))]
fn program_side(_: &File) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

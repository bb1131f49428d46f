//! Terminals: a program in a pseudo-terminal, what it printed, and viewers that pull it.
//!
//! ```text
//! program ──► pty ──► session (stream: ring of bytes, sizes, end) ◄── viewer ──► Sink
//!             pty ◄── input queue ◄── whoever types
//! ```
//!
//! Knows neither sockets nor permissions nor the domain.

pub(crate) mod adopted;
pub(crate) mod attention;
pub(crate) mod audience;
pub(crate) mod input;
pub(crate) mod ledger;
mod lifecycle;
mod line;
pub(crate) mod news;
mod paste;
mod processes;
mod program;
pub(crate) mod pty;
pub(crate) mod recording;
pub(crate) mod registry;
pub(crate) mod replies;
mod ring;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the session does not use it yet")
)]
pub(crate) mod screen;
pub(crate) mod session;
mod size_policy;
pub(crate) mod start;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
mod utf8;
pub(crate) mod viewer;
mod writing;

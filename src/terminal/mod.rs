//! Terminals: a program in a pseudo-terminal, what it printed, and viewers that pull it.
//!
//! ```text
//! program ──► pty ──► session (stream: ring of bytes, sizes, end) ◄── viewer ──► Sink
//!             pty ◄── input queue ◄── whoever types
//!                       ▲ answers ── keeper (model of the screen) ──► pictures for viewers
//! ```
//!
//! Knows neither sockets nor permissions nor the domain.

pub(crate) mod adopted;
pub(crate) mod attention;
pub(crate) mod audience;
#[cfg(test)]
mod cuts;
pub(crate) mod input;
mod keeper;
pub(crate) mod ledger;
mod lifecycle;
mod line;
mod memory;
mod model;
pub(crate) mod news;
mod paste;
mod processes;
mod program;
pub(crate) mod pty;
mod reading;
pub(crate) mod recording;
pub(crate) mod registry;
pub(crate) mod relayed;
pub(crate) mod replies;
mod ring;
pub(crate) mod screen;
pub(crate) mod session;
mod size_policy;
pub(crate) mod start;
mod state;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
mod threads;
mod utf8;
pub(crate) mod viewer;
mod writing;

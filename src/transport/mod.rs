//! The edges: HTTP, the guard at the door, the connections and what flows through them, and
//! the Socket.IO namespaces. What is asked for is done in `hub.rs`.

mod api;
pub(crate) mod connection;
pub(crate) mod engine;
mod frames;
pub(crate) mod guard;
pub(crate) mod legacy_ws;
pub(crate) mod outbound;
#[cfg(feature = "phone")]
mod phone;
pub(crate) mod router;
pub(crate) mod socket;
mod stream;
mod sync;
mod tickets;

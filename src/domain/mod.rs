//! What agents and people do, and what is told of it: mutations, the events that each makes,
//! and the services that carry them out.
//!
//! Rules and vocabulary alone: nothing here knows where things are kept, who may change them,
//! or who hears of it.

mod apply;
mod event;
mod mutation;
mod services;
mod tables;
mod valid;

pub(crate) use apply::{Context, apply};
pub(crate) use event::{Cursor, Logged};
pub use event::{EventId, NewEvent};
pub use mutation::{Mutation, Spawn, Target};
pub use services::{Answer, Outcome, Page, Services};
pub(crate) use tables::Tables;

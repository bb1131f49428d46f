//! `terminal:input`: what a client types, from the request to the terminal's queue.
//!
//! Knows nothing of how it is written; that is `terminal/input.rs`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::access::{AllowedTerminal, Type};
use crate::auth::{Kind, Principal};
use crate::error::{HubError, Result};
use crate::hub::HubHandle;
use crate::ids::SessionId;
use crate::protocol::{InputRequest, Success};
use crate::terminal::replies::{is_reply, is_typed};
use crate::transport::connection::Connection;

use super::request::Request;
use super::watching::Watching;

/// Who types, over which connection.
pub(super) struct Typist<'a> {
    pub(super) hub: &'a HubHandle,
    pub(super) connection: &'a Arc<Connection>,
    pub(super) principal: &'a Principal,
    pub(super) watches: &'a HashMap<SessionId, Watching>,
}

impl Typist<'_> {
    /// Answers when it has been written, or at once when it is refused.
    pub(super) fn input(&self, mut request: Request) {
        match self.check(&mut request) {
            Err(error) => request.reply.send::<Success>(Err(error)),
            Ok(None) => request.reply.send(Ok(Success::YES)),
            Ok(Some((allowed, input))) => {
                let (reply, waiting) = (request.reply, request.waiting);
                let done = Box::new(move |written: Result<()>| {
                    drop(waiting);
                    reply.send(written.map(|()| Success::YES));
                });
                self.hub.type_into(&allowed, input.into_bytes(), done);
            }
        }
    }

    /// What to type where; nothing when it is to be ignored.
    fn check(&self, request: &mut Request) -> Result<Option<(AllowedTerminal<Type>, String)>> {
        let InputRequest {
            session_id,
            input,
            epoch,
        } = request.parse()?;
        let allowed = self.hub.terminal::<Type>(self.principal, &session_id)?;
        let present = &allowed.object().facts.epoch;
        if epoch.is_some_and(|epoch| epoch != *present) {
            return Err(HubError::conflict("the terminal has begun another life")
                .detail("epoch", present.clone()));
        }
        // Every viewer's emulator answers the program's questions; one is enough.
        if !matches!(self.principal.kind(), Kind::Desktop) && is_reply(&input) {
            return Ok(None);
        }
        self.connection.admit_input()?;
        if let Some(watch) = self.watches.get(&session_id).filter(|_| is_typed(&input)) {
            watch.seat().typed();
        }
        Ok(Some((allowed, input)))
    }
}

//! `terminal:input`: what a client types, from the request to the terminal's queue.
//!
//! Knows nothing of how it is written; that is `terminal/input.rs`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::access::{AllowedTerminal, Type};
use crate::auth::Principal;
use crate::error::{HubError, Result};
use crate::hub::HubHandle;
use crate::ids::SessionId;
use crate::protocol::{InputRequest, InputResponse};
use crate::terminal::input::{Input, Source, Typed};
use crate::terminal::ledger::ClientKey;
use crate::terminal::replies::{is_reply, is_typed};
use crate::transport::connection::Connection;

use super::request::Request;
use super::watching::Watching;

/// Longest urgent input, in bytes: it goes past every mark, so it is a key and no paste.
const MAX_URGENT: usize = 4096;

/// What tells the sockets of this process apart.
static SOCKETS: AtomicU64 = AtomicU64::new(0);

/// Where something comes from that a socket types without numbering it.
pub(super) fn source() -> Source {
    Source::Connection(SOCKETS.fetch_add(1, Ordering::Relaxed))
}

/// Who types, over which connection.
pub(super) struct Typist<'a> {
    pub(super) hub: &'a HubHandle,
    pub(super) connection: &'a Arc<Connection>,
    pub(super) principal: &'a Principal,
    pub(super) watches: &'a HashMap<SessionId, Watching>,
    /// Of what is not numbered.
    pub(super) source: &'a Source,
}

impl Typist<'_> {
    /// Answers when it has been written, or at once when it is refused.
    pub(super) fn input(&self, mut request: Request) {
        let (allowed, asked) = match self.check(&mut request) {
            Err(error) => return request.reply.send::<InputResponse>(Err(error)),
            Ok(checked) => checked,
        };
        let (seq, urgent) = (asked.seq, asked.urgent);
        let from = self.source_of(&asked);
        // The hub has answered the program's questions. An answer of a viewer's emulator keeps
        // its place in its client's sequence.
        let ignored = is_reply(&asked.input, allowed.object().position_asked());
        if !ignored {
            self.note_typing(&asked);
        }
        let (reply, waiting) = (request.reply, request.waiting);
        let input = Input {
            bytes: match ignored {
                true => Vec::new(),
                false => asked.input.into_bytes(),
            },
            from,
            seq,
            urgent,
            done: Box::new(move |typed| {
                drop(waiting);
                reply.send(typed.map(|typed| InputResponse {
                    success: true,
                    seq,
                    dropped: typed == Typed::Dropped,
                }));
            }),
        };
        self.hub.type_into(&allowed, input, || match urgent {
            true => Ok(()),
            false => self.connection.admit_input(),
        });
    }

    /// What to type where.
    fn check(&self, request: &mut Request) -> Result<(AllowedTerminal<Type>, InputRequest)> {
        let asked: InputRequest = request.parse()?;
        let allowed = self
            .hub
            .terminal::<Type>(self.principal, &asked.session_id)?;
        if asked.client_id.is_some() != asked.seq.is_some() {
            return Err(HubError::invalid("clientId and seq go together"));
        }
        if asked.seq.is_some() && asked.epoch.is_none() {
            return Err(HubError::invalid("seq needs the epoch that it counts in"));
        }
        if asked.seq == Some(0) {
            return Err(HubError::invalid("seq counts from 1"));
        }
        if asked.urgent && asked.input.len() > MAX_URGENT {
            return Err(HubError::too_large(format!(
                "urgent input holds at most {MAX_URGENT} bytes"
            )));
        }
        let present = &allowed.object().facts.epoch;
        if asked.epoch.as_ref().is_some_and(|epoch| epoch != present) {
            return Err(HubError::conflict("the terminal has begun another life")
                .detail("epoch", present.clone()));
        }
        Ok((allowed, asked))
    }

    fn source_of(&self, asked: &InputRequest) -> Source {
        match &asked.client_id {
            Some(client) => Source::Client(Arc::new(ClientKey {
                owner: self.principal.subject(),
                client: client.clone(),
            })),
            None => self.source.clone(),
        }
    }

    fn note_typing(&self, asked: &InputRequest) {
        let watch = self.watches.get(&asked.session_id);
        if let Some(watch) = watch.filter(|_| is_typed(&asked.input)) {
            watch.seat().typed();
        }
    }
}

//! Terminals that a socket owns, as far as the handle has to do with them: who may, and with
//! what say in their size.

use crate::access::{self, Allowed, Spawn};
use crate::auth::Principal;
use crate::error::Result;
use crate::ids::{ProjectId, PtyId};
use crate::protocol::RelayRequest;
use crate::terminal::adopted::AdoptRequest;
use crate::terminal::relayed::{Orders, Owned, Said};
use crate::terminal::start;

use super::HubHandle;

impl HubHandle {
    /// Takes a terminal whose program `principal` runs, or has it go on with its terminal.
    pub(crate) fn relay_into(
        &self,
        project: &Allowed<Spawn, ProjectId>,
        principal: &Principal,
        request: RelayRequest,
    ) -> Result<(Owned, Orders)> {
        debug_assert_eq!(project.object(), &request.project_id);
        let said = Said {
            name: request.pty_id.to_string(),
            size: start::size_or_default(request.cols, request.rows)?,
            kills: request.kills,
        };
        let mut adopt = AdoptRequest::new(request.session_id);
        adopt.project_id = request.project_id;
        adopt.title = request.title;
        adopt.command = request.command;
        adopt.size_policy = request.size_policy;
        adopt.record = request.record;
        let subject = principal.subject();
        let terminals = &self.inner().terminals;
        let (mut owned, orders) = terminals.relay(adopt, subject, said)?;
        self.seat_owner(principal, &mut owned)?;
        Ok((owned, orders))
    }

    /// Has `principal` go on with the terminal that it calls `pty` and has left, as it left it.
    pub(crate) fn relay_on(&self, principal: &Principal, pty: &PtyId) -> Option<(Owned, Orders)> {
        let terminals = &self.inner().terminals;
        let session = terminals.left_behind(&principal.subject(), pty.as_str())?;
        // It may have come back with less.
        let allowed = access::allow::<Spawn, _>(principal, session).ok()?;
        let (mut owned, orders) = terminals.go_on(allowed.into_object())?;
        self.seat_owner(principal, &mut owned).ok()?;
        Some((owned, orders))
    }

    /// It shows its terminal itself, so it has a say in the size as those have who watch.
    fn seat_owner(&self, principal: &Principal, owned: &mut Owned) -> Result<()> {
        let allowed = self.terminal(principal, &owned.session().facts.id)?;
        owned.sit(self.seat_for(principal, &allowed));
        Ok(())
    }
}

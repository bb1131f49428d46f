//! Terminals that a socket owns, as far as the handle has to do with them: who may, and with
//! what say in their size.

use crate::access::{Allowed, Spawn};
use crate::auth::Principal;
use crate::error::Result;
use crate::ids::ProjectId;
use crate::protocol::RelayRequest;
use crate::terminal::adopted::AdoptRequest;
use crate::terminal::relayed::{Orders, Owned};
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
        let size = start::size_or_default(request.cols, request.rows)?;
        let mut adopt = AdoptRequest::new(request.session_id);
        adopt.project_id = request.project_id;
        adopt.title = request.title;
        adopt.command = request.command;
        adopt.size_policy = request.size_policy;
        adopt.record = request.record;
        let subject = principal.subject();
        let terminals = &self.inner().terminals;
        let (mut owned, orders) = terminals.relay(adopt, subject, size, request.kills)?;
        // It shows its terminal itself, so it has a say in the size as those have who watch.
        let allowed = self.terminal(principal, &owned.session().facts.id)?;
        owned.sit(self.seat_for(principal, &allowed), size);
        Ok((owned, orders))
    }
}

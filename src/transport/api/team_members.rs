//! `/api/team-members`.

use aide::axum::ApiRouter;

use crate::auth::Principal;
use crate::domain::Mutation;
use crate::hub::HubHandle;
use crate::ids::TeamMemberId;
use crate::protocol::{EntityKind, EntityRef, NewTeamMember, TeamMember, TeamMemberPatch};

use super::resource::{self, Changeable, Resource};

pub(super) fn routes() -> ApiRouter<HubHandle> {
    resource::routes::<TeamMember>()
}

impl Resource for TeamMember {
    const KIND: EntityKind = EntityKind::TeamMember;
    const NAMES: [&str; 2] = ["TeamMember", "TeamMembers"];
    const PATH: &str = "/api/team-members";
    type Id = TeamMemberId;
    type New = NewTeamMember;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }

    fn reference(id: TeamMemberId) -> EntityRef {
        EntityRef::TeamMember(id)
    }

    fn create(new: NewTeamMember, _: &Principal) -> Mutation {
        Mutation::CreateTeamMember(new)
    }

    fn delete(id: TeamMemberId) -> Mutation {
        Mutation::DeleteTeamMember(id)
    }
}

impl Changeable for TeamMember {
    type Patch = TeamMemberPatch;

    fn update(id: TeamMemberId, patch: TeamMemberPatch, if_version: Option<u64>) -> Mutation {
        Mutation::UpdateTeamMember {
            id,
            patch,
            if_version,
        }
    }
}

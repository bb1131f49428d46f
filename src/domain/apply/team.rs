//! Team members: made, changed, archived, removed.

use serde_json::json;

use crate::error::Result;
use crate::ids::TeamMemberId;
use crate::protocol::{
    Entity, EntityRef, EventName, NewTeamMember, TeamMember, TeamMemberPatch, TeamMemberStatus,
};

use super::super::valid;
use super::{Change, matches, set};

impl Change<'_> {
    pub(super) fn create_team_member(&mut self, new: NewTeamMember) -> Result<Entity> {
        let request = new.client_request_id.as_ref();
        let of = format!("team member {}", new.project_id);
        if let Some(made) = self.repeated(&of, request)? {
            return Ok(made);
        }
        let project = self.project(&new.project_id)?.id;
        check(Some(&new.name), new.role.as_ref(), new.avatar.as_ref())?;
        let id = new.id.unwrap_or_else(TeamMemberId::random);
        self.vacant(&EntityRef::TeamMember(id.clone()))?;
        let member = TeamMember {
            id,
            hub: self.context.hub.clone(),
            project_id: project,
            name: new.name,
            role: new.role.unwrap_or_default(),
            avatar: new.avatar.unwrap_or_default(),
            status: TeamMemberStatus::Active,
            version: 1,
            created_at: self.context.now,
            updated_at: self.context.now,
        };
        self.tell(EventName::TeamMemberCreated, &member.project_id, &member);
        let entity = Entity::from(member);
        self.make(&of, request, &entity)?;
        Ok(entity)
    }

    /// One that leaves is told of as archived, everything else as updated.
    pub(super) fn update_team_member(
        &mut self,
        id: &TeamMemberId,
        patch: TeamMemberPatch,
        if_version: Option<u64>,
    ) -> Result<Entity> {
        let mut member: TeamMember = self.get(EntityRef::TeamMember(id.clone()))?;
        matches(member.version, if_version)?;
        check(
            patch.name.as_ref(),
            patch.role.as_ref(),
            patch.avatar.as_ref(),
        )?;
        let before = member.status;
        set(&mut member.name, patch.name);
        set(&mut member.role, patch.role);
        set(&mut member.avatar, patch.avatar);
        set(&mut member.status, patch.status);
        member.version += 1;
        member.updated_at = self.context.now;
        let name = match (before, member.status) {
            (TeamMemberStatus::Active, TeamMemberStatus::Archived) => EventName::TeamMemberArchived,
            _ => EventName::TeamMemberUpdated,
        };
        self.tell(name, &member.project_id, &member);
        let entity = Entity::from(member);
        self.tables.put(&entity)?;
        Ok(entity)
    }

    pub(super) fn delete_team_member(&mut self, id: &TeamMemberId) -> Result<Entity> {
        let member: TeamMember = self.get(EntityRef::TeamMember(id.clone()))?;
        self.tables.remove(&EntityRef::TeamMember(id.clone()))?;
        let fields = json!({"id": id});
        self.tell(EventName::TeamMemberDeleted, &member.project_id, &fields);
        Ok(member.into())
    }
}

fn check(name: Option<&String>, role: Option<&String>, avatar: Option<&String>) -> Result<()> {
    valid::opt(name, |name: &str| valid::words("name", name, valid::NAME))?;
    valid::opt(role, |role: &str| valid::text("role", role, valid::TEXT))?;
    valid::opt(avatar, |avatar: &str| {
        valid::text("avatar", avatar, valid::TEXT)
    })
}

//! Projects: made, changed, removed.

use std::path::Path;

use serde_json::json;

use crate::error::{HubError, Result};
use crate::ids::ProjectId;
use crate::protocol::{
    Entity, EntityKind, EntityRef, EventName, NewProject, Project, ProjectPatch,
};

use super::super::valid;
use super::{Change, matches, set};

impl Change<'_> {
    pub(super) fn create_project(&mut self, new: NewProject) -> Result<Entity> {
        let request = new.client_request_id.as_ref();
        if let Some(made) = self.repeated("project", request)? {
            return Ok(made);
        }
        check(
            Some(&new.name),
            new.working_dir.as_ref(),
            new.description.as_ref(),
        )?;
        let id = new.id.unwrap_or_else(ProjectId::random);
        self.vacant(&EntityRef::Project(id.clone()))?;
        let project = Project {
            id,
            hub: self.context.hub.clone(),
            name: new.name,
            working_dir: new.working_dir.unwrap_or_default(),
            description: new.description,
            version: 1,
            created_at: self.context.now,
            updated_at: self.context.now,
        };
        self.tell(EventName::ProjectCreated, &project.id, &project);
        let entity = Entity::from(project);
        self.make("project", request, &entity)?;
        Ok(entity)
    }

    pub(super) fn update_project(
        &mut self,
        id: &ProjectId,
        patch: ProjectPatch,
        if_version: Option<u64>,
    ) -> Result<Entity> {
        let mut project = self.project(id)?;
        matches(project.version, if_version)?;
        check(
            patch.name.as_ref(),
            patch.working_dir.as_ref(),
            patch.description.as_ref().and_then(Option::as_ref),
        )?;
        set(&mut project.name, patch.name);
        set(&mut project.working_dir, patch.working_dir);
        set(&mut project.description, patch.description);
        project.version += 1;
        project.updated_at = self.context.now;
        self.tell(EventName::ProjectUpdated, id, &project);
        let entity = Entity::from(project);
        self.tables.put(&entity)?;
        Ok(entity)
    }

    /// Only its own end is told: with it goes all that belongs to it.
    pub(super) fn delete_project(&mut self, id: &ProjectId) -> Result<Entity> {
        if id.as_str() == ProjectId::DEFAULT {
            return Err(HubError::conflict("the project \"default\" always exists"));
        }
        let project = self.project(id)?;
        for kind in [
            EntityKind::Task,
            EntityKind::Session,
            EntityKind::TeamMember,
            EntityKind::Mail,
        ] {
            for entity in self.tables.of_project(kind, id)? {
                self.tables.remove(&entity.reference())?;
            }
        }
        self.tables.remove(&EntityRef::Project(id.clone()))?;
        self.tell(EventName::ProjectDeleted, id, &json!({"id": id}));
        Ok(project.into())
    }
}

fn check(
    name: Option<&String>,
    working_dir: Option<&String>,
    description: Option<&String>,
) -> Result<()> {
    valid::opt(name, |name: &str| valid::words("name", name, valid::NAME))?;
    valid::opt(description, |text: &str| {
        valid::text("description", text, valid::TEXT)
    })?;
    valid::opt(working_dir, |dir: &str| {
        valid::text("workingDir", dir, valid::PATH)?;
        if dir.is_empty() || Path::new(dir).is_absolute() {
            Ok(())
        } else {
            Err(HubError::invalid("workingDir is not an absolute path"))
        }
    })
}

//! `/api/projects`.

use aide::axum::ApiRouter;

use crate::auth::Principal;
use crate::domain::Mutation;
use crate::hub::HubHandle;
use crate::ids::ProjectId;
use crate::protocol::{EntityKind, EntityRef, NewProject, Project, ProjectPatch};

use super::resource::{self, Changeable, Resource};

pub(super) fn routes() -> ApiRouter<HubHandle> {
    resource::routes::<Project>()
}

impl Resource for Project {
    const KIND: EntityKind = EntityKind::Project;
    const NAMES: [&str; 2] = ["Project", "Projects"];
    const PATH: &str = "/api/projects";
    type Id = ProjectId;
    type New = NewProject;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }

    fn reference(id: ProjectId) -> EntityRef {
        EntityRef::Project(id)
    }

    fn create(new: NewProject, _: &Principal) -> Mutation {
        Mutation::CreateProject(new)
    }

    fn delete(id: ProjectId) -> Mutation {
        Mutation::DeleteProject(id)
    }
}

impl Changeable for Project {
    type Patch = ProjectPatch;

    fn update(id: ProjectId, patch: ProjectPatch, if_version: Option<u64>) -> Mutation {
        Mutation::UpdateProject {
            id,
            patch,
            if_version,
        }
    }
}

//! What a mutation needs of a store, within one transaction.

use crate::error::Result;
use crate::ids::ProjectId;
use crate::protocol::{Entity, EntityKind, EntityRef};

/// The things as one transaction sees them.
pub(crate) trait Tables {
    fn get(&self, what: &EntityRef) -> Result<Option<Entity>>;
    /// All of a kind in a project.
    fn of_project(&self, kind: EntityKind, project: &ProjectId) -> Result<Vec<Entity>>;
    /// Those of a kind in a project that may name `id` somewhere: all that do, perhaps others.
    fn naming(&self, kind: EntityKind, project: &ProjectId, id: &str) -> Result<Vec<Entity>>;
    /// Puts it in its place, new or changed.
    fn put(&mut self, entity: &Entity) -> Result<()>;
    fn remove(&mut self, what: &EntityRef) -> Result<()>;
    /// What a request of this name has made before.
    fn made_by(&self, request: &str) -> Result<Option<EntityRef>>;
    /// Notes what a request has made.
    fn remember(&mut self, request: &str, made: &EntityRef) -> Result<()>;
}

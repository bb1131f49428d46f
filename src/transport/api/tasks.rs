//! `/api/tasks`, and claiming one.

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;

use crate::auth::Principal;
use crate::domain::Mutation;
use crate::hub::HubHandle;
use crate::ids::TaskId;
use crate::protocol::{ClaimRequest, EntityKind, EntityRef, NewTask, Task, TaskPatch};

use super::answer::{Answer, Thing};
use super::ask::{At, Author, Body, ById};
use super::resource::{self, Changeable, Resource, change, doc};

pub(super) fn routes() -> ApiRouter<HubHandle> {
    let claiming = post_with(claim, |op| {
        let summary = "Gives a task to one session for itself. Another's claim is a conflict, \
            whose details say `claimedBy`.";
        doc::<Task>(op, "claim", 0, summary)
    });
    resource::routes::<Task>().api_route("/api/tasks/{id}/claim", claiming)
}

async fn claim(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(ById { id: task }): At<ById<TaskId>>,
    Body(ClaimRequest { session_id }): Body<ClaimRequest>,
) -> Answer<Thing<Task>> {
    let claim = Mutation::ClaimTask {
        task,
        session: session_id,
    };
    change(&hub, &who, claim).await
}

impl Resource for Task {
    const KIND: EntityKind = EntityKind::Task;
    const NAMES: [&str; 2] = ["Task", "Tasks"];
    const PATH: &str = "/api/tasks";
    type Id = TaskId;
    type New = NewTask;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }

    fn reference(id: TaskId) -> EntityRef {
        EntityRef::Task(id)
    }

    fn create(new: NewTask, _: &Principal) -> Mutation {
        Mutation::CreateTask(new)
    }

    fn delete(id: TaskId) -> Mutation {
        Mutation::DeleteTask(id)
    }
}

impl Changeable for Task {
    type Patch = TaskPatch;

    fn update(id: TaskId, patch: TaskPatch, if_version: Option<u64>) -> Mutation {
        Mutation::UpdateTask {
            id,
            patch,
            if_version,
        }
    }
}

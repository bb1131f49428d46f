//! `/api/sessions`: what each reports and remembers, and what it works on.

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, post_with};
use axum::extract::State;
use tokio::sync::oneshot;

use crate::auth::Principal;
use crate::domain::Mutation;
use crate::error::{HubError, Result};
use crate::hub::HubHandle;
use crate::ids::SessionId;
use crate::protocol::{
    EntityKind, EntityRef, NewSession, NewTimelineEntry, Session, SessionEvent, SessionPatch,
    SpawnRequest,
};

use super::answer::{Answer, Removed, Thing};
use super::ask::{At, Author, Body, ById, SessionAndTask};
use super::resource::{self, Changeable, Resource, change, doc};

pub(super) fn routes() -> ApiRouter<HubHandle> {
    let telling = post_with(tell, |op| {
        let summary = "A session reports, or shows something in a window of the application.";
        doc::<Session>(op, "tellOf", 0, summary)
    });
    let remembering = post_with(remember, |op| {
        doc::<Session>(
            op,
            "addToTimelineOf",
            0,
            "Adds a line to a session's history.",
        )
    });
    let adding = post_with(add_task, |op| {
        doc::<Session>(op, "addTaskTo", 0, "The session works on the task.")
    });
    let removing = delete_with(remove_task, |op| {
        let summary = "The session works on the task no more.";
        doc::<Session>(op, "removeTaskFrom", 0, summary)
    });
    let spawning = post_with(spawn, |op| {
        let summary = "Makes a session and starts its terminal, which has its id.";
        doc::<Session>(op, "spawn", 0, summary)
    });
    let stopping = post_with(stop, |op| {
        let summary = "Ends a session, and every process of its terminal.";
        doc::<Session>(op, "stop", 0, summary)
    });
    resource::routes::<Session>()
        .api_route("/api/sessions/spawn", spawning)
        .api_route("/api/sessions/{id}/stop", stopping)
        .api_route("/api/sessions/{id}/events", telling)
        .api_route("/api/sessions/{id}/timeline", remembering)
        .api_route("/api/sessions/{id}/tasks/{taskId}", adding.merge(removing))
}

async fn spawn(
    State(hub): State<HubHandle>,
    Author(who): Author,
    Body(wanted): Body<SpawnRequest>,
) -> Answer<Thing<Session>> {
    let working = hub.clone();
    let started = async move { working.spawn_session(&who, wanted).await };
    to_the_end(&hub, started).await
}

async fn stop(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(ById { id }): At<ById<SessionId>>,
) -> Answer<Thing<Session>> {
    let working = hub.clone();
    let stopped = async move { working.stop_session(&who, &id).await };
    to_the_end(&hub, stopped).await
}

/// Whoever asked may go; what was begun is finished all the same.
async fn to_the_end(
    hub: &HubHandle,
    work: impl Future<Output = Result<Session>> + Send + 'static,
) -> Answer<Thing<Session>> {
    let (done, outcome) = oneshot::channel();
    hub.tasks().spawn(async move {
        // Fails when nobody waits any more.
        let _ = done.send(work.await);
    });
    let ended = || HubError::unavailable("the hub is shutting down");
    Ok(Thing(outcome.await.map_err(|_| ended())??))
}

async fn tell(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(ById { id: session }): At<ById<SessionId>>,
    Body(event): Body<SessionEvent>,
) -> Answer<Thing<Session>> {
    let told = match event {
        SessionEvent::Modal(modal) => Mutation::Modal { session, modal },
        SessionEvent::Report(report) => Mutation::Report { session, report },
    };
    change(&hub, &who, told).await
}

async fn remember(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(ById { id: session }): At<ById<SessionId>>,
    Body(entry): Body<NewTimelineEntry>,
) -> Answer<Thing<Session>> {
    change(&hub, &who, Mutation::AddToTimeline { session, entry }).await
}

async fn add_task(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(SessionAndTask { id, task_id }): At<SessionAndTask>,
) -> Answer<Thing<Session>> {
    let added = Mutation::AddTask {
        session: id,
        task: task_id,
    };
    change(&hub, &who, added).await
}

async fn remove_task(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(SessionAndTask { id, task_id }): At<SessionAndTask>,
) -> Answer<Removed> {
    let removed = Mutation::RemoveTask {
        session: id,
        task: task_id,
    };
    change::<Session>(&hub, &who, removed).await?;
    Ok(Removed)
}

impl Resource for Session {
    const KIND: EntityKind = EntityKind::Session;
    const NAMES: [&str; 2] = ["Session", "Sessions"];
    const PATH: &str = "/api/sessions";
    type Id = SessionId;
    type New = NewSession;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }

    fn reference(id: SessionId) -> EntityRef {
        EntityRef::Session(id)
    }

    fn create(new: NewSession, _: &Principal) -> Mutation {
        Mutation::CreateSession(new)
    }

    fn delete(id: SessionId) -> Mutation {
        Mutation::DeleteSession(id)
    }
}

impl Changeable for Session {
    type Patch = SessionPatch;

    fn update(id: SessionId, patch: SessionPatch, if_version: Option<u64>) -> Mutation {
        Mutation::UpdateSession {
            id,
            patch,
            reason: None,
            if_version,
        }
    }
}

//! Services of the host application: called with care, their events put into the hub's log.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::domain::{Answer, Cursor, Mutation, NewEvent, Outcome, Page, Services};
use crate::error::{HubError, Result};
use crate::ids::ProjectId;
use crate::protocol::{Entity, EntityKind, EntityRef, ListQuery};
use crate::store::domain::{DomainStore, Snapshot};
use crate::tasks::Tasks;

/// How long the application may take for one thing.
const PATIENCE: Duration = Duration::from_secs(30);

/// The application's services as the hub calls them.
#[derive(Debug)]
pub(crate) struct Foreign {
    services: Arc<dyn Services>,
    log: DomainStore,
    tasks: Tasks,
    /// One change at a time: what is told is told in the order in which it was made.
    turn: Arc<Mutex<()>>,
}

impl Foreign {
    pub(crate) fn new(services: Arc<dyn Services>, log: DomainStore, tasks: Tasks) -> Self {
        Self {
            services,
            log,
            tasks,
            turn: Arc::default(),
        }
    }
}

impl Services for Foreign {
    fn get(&self, what: EntityRef) -> Answer<'_, Option<Entity>> {
        Box::pin(careful(async { self.services.get(what).await }))
    }

    fn list(&self, query: ListQuery) -> Answer<'_, Page> {
        Box::pin(careful(async { self.services.list(query).await }))
    }

    /// What has been made is told, whether or not whoever asked still waits.
    fn change(&self, mutation: Mutation) -> Answer<'_, Outcome> {
        let (services, log, turn) = (self.services.clone(), self.log.clone(), self.turn.clone());
        let work = async move {
            let turn = turn.lock().await;
            let outcome = careful(async { services.change(mutation).await }).await?;
            let queued = log.queue(tellable(&outcome.events)).await?;
            drop(turn);
            queued.await?;
            Ok(outcome)
        };
        Box::pin(async {
            self.tasks
                .whole(work)
                .await
                .unwrap_or_else(|| Err(failed()))
        })
    }
}

fn failed() -> HubError {
    HubError::internal("the application's services failed", &"a panic")
}

/// The application's code may panic, or never come back.
async fn careful<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match timeout(PATIENCE, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(failed()),
        Err(_) => Err(HubError::unavailable(
            "the application's services did not answer in time",
        )),
    }
}

/// Those that can be told. The others have happened all the same.
fn tellable(events: &[NewEvent]) -> Vec<NewEvent> {
    let sound = events.iter().filter_map(|event| {
        let checked = event.clone().checked(true);
        checked
            .inspect_err(|error| tracing::error!(%error, "an event cannot be told"))
            .ok()
    });
    sound.collect()
}

/// Everything of a project. The moment comes first: what happens meanwhile may be in the lists
/// already, and is told once more.
pub(super) async fn snapshot(
    services: &dyn Services,
    moment: Cursor,
    project: ProjectId,
    archived: bool,
    limit: usize,
) -> Result<Snapshot> {
    let what = EntityRef::Project(project.clone());
    let found = services.get(what.clone()).await?;
    let mut snapshot = Snapshot {
        project: found.ok_or_else(|| super::not_found(&what))?,
        sessions: Vec::new(),
        tasks: Vec::new(),
        team_members: Vec::new(),
        truncated: false,
        cursor: moment,
    };
    for (kind, list) in [
        (EntityKind::Session, &mut snapshot.sessions),
        (EntityKind::Task, &mut snapshot.tasks),
        (EntityKind::TeamMember, &mut snapshot.team_members),
    ] {
        let query = ListQuery {
            projects: Some(vec![project.clone()]),
            archived,
            limit,
            ..ListQuery::all(kind)
        };
        let page = services.list(query).await?;
        snapshot.truncated |= page.next.is_some();
        *list = page.items;
    }
    Ok(snapshot)
}

//! `/api/state/{projectId}`: what `state:sync` answers, without a socket.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::HubError;
use crate::hub::HubHandle;
use crate::ids::ProjectId;
use crate::protocol::{Include, SyncRequest, SyncResponse};
use crate::transport::sync::{MOST, sync};

use super::answer::{Answer, Reply};
use super::ask::{At, Bearer, Params};

pub(super) fn routes() -> ApiRouter<HubHandle> {
    let state = get_with(state, |op| {
        op.id("syncState")
            .tag("State")
            .summary("Everything of a project at one moment, or what has happened since another.")
    });
    ApiRouter::new().api_route("/api/state/{projectId}", state)
}

/// Which project.
#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
struct OfProject {
    /// Its id.
    project_id: ProjectId,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
struct StateParams {
    /// The cursor of an event or of another answer: only what has happened since. One that is
    /// not known here gives everything.
    since: Option<String>,
    /// Most entries of each list, and most events; 1,000 when absent.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<usize>,
    /// Archived tasks and team members as well.
    #[serde(default)]
    archived: bool,
}

async fn state(
    State(hub): State<HubHandle>,
    Bearer(who): Bearer,
    At(OfProject { project_id }): At<OfProject>,
    Params(params): Params<StateParams>,
) -> Answer<Reply<SyncResponse>> {
    if params
        .limit
        .is_some_and(|limit| !(1..=MOST).contains(&limit))
    {
        return Err(HubError::invalid(format!("limit is not within 1..={MOST}")).into());
    }
    let wanted = SyncRequest {
        project_id: None,
        since: params.since,
        include: params.archived.then(|| vec![Include::Archived]),
        limit: params.limit,
    };
    Ok(Reply(sync(&hub, &who, project_id, wanted).await?))
}

//! How the hub is: `/health`, `/ws-status`, and its terminals.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use crate::access::{self, WholeHub};
use crate::error::HubError;
use crate::hub::HubHandle;
use crate::protocol::{HubStatus, TerminalInfo};

use super::answer::{Answer, Reply};
use super::ask::Bearer;

pub(super) fn routes() -> Router<HubHandle> {
    Router::new()
        .route("/health", get(health))
        .route("/ws-status", get(status))
}

pub(super) fn documented() -> ApiRouter<HubHandle> {
    let list = get_with(terminals, |op| {
        op.id("listTerminals")
            .tag("Terminals")
            .summary("The terminals, the oldest first.")
    });
    ApiRouter::new().api_route("/api/terminals", list)
}

async fn health() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

async fn status(State(hub): State<HubHandle>, Bearer(who): Bearer) -> Answer<Reply<HubStatus>> {
    let allowed = access::allow(&who, WholeHub).map_err(HubError::from)?;
    Ok(Reply(hub.status_for(&allowed)))
}

async fn terminals(
    State(hub): State<HubHandle>,
    Bearer(who): Bearer,
) -> Answer<Reply<Vec<TerminalInfo>>> {
    Ok(Reply(hub.list_for(&who)))
}

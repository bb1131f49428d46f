//! The HTTP requests that are not Socket.IO: one file for each resource. What they have in
//! common is in `ask` (what comes), `answer` (what goes), `resource` (what can be done with
//! every kind of thing) and `openapi` (the document of all of it).
//!
//! Each finds out who asks, goes through the gate, and calls the hub.

mod answer;
mod ask;
mod mail;
mod openapi;
mod pairing;
mod projects;
mod resource;
mod sessions;
mod state;
mod status;
mod tasks;
mod team_members;

use aide::axum::ApiRouter;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use http::{HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::Limits;
use crate::hub::HubHandle;

pub(crate) use answer::{no_such_path, wrong_method};

pub(crate) fn routes(limits: &Limits) -> Router<HubHandle> {
    let documented = ApiRouter::new()
        .merge(projects::routes())
        .merge(tasks::routes())
        .merge(sessions::routes())
        .merge(team_members::routes())
        .merge(mail::routes())
        .merge(state::routes())
        .merge(pairing::routes())
        .merge(status::documented());
    openapi::with_document(documented)
        .merge(status::routes())
        .layer(DefaultBodyLimit::max(limits.message_bytes))
        // Answers differ by who asks, and are of the moment.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
}

//! The HTTP requests that are not Socket.IO: status, terminals, pairing.
//!
//! Each finds out who asks ([`Bearer`]), goes through the gate, and calls the hub.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::request::Parts;
use http::{StatusCode, header};
use serde_json::json;

use crate::access::{self, WholeHub};
use crate::auth::Principal;
use crate::error::HubError;
use crate::hub::HubHandle;
use crate::protocol::{
    ErrorCode, HubStatus, PairRequest, Paired, Pairing, PairingRequest, TerminalInfo,
};

/// Most bytes of a request body here. Nothing that is asked for needs more.
const MAX_BODY: usize = 64 << 10;

pub(crate) fn routes() -> Router<HubHandle> {
    Router::new()
        .route("/health", get(health))
        .route("/ws-status", get(status))
        .route("/api/terminals", get(terminals))
        .route("/api/pairings", post(start_pairing))
        .route("/api/pair", post(pair))
        .layer(axum::extract::DefaultBodyLimit::max(MAX_BODY))
}

async fn health() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

async fn status(State(hub): State<HubHandle>, Bearer(principal): Bearer) -> Answer<HubStatus> {
    let allowed = access::allow(&principal, WholeHub).map_err(HubError::from)?;
    Ok(Json(hub.status_for(&allowed)))
}

async fn terminals(
    State(hub): State<HubHandle>,
    Bearer(principal): Bearer,
) -> Answer<Vec<TerminalInfo>> {
    Ok(Json(hub.list_for(&principal)))
}

async fn start_pairing(
    State(hub): State<HubHandle>,
    Bearer(principal): Bearer,
    request: Result<Json<PairingRequest>, JsonRejection>,
) -> Answer<Pairing> {
    let allowed = access::allow(&principal, WholeHub).map_err(HubError::from)?;
    let Json(request) = request.map_err(bad_body)?;
    Ok(Json(hub.start_pairing_for(&allowed, request)?))
}

/// The one request that needs no credential: the code is one.
async fn pair(
    State(hub): State<HubHandle>,
    request: Result<Json<PairRequest>, JsonRejection>,
) -> Answer<Paired> {
    let Json(request) = request.map_err(bad_body)?;
    Ok(Json(hub.pair(&request)?))
}

type Answer<T> = Result<Json<T>, RestError>;

/// Whoever's credential came in `Authorization: Bearer`.
struct Bearer(Principal);

impl FromRequestParts<HubHandle> for Bearer {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, hub: &HubHandle) -> Result<Self, RestError> {
        let header = parts.headers.get(header::AUTHORIZATION);
        let token = header
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let error = |message| RestError(HubError::new(ErrorCode::Unauthenticated, message));
        let token = token.ok_or_else(|| error("Authentication required"))?;
        let principal = hub.verify_anybody(token.trim());
        principal
            .map(Self)
            .ok_or_else(|| error("Invalid authentication token"))
    }
}

/// `{error: true, code, message}` with the status that fits.
struct RestError(HubError);

impl From<HubError> for RestError {
    fn from(error: HubError) -> Self {
        Self(error)
    }
}

fn bad_body(rejection: JsonRejection) -> RestError {
    let code = match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        _ => ErrorCode::Invalid,
    };
    RestError(HubError::new(code, rejection.body_text()))
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let status = match self.0.code {
            ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::Invalid => StatusCode::BAD_REQUEST,
            ErrorCode::Conflict => StatusCode::CONFLICT,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut body = json!(self.0);
        body["error"] = true.into();
        let mut response = (status, Json(body)).into_response();
        if let Some(after) = self.0.retry_after {
            let seconds = after.as_secs().max(1);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

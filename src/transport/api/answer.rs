//! What goes back: things with their version, pages, errors. Every answer is JSON.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use crate::error::HubError;
use crate::protocol::{ErrorCode, RestFailure};

use super::resource::Resource;

/// What a request answers.
pub(super) type Answer<T> = Result<T, RestError>;

/// Something, with 200.
pub(super) struct Reply<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

/// A thing of the domain, with its version as `ETag`.
pub(super) struct Thing<R>(pub(super) R);

impl<R: Resource> IntoResponse for Thing<R> {
    fn into_response(self) -> Response {
        let etag = self.0.version().and_then(etag);
        let mut response = Json(self.0).into_response();
        if let Some(etag) = etag {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

fn etag(version: u64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{version}\"")).ok()
}

/// A thing that was made: with 201, or with 200 when an earlier request had made it already.
pub(super) struct Made<R> {
    pub(super) thing: R,
    pub(super) created: bool,
}

impl<R: Resource> IntoResponse for Made<R> {
    fn into_response(self) -> Response {
        let place = format!("{}/{}", R::PATH, self.thing.id());
        let mut response = Thing(self.thing).into_response();
        if self.created {
            *response.status_mut() = StatusCode::CREATED;
            if let Ok(place) = HeaderValue::from_str(&place) {
                response.headers_mut().insert(header::LOCATION, place);
            }
        }
        response
    }
}

/// It is no more: 204.
pub(super) struct Removed;

impl IntoResponse for Removed {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// An error, with the status that fits.
#[derive(Debug)]
pub(crate) struct RestError {
    status: StatusCode,
    error: HubError,
}

impl RestError {
    /// One whose status says more than its code.
    pub(super) fn with_status(status: StatusCode, error: HubError) -> Self {
        Self { status, error }
    }
}

impl From<HubError> for RestError {
    fn from(error: HubError) -> Self {
        let status = status_of(error.code);
        Self { status, error }
    }
}

pub(super) fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Invalid => StatusCode::BAD_REQUEST,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let failure = self.error.to_failure();
        let body = RestFailure {
            error: true,
            code: failure.code,
            message: failure.error,
            retry_after_ms: failure.retry_after_ms,
            details: failure.details,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(after) = self.error.retry_after {
            headers.insert(header::RETRY_AFTER, after.as_secs().max(1).into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

/// For every path that there is not.
pub(crate) fn no_such_path(path: &str) -> RestError {
    HubError::not_found(format!("there is no path {path:?}")).into()
}

/// For every path that there is, but not with this method.
pub(crate) async fn wrong_method(method: Method) -> RestError {
    let error = HubError::invalid(format!("{method} is no method of this path"));
    RestError::with_status(StatusCode::METHOD_NOT_ALLOWED, error)
}

//! What comes with a request: who asks, about what, with which body. Each is read once, here,
//! and refused in the one form of errors.

use axum::Json;
use axum::body::{Body as Raw, Bytes};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use http::request::Parts;
use http::{StatusCode, header};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::auth::Principal;
use crate::error::HubError;
use crate::hub::HubHandle;
use crate::ids::{ProjectId, SessionId, TaskId};
use crate::protocol::ErrorCode;
use crate::protocol::bounds::PAGE;

use super::answer::RestError;

/// Longest cursor, in bytes.
const CURSOR: usize = 200;
/// Things in one page of a list, when the request does not say.
pub(super) const DEFAULT_PAGE: usize = 100;

/// Whoever's credential came in `Authorization: Bearer`.
pub(super) struct Bearer(pub(super) Principal);

impl FromRequestParts<HubHandle> for Bearer {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, hub: &HubHandle) -> Result<Self, RestError> {
        let header = parts.headers.get(header::AUTHORIZATION);
        let token = header
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let error = |message| HubError::new(ErrorCode::Unauthenticated, message);
        let token = token.ok_or_else(|| error("Authentication required"))?;
        let principal = hub.verify_anybody(token.trim());
        Ok(Self(
            principal.ok_or_else(|| error("Invalid authentication token"))?,
        ))
    }
}

/// [`Bearer`] who wants to change something.
pub(super) struct Author(pub(super) Principal);

impl FromRequestParts<HubHandle> for Author {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, hub: &HubHandle) -> Result<Self, RestError> {
        let Bearer(who) = Bearer::from_request_parts(parts, hub).await?;
        Ok(Self(who))
    }
}

/// What the path names.
pub(super) struct At<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<HubHandle> for At<T> {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, hub: &HubHandle) -> Result<Self, RestError> {
        match Path::from_request_parts(parts, hub).await {
            Ok(Path(at)) => Ok(Self(at)),
            Err(rejection) => Err(HubError::invalid(rejection.body_text()).into()),
        }
    }
}

/// One thing, by its id.
#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct ById<I> {
    /// Its id.
    pub(super) id: I,
}

/// A session and a task.
#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionAndTask {
    /// The session.
    pub(super) id: SessionId,
    /// The task.
    pub(super) task_id: TaskId,
}

/// What stands behind the question mark. Names that are not known are ignored.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<HubHandle> for Params<T> {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, hub: &HubHandle) -> Result<Self, RestError> {
        match Query::from_request_parts(parts, hub).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(HubError::invalid(rejection.body_text()).into()),
        }
    }
}

/// Which part of a list.
#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListParams {
    /// Only those of this project.
    pub(super) project_id: Option<ProjectId>,
    /// At most so many; 100 when absent.
    #[schemars(range(min = 1, max = PAGE))]
    limit: Option<usize>,
    /// Where to go on: `next` of the page before.
    #[schemars(length(max = CURSOR))]
    cursor: Option<String>,
    /// Archived tasks and team members as well.
    #[serde(default)]
    pub(super) archived: bool,
}

impl ListParams {
    pub(super) fn cursor(&self) -> Result<Option<String>, HubError> {
        match &self.cursor {
            Some(cursor) if cursor.len() > CURSOR => Err(HubError::too_large(format!(
                "cursor is longer than {CURSOR} characters"
            ))),
            cursor => Ok(cursor.clone()),
        }
    }

    pub(super) fn limit(&self) -> Result<usize, HubError> {
        match self.limit.unwrap_or(DEFAULT_PAGE) {
            limit @ 1..=PAGE => Ok(limit),
            limit => Err(HubError::invalid(format!(
                "limit: {limit} is not within 1..={PAGE}"
            ))),
        }
    }
}

/// A body of JSON: an object.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<HubHandle> for Body<T> {
    type Rejection = RestError;

    async fn from_request(request: Request, hub: &HubHandle) -> Result<Self, RestError> {
        let (parts, body) = request.into_parts();
        let body = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(body, hub)
            .await
            .map_err(|rejection| bad_body(JsonRejection::BytesRejection(rejection)))?;
        // Those of fields that are not read would not be looked at.
        if std::str::from_utf8(&bytes).is_err() {
            return Err(HubError::invalid("the body is not UTF-8").into());
        }
        // A list would be taken for an object's fields, in order.
        let list = bytes.trim_ascii_start().first() == Some(&b'[');
        let again = Request::from_parts(parts, Raw::from(bytes));
        match Json::from_request(again, hub).await {
            Ok(_) if list => Err(HubError::invalid("the body is a list, not an object").into()),
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(bad_body(rejection)),
        }
    }
}

fn bad_body(rejection: JsonRejection) -> RestError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => HubError::too_large(rejection.body_text()).into(),
        status @ StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            RestError::with_status(status, HubError::invalid(rejection.body_text()))
        }
        _ => HubError::invalid(rejection.body_text()).into(),
    }
}

/// `If-Match`: the version that the thing must still have; none when it may have any.
pub(super) struct IfMatch(pub(super) Option<u64>);

impl FromRequestParts<HubHandle> for IfMatch {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, _: &HubHandle) -> Result<Self, RestError> {
        let mut values = parts.headers.get_all(header::IF_MATCH).iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        match (value.to_str().ok().and_then(wanted), values.next()) {
            (Some(wanted), None) => Ok(Self(wanted)),
            _ => Err(HubError::invalid(
                "If-Match: expected the ETag of one version, such as \"3\"",
            )
            .into()),
        }
    }
}

/// `"3"`; also `W/"3"`, because proxies that compress weaken an `ETag`, and a bare `3`.
fn wanted(text: &str) -> Option<Option<u64>> {
    let text = text.trim();
    if text == "*" {
        return Some(None);
    }
    let text = text.strip_prefix("W/").unwrap_or(text);
    let bare = match text.strip_prefix('"') {
        Some(text) => text.strip_suffix('"')?,
        None => text,
    };
    // A sign is none of a version's.
    let digits = bare.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| bare.parse().ok()).flatten().map(Some)
}

/// No `If-Match`, where it would be passed over.
pub(super) struct Unconditional;

impl FromRequestParts<HubHandle> for Unconditional {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, _: &HubHandle) -> Result<Self, RestError> {
        match parts.headers.contains_key(header::IF_MATCH) {
            true => Err(HubError::invalid("If-Match: only PATCH takes it").into()),
            false => Ok(Self),
        }
    }
}

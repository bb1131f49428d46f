//! The HTTP server put together: guard first, then headers, then the routes.

use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use http::{HeaderName, HeaderValue, Method, Uri, header};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::hub::HubHandle;

use super::engine::{self, Engine};
use super::guard::{self, Guard};
use super::legacy_ws::{self, LegacyWs};

pub(crate) fn router(
    hub: HubHandle,
    engine: Engine,
    legacy: Option<LegacyWs>,
    guard: Guard,
) -> Router {
    let guard = Arc::new(guard);
    let socket_io = Router::new()
        .route("/socket.io/", any(engine::serve))
        .route("/socket.io", any(engine::serve))
        .with_state(engine);
    #[allow(unused_mut)]
    let mut routes = super::api::routes(hub.limits());
    #[cfg(feature = "phone")]
    {
        routes = routes.merge(super::phone::routes());
    }
    let mut routes = routes
        .method_not_allowed_fallback(super::api::wrong_method)
        .fallback(async |uri: Uri| super::api::no_such_path(uri.path()))
        .with_state(hub)
        .merge(socket_io);
    if let Some(legacy) = legacy {
        let intercept = axum::middleware::from_fn_with_state(legacy, legacy_ws::intercept);
        routes = routes.layer(intercept);
    }
    routes
        .layer(cors(guard.clone()))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(axum::middleware::from_fn_with_state(guard, guard::enforce))
}

fn cors(guard: Arc<Guard>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, parts| {
            origin
                .to_str()
                .is_ok_and(|origin| guard.allows_cors(origin, &parts.headers))
        }))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
        ])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER])
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

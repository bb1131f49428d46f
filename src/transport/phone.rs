//! The phone's web page, built from `phone/` and carried in the binary.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;
use rust_embed::{Embed, EmbeddedFile};

use super::api::no_such_path;

/// What the page may do: nothing but talk to the hub it came from. The terminal emulator sets
/// styles of its own, hence the one exception.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    connect-src 'self'; img-src 'self' data:; font-src 'self' data:; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Embed)]
#[folder = "phone/dist"]
struct Page;

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(async || file("index.html", "no-cache")))
        .route(
            "/{file}",
            get(async |Path(name): Path<String>| file(&name, "no-cache")),
        )
        .route(
            "/assets/{file}",
            // Their names change with their contents.
            get(async |Path(name): Path<String>| {
                file(
                    &format!("assets/{name}"),
                    "public, max-age=31536000, immutable",
                )
            }),
        )
}

fn file(name: &str, cache: &'static str) -> Response {
    let Some(EmbeddedFile { data, .. }) = Page::get(name) else {
        return no_such_path(name).into_response();
    };
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let headers = [
        (header::CONTENT_TYPE, kind.essence_str().to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
    ];
    (headers, data.into_owned()).into_response()
}

//! Who may knock at all: the `Host` and `Origin` of every request, before anything else.
//!
//! `Host` stops DNS rebinding (421), `Origin` stops pages of other sites (403); both hold for
//! plain requests, polling and the WebSocket upgrade alike. Neither says who somebody is.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::config::HubConfig;

/// Where pages of a Tauri application and of its development servers come from.
const DEFAULT_ORIGINS: &[&str] = &[
    "tauri://localhost",
    "http://tauri.localhost",
    "https://tauri.localhost",
    "http://localhost:1420",
    "http://localhost:3000",
    "http://localhost:5173",
    "http://127.0.0.1:1420",
    "http://127.0.0.1:3000",
    "http://127.0.0.1:5173",
];

/// The lists that requests are held against.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    hosts: Vec<String>,
    origins: Vec<String>,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Host,
    Origin,
}

impl Guard {
    pub(crate) fn new(config: &HubConfig) -> Self {
        let mut hosts: Vec<String> = config
            .allow_hosts
            .iter()
            .map(|host| host.to_ascii_lowercase())
            .collect();
        let mut origins: Vec<String> = DEFAULT_ORIGINS
            .iter()
            .map(|origin| (*origin).to_owned())
            .collect();
        origins.extend(config.allow_origins.iter().cloned());
        if let Some(url) = &config.external_url {
            hosts.push(authority(url));
            origins.push(url.origin().ascii_serialization());
        }
        Self { hosts, origins }
    }

    /// # Errors
    ///
    /// What is wrong with the request's headers.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = single(headers, &HOST)
            .ok_or(Refusal::Host)?
            .ok_or(Refusal::Host)?
            .to_ascii_lowercase();
        if !self.accepts_host(&host) {
            return Err(Refusal::Host);
        }
        match single(headers, &ORIGIN) {
            None => Ok(()),
            Some(Some(origin)) if self.accepts_origin(origin, &host) => Ok(()),
            Some(_) => Err(Refusal::Origin),
        }
    }

    fn accepts_host(&self, host: &str) -> bool {
        let name = host_name(host);
        is_loopback(name)
            || self
                .hosts
                .iter()
                .any(|known| known == host || known == name)
    }

    fn accepts_origin(&self, origin: &str, host: &str) -> bool {
        self.origins.iter().any(|known| known == origin)
            // A page that this very host served.
            || origin.strip_prefix("http://").is_some_and(|rest| rest == host)
            || origin.strip_prefix("https://").is_some_and(|rest| rest == host)
    }

    /// Every origin, for CORS: a predicate over the same lists.
    pub(crate) fn allows_cors(&self, origin: &str, headers: &HeaderMap) -> bool {
        let host = single(headers, &HOST)
            .flatten()
            .unwrap_or_default()
            .to_ascii_lowercase();
        self.accepts_origin(origin, &host)
    }
}

/// A header that may be there once: absent, unreadable or repeated, or its value.
fn single<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    Some(value.to_str().ok().filter(|_| values.next().is_none()))
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A `Host` without its port.
fn host_name(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Middleware that turns away what the guard refuses.
pub(crate) async fn enforce(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    match guard.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(Refusal::Host) => (
            StatusCode::MISDIRECTED_REQUEST,
            "this host name is not served here",
        )
            .into_response(),
        Err(Refusal::Origin) => (
            StatusCode::FORBIDDEN,
            "pages of this origin may not connect",
        )
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn guard() -> Guard {
        Guard::new(&HubConfig {
            external_url: Some(Url::parse("https://Hub.Example").unwrap()),
            allow_hosts: vec!["lan.example".into(), "one.example:8443".into()],
            allow_origins: vec!["https://app.example".into()],
            ..HubConfig::default()
        })
    }

    fn check(headers: &[(&'static str, &str)]) -> Result<(), Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        guard().check(&map)
    }

    #[test]
    fn table_of_hosts() {
        for good in [
            "127.0.0.1",
            "127.0.0.1:3000",
            "localhost:9",
            "LOCALHOST",
            "[::1]:3000",
            "hub.example",
            "HUB.example:443",
            "lan.example:1",
            "one.example:8443",
        ] {
            assert_eq!(check(&[("host", good)]), Ok(()), "{good}");
        }
        for bad in [
            "",
            "evil.example",
            "hub.example.evil",
            "evil.hub.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "one.example",
            "one.example:1",
            "10.0.0.1",
            "0.0.0.0",
            "[::2]",
            "user@hub.example",
        ] {
            assert_eq!(check(&[("host", bad)]), Err(Refusal::Host), "{bad}");
        }
        assert_eq!(check(&[]), Err(Refusal::Host));
        assert_eq!(
            check(&[("host", "localhost"), ("host", "localhost")]),
            Err(Refusal::Host)
        );
    }

    #[test]
    fn table_of_origins() {
        let with = |host: &str, origin: &str| check(&[("host", host), ("origin", origin)]);
        for (host, origin) in [
            ("127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("localhost:4000", "http://localhost:4000"),
            ("127.0.0.1:4000", "tauri://localhost"),
            ("127.0.0.1:4000", "http://localhost:5173"),
            ("hub.example", "https://hub.example"),
            ("127.0.0.1:4000", "https://hub.example"),
            ("127.0.0.1:4000", "https://app.example"),
        ] {
            assert_eq!(with(host, origin), Ok(()), "{host} {origin}");
        }
        for (host, origin) in [
            ("127.0.0.1:4000", "http://127.0.0.1:4001"),
            ("127.0.0.1:4000", "http://localhost:4000"),
            ("127.0.0.1:4000", "https://evil.example"),
            ("127.0.0.1:4000", "null"),
            ("127.0.0.1:4000", ""),
            ("127.0.0.1:4000", "https://hub.example.evil"),
            ("127.0.0.1:4000", "https://app.example:8443"),
            ("127.0.0.1:4000", "http://app.example"),
        ] {
            assert_eq!(with(host, origin), Err(Refusal::Origin), "{host} {origin}");
        }
        let twice = [
            ("host", "localhost"),
            ("origin", "tauri://localhost"),
            ("origin", "x"),
        ];
        assert_eq!(check(&twice), Err(Refusal::Origin));
    }
}

//! `/api/pairings` and `/api/pair`: a phone becomes a device.

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;

use crate::access::{self, WholeHub};
use crate::error::HubError;
use crate::hub::HubHandle;
use crate::protocol::{ErrorCode, PairRequest, Paired, Pairing, PairingRequest};

use super::answer::{Answer, Reply};
use super::ask::{Author, Body};
use super::openapi::refuses;

pub(super) fn routes() -> ApiRouter<HubHandle> {
    let starting = post_with(start, |op| {
        let op = refuses(op, &[(ErrorCode::RateLimited, "Too many codes wait.")]);
        op.id("startPairing")
            .tag("Pairing")
            .summary("A code that makes one device, for the desktop's administrator.")
    });
    let redeeming = post_with(pair, |op| {
        let wrong = [
            (ErrorCode::NotFound, "The code is wrong, used or too old."),
            (ErrorCode::RateLimited, "Too many wrong codes."),
        ];
        let summary = "Makes a device of whoever has a code.";
        refuses(op, &wrong)
            .id("pair")
            .tag("Pairing")
            .summary(summary)
    });
    ApiRouter::new()
        .api_route("/api/pairings", starting)
        .api_route("/api/pair", redeeming)
}

async fn start(
    State(hub): State<HubHandle>,
    Author(who): Author,
    Body(request): Body<PairingRequest>,
) -> Answer<Reply<Pairing>> {
    let allowed = access::allow(&who, WholeHub).map_err(HubError::from)?;
    Ok(Reply(hub.start_pairing_for(&allowed, request)?))
}

/// The one request that needs no credential: the code is one.
async fn pair(
    State(hub): State<HubHandle>,
    Body(request): Body<PairRequest>,
) -> Answer<Reply<Paired>> {
    hub.pair(&request).await.map(Reply).map_err(Into::into)
}

//! `/api/mail`: sent as whoever asks, and never changed.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::auth::Principal;
use crate::domain::Mutation;
use crate::hub::HubHandle;
use crate::ids::{MailId, SessionId};
use crate::protocol::{EntityKind, EntityRef, ListPage, Mail, NewMail};

use super::answer::{Answer, Reply};
use super::ask::{Bearer, ListParams, Params};
use super::resource::{self, Resource, doc};

pub(super) fn routes() -> ApiRouter<HubHandle> {
    let list = get_with(list, |op| {
        doc::<Mail>(op, "list", 1, "The mail, the oldest first.")
    });
    ApiRouter::new()
        .api_route(Mail::PATH, list.merge(resource::making::<Mail>()))
        .api_route("/api/mail/{id}", resource::one::<Mail>())
}

/// Whose mail. A part of its own, because flattened parameters are all text.
#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
struct To {
    /// Only what was sent to this session.
    to_session_id: Option<SessionId>,
}

async fn list(
    State(hub): State<HubHandle>,
    Bearer(who): Bearer,
    Params(params): Params<ListParams>,
    Params(To { to_session_id }): Params<To>,
) -> Answer<Reply<ListPage<Mail>>> {
    resource::page(&hub, &who, params, to_session_id).await
}

impl Resource for Mail {
    const KIND: EntityKind = EntityKind::Mail;
    const NAMES: [&str; 2] = ["Mail", "Mail"];
    const PATH: &str = "/api/mail";
    type Id = MailId;
    type New = NewMail;
    const CHANGES: bool = false;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn version(&self) -> Option<u64> {
        None
    }

    fn reference(id: MailId) -> EntityRef {
        EntityRef::Mail(id)
    }

    fn create(mail: NewMail, who: &Principal) -> Mutation {
        Mutation::SendMail {
            from: who.sender(),
            mail,
        }
    }

    fn delete(id: MailId) -> Mutation {
        Mutation::DeleteMail(id)
    }
}

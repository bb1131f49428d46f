//! What sockets can ask of sessions and their terminals. Each takes as long as a program does,
//! so it holds up nothing that comes after it.

use std::future::Future;

use crate::auth::Principal;
use crate::error::Result;
use crate::hub::HubHandle;
use crate::ids::{ProjectId, SessionId};
use crate::protocol::{
    EntityRef, ReplyInputRequest, Session, SessionRequest, SessionResponse, SpawnRequest,
};

use super::following::Caller;
use super::request::Request;

/// `session:spawn`, in `own` when the socket is of one project.
pub(super) fn spawn(caller: &Caller, mut request: Request, own: Option<&ProjectId>) {
    let wanted = request.parse::<SpawnRequest>().map(|wanted| SpawnRequest {
        project_id: own.cloned().unwrap_or(wanted.project_id),
        ..wanted
    });
    later(caller, request, wanted, async |hub, who, wanted| {
        hub.spawn_session(&who, wanted).await
    });
}

/// `session:stop`, of `own` when the socket is of one project.
pub(super) async fn stop(caller: &Caller, mut request: Request, own: Option<&ProjectId>) {
    let wanted = match request.parse::<SessionRequest>() {
        Ok(wanted) => there(caller, &wanted.session_id, own)
            .await
            .map(|()| wanted),
        Err(error) => Err(error),
    };
    later(caller, request, wanted, async |hub, who, wanted| {
        hub.stop_session(&who, &wanted.session_id).await
    });
}

/// `session:reply-input`, of `own` when the socket is of one project.
pub(super) async fn reply_input(caller: &Caller, mut request: Request, own: Option<&ProjectId>) {
    let wanted = match request.parse::<ReplyInputRequest>() {
        Ok(wanted) => there(caller, &wanted.session_id, own)
            .await
            .map(|()| wanted),
        Err(error) => Err(error),
    };
    later(caller, request, wanted, async |hub, who, wanted| {
        let ReplyInputRequest { session_id, input } = wanted;
        hub.reply_input(&who, &session_id, input).await
    });
}

async fn there(caller: &Caller, session: &SessionId, own: Option<&ProjectId>) -> Result<()> {
    let what = EntityRef::Session(session.clone());
    caller.entity(what, own).await.map(drop)
}

/// Does what is `wanted`, and answers when that is done.
fn later<W, F>(
    caller: &Caller,
    request: Request,
    wanted: Result<W>,
    work: impl FnOnce(HubHandle, Principal, W) -> F,
) where
    F: Future<Output = Result<Session>> + Send + 'static,
{
    let working = wanted.map(|wanted| work(caller.hub.clone(), caller.principal.clone(), wanted));
    caller.hub.tasks().spawn(async move {
        let answer = match working {
            Ok(working) => working.await,
            Err(error) => Err(error),
        };
        let answer = answer.map(|session| SessionResponse {
            success: true,
            session,
        });
        request.reply.send(answer);
    });
}

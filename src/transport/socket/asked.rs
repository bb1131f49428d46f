//! What sockets of more than one namespace can ask of the domain: mail, claims, the state.

use crate::domain::Mutation;
use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId, TaskId};
use crate::protocol::{
    ClaimTaskRequest, Entity, EntityRef, MailResponse, NewMail, SendMailRequest, Success,
    SyncRequest, TaskResponse,
};
use crate::transport::sync::{self, sync};

use super::following::Caller;
use super::request::Request;
use super::running;

/// What `/ui` and `/mobile` have in common: asked of `own` project alone when the socket is of
/// one. `place` says where the caller is.
pub(super) async fn serve(
    caller: &Caller,
    mut request: Request,
    own: Option<&ProjectId>,
    place: &str,
) {
    match request.event.as_str() {
        "state:sync" => state_sync(caller, request, own).await,
        "session:spawn" => running::spawn(caller, request, own),
        "session:stop" => running::stop(caller, request, own).await,
        "session:reply-input" => running::reply_input(caller, request, own).await,
        "mail:send" => {
            let from = format!("{place}:{}", caller.principal.subject());
            let answer = mail_send(caller, &mut request, own, from).await;
            request.reply.send(answer);
        }
        "task:claim" => {
            let answer = task_claim(caller, &mut request, own).await;
            request.reply.send(answer);
        }
        _ => request.unknown(),
    }
}

/// `state:sync`, of `project` when the socket is of one.
pub(super) async fn state_sync(caller: &Caller, mut request: Request, own: Option<&ProjectId>) {
    let answer = async {
        let wanted: SyncRequest = request.parse()?;
        let project = own.cloned().or_else(|| wanted.project_id.clone());
        let project = project.ok_or_else(|| HubError::invalid("missing field `projectId`"))?;
        sync(&caller.hub, &caller.principal, project, wanted).await
    };
    match answer.await {
        Ok(answer) => request.reply.send_large(&answer, sync::size(&answer)),
        Err(error) => request.reply.send::<Success>(Err(error)),
    }
}

/// `mail:send`, to a session of `project` when the socket is of one; `from` this sender.
pub(super) async fn mail_send(
    caller: &Caller,
    request: &mut Request,
    own: Option<&ProjectId>,
    from: String,
) -> Result<MailResponse> {
    let wanted: SendMailRequest = request.parse()?;
    let to = EntityRef::Session(wanted.to_session_id.clone());
    let to = caller.entity(to, own).await?;
    let mutation = Mutation::SendMail {
        from,
        mail: NewMail {
            id: None,
            project_id: to.project().clone(),
            to_session_id: wanted.to_session_id,
            kind: wanted.kind,
            subject: wanted.subject,
            body: wanted.body,
            client_request_id: wanted.client_request_id,
        },
    };
    match caller.change(mutation).await? {
        Entity::Mail(mail) => Ok(MailResponse {
            success: true,
            mail,
        }),
        _ => Err(unexpected()),
    }
}

/// `task:claim`, of `project` when the socket is of one.
async fn task_claim(
    caller: &Caller,
    request: &mut Request,
    own: Option<&ProjectId>,
) -> Result<TaskResponse> {
    let wanted: ClaimTaskRequest = request.parse()?;
    claim(caller, wanted.task_id, wanted.session_id, own).await
}

/// Gives a task to a session for itself.
pub(super) async fn claim(
    caller: &Caller,
    task: TaskId,
    session: SessionId,
    own: Option<&ProjectId>,
) -> Result<TaskResponse> {
    let found = caller.entity(EntityRef::Task(task.clone()), own).await?;
    let project = found.project();
    caller
        .entity(EntityRef::Session(session.clone()), Some(project))
        .await?;
    match caller.change(Mutation::ClaimTask { task, session }).await? {
        Entity::Task(task) => Ok(TaskResponse {
            success: true,
            task,
        }),
        _ => Err(unexpected()),
    }
}

/// Services of a host application can answer with anything.
fn unexpected() -> HubError {
    HubError::internal("the change gave something else", &"another kind of thing")
}

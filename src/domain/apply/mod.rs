//! What each mutation does: which things it changes, and what is told of it. One file for each
//! kind of thing.
//!
//! Runs within one transaction, on whatever keeps the things; whatever fails undoes the whole.

mod mail;
mod projects;
mod reports;
mod sessions;
mod tasks;
mod team;

use crate::error::{HubError, Result};
use crate::ids::{HubId, ProjectId, SessionId};
use crate::protocol::{Entity, EntityRef, EventName, Project};

use super::{Mutation, NewEvent, Outcome, Tables, event, valid};

/// What a mutation needs to know beside the things themselves.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// Where all of this happens.
    pub(crate) hub: HubId,
    /// Milliseconds since the epoch.
    pub(crate) now: u64,
}

/// Carries a mutation out.
///
/// # Errors
///
/// See [`super::Services::change`]. Then nothing of it may be kept.
pub(crate) fn apply(
    tables: &mut dyn Tables,
    context: &Context,
    mutation: Mutation,
) -> Result<Outcome> {
    let mut change = Change {
        tables,
        context,
        events: Vec::new(),
        created: false,
    };
    let entity = change.apply(mutation)?;
    Ok(Outcome {
        entity,
        created: change.created,
        events: change.events,
    })
}

/// A mutation being carried out.
struct Change<'a> {
    tables: &'a mut dyn Tables,
    context: &'a Context,
    events: Vec<NewEvent>,
    /// Something new was made.
    created: bool,
}

impl Change<'_> {
    fn apply(&mut self, mutation: Mutation) -> Result<Entity> {
        Ok(match mutation {
            Mutation::CreateProject(new) => self.create_project(new)?,
            Mutation::UpdateProject {
                id,
                patch,
                if_version,
            } => self.update_project(&id, patch, if_version)?,
            Mutation::DeleteProject(id) => self.delete_project(&id)?,
            Mutation::CreateTask(new) => self.create_task(new)?,
            Mutation::UpdateTask {
                id,
                patch,
                if_version,
            } => self.update_task(&id, patch, if_version)?,
            Mutation::DeleteTask(id) => self.delete_task(&id)?,
            Mutation::ClaimTask { task, session } => self.claim_task(&task, &session)?,
            Mutation::AddTask { session, task } => self.add_task(&session, &task)?,
            Mutation::RemoveTask { session, task } => self.remove_task(&session, &task)?,
            Mutation::CreateSession(new) => self.create_session(new)?,
            Mutation::SpawnSession(spawn) => self.spawn_session(spawn)?,
            Mutation::UpdateSession {
                id,
                patch,
                reason,
                if_version,
            } => self.update_session(&id, patch, reason.as_deref(), if_version)?,
            Mutation::DeleteSession(id) => self.delete_session(&id)?,
            Mutation::Report { session, report } => self.report(&session, &report)?,
            Mutation::AddToTimeline { session, entry } => self.add_to_timeline(&session, entry)?,
            Mutation::Modal { session, modal } => self.modal(&session, &modal)?,
            Mutation::CreateTeamMember(new) => self.create_team_member(new)?,
            Mutation::UpdateTeamMember {
                id,
                patch,
                if_version,
            } => self.update_team_member(&id, patch, if_version)?,
            Mutation::DeleteTeamMember(id) => self.delete_team_member(&id)?,
            Mutation::SendMail { from, mail } => self.send_mail(from, mail)?,
            Mutation::DeleteMail(id) => self.delete_mail(&id)?,
        })
    }

    /// A thing of the kind that is meant.
    fn get<T: TryFrom<Entity>>(&self, what: EntityRef) -> Result<T> {
        self.tables
            .get(&what)?
            .and_then(|entity| T::try_from(entity).ok())
            .ok_or_else(|| {
                HubError::not_found(format!("there is no {} {:?}", what.kind(), what.id()))
            })
    }

    fn project(&self, id: &ProjectId) -> Result<Project> {
        self.get(EntityRef::Project(id.clone()))
    }

    /// Refuses an id that is taken.
    fn vacant(&self, what: &EntityRef) -> Result<()> {
        match self.tables.get(what)? {
            None => Ok(()),
            Some(_) => Err(HubError::conflict(format!("{:?} is taken", what.id()))),
        }
    }

    /// What a request has made before. `of` tells its kind of thing and project from others:
    /// nobody may learn of a thing by guessing what its request was called.
    fn repeated(&self, of: &str, request: Option<&String>) -> Result<Option<Entity>> {
        let Some(request) = request else {
            return Ok(None);
        };
        valid::words("clientRequestId", request, valid::NAME)?;
        match self.tables.made_by(&key(of, request))? {
            None => Ok(None),
            Some(made) => {
                self.tables.get(&made)?.map(Some).ok_or_else(|| {
                    HubError::conflict("what this request made has been removed since")
                })
            }
        }
    }

    /// Keeps something new.
    fn make(&mut self, of: &str, request: Option<&String>, entity: &Entity) -> Result<()> {
        self.created = true;
        self.tables.put(entity)?;
        self.remember(of, request, &entity.reference())
    }

    fn remember(&mut self, of: &str, request: Option<&String>, made: &EntityRef) -> Result<()> {
        match request {
            Some(request) => self.tables.remember(&key(of, request), made),
            None => Ok(()),
        }
    }

    fn tell<T: serde::Serialize>(&mut self, name: EventName, project: &ProjectId, fields: &T) {
        let data = event::data(fields, project, None);
        self.events.push(NewEvent::of_project(name, project, data));
    }

    fn tell_session<T: serde::Serialize>(
        &mut self,
        name: EventName,
        project: &ProjectId,
        session: &SessionId,
        fields: &T,
    ) {
        let data = event::data(fields, project, Some(session));
        self.events
            .push(NewEvent::of_session(name, project, session, data));
    }
}

fn key(of: &str, request: &str) -> String {
    format!("{of} {request}")
}

/// `If-Match`: refuses a change of something that has changed meanwhile.
fn matches(version: u64, wanted: Option<u64>) -> Result<()> {
    match wanted {
        Some(wanted) if wanted != version => Err(HubError::conflict(format!(
            "it has changed: version {version}, not {wanted}"
        ))
        .detail("version", version)),
        _ => Ok(()),
    }
}

/// Replaces a field when the patch has it.
fn set<T>(field: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *field = new;
    }
}

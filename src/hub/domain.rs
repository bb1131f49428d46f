//! The domain's part of the handle: every change and every question passes here, whichever
//! entrance it came through.

use std::sync::Arc;

use crate::access::{self, Allowed, Change, Read};
use crate::auth::Principal;
use crate::bus::LocalBus;
use crate::domain::{Cursor, Logged, Mutation, NewEvent, Outcome, Page, Services, Target};
use crate::error::{HubError, Result};
use crate::ids::ProjectId;
use crate::protocol::{Entity, EntityRef, EventName, EventScope, ListQuery};
use crate::store::domain::{DomainStore, Since, Snapshot};

use super::{HubHandle, host, services};

/// What keeps the domain, and what carries its events.
#[derive(Debug)]
pub(crate) struct Domain {
    /// Ours, or the host application's.
    pub(crate) services: Arc<dyn Services>,
    /// The latter.
    pub(crate) foreign: bool,
    /// Keeps the log of events, whoever keeps the things.
    pub(crate) store: DomainStore,
    pub(crate) bus: LocalBus,
}

/// For the host application.
impl HubHandle {
    /// Changes the domain; returns when the change is kept and its events are on their way.
    ///
    /// # Errors
    ///
    /// See [`Services::change`].
    pub async fn change(&self, mutation: Mutation) -> Result<Outcome> {
        let allowed = self.allow_change(&host(), mutation).await?;
        self.change_allowed(allowed).await
    }

    /// One thing of the domain.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`.
    pub async fn entity(&self, what: EntityRef) -> Result<Entity> {
        self.entity_for(&host(), what).await
    }

    /// Things of one kind, the oldest first.
    ///
    /// # Errors
    ///
    /// `INVALID` for a place that is none of this list.
    pub async fn entities(&self, query: ListQuery) -> Result<Page> {
        self.entities_for(&host(), query).await
    }

    /// Tells of something that has happened: an event of the application's own, or, where the
    /// application has services of its own, what it has changed without the hub. Handing the
    /// same one over twice is safe when it has an id, for as long as the log holds it.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use serde_json::json;
    /// # use tauri_plugin_realtime_hub::{HubConfig, HubHandle};
    /// use tauri_plugin_realtime_hub::ProjectId;
    /// use tauri_plugin_realtime_hub::domain::{Mutation, NewEvent};
    /// use tauri_plugin_realtime_hub::protocol::{EventScope, NewTask};
    ///
    /// # let config = HubConfig { port: Some(0), ..HubConfig::default() };
    /// # let hub = HubHandle::start(config, &tokio::runtime::Handle::current());
    /// let task: NewTask = serde_json::from_value(json!({"projectId": "default", "title": "Sweep"}))?;
    /// let made = hub.change(Mutation::CreateTask(task)).await?;
    /// let scope = EventScope::Project(ProjectId::default());
    /// hub.emit(NewEvent::new("build:finished", scope, json!({"ok": true}))).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// An own name has at most 100 characters, `A-Z a-z 0-9 : _ . -`, begins with a letter, and
    /// does not look like one of the hub's (`task:…`); own data has at most 64 KiB as JSON.
    ///
    /// # Errors
    ///
    /// `INVALID` or `TOO_LARGE` for what cannot be told; `UNAVAILABLE` when it cannot be kept
    /// now.
    pub async fn emit(&self, event: NewEvent) -> Result<()> {
        let event = event.checked(self.inner().domain.foreign)?;
        self.forget_removed(std::slice::from_ref(&event));
        self.inner().domain.store.append(vec![event]).await
    }
}

/// For the crate's own entrances.
impl HubHandle {
    /// Asks the gate about a change. What the principal may not see is not there.
    pub(crate) async fn allow_change(
        &self,
        principal: &Principal,
        mutation: Mutation,
    ) -> Result<Allowed<Change, Mutation>> {
        let target = mutation.target();
        let project = match &target {
            Target::Hub => None,
            Target::Project(project) => Some(project.clone()),
            Target::Entity(what) => {
                let entity = self.inner().domain.services.get(what.clone()).await?;
                let entity = entity.ok_or_else(|| not_found(what))?;
                Some(entity.project().clone())
            }
        };
        access::allow_change(principal, mutation, project.as_ref()).map_err(|denied| {
            match (denied, &target) {
                (access::Denied::Hidden, Target::Entity(what)) => not_found(what),
                (access::Denied::Hidden, Target::Project(project)) => {
                    not_found(&EntityRef::Project(project.clone()))
                }
                (denied, _) => denied.into(),
            }
        })
    }

    pub(crate) async fn change_allowed(
        &self,
        allowed: Allowed<Change, Mutation>,
    ) -> Result<Outcome> {
        let mutation = allowed.into_object();
        self.nothing_runs_in(&mutation)?;
        let outcome = self.inner().domain.services.change(mutation).await?;
        self.forget_removed(&outcome.events);
        Ok(outcome)
    }

    /// A session goes after its terminal, a project after all of its terminals.
    fn nothing_runs_in(&self, mutation: &Mutation) -> Result<()> {
        let terminals = &self.inner().terminals;
        let runs = match mutation {
            Mutation::DeleteSession(id) => terminals.find(id).is_some_and(|one| one.running()),
            Mutation::DeleteProject(id) => terminals
                .all()
                .iter()
                .any(|one| one.facts.project == *id && one.running()),
            _ => false,
        };
        match runs {
            true => Err(HubError::conflict("a terminal of it is running")),
            false => Ok(()),
        }
    }

    /// The agents of sessions that have been removed are nobody any more.
    fn forget_removed(&self, events: &[NewEvent]) {
        let agents = &self.inner().auth.agents;
        for event in events {
            match (EventName::parse(&event.name), &event.scope) {
                (Some(EventName::SessionDeleted), EventScope::Session { session_id, .. }) => {
                    agents.forget(session_id);
                }
                (Some(EventName::ProjectDeleted), EventScope::Project(project)) => {
                    agents.forget_project(project);
                }
                _ => {}
            }
        }
    }

    pub(crate) async fn entity_for(
        &self,
        principal: &Principal,
        what: EntityRef,
    ) -> Result<Entity> {
        let entity = self.inner().domain.services.get(what.clone()).await?;
        entity
            .filter(|entity| self.may_read(principal, entity.project()))
            .map(|entity| self.with_presence(entity))
            .ok_or_else(|| not_found(&what))
    }

    /// Of the projects that it asks for, those that the principal may see.
    pub(crate) async fn entities_for(
        &self,
        principal: &Principal,
        mut query: ListQuery,
    ) -> Result<Page> {
        query.projects = match (query.projects, principal.projects()) {
            (wanted, None) => wanted,
            (None, Some(seen)) => Some(seen.iter().cloned().collect()),
            (Some(wanted), Some(_)) => Some(
                wanted
                    .into_iter()
                    .filter(|project| self.may_read(principal, project))
                    .collect(),
            ),
        };
        let mut page = self.inner().domain.services.list(query).await?;
        page.items = self.all_with_presence(page.items);
        Ok(page)
    }

    pub(crate) fn may_read(&self, principal: &Principal, project: &ProjectId) -> bool {
        access::allow::<Read, _>(principal, project.clone()).is_ok()
    }

    /// Everything of a project, each list at most `limit` long.
    pub(crate) async fn snapshot(
        &self,
        project: Allowed<Read, ProjectId>,
        archived: bool,
        limit: usize,
    ) -> Result<Snapshot> {
        let Domain {
            services,
            foreign,
            store,
            ..
        } = &self.inner().domain;
        let project = project.into_object();
        let mut snapshot = if *foreign {
            let moment = store.head().await?;
            services::snapshot(&**services, moment, project, archived, limit).await?
        } else {
            store.snapshot(project, archived, limit).await?
        };
        snapshot.sessions = self.all_with_presence(snapshot.sessions);
        Ok(snapshot)
    }

    fn all_with_presence(&self, entities: Vec<Entity>) -> Vec<Entity> {
        let with = |entity| self.with_presence(entity);
        entities.into_iter().map(with).collect()
    }

    /// The place after everything that has happened.
    pub(crate) async fn head(&self) -> Result<Cursor> {
        self.inner().domain.store.head().await
    }

    /// What has happened after `cursor`, whomever it concerns.
    pub(crate) async fn since(&self, cursor: Cursor, limit: usize) -> Result<Since> {
        self.inner().domain.store.since(cursor, limit).await
    }

    /// What is committed from now on, whomever it concerns.
    pub(crate) fn events(&self) -> tokio::sync::broadcast::Receiver<Arc<Logged>> {
        self.inner().domain.bus.listen()
    }
}

/// What is said of a thing that is not there for whoever asks.
pub(crate) fn not_found(what: &EntityRef) -> HubError {
    HubError::not_found(format!("there is no {} {:?}", what.kind(), what.id()))
}

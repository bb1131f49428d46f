//! Tasks: made, changed, claimed, removed, and which sessions work on them.

use serde_json::json;

use crate::error::{HubError, Result};
use crate::ids::{ProjectId, SessionId, TaskId};
use crate::protocol::{
    Entity, EntityKind, EntityRef, EventName, NewTask, Session, Task, TaskPatch, TaskSessionStatus,
    TaskStatus,
};

use super::super::valid;
use super::{Change, matches, set};

/// Sessions of a task, and tasks of a session.
const LINKS: usize = 500;

impl Change<'_> {
    fn task(&self, id: &TaskId) -> Result<Task> {
        self.get(EntityRef::Task(id.clone()))
    }

    pub(super) fn create_task(&mut self, new: NewTask) -> Result<Entity> {
        let request = new.client_request_id.as_ref();
        let of = format!("task {}", new.project_id);
        if let Some(made) = self.repeated(&of, request)? {
            return Ok(made);
        }
        let project = self.project(&new.project_id)?.id;
        check(Some(&new.title), new.description.as_ref())?;
        let sessions = new.session_ids.unwrap_or_default();
        valid::ids("sessionIds", &sessions)?;
        let id = new.id.unwrap_or_else(TaskId::random);
        self.vacant(&EntityRef::Task(id.clone()))?;
        let dependencies = new.dependencies.unwrap_or_default();
        self.related(&id, &project, new.parent_id.as_ref(), &dependencies)?;
        let mut task = Task {
            id,
            hub: self.context.hub.clone(),
            project_id: project,
            parent_id: new.parent_id,
            title: new.title,
            description: new.description.unwrap_or_default(),
            status: TaskStatus::Todo,
            task_session_statuses: Default::default(),
            priority: new.priority.unwrap_or_default(),
            session_ids: Vec::new(),
            claimed_by: None,
            dependencies,
            version: 1,
            created_at: self.context.now,
            updated_at: self.context.now,
            started_at: None,
            completed_at: None,
        };
        self.become_status(&mut task, new.status.unwrap_or_default());
        self.make(&of, request, &task.clone().into())?;
        for session in sessions {
            self.link(&session, &mut task)?;
        }
        // It is told of as it is in the end, and first of all.
        let data = super::event::data(&task, &task.project_id, None);
        let created = super::NewEvent::of_project(EventName::TaskCreated, &task.project_id, data);
        self.events.insert(0, created);
        Ok(task.into())
    }

    pub(super) fn update_task(
        &mut self,
        id: &TaskId,
        patch: TaskPatch,
        if_version: Option<u64>,
    ) -> Result<Entity> {
        let mut task = self.task(id)?;
        matches(task.version, if_version)?;
        check(patch.title.as_ref(), patch.description.as_ref())?;
        let parent = patch.parent_id.as_ref().and_then(Option::as_ref);
        let dependencies = patch.dependencies.as_deref().unwrap_or_default();
        self.related(id, &task.project_id, parent, dependencies)?;
        if patch.claimed_by.as_ref().is_some_and(Option::is_some) {
            return Err(HubError::invalid(
                "claimedBy: a task is claimed by its own request",
            ));
        }
        set(&mut task.parent_id, patch.parent_id);
        set(&mut task.title, patch.title);
        set(&mut task.description, patch.description);
        set(&mut task.priority, patch.priority);
        set(&mut task.dependencies, patch.dependencies);
        set(&mut task.claimed_by, patch.claimed_by);
        let mut told = Vec::new();
        for (session, status) in patch.task_session_statuses.unwrap_or_default() {
            if !task.session_ids.contains(&session) {
                return Err(HubError::conflict(format!(
                    "taskSessionStatuses: the session {:?} does not work on this task",
                    session.as_str()
                )));
            }
            let before = task.task_session_statuses.insert(session.clone(), status);
            if before != Some(status) {
                told.push((session, status));
            }
        }
        let status = patch.status.unwrap_or(task.status);
        self.changed_task(&mut task, status)?;
        for (session, status) in told {
            self.notify_task_session(&task, &session, status);
        }
        Ok(task.into())
    }

    /// Keeps a changed task, and tells of it.
    fn changed_task(&mut self, task: &mut Task, status: TaskStatus) -> Result<()> {
        task.version += 1;
        task.updated_at = self.context.now;
        let at = self.events.len();
        self.become_status(task, status);
        let notified = self.events.split_off(at);
        self.tell(EventName::TaskUpdated, &task.project_id.clone(), task);
        self.events.extend(notified);
        self.tables.put(&task.clone().into())
    }

    fn become_status(&mut self, task: &mut Task, status: TaskStatus) {
        if task.status == status {
            return;
        }
        task.status = status;
        if status == TaskStatus::InProgress {
            task.started_at.get_or_insert(self.context.now);
        }
        task.completed_at = (status == TaskStatus::Completed).then_some(self.context.now);
        let name = match status {
            TaskStatus::Completed => EventName::NotifyTaskCompleted,
            TaskStatus::Blocked => EventName::NotifyTaskBlocked,
            _ => return,
        };
        self.notify_task(name, task, task.claimed_by.clone().as_ref());
    }

    fn notify_task(&mut self, name: EventName, task: &Task, session: Option<&SessionId>) {
        let fields = json!({"taskId": task.id, "title": task.title});
        match session {
            Some(session) => self.tell_session(name, &task.project_id, session, &fields),
            None => self.tell(name, &task.project_id, &fields),
        }
    }

    fn notify_task_session(&mut self, task: &Task, session: &SessionId, status: TaskSessionStatus) {
        match status {
            TaskSessionStatus::Completed => {
                self.notify_task(EventName::NotifyTaskSessionCompleted, task, Some(session));
            }
            TaskSessionStatus::Failed => {
                self.notify_task(EventName::NotifyTaskSessionFailed, task, Some(session));
                self.notify_task(EventName::NotifyTaskFailed, task, Some(session));
            }
            _ => {}
        }
    }

    pub(super) fn claim_task(&mut self, id: &TaskId, session: &SessionId) -> Result<Entity> {
        let mut task = self.task(id)?;
        match &task.claimed_by {
            Some(owner) if owner == session => return Ok(task.into()),
            Some(owner) => {
                let taken = HubError::conflict("another session has this task");
                return Err(taken.detail("claimedBy", owner.as_str()));
            }
            None => {}
        }
        if let TaskStatus::Completed | TaskStatus::Cancelled | TaskStatus::Archived = task.status {
            return Err(HubError::conflict(
                "there is nothing left to do in this task",
            ));
        }
        self.link(session, &mut task)?;
        task.claimed_by = Some(session.clone());
        let status = match task.status {
            TaskStatus::Todo => TaskStatus::InProgress,
            other => other,
        };
        self.changed_task(&mut task, status)?;
        Ok(task.into())
    }

    pub(super) fn add_task(&mut self, session: &SessionId, task: &TaskId) -> Result<Entity> {
        let worker: Session = self.get(EntityRef::Session(session.clone()))?;
        let mut task = self.task_of(&worker.project_id, task)?;
        self.link(session, &mut task)?;
        self.get::<Session>(EntityRef::Session(session.clone()))
            .map(Entity::from)
    }

    /// Those of other projects are not there.
    pub(super) fn task_of(&self, project: &ProjectId, id: &TaskId) -> Result<Task> {
        let task = self.tables.get(&EntityRef::Task(id.clone()))?;
        task.and_then(|task| Task::try_from(task).ok())
            .filter(|task| task.project_id == *project)
            .ok_or_else(|| {
                HubError::not_found(format!(
                    "there is no task {:?} in this project",
                    id.as_str()
                ))
            })
    }

    /// A session works on a task from now on, if it does not yet.
    pub(super) fn link(&mut self, session: &SessionId, task: &mut Task) -> Result<()> {
        let mut worker = self.session_of(&task.project_id, session)?;
        if task.session_ids.contains(session) {
            return Ok(());
        }
        if task.session_ids.len() >= LINKS || worker.task_ids.len() >= LINKS {
            return Err(HubError::too_large(format!(
                "a session has at most {LINKS} tasks, and a task as many sessions"
            )));
        }
        task.session_ids.push(session.clone());
        task.task_session_statuses
            .insert(session.clone(), TaskSessionStatus::Working);
        worker.task_ids.push(task.id.clone());
        self.tables.put(&task.clone().into())?;
        self.tables.put(&worker.into())?;
        self.tell_link(
            [EventName::TaskSessionAdded, EventName::SessionTaskAdded],
            &task.project_id,
            session,
            &task.id,
        );
        Ok(())
    }

    pub(super) fn remove_task(&mut self, session: &SessionId, task: &TaskId) -> Result<Entity> {
        let mut worker: Session = self.get(EntityRef::Session(session.clone()))?;
        if !worker.task_ids.contains(task) {
            return Err(HubError::not_found(
                "this session does not work on this task",
            ));
        }
        worker.task_ids.retain(|id| id != task);
        self.tables.put(&worker.clone().into())?;
        self.leave(session, task)?;
        Ok(worker.into())
    }

    /// The task's side of a session's leaving it. What the session had for itself is free.
    pub(super) fn leave(&mut self, session: &SessionId, task: &TaskId) -> Result<()> {
        let mut task = self.task(task)?;
        task.session_ids.retain(|id| id != session);
        task.task_session_statuses.remove(session);
        self.tell_left(session, &task);
        match task.claimed_by.take_if(|owner| owner == session) {
            None => self.tables.put(&task.into()),
            Some(_) => {
                let status = task.status;
                self.changed_task(&mut task, status)
            }
        }
    }

    fn tell_left(&mut self, session: &SessionId, task: &Task) {
        self.tell_link(
            [EventName::TaskSessionRemoved, EventName::SessionTaskRemoved],
            &task.project_id,
            session,
            &task.id,
        );
    }

    fn tell_link(
        &mut self,
        names: [EventName; 2],
        project: &ProjectId,
        session: &SessionId,
        task: &TaskId,
    ) {
        for name in names {
            self.tell_session(name, project, session, &json!({"taskId": task}));
        }
    }

    pub(super) fn delete_task(&mut self, id: &TaskId) -> Result<Entity> {
        let task = self.task(id)?;
        for session in &task.session_ids {
            let mut worker: Session = self.get(EntityRef::Session(session.clone()))?;
            worker.task_ids.retain(|task| task != id);
            self.tables.put(&worker.into())?;
            self.tell_left(session, &task);
        }
        let (kind, project) = (EntityKind::Task, &task.project_id);
        for other in self.tables.naming(kind, project, id.as_str())? {
            if let Entity::Task(mut other) = other
                && (other.parent_id.as_ref() == Some(id) || other.dependencies.contains(id))
            {
                other.parent_id.take_if(|parent| parent == id);
                other.dependencies.retain(|task| task != id);
                let status = other.status;
                self.changed_task(&mut other, status)?;
            }
        }
        self.tables.remove(&EntityRef::Task(id.clone()))?;
        self.tell(EventName::TaskDeleted, &task.project_id, &json!({"id": id}));
        Ok(task.into())
    }

    /// Parents and dependencies are other tasks of the same project, and no task is a part of
    /// itself.
    fn related(
        &self,
        id: &TaskId,
        project: &ProjectId,
        parent: Option<&TaskId>,
        dependencies: &[TaskId],
    ) -> Result<()> {
        valid::ids("dependencies", dependencies)?;
        for other in parent.into_iter().chain(dependencies) {
            if other == id {
                return Err(HubError::invalid(
                    "a task is no part of itself, nor waits for itself",
                ));
            }
            self.task_of(project, other)?;
        }
        let mut above = parent.cloned();
        // As deep as anybody could mean.
        for _ in 0..valid::IDS {
            match above {
                None => return Ok(()),
                Some(above_id) if above_id == *id => break,
                Some(above_id) => above = self.task(&above_id)?.parent_id,
            }
        }
        Err(HubError::invalid(
            "parentId: a task would be a part of itself",
        ))
    }
}

fn check(title: Option<&String>, description: Option<&String>) -> Result<()> {
    valid::opt(title, |title: &str| {
        valid::words("title", title, valid::TITLE)
    })?;
    valid::opt(description, |text: &str| {
        valid::text("description", text, valid::TEXT)
    })
}

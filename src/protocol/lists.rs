//! Lists of things, page by page.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ids::{ProjectId, SessionId};

use super::{Entity, EntityKind};

/// Asks for things of one kind, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Of which kind.
    pub kind: EntityKind,
    /// Of which projects; all when absent.
    pub projects: Option<Vec<ProjectId>>,
    /// Of mail, only that to this session.
    pub to: Option<SessionId>,
    /// Those that were put out of sight as well.
    pub archived: bool,
    /// At most so many.
    pub limit: usize,
    /// Only those after this one, as the page before said.
    pub after: Option<String>,
}

impl ListQuery {
    /// Everything of a kind.
    #[must_use]
    pub fn all(kind: EntityKind) -> Self {
        Self {
            kind,
            projects: None,
            to: None,
            archived: true,
            limit: usize::MAX,
            after: None,
        }
    }

    /// Whether this thing of its kind is among those that it asks for, whatever the page.
    #[must_use]
    pub fn wants(&self, entity: &Entity) -> bool {
        let of_project = |projects: &Vec<ProjectId>| projects.contains(entity.project());
        let to = |session: &SessionId| matches!(entity, Entity::Mail(mail) if mail.to_session_id == *session);
        self.projects.as_ref().is_none_or(of_project)
            && self.to.as_ref().is_none_or(to)
            && (self.archived || !entity.archived())
    }
}

/// One page of a list: `GET /api/tasks` and the others.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[schemars(rename = "ListOf{T}")]
pub struct ListPage<T> {
    /// The things, the oldest first.
    pub items: Vec<T>,
    /// What `cursor` takes for the next page; absent when this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub next: Option<String>,
}

//! Sessions that the hub before this one left running: their terminals went with it.

use crate::domain::Mutation;
use crate::error::Result;
use crate::protocol::{Entity, EntityKind, ListQuery, SessionPatch, SessionStatus};

use super::backend::{Reader, View};

/// Why they are said to have failed.
const REASON: &str = "hub_restarted";

/// Sessions that are looked at together.
const PAGE: usize = 1_000;

/// What has to be changed before anything else is.
pub(super) fn left_running(reader: &mut dyn Reader) -> Vec<Mutation> {
    let mut found = Ok(Vec::new());
    let read = reader.read(&mut |view| found = all(view));
    read.and(found).unwrap_or_else(|error| {
        tracing::error!(%error, "sessions that were running could not be found");
        Vec::new()
    })
}

fn all(view: &dyn View) -> Result<Vec<Mutation>> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = view.list(&ListQuery {
            kind: EntityKind::Session,
            projects: None,
            archived: true,
            limit: PAGE,
            to: None,
            after,
        })?;
        found.extend(page.items.into_iter().filter_map(failed));
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

fn failed(entity: Entity) -> Option<Mutation> {
    match entity {
        Entity::Session(session)
            if matches!(
                session.status,
                SessionStatus::Spawning | SessionStatus::Working
            ) =>
        {
            Some(Mutation::UpdateSession {
                id: session.id,
                patch: SessionPatch {
                    status: Some(SessionStatus::Failed),
                    ..SessionPatch::default()
                },
                reason: Some(REASON.to_owned()),
                if_version: None,
            })
        }
        _ => None,
    }
}

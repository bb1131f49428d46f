//! `state:sync`, and the same over HTTP: everything of a project at one moment, or what has happened since another.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::access::{self, Allowed, Read};
use crate::auth::Principal;
use crate::domain::{Cursor, Logged};
use crate::error::{HubError, Result};
use crate::hub::{HubHandle, not_found};
use crate::ids::ProjectId;
use crate::protocol::{Entity, EntityRef, Include, SyncRequest, SyncResponse};
use crate::protocol::{SyncedEvents, SyncedState};
use crate::router::project_of;
use crate::store::domain::{Since, Snapshot};

use super::outbound::envelope;

/// Most entries of each list, and most events.
pub(super) const MOST: usize = 1000;

/// Bytes of an answer. The strictest clients take messages of 4 MiB; on a slow network nobody
/// should wait for more than this.
const BYTES: usize = 1 << 20;

/// Events of the log that are read at once.
const CHUNK: usize = 512;

/// Chunks of the log that are looked through. When more has happened, everything is less.
const CHUNKS: usize = 40;

/// Answers for one project.
///
/// # Errors
///
/// `NOT_FOUND`, or `INVALID` for options that make no sense.
pub(super) async fn sync(
    hub: &HubHandle,
    who: &Principal,
    project: ProjectId,
    request: SyncRequest,
) -> Result<SyncResponse> {
    let limit = match request.limit {
        None => MOST,
        Some(0) => return Err(HubError::invalid("limit: at least 1")),
        Some(limit) => limit.min(MOST),
    };
    let allowed: Allowed<Read, _> =
        access::allow(who, project.clone()).map_err(|_| not_found(&EntityRef::Project(project)))?;
    if let Some(since) = request.since.as_deref().and_then(Cursor::parse)
        && let Some(events) = events(hub, &allowed, since, limit).await?
    {
        return Ok(SyncResponse::Events(events));
    }
    let include = request.include.unwrap_or_default();
    let archived = include.contains(&Include::Archived);
    let snapshot = hub.snapshot(allowed, archived, limit).await?;
    state(snapshot, request.since.is_some()).map(SyncResponse::State)
}

/// What is left of an answer's size.
struct Space(usize);

impl Space {
    /// Encodes what there is space for.
    fn take<T: Serialize>(&mut self, item: &T) -> Result<Option<Box<RawValue>>> {
        let json = encode(item)?;
        Ok(self.0.checked_sub(json.get().len()).map(|left| {
            self.0 = left;
            json
        }))
    }
}

fn encode<T: Serialize>(item: &T) -> Result<Box<RawValue>> {
    to_raw_value(item).map_err(|error| HubError::internal("the answer cannot be encoded", &error))
}

fn state(snapshot: Snapshot, full: bool) -> Result<SyncedState> {
    let mut space = Space(BYTES);
    let mut truncated = snapshot.truncated;
    let mut list = |items: Vec<Entity>| -> Result<Vec<_>> {
        let mut taken = Vec::with_capacity(items.len());
        for item in &items {
            match space.take(item)? {
                Some(json) => taken.push(json),
                None => truncated = true,
            }
        }
        Ok(taken)
    };
    Ok(SyncedState {
        success: true,
        project: encode(&snapshot.project)?,
        // The tasks come last: of them there are most.
        team_members: list(snapshot.team_members)?,
        sessions: list(snapshot.sessions)?,
        tasks: list(snapshot.tasks)?,
        cursor: snapshot.cursor.to_string(),
        truncated,
        full,
    })
}

/// The events of a project since a moment, beside those that are for everybody. None when they
/// are not known any more, or too many.
async fn events(
    hub: &HubHandle,
    project: &Allowed<Read, ProjectId>,
    since: Cursor,
    limit: usize,
) -> Result<Option<SyncedEvents>> {
    let (mut space, mut events, mut cursor) = (Space(BYTES), Vec::new(), since);
    let concerns =
        |event: &Logged| project_of(&event.scope).is_none_or(|of| of == project.object());
    for _ in 0..CHUNKS {
        let Since::Events(chunk) = hub.since(cursor.clone(), CHUNK).await? else {
            return Ok(None);
        };
        for event in &chunk {
            cursor.seq = event.seq;
            if !concerns(event) {
                continue;
            }
            match space.take(&envelope(hub.id(), &cursor.log, event))? {
                Some(json) if events.len() < limit => events.push(json),
                _ => return Ok(None),
            }
        }
        if chunk.len() < CHUNK {
            return Ok(Some(SyncedEvents {
                success: true,
                events,
                cursor: cursor.to_string(),
            }));
        }
    }
    Ok(None)
}

/// About how many bytes an answer has.
pub(super) fn size(answer: &SyncResponse) -> usize {
    let sum = |list: &[Box<RawValue>]| list.iter().map(|item| item.get().len()).sum::<usize>();
    match answer {
        SyncResponse::State(state) => {
            sum(&state.sessions)
                + sum(&state.tasks)
                + sum(&state.team_members)
                + state.project.get().len()
        }
        SyncResponse::Events(events) => sum(&events.events),
    }
}

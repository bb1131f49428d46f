//! Things and events as rows, and back. Knows nothing of transactions.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use crate::domain::{Logged, NewEvent, Page};
use crate::error::{HubError, Result};
use crate::ids::{MailId, ProjectId, SessionId, TaskId, TeamMemberId};
use crate::protocol::{Entity, EntityKind, EntityRef, ListQuery};

use super::super::domain::{LogBounds, page, place};
use super::domain::trouble;

/// A number in a column. None that is counted here gets near the largest.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn uint(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn kind_name(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Project => "project",
        EntityKind::Task => "task",
        EntityKind::Session => "session",
        EntityKind::TeamMember => "team_member",
        EntityKind::Mail => "mail",
    }
}

/// A row that this version did not write.
fn strange(cause: impl std::fmt::Display) -> HubError {
    HubError::internal("a row of the data file cannot be read", &cause)
}

fn entity(kind: EntityKind, body: &str) -> Result<Entity> {
    let parsed = match kind {
        EntityKind::Project => serde_json::from_str(body).map(Entity::Project),
        EntityKind::Task => serde_json::from_str(body).map(Entity::Task),
        EntityKind::Session => serde_json::from_str(body).map(Entity::Session),
        EntityKind::TeamMember => serde_json::from_str(body).map(Entity::TeamMember),
        EntityKind::Mail => serde_json::from_str(body).map(Entity::Mail),
    };
    parsed.map_err(strange)
}

fn reference(kind: &str, id: String) -> Result<EntityRef> {
    let reference = match kind {
        "project" => ProjectId::new(id).map(EntityRef::Project),
        "task" => TaskId::new(id).map(EntityRef::Task),
        "session" => SessionId::new(id).map(EntityRef::Session),
        "team_member" => TeamMemberId::new(id).map(EntityRef::TeamMember),
        "mail" => MailId::new(id).map(EntityRef::Mail),
        other => {
            return Err(strange(format!(
                "there are no things of the kind {other:?}"
            )));
        }
    };
    reference.map_err(strange)
}

pub(super) fn get(connection: &Connection, what: &EntityRef) -> Result<Option<Entity>> {
    let body = connection
        .prepare_cached("SELECT body FROM things WHERE kind = ?1 AND id = ?2")
        .and_then(|mut select| {
            let found = [kind_name(what.kind()), what.id()];
            select
                .query_row(found, |row| row.get::<_, String>(0))
                .optional()
        })
        .map_err(trouble)?;
    body.map(|body| entity(what.kind(), &body)).transpose()
}

pub(super) fn put(connection: &Connection, thing: &Entity) -> Result<()> {
    let what = thing.reference();
    let body = serde_json::to_string(thing).map_err(strange)?;
    let columns = params![
        kind_name(what.kind()),
        what.id(),
        thing.project().as_str(),
        thing.archived(),
        body
    ];
    let changed = connection
        .prepare_cached(
            "UPDATE things SET project = ?3, archived = ?4, body = ?5
             WHERE kind = ?1 AND id = ?2",
        )
        .and_then(|mut update| update.execute(columns))
        .map_err(trouble)?;
    if changed == 0 {
        connection
            .prepare_cached(
                "INSERT INTO things (kind, id, project, archived, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut insert| insert.execute(columns))
            .map_err(trouble)?;
    }
    Ok(())
}

pub(super) fn remove(connection: &Connection, what: &EntityRef) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM things WHERE kind = ?1 AND id = ?2")
        .and_then(|mut delete| delete.execute([kind_name(what.kind()), what.id()]))
        .map(drop)
        .map_err(trouble)
}

pub(super) fn list(connection: &Connection, query: &ListQuery) -> Result<Page> {
    const SELECT: &str = "SELECT number, body FROM things WHERE kind = ?1 AND number > ?2
                          AND (archived = 0 OR ?3)";
    const ORDER: &str = "ORDER BY number LIMIT ?4";
    // A word of its own for one project: then the index has the order, too.
    let (projects, filter) = match query.projects.as_deref() {
        None => (String::new(), "AND ?5 = ''"),
        Some([project]) => (project.to_string(), "AND project = ?5"),
        Some(projects) => (
            serde_json::to_string(projects).map_err(strange)?,
            "AND project IN (SELECT value FROM json_each(?5))",
        ),
    };
    let to = match query.to {
        None => "AND ?6 IS NULL",
        Some(_) => "AND kind = 'mail' AND json_extract(body, '$.toSessionId') = ?6",
    };
    let mut select = connection
        .prepare_cached(&format!("{SELECT} {filter} {to} {ORDER}"))
        .map_err(trouble)?;
    let columns = params![
        kind_name(query.kind),
        int(place(query)?),
        query.archived,
        count(query.limit.saturating_add(1)),
        projects,
        query.to.as_ref().map(|to| to.as_str())
    ];
    let rows = select
        .query_map(columns, |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })
        .map_err(trouble)?;
    let things = rows.map(|row| {
        let (number, body) = row.map_err(trouble)?;
        Ok((uint(number), entity(query.kind, &body)?))
    });
    page(things, query.limit)
}

/// An id stands in the JSON as it is, so that most rows need not be parsed.
pub(super) fn naming(
    connection: &Connection,
    kind: EntityKind,
    project: &ProjectId,
    id: &str,
) -> Result<Vec<Entity>> {
    let mut select = connection
        .prepare_cached(
            "SELECT body FROM things
             WHERE kind = ?1 AND project = ?2 AND instr(body, '\"' || ?3 || '\"')
             ORDER BY number",
        )
        .map_err(trouble)?;
    let rows = select
        .query_map([kind_name(kind), project.as_str(), id], |row| {
            row.get::<_, String>(0)
        })
        .map_err(trouble)?;
    rows.map(|body| entity(kind, &body.map_err(trouble)?))
        .collect()
}

pub(super) fn made_by(connection: &Connection, request: &str) -> Result<Option<EntityRef>> {
    let made = connection
        .prepare_cached("SELECT kind, id FROM requests WHERE name = ?1")
        .and_then(|mut select| {
            let both = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
            select.query_row([request], both).optional()
        })
        .map_err(trouble)?;
    made.map(|(kind, id)| reference(&kind, id)).transpose()
}

pub(super) fn remember(
    connection: &Connection,
    request: &str,
    made: &EntityRef,
    now: u64,
) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO requests (name, kind, id, at) VALUES (?1, ?2, ?3, ?4)")
        .and_then(|mut insert| {
            insert.execute(params![
                request,
                kind_name(made.kind()),
                made.id(),
                int(now)
            ])
        })
        .map(drop)
        .map_err(trouble)
}

/// None when an event with its id is there already.
pub(super) fn append(connection: &Connection, event: NewEvent, now: u64) -> Result<Option<Logged>> {
    if let Some(id) = &event.id {
        let known = connection
            .prepare_cached("SELECT 1 FROM events WHERE event_id = ?1")
            .and_then(|mut select| select.exists([id]))
            .map_err(trouble)?;
        if known {
            return Ok(None);
        }
    }
    let timestamp = event.timestamp.unwrap_or(now);
    let scope = serde_json::to_string(&event.scope).map_err(strange)?;
    connection
        .prepare_cached(
            "INSERT INTO events (name, scope, data, timestamp, at, event_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut insert| {
            insert.execute(params![
                event.name,
                scope,
                event.data.to_string(),
                int(timestamp),
                int(now),
                event.id
            ])
        })
        .map_err(trouble)?;
    Ok(Some(Logged {
        seq: uint(connection.last_insert_rowid()),
        name: event.name,
        scope: event.scope,
        data: event.data,
        timestamp,
    }))
}

pub(super) fn since(connection: &Connection, seq: u64, limit: usize) -> Result<Vec<Logged>> {
    let mut select = connection
        .prepare_cached(
            "SELECT seq, name, scope, data, timestamp FROM events
             WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )
        .map_err(trouble)?;
    let mut rows = select
        .query(params![int(seq), count(limit)])
        .map_err(trouble)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(trouble)? {
        events.push(logged(row)?);
    }
    Ok(events)
}

fn logged(row: &Row<'_>) -> Result<Logged> {
    let text = |column: usize| row.get::<_, String>(column).map_err(trouble);
    let number = |column: usize| row.get::<_, i64>(column).map(uint).map_err(trouble);
    Ok(Logged {
        seq: number(0)?,
        name: text(1)?,
        scope: serde_json::from_str(&text(2)?).map_err(strange)?,
        data: serde_json::from_str::<Value>(&text(3)?).map_err(strange)?,
        timestamp: number(4)?,
    })
}

pub(super) fn bounds(connection: &Connection) -> Result<LogBounds> {
    connection
        .prepare_cached(
            "SELECT id, (SELECT seq FROM sqlite_sequence WHERE name = 'events'),
                    (SELECT min(seq) FROM events) FROM log",
        )
        .and_then(|mut select| {
            select.query_row([], |row| {
                let head = row.get::<_, Option<i64>>(1)?.map_or(0, uint);
                let first = row.get::<_, Option<i64>>(2)?.map(uint);
                Ok(LogBounds {
                    log: row.get(0)?,
                    forgotten: first.map_or(head, |first| first.saturating_sub(1)),
                    head,
                })
            })
        })
        .map_err(trouble)
}

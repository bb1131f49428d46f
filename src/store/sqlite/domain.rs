//! The domain's two connections: transactions that are kept whole or not at all, and looks at
//! what was kept. What the rows look like is `rows`' business.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

use crate::config::{Events, Synchronous};
use crate::domain::{Logged, NewEvent, Page, Tables};
use crate::error::{HubError, Result};
use crate::ids::ProjectId;
use crate::protocol::{Entity, EntityKind, EntityRef, ListQuery};
use crate::secret::random_code;
use crate::time::millis_since_epoch;

use super::super::domain::{LogBounds, Reader, View, Writer, Writing};
use super::rows::{self, int};

/// New events after which the log is looked at for some that are to be forgotten.
const LOOK_EVERY: u64 = 256;
/// Bytes that the journal may keep when it has been taken over into the file.
const JOURNAL: u32 = 16 << 20;
/// When it makes sense to try again after a disk was full.
const RETRY: Duration = Duration::from_secs(1);

/// What whoever asked is told; the cause is for the log.
pub(super) fn trouble(error: rusqlite::Error) -> HubError {
    let unavailable = |message: &str| {
        match seldom() {
            true => tracing::error!(%error, "{message}"),
            false => tracing::debug!(%error, "{message}"),
        }
        HubError::unavailable(message).retry_after(RETRY)
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => unavailable("the disk is full"),
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied,
        ) => unavailable("the data file cannot be written or read"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            unavailable("the data file is in use")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            unavailable("the data file is damaged")
        }
        _ => HubError::internal("the store failed", &error),
    }
}

/// True once in ten seconds, at most: a disk that is full says so with every change.
fn seldom() -> bool {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = millis_since_epoch(SystemTime::now()) / 10_000;
    LAST.swap(now, Ordering::Relaxed) != now
}

pub(super) struct SqliteWriter {
    connection: Connection,
    bounds: Events,
    /// Events since the log was last looked at.
    appended: u64,
}

impl SqliteWriter {
    pub(super) fn new(mut connection: Connection, bounds: Events) -> rusqlite::Result<Self> {
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "journal_size_limit", JOURNAL)?;
        identify_log(&mut connection, bounds.synchronous)?;
        if bounds.synchronous == Synchronous::Normal {
            connection.pragma_update(None, "synchronous", "NORMAL")?;
        }
        Ok(Self {
            connection,
            bounds,
            appended: LOOK_EVERY,
        })
    }

    /// Room for so many pages more.
    #[cfg(test)]
    pub(super) fn limit(&self, pages: u32) {
        let used: u32 = self
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        let most = format!("PRAGMA max_page_count = {}", used + pages);
        self.connection.query_row(&most, [], |_| Ok(())).unwrap();
    }
}

/// The log gets another name when events may have been told of that it does not have any more:
/// their numbers will be given to others.
fn identify_log(connection: &mut Connection, synchronous: Synchronous) -> rusqlite::Result<()> {
    let lossy = synchronous == Synchronous::Normal;
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let was_lossy = change
        .query_row("SELECT lossy FROM log", [], |row| row.get::<_, bool>(0))
        .optional()?;
    match was_lossy {
        None => {
            let row = params![random_code(), lossy];
            change.execute("INSERT INTO log (id, lossy) VALUES (?1, ?2)", row)?;
        }
        Some(true) => {
            let row = params![random_code(), lossy];
            change.execute("UPDATE log SET id = ?1, lossy = ?2", row)?;
        }
        Some(false) => {
            change.execute("UPDATE log SET lossy = ?1", [lossy])?;
        }
    }
    change.commit()
}

impl Writer for SqliteWriter {
    fn transact(
        &mut self,
        now: u64,
        work: &mut dyn FnMut(&mut dyn Writing) -> Result<()>,
    ) -> Result<()> {
        // Whatever returns early rolls back.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(trouble)?;
        let mut steps = Steps {
            connection: &transaction,
            now,
            appended: 0,
        };
        work(&mut steps)?;
        let appended = self.appended + steps.appended;
        let look = appended >= LOOK_EVERY;
        if look {
            forget(&transaction, &self.bounds, now).map_err(trouble)?;
        }
        transaction.commit().map_err(trouble)?;
        self.appended = if look { 0 } else { appended };
        Ok(())
    }

    fn end(&mut self) {
        let safe = self
            .connection
            .pragma_update(None, "synchronous", "FULL")
            .and_then(|()| self.connection.execute("UPDATE log SET lossy = 0", []));
        if let Err(error) = safe {
            tracing::warn!(%error, "the store could not be closed in order");
        }
    }
}

/// Drops what is over the bounds: always the oldest events, so that the log has no holes.
fn forget(connection: &Connection, bounds: &Events, now: u64) -> rusqlite::Result<()> {
    let keep = i64::try_from(bounds.keep).unwrap_or(i64::MAX);
    let since = int(now.saturating_sub(bounds.keep_ms));
    connection
        .prepare_cached(
            "DELETE FROM events WHERE seq < max(
                 ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) - ?1 + 1,
                 ifnull((SELECT seq FROM events WHERE at >= ?2 ORDER BY seq LIMIT 1), 0))",
        )?
        .execute([keep, since])?;
    connection
        .prepare_cached("DELETE FROM requests WHERE at < ?1")?
        .execute([since])
        .map(drop)
}

/// The steps of a transaction.
struct Steps<'a> {
    connection: &'a Connection,
    now: u64,
    appended: u64,
}

impl Steps<'_> {
    fn run(&self, sql: &str) -> Result<()> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
            .map(drop)
            .map_err(trouble)
    }
}

impl Tables for Steps<'_> {
    fn get(&self, what: &EntityRef) -> Result<Option<Entity>> {
        rows::get(self.connection, what)
    }

    fn of_project(&self, kind: EntityKind, project: &ProjectId) -> Result<Vec<Entity>> {
        let query = ListQuery {
            projects: Some(vec![project.clone()]),
            ..ListQuery::all(kind)
        };
        rows::list(self.connection, &query).map(|page| page.items)
    }

    fn naming(&self, kind: EntityKind, project: &ProjectId, id: &str) -> Result<Vec<Entity>> {
        rows::naming(self.connection, kind, project, id)
    }

    fn put(&mut self, entity: &Entity) -> Result<()> {
        rows::put(self.connection, entity)
    }

    fn remove(&mut self, what: &EntityRef) -> Result<()> {
        rows::remove(self.connection, what)
    }

    fn made_by(&self, request: &str) -> Result<Option<EntityRef>> {
        rows::made_by(self.connection, request)
    }

    fn remember(&mut self, request: &str, made: &EntityRef) -> Result<()> {
        rows::remember(self.connection, request, made, self.now)
    }
}

impl Writing for Steps<'_> {
    fn begin_step(&mut self) -> Result<()> {
        self.run("SAVEPOINT step")
    }

    fn keep_step(&mut self) -> Result<()> {
        self.run("RELEASE step")
    }

    fn undo_step(&mut self) -> Result<()> {
        // After some errors SQLite has rolled everything back by itself; then this fails.
        self.run("ROLLBACK TO step")?;
        self.run("RELEASE step")
    }

    fn append(&mut self, event: NewEvent) -> Result<Option<Logged>> {
        self.appended += 1;
        rows::append(self.connection, event, self.now)
    }
}

pub(super) struct SqliteReader(Connection);

impl SqliteReader {
    pub(super) fn new(connection: Connection) -> rusqlite::Result<Self> {
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self(connection))
    }
}

impl Reader for SqliteReader {
    fn read(&mut self, work: &mut dyn FnMut(&dyn View)) -> Result<()> {
        let moment = self.0.transaction().map_err(trouble)?;
        work(&Moment(&moment));
        Ok(())
    }
}

/// Sees no commit that comes later.
struct Moment<'a>(&'a Connection);

impl View for Moment<'_> {
    fn get(&self, what: &EntityRef) -> Result<Option<Entity>> {
        rows::get(self.0, what)
    }

    fn list(&self, query: &ListQuery) -> Result<Page> {
        rows::list(self.0, query)
    }

    fn since(&self, seq: u64, limit: usize) -> Result<Vec<Logged>> {
        rows::since(self.0, seq, limit)
    }

    fn log(&self) -> Result<LogBounds> {
        rows::bounds(self.0)
    }
}

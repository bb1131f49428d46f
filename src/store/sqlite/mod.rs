//! The store in an SQLite file. One hub at a time: a lock file keeps a second instance of the
//! application from the same folder.
//!
//! One file, and a connection for each thread: devices, changes of the domain, short questions
//! about it and long ones. SQLite lets one of them write while others read.

mod devices;
mod domain;
mod rows;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use crate::config::Events;
use crate::time::millis_since_epoch;

use super::StoreError;
use super::domain::Backend;
use devices::SqliteDevices;
use domain::{SqliteReader, SqliteWriter};

/// The file in the data folder.
const FILE: &str = "realtime-hub.sqlite3";

/// Steps from an empty file to the present schema; `user_version` counts those taken. A step
/// that has been released is never changed.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE hub (id TEXT NOT NULL);
    CREATE TABLE devices (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        projects TEXT,
        token_hash BLOB NOT NULL UNIQUE,
        created_at INTEGER NOT NULL
    ) STRICT;
",
    // Numbers of things and events are never used twice (AUTOINCREMENT), also when the last
    // ones have been removed. `lossy`: the last commits may be lost with the power.
    "
    CREATE TABLE log (id TEXT NOT NULL, lossy INTEGER NOT NULL) STRICT;
    CREATE TABLE things (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        project TEXT NOT NULL,
        archived INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (kind, id)
    ) STRICT;
    CREATE INDEX things_of_project ON things (project, kind);
    CREATE INDEX things_of_kind ON things (kind);
    CREATE INDEX mail_to ON things (json_extract(body, '$.toSessionId')) WHERE kind = 'mail';
    CREATE TABLE requests (
        name TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX requests_by_age ON requests (at);
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        scope TEXT NOT NULL,
        data TEXT NOT NULL,
        timestamp INTEGER NOT NULL,
        at INTEGER NOT NULL,
        event_id TEXT
    ) STRICT;
    CREATE UNIQUE INDEX events_by_id ON events (event_id) WHERE event_id IS NOT NULL;
",
];

/// What the file holds, ready to be used.
#[derive(Debug)]
pub(super) struct OnDisk {
    pub(super) devices: SqliteDevices,
    pub(super) domain: Backend,
}

/// # Errors
///
/// When another instance uses the folder, or it cannot be written, or the file is damaged (then
/// it is set aside) or of a later version.
pub(super) fn open(folder: &Path, events: &Events) -> Result<OnDisk, StoreError> {
    let lock = lock(folder)?;
    let file = folder.join(FILE);
    match connect_all(&file, events) {
        Ok((connection, domain)) => Ok(OnDisk {
            devices: SqliteDevices::start(connection, lock)?,
            domain,
        }),
        Err(Trouble::Damaged(cause)) => Err(StoreError::new(match set_aside(&file) {
            Ok(aside) => format!(
                "the data file is damaged ({cause}); it was kept as {}, and the next start \
                 begins a new one",
                aside.display()
            ),
            Err(error) => format!("the data file is damaged ({cause}) and stays ({error})"),
        })),
        Err(Trouble::Other(cause)) => Err(StoreError::new(cause)),
    }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    crate::lock::lock(folder, "realtime-hub.lock")
        .map_err(StoreError::new)?
        .ok_or_else(|| StoreError::new("another instance of the application uses this data folder"))
}

/// Why the file cannot be used.
#[derive(Debug)]
enum Trouble {
    /// What is in it is no database, or not a whole one.
    Damaged(String),
    Other(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Other(error.to_string()),
        }
    }
}

fn connect_all(file: &Path, events: &Events) -> Result<(Connection, Backend), Trouble> {
    let mut first = connect(file)?;
    if let Err(trouble) = migrate(&mut first).and_then(|()| check(&first)) {
        // What is damaged is left as it is, its journal too.
        let _ = first.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        return Err(trouble);
    }
    let domain = Backend {
        writer: Box::new(SqliteWriter::new(connect(file)?, events.clone())?),
        reader: Box::new(SqliteReader::new(connect(file)?)?),
        lister: Box::new(SqliteReader::new(connect(file)?)?),
    };
    Ok((first, domain))
}

fn connect(file: &Path) -> Result<Connection, Trouble> {
    let connection = Connection::open(file)?;
    restrict(file).map_err(|error| Trouble::Other(error.to_string()))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    let taken: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let taken = usize::try_from(taken).unwrap_or(usize::MAX);
    if taken > MIGRATIONS.len() {
        return Err(Trouble::Other(
            "the data file is of a later version of this application".into(),
        ));
    }
    for (number, step) in (1u32..).zip(MIGRATIONS).skip(taken) {
        let change = connection.transaction()?;
        change.execute_batch(step)?;
        change.pragma_update(None, "user_version", number)?;
        change.commit()?;
    }
    Ok(())
}

/// Better now than in the middle of something.
fn check(connection: &Connection) -> Result<(), Trouble> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match said.as_str() {
        "ok" => Ok(()),
        _ => Err(Trouble::Damaged(said)),
    }
}

/// Out of the way, with what belongs to it; gives its new name.
fn set_aside(file: &Path) -> io::Result<PathBuf> {
    let now = millis_since_epoch(SystemTime::now());
    let aside = file.with_file_name(format!("realtime-hub.damaged-{now}.sqlite3"));
    let beside = |of: &Path, ending: &str| {
        let mut name = of.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    for ending in ["-wal", "-shm"] {
        match fs::rename(beside(file, ending), beside(&aside, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(file, &aside)?;
    Ok(aside)
}

/// Hashes of tokens are no secrets, but nobody else's business either.
fn restrict(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

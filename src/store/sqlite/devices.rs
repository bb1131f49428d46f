//! Paired devices and the hub's identity, on a connection and a thread of their own.

use std::fs::File;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use crate::ids::{DeviceId, HubId, ProjectId};
use crate::protocol::{Device, Role};

use super::super::{DeviceStore, StoreError, StoredDevice};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

#[derive(Debug)]
pub(crate) struct SqliteDevices {
    jobs: Sender<Job>,
    /// Held as long as the store is, or until it is released.
    lock: Mutex<Option<File>>,
}

impl SqliteDevices {
    /// # Errors
    ///
    /// When no thread can be had.
    pub(super) fn start(mut connection: Connection, lock: File) -> Result<Self, StoreError> {
        let (jobs, todo) = channel::<Job>();
        std::thread::Builder::new()
            .name("hub-store".into())
            .spawn(move || {
                for job in todo {
                    job(&mut connection);
                }
            })
            .map_err(StoreError::new)?;
        Ok(Self {
            jobs,
            lock: Mutex::new(Some(lock)),
        })
    }

    fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = channel();
        self.jobs
            .send(Box::new(move |connection| {
                // Nobody waits any more only when the asking thread has panicked.
                let _ = answer.send(job(connection));
            }))
            .map_err(StoreError::new)?;
        answered
            .recv()
            .map_err(StoreError::new)?
            .map_err(StoreError::new)
    }
}

impl DeviceStore for SqliteDevices {
    fn hub_id(&self) -> Result<HubId, StoreError> {
        let fresh = HubId::random();
        let id = self.run(move |connection| {
            let change = connection.transaction()?;
            let known = change
                .query_row("SELECT id FROM hub", [], |row| row.get::<_, String>(0))
                .optional()?;
            let id = match known {
                Some(id) => id,
                None => {
                    change.execute("INSERT INTO hub (id) VALUES (?1)", [fresh.as_str()])?;
                    fresh.into()
                }
            };
            change.commit()?;
            Ok(id)
        })?;
        HubId::new(id).map_err(StoreError::new)
    }

    fn devices(&self) -> Result<Vec<StoredDevice>, StoreError> {
        let rows = self.run(|connection| {
            connection
                .prepare("SELECT id, name, role, projects, token_hash, created_at FROM devices")?
                .query_map([], |row| {
                    Ok(Row {
                        id: row.get(0)?,
                        name: row.get(1)?,
                        role: row.get(2)?,
                        projects: row.get(3)?,
                        token_hash: row.get(4)?,
                        created_at: row.get(5)?,
                    })
                })?
                .collect::<rusqlite::Result<Vec<Row>>>()
        })?;
        rows.into_iter().map(Row::into_device).collect()
    }

    fn add_device(&self, stored: StoredDevice) -> Result<(), StoreError> {
        let row = Row::from_device(stored)?;
        self.run(move |connection| {
            connection
                .execute(
                    "INSERT INTO devices (id, name, role, projects, token_hash, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![
                        row.id,
                        row.name,
                        row.role,
                        row.projects,
                        row.token_hash,
                        row.created_at
                    ],
                )
                .map(drop)
        })
    }

    fn release(&self) {
        let lock = self
            .lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(lock);
    }
}

/// A device as the table has it.
struct Row {
    id: String,
    name: String,
    role: String,
    /// A JSON array; NULL for all projects.
    projects: Option<String>,
    token_hash: [u8; 32],
    created_at: i64,
}

impl Row {
    fn from_device(stored: StoredDevice) -> Result<Self, StoreError> {
        let StoredDevice { device, token_hash } = stored;
        Ok(Self {
            id: device.id.into(),
            name: device.name,
            role: to_text(&device.role)?,
            projects: device
                .projects
                .map(|projects| serde_json::to_string(&projects))
                .transpose()
                .map_err(StoreError::new)?,
            token_hash,
            created_at: i64::try_from(device.created_at).map_err(StoreError::new)?,
        })
    }

    fn into_device(self) -> Result<StoredDevice, StoreError> {
        let projects: Option<Vec<ProjectId>> = self
            .projects
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(StoreError::new)?;
        let role: Role = serde_json::from_value(self.role.into()).map_err(StoreError::new)?;
        Ok(StoredDevice {
            device: Device {
                id: DeviceId::new(self.id).map_err(StoreError::new)?,
                name: self.name,
                role,
                projects,
                created_at: u64::try_from(self.created_at).map_err(StoreError::new)?,
            },
            token_hash: self.token_hash,
        })
    }
}

/// A role as the wire has it: one spelling everywhere.
fn to_text(role: &Role) -> Result<String, StoreError> {
    match serde_json::to_value(role).map_err(StoreError::new)? {
        serde_json::Value::String(text) => Ok(text),
        other => Err(StoreError::new(other)),
    }
}

//! What the hub must remember when the application ends: who it is, which devices are paired,
//! and the domain with its log of events.
//!
//! [`open`] decides where: in SQLite in the data folder, or in memory when there is no folder
//! or it cannot be used; then it says why.

#[cfg(test)]
mod conformance;
pub(crate) mod domain;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::config::Events;
use crate::ids::HubId;
use crate::protocol::{Device, StorageStatus};

use domain::Backend;

/// What went wrong in a store. For the log, not for the wire.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct StoreError(String);

impl StoreError {
    fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// A device with what proves it: the hash of its token, never the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredDevice {
    pub(crate) device: Device,
    pub(crate) token_hash: [u8; 32],
}

/// Keeps the hub's identity and its paired devices. Calls are rare and short; they block.
pub(crate) trait DeviceStore: fmt::Debug + Send + Sync {
    /// Who this hub is: the same for as long as the store lives.
    // Without a store on disk nobody has to ask.
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code))]
    fn hub_id(&self) -> Result<HubId, StoreError>;
    fn devices(&self) -> Result<Vec<StoredDevice>, StoreError>;
    /// Returns when the device is safe.
    fn add_device(&self, device: StoredDevice) -> Result<(), StoreError>;
    /// Lets another hub have the folder: this one has ended, even if somebody still holds it.
    fn release(&self);
}

/// A store, and how it came about.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn DeviceStore>,
    /// Where the domain lies.
    pub(crate) domain: Backend,
    pub(crate) hub: HubId,
    pub(crate) status: StorageStatus,
    /// Why nothing is kept, for people, when a folder was given and could not be used.
    pub(crate) problem: Option<String>,
}

/// Opens the store in `folder`; in memory when there is none or it cannot be used.
pub(crate) fn open(folder: Option<&Path>, events: &Events) -> Opened {
    match folder.map(|folder| open_on_disk(folder, events)) {
        Some(Ok(opened)) => opened,
        Some(Err(error)) => in_memory(
            events,
            Some(format!(
                "projects, tasks, sessions and paired devices are forgotten when the \
                 application ends: {error}"
            )),
        ),
        None => in_memory(events, None),
    }
}

fn in_memory(events: &Events, problem: Option<String>) -> Opened {
    let hub = HubId::random();
    Opened {
        store: Arc::new(memory::MemoryStore::new(hub.clone())),
        domain: domain::in_memory(events),
        hub,
        status: StorageStatus::Memory,
        problem,
    }
}

#[cfg(feature = "sqlite")]
fn open_on_disk(folder: &Path, events: &Events) -> Result<Opened, StoreError> {
    let on_disk = sqlite::open(folder, events)?;
    Ok(Opened {
        hub: on_disk.devices.hub_id()?,
        store: Arc::new(on_disk.devices),
        domain: on_disk.domain,
        status: StorageStatus::Disk,
        problem: None,
    })
}

#[cfg(not(feature = "sqlite"))]
fn open_on_disk(_: &Path, _: &Events) -> Result<Opened, StoreError> {
    Err(StoreError::new("built without the feature `sqlite`"))
}

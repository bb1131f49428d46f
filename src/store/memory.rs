//! A store that forgets when the application ends.

use std::sync::{Mutex, PoisonError};

use crate::ids::HubId;

use super::{DeviceStore, StoreError, StoredDevice};

#[derive(Debug)]
pub(crate) struct MemoryStore {
    hub: HubId,
    devices: Mutex<Vec<StoredDevice>>,
}

impl MemoryStore {
    pub(crate) fn new(hub: HubId) -> Self {
        Self {
            hub,
            devices: Mutex::default(),
        }
    }
}

impl DeviceStore for MemoryStore {
    fn hub_id(&self) -> Result<HubId, StoreError> {
        Ok(self.hub.clone())
    }

    fn devices(&self) -> Result<Vec<StoredDevice>, StoreError> {
        let devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(devices.clone())
    }

    fn add_device(&self, device: StoredDevice) -> Result<(), StoreError> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        devices.push(device);
        Ok(())
    }

    fn release(&self) {}
}

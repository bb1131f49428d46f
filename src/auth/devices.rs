//! Paired phones and browsers. Looked up in memory on every request, kept by the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use crate::error::{HubError, Result};
use crate::ids::DeviceId;
use crate::protocol::bounds::DEVICE;
use crate::protocol::{Device, Paired};
use crate::secret;
use crate::store::{DeviceStore, StoredDevice};
use crate::time::millis_since_epoch;

use super::Principal;
use super::pairing::Grant;

/// Tells these tokens from others at a glance.
const PREFIX: &str = "rhd_";

#[derive(Debug)]
pub(crate) struct Devices {
    store: Arc<dyn DeviceStore>,
    most: usize,
    by_hash: RwLock<HashMap<[u8; 32], Device>>,
    /// Held while one is stored: everybody else must be told apart meanwhile.
    adding: Mutex<()>,
}

impl Devices {
    pub(crate) fn load(store: Arc<dyn DeviceStore>, most: usize) -> Result<Self> {
        let stored = store
            .devices()
            .map_err(|error| HubError::internal("paired devices could not be read", &error))?;
        Ok(Self {
            store,
            most,
            by_hash: RwLock::new(
                stored
                    .into_iter()
                    .map(|d| (d.token_hash, d.device))
                    .collect(),
            ),
            adding: Mutex::default(),
        })
    }

    /// No devices, kept in `store` from now on.
    pub(crate) fn empty(store: Arc<dyn DeviceStore>, most: usize) -> Self {
        Self {
            store,
            most,
            by_hash: RwLock::default(),
            adding: Mutex::default(),
        }
    }

    /// Lets another hub have what keeps the devices.
    pub(crate) fn release(&self) {
        self.store.release();
    }

    pub(crate) fn verify(&self, token: &str) -> Option<Principal> {
        if !token.starts_with(PREFIX) {
            return None;
        }
        let devices = self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        let device = devices.get(&secret::hash(token))?;
        let projects = device.projects.clone();
        Some(Principal::device(
            device.id.clone(),
            device.role,
            projects.map(|projects| projects.into_iter().collect()),
        ))
    }

    /// What a device is called.
    pub(crate) fn name(&self, id: &DeviceId) -> Option<String> {
        let devices = self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        let device = devices.values().find(|device| device.id == *id)?;
        Some(device.name.clone())
    }

    /// Makes a device of whoever redeemed a code, and its token, which is shown this once. Waits
    /// for the disk.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when there are too many devices, `INTERNAL` when it cannot be stored: then
    /// nothing has been paired.
    pub(crate) fn add(&self, name: String, grant: Grant) -> Result<Paired> {
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let paired = || self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        if paired().len() >= self.most {
            return Err(HubError::unavailable(format!(
                "{} devices are paired, which is the limit",
                self.most
            )));
        }
        let token = format!("{PREFIX}{}", secret::random_token());
        let device = Device {
            id: DeviceId::random(),
            name,
            role: grant.role,
            projects: grant.projects,
            created_at: millis_since_epoch(SystemTime::now()),
        };
        let token_hash = secret::hash(&token);
        self.store
            .add_device(StoredDevice {
                device: device.clone(),
                token_hash,
            })
            .map_err(|error| HubError::internal("the device could not be stored", &error))?;
        let mut devices = self.by_hash.write().unwrap_or_else(PoisonError::into_inner);
        devices.insert(token_hash, device.clone());
        Ok(Paired { token, device })
    }
}

/// Checks what a device wants to be called.
pub(crate) fn device_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(HubError::invalid(
            "name is empty or holds control characters",
        ));
    }
    if name.chars().count() > DEVICE {
        return Err(HubError::too_large(format!(
            "name is over {DEVICE} characters"
        )));
    }
    Ok(name.to_owned())
}

//! Starting a hub with what the host application brings.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::config::HubConfig;
use crate::domain::Services;
use crate::tasks::{OwnThreads, Threads};

use super::HubHandle;

/// A hub that is to be started; see [`HubHandle::builder`].
#[derive(Debug)]
#[must_use]
pub struct HubBuilder {
    config: HubConfig,
    services: Option<Arc<dyn Services>>,
}

impl HubBuilder {
    pub(super) fn new(config: HubConfig) -> Self {
        Self {
            config,
            services: None,
        }
    }

    /// Projects, tasks, sessions, team members and mail are the application's; the hub keeps
    /// the log of events alone. See [`Services`].
    pub fn services(mut self, services: Arc<dyn Services>) -> Self {
        self.services = Some(services);
        self
    }

    /// See [`HubHandle::start`].
    #[must_use]
    pub fn start(self, runtime: &Handle) -> HubHandle {
        self.start_on(Threads::Of(runtime.clone()))
    }

    /// See [`HubHandle::start_on_own_threads`].
    ///
    /// # Errors
    ///
    /// When no thread can be had.
    pub fn start_on_own_threads(self) -> std::io::Result<HubHandle> {
        let threads = Threads::Own(OwnThreads::start()?);
        Ok(self.start_on(threads))
    }

    fn start_on(self, threads: Threads) -> HubHandle {
        crate::server::start(Ok(self.config), Vec::new(), threads, self.services)
    }
}

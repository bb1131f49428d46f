//! What becomes of terminals, told to their sessions: they begin, need somebody, end.
//!
//! The news of terminals may be missed by a slow listener; then the terminals themselves are
//! looked at. Each end is waited for by a task of its own, so that none is missed.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::terminal::news::{Item, What};
use crate::terminal::session::Session as Terminal;

use super::sessions::not_kept;
use super::{HubHandle, WeakHub};

/// Tells sessions what becomes of their terminals, from now on.
pub(crate) fn keep(hub: &HubHandle) {
    let news = hub.news();
    let keeping = Lives {
        hub: hub.downgrade(),
        followed: HashSet::new(),
    };
    hub.tasks().spawn(keeping.keep(news));
}

struct Lives {
    hub: WeakHub,
    /// The epochs of lives whose ends are waited for.
    followed: HashSet<String>,
}

impl Lives {
    async fn keep(mut self, mut news: Receiver<Item>) {
        loop {
            let heard = news.recv().await;
            let Some(hub) = self.hub.upgrade() else {
                return;
            };
            match heard {
                Ok(item) => self.heard(&hub, item).await,
                Err(RecvError::Lagged(_)) => self.look(&hub).await,
                Err(RecvError::Closed) => return,
            }
        }
    }

    async fn heard(&mut self, hub: &HubHandle, item: Item) {
        match item.what {
            What::Started { .. } => {
                if let Some(terminal) = hub.inner().terminals.find(&item.id) {
                    self.begun(hub, &terminal).await;
                }
            }
            What::Attention(needs) => {
                if let Err(error) = hub.attention(&item.id, needs).await {
                    not_kept(&error);
                }
            }
        }
    }

    /// Looks at everything there is.
    async fn look(&mut self, hub: &HubHandle) {
        let all = hub.inner().terminals.all();
        self.followed
            .retain(|epoch| all.iter().any(|terminal| terminal.facts.epoch == *epoch));
        for terminal in all {
            self.begun(hub, &terminal).await;
            let needs = terminal.info().needs_input;
            if let Err(error) = hub.attention(&terminal.facts.id, needs).await {
                not_kept(&error);
            }
        }
    }

    async fn begun(&mut self, hub: &HubHandle, terminal: &Arc<Terminal>) {
        if !self.followed.insert(terminal.facts.epoch.clone()) {
            return;
        }
        if let Err(error) = hub.begun(terminal).await {
            not_kept(&error);
        }
        hub.tasks().spawn(end(self.hub.clone(), terminal.clone()));
    }
}

/// Waits for the end of a life.
async fn end(hub: WeakHub, terminal: Arc<Terminal>) {
    terminal.finished().await;
    if let Some(hub) = hub.upgrade()
        && let Err(error) = hub.ended(&terminal).await
    {
        not_kept(&error);
    }
}

/// Tells the sessions of terminals that have ended, which the hub's own end would keep from it.
pub(crate) async fn all_ended(hub: &HubHandle) {
    for terminal in hub.inner().terminals.all() {
        if !terminal.running()
            && let Err(error) = hub.ended(&terminal).await
        {
            not_kept(&error);
        }
    }
}

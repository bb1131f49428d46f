//! What of a subscription is there for whoever asks for it.

use crate::auth::Principal;
use crate::error::{HubError, Result};
use crate::protocol::{EntityRef, ErrorCode};

use super::Bridge;
use super::messages::Wanted;

impl Bridge {
    /// What is asked for, without the sessions and tasks that are not there for `principal`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND` for the project, `TOO_LARGE` when too much is named.
    pub(super) async fn readable(&self, principal: &Principal, wanted: Wanted) -> Result<Wanted> {
        let Wanted {
            session_ids,
            project_id,
            task_ids,
        } = wanted;
        let named = session_ids.iter().flatten().count() + task_ids.iter().flatten().count();
        let most = self.most_named;
        if named > most {
            return Err(HubError::too_large(format!(
                "a subscription names at most {most} sessions and tasks"
            )));
        }
        if let Some(project) = &project_id {
            let what = EntityRef::Project(project.clone());
            self.hub.entity_for(principal, what).await?;
        }
        Ok(Wanted {
            session_ids: self
                .present(principal, session_ids, EntityRef::Session)
                .await?,
            project_id,
            task_ids: self.present(principal, task_ids, EntityRef::Task).await?,
        })
    }

    async fn present<I: Clone>(
        &self,
        principal: &Principal,
        ids: Option<Vec<I>>,
        what: fn(I) -> EntityRef,
    ) -> Result<Option<Vec<I>>> {
        let Some(ids) = ids else { return Ok(None) };
        let mut present = Vec::with_capacity(ids.len());
        for id in ids {
            match self.hub.entity_for(principal, what(id.clone())).await {
                Ok(_) => present.push(id),
                Err(error) if error.code == ErrorCode::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(present))
    }
}

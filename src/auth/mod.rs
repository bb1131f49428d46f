//! From a credential to a [`Principal`]: who is there. What they may do is `access.rs`.

mod agents;
mod devices;
mod local;
pub(crate) mod pairing;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use agents::AgentTokens;
pub(crate) use devices::{Devices, device_name};
pub(crate) use local::LocalTokens;
pub(crate) use pairing::Pairings;

use crate::ids::{DeviceId, ProjectId, SessionId};
use crate::protocol::Role;

/// What kind of credential somebody came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The application itself: its WebView, its Rust code.
    Desktop,
    /// A paired phone or browser.
    Device(DeviceId),
    /// Whoever works in the terminal of this session.
    Agent(SessionId),
}

/// Somebody whose credential has been accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Principal {
    kind: Kind,
    role: Role,
    /// None: all projects.
    projects: Option<BTreeSet<ProjectId>>,
}

impl Principal {
    pub(crate) fn desktop(role: Role) -> Self {
        Self {
            kind: Kind::Desktop,
            role,
            projects: None,
        }
    }

    pub(crate) fn device(id: DeviceId, role: Role, projects: Option<BTreeSet<ProjectId>>) -> Self {
        Self {
            kind: Kind::Device(id),
            role,
            projects,
        }
    }

    /// An agent has no role: what it may do is its kind's.
    pub(crate) fn agent(session: SessionId, project: ProjectId) -> Self {
        Self {
            kind: Kind::Agent(session),
            role: Role::Viewer,
            projects: Some(BTreeSet::from([project])),
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Tells one from another: all desktop tokens of a launch are one, each device is one.
    pub(crate) fn subject(&self) -> String {
        match &self.kind {
            Kind::Desktop => "desktop".to_owned(),
            Kind::Device(id) => format!("device:{id}"),
            Kind::Agent(session) => format!("agent:{session}"),
        }
    }

    /// What its mail says of who sent it.
    pub(crate) fn sender(&self) -> String {
        match &self.kind {
            Kind::Desktop => format!("ui:{}", self.subject()),
            Kind::Device(_) => format!("mobile:{}", self.subject()),
            Kind::Agent(session) => session.to_string(),
        }
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// Its projects; none when it sees all of them.
    pub(crate) fn projects(&self) -> Option<&BTreeSet<ProjectId>> {
        self.projects.as_ref()
    }

    /// Whether its scope is every project, those to come among them.
    pub(crate) fn sees_all(&self) -> bool {
        self.projects.is_none()
    }

    pub(crate) fn sees(&self, project: &ProjectId) -> bool {
        self.projects
            .as_ref()
            .is_none_or(|projects| projects.contains(project))
    }
}

/// Every kind of credential this hub accepts.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) local: LocalTokens,
    pub(crate) devices: Devices,
    pub(crate) pairings: Pairings,
    pub(crate) agents: Arc<AgentTokens>,
}

impl Authenticator {
    /// Which person holds this token, if anybody.
    pub(crate) fn verify(&self, token: &str) -> Option<Principal> {
        self.local
            .verify(token)
            .map(Principal::desktop)
            .or_else(|| self.devices.verify(token))
    }

    /// Which person or agent holds this token, if anybody.
    pub(crate) fn verify_anybody(&self, token: &str) -> Option<Principal> {
        self.verify(token).or_else(|| self.agents.verify(token))
    }
}

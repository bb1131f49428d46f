//! The one gate: may this principal do this to that?
//!
//! [`decide`] is a pure table. [`allow`] asks it and, on yes, makes an [`Allowed`], which
//! nothing else can make; whatever acts takes one. What the table does not name is denied.

use std::sync::Arc;

use crate::auth::{Kind, Principal};
use crate::domain::Mutation;
use crate::error::{HubError, Result};
use crate::ids::ProjectId;
use crate::protocol::{ErrorCode, Role};
use crate::router::Namespace;
use crate::terminal::session::Session;

/// What a principal can want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// See that a terminal exists, and what it shows.
    Watch,
    /// Type into a terminal.
    Type,
    /// Ask for a terminal's size.
    Resize,
    /// End a terminal.
    Kill,
    /// Start a terminal.
    Spawn,
    /// Read the hub's status.
    ReadStatus,
    /// Make pairing codes.
    Pair,
    /// Know what the devices are called that watch a terminal.
    SeeNames,
    /// Read what belongs to a project.
    Read,
}

/// Marks an [`Allowed`] with what was allowed.
pub(crate) trait Permission {
    const ACTION: Action;
}

macro_rules! permissions {
    ($($name:ident),*) => {
        $(
            #[doc = concat!("Allowed to [`Action::", stringify!($name), "`].")]
            #[derive(Debug)]
            pub(crate) enum $name {}
            impl Permission for $name {
                const ACTION: Action = Action::$name;
            }
        )*
    };
}

permissions!(
    Watch, Type, Resize, Kill, Spawn, ReadStatus, Pair, SeeNames, Read
);

/// Allowed to carry out a mutation; see [`allow_change`].
#[derive(Debug)]
pub(crate) enum Change {}

/// What is acted on, and the project that it belongs to.
pub(crate) trait Protected {
    /// None for what belongs to the hub as a whole.
    fn project(&self) -> Option<&ProjectId>;
}

/// The hub as a whole.
#[derive(Debug)]
pub(crate) struct WholeHub;

impl Protected for WholeHub {
    fn project(&self) -> Option<&ProjectId> {
        None
    }
}

impl Protected for ProjectId {
    fn project(&self) -> Option<&ProjectId> {
        Some(self)
    }
}

impl Protected for Arc<Session> {
    fn project(&self) -> Option<&ProjectId> {
        Some(&self.facts.project)
    }
}

/// Proof that the gate let `P` through for this object.
#[derive(Debug)]
pub(crate) struct Allowed<P, O> {
    object: O,
    permission: std::marker::PhantomData<P>,
}

/// Proof that the gate let `P` through for a terminal.
pub(crate) type AllowedTerminal<P> = Allowed<P, Arc<Session>>;

impl<P, O> Allowed<P, O> {
    pub(crate) fn object(&self) -> &O {
        &self.object
    }

    pub(crate) fn into_object(self) -> O {
        self.object
    }
}

/// Why the gate stays shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The principal must not learn that the object exists.
    Hidden,
    /// The principal's role or kind does not include this.
    Role,
}

impl From<Denied> for HubError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Hidden => Self::not_found("not found"),
            Denied::Role => Self::new(ErrorCode::Forbidden, "not allowed"),
        }
    }
}

/// Asks the gate.
///
/// # Errors
///
/// [`Denied`], which says no more than the principal may know.
pub(crate) fn allow<P: Permission, O: Protected>(
    principal: &Principal,
    object: O,
) -> Result<Allowed<P, O>, Denied> {
    decide(principal, P::ACTION, object.project())?;
    Ok(Allowed {
        object,
        permission: std::marker::PhantomData,
    })
}

/// Asks the gate about a change of the domain, in `project`; none when it is about no project
/// that there is.
///
/// # Errors
///
/// As [`allow`].
pub(crate) fn allow_change(
    principal: &Principal,
    mutation: Mutation,
    project: Option<&ProjectId>,
) -> Result<Allowed<Change, Mutation>, Denied> {
    decide_change(principal, &mutation, project)?;
    Ok(Allowed {
        object: mutation,
        permission: std::marker::PhantomData,
    })
}

/// Who may come in where.
pub(crate) fn may_enter(principal: &Principal, namespace: Namespace) -> bool {
    match (principal.kind(), namespace) {
        (Kind::Desktop, _)
        | (
            Kind::Device(_),
            Namespace::Ui | Namespace::Mobile | Namespace::Terminal | Namespace::Legacy,
        )
        | (Kind::Agent(_), Namespace::Cli) => true,
        (Kind::Device(_) | Kind::Agent(_), _) => false,
    }
}

/// Whether somebody may hear of what happens in `project`; none when it happens in no project.
pub(crate) fn may_hear(principal: &Principal, project: Option<&ProjectId>) -> bool {
    decide(principal, Action::Read, project).is_ok()
}

/// The table of changes.
fn decide_change(
    principal: &Principal,
    mutation: &Mutation,
    project: Option<&ProjectId>,
) -> std::result::Result<(), Denied> {
    if project.is_some_and(|project| !principal.sees(project)) {
        return Err(Denied::Hidden);
    }
    let permitted = match (principal.kind(), mutation) {
        // Its own session, and the work that there is to do.
        (Kind::Agent(own), mutation) => match mutation {
            Mutation::CreateTask(_) | Mutation::UpdateTask { .. } => true,
            Mutation::ClaimTask { session, .. }
            | Mutation::Report { session, .. }
            | Mutation::AddToTimeline { session, .. }
            | Mutation::Modal { session, .. } => session == own,
            Mutation::SendMail { from, .. } => from == own.as_str(),
            _ => false,
        },
        // Whoever sees only some projects makes and removes none.
        (_, Mutation::CreateProject(_) | Mutation::DeleteProject(_)) => {
            principal.role() >= Role::Operator && principal.sees_all()
        }
        _ => principal.role() >= Role::Operator,
    };
    if permitted { Ok(()) } else { Err(Denied::Role) }
}

/// The table.
fn decide(
    principal: &Principal,
    action: Action,
    project: Option<&ProjectId>,
) -> std::result::Result<(), Denied> {
    if project.is_some_and(|project| !principal.sees(project)) {
        return Err(Denied::Hidden);
    }
    let desktop = matches!(principal.kind(), Kind::Desktop);
    if matches!(principal.kind(), Kind::Agent(_)) && action != Action::Read {
        return Err(Denied::Role);
    }
    let permitted = match action {
        Action::Watch | Action::Read => principal.role() >= Role::Viewer,
        Action::Type | Action::Resize | Action::Kill | Action::Spawn => {
            principal.role() >= Role::Operator
        }
        // Names are personal: one guest's phone is told nothing of another's.
        Action::ReadStatus | Action::SeeNames => desktop,
        Action::Pair => desktop && principal.role() >= Role::Admin,
    };
    if permitted { Ok(()) } else { Err(Denied::Role) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{DeviceId, SessionId};

    fn device(role: Role, projects: Option<&[&str]>) -> Principal {
        Principal::device(
            DeviceId::new("d").unwrap(),
            role,
            projects.map(|names| names.iter().map(|n| ProjectId::new(*n).unwrap()).collect()),
        )
    }

    #[test]
    fn the_table_of_roles() {
        use Action::{Kill, Pair, Read, ReadStatus, Resize, SeeNames, Spawn, Type, Watch};
        let all = [
            Watch, Type, Resize, Kill, Spawn, ReadStatus, Pair, SeeNames, Read,
        ];
        let session = SessionId::new("s").unwrap();
        let cases: [(Principal, &[Action]); 6] = [
            (
                Principal::desktop(Role::Viewer),
                &[Watch, Read, ReadStatus, SeeNames],
            ),
            (
                Principal::desktop(Role::Operator),
                &[Watch, Read, ReadStatus, SeeNames, Type, Resize, Kill, Spawn],
            ),
            (Principal::desktop(Role::Admin), &all),
            (device(Role::Viewer, None), &[Watch, Read]),
            (
                device(Role::Operator, None),
                &[Watch, Read, Type, Resize, Kill, Spawn],
            ),
            (
                Principal::agent(session, ProjectId::new("p").unwrap()),
                &[Read],
            ),
        ];
        let project = ProjectId::new("p").unwrap();
        for (principal, may) in &cases {
            for action in all {
                assert_eq!(
                    decide(principal, action, Some(&project)).is_ok(),
                    may.contains(&action),
                    "{principal:?} {action:?}"
                );
            }
        }
    }

    #[test]
    fn the_table_of_namespaces() {
        use Namespace::{Cli, Legacy, Mobile, Terminal, Ui};
        let agent = Principal::agent(SessionId::new("s").unwrap(), ProjectId::new("p").unwrap());
        let cases: [(Principal, &[Namespace]); 4] = [
            (
                Principal::desktop(Role::Viewer),
                &[Ui, Mobile, Cli, Terminal, Legacy],
            ),
            (
                Principal::desktop(Role::Admin),
                &[Ui, Mobile, Cli, Terminal, Legacy],
            ),
            (
                device(Role::Operator, None),
                &[Ui, Mobile, Terminal, Legacy],
            ),
            (agent, &[Cli]),
        ];
        for (principal, may) in &cases {
            for namespace in Namespace::ALL {
                assert_eq!(
                    may_enter(principal, namespace),
                    may.contains(&namespace),
                    "{principal:?} {namespace:?}"
                );
            }
        }
    }

    #[test]
    fn nobody_hears_of_what_they_may_not_read() {
        let (mine, other) = (
            ProjectId::new("mine").unwrap(),
            ProjectId::new("other").unwrap(),
        );
        let scoped = device(Role::Viewer, Some(&["mine"]));
        assert!(may_hear(&scoped, Some(&mine)));
        assert!(!may_hear(&scoped, Some(&other)));
        assert!(may_hear(&scoped, None));
        assert!(may_hear(&device(Role::Viewer, None), Some(&other)));
    }

    #[test]
    fn a_device_role_of_admin_still_does_not_pair() {
        let principal = device(Role::Admin, None);
        assert_eq!(decide(&principal, Action::Pair, None), Err(Denied::Role));
        assert_eq!(
            decide(&principal, Action::ReadStatus, None),
            Err(Denied::Role)
        );
    }

    #[test]
    fn another_project_is_hidden_whatever_the_role() {
        let principal = device(Role::Operator, Some(&["mine"]));
        let mine = ProjectId::new("mine").unwrap();
        let other = ProjectId::new("other").unwrap();
        assert_eq!(decide(&principal, Action::Type, Some(&mine)), Ok(()));
        assert_eq!(
            decide(&principal, Action::Watch, Some(&other)),
            Err(Denied::Hidden)
        );
        assert_eq!(
            decide(&principal, Action::Type, Some(&other)),
            Err(Denied::Hidden)
        );
    }
}

//! The desktop's credentials: tokens that this launch's secret vouches for, one per role.
//!
//! The secret itself never leaves this file; what a WebView holds is good for one role and
//! for as long as the application runs.

use crate::protocol::Role;
use crate::secret::{self, Key};

/// Tells these tokens from others at a glance.
const PREFIX: &str = "rhl_";

#[derive(Debug)]
pub(crate) struct LocalTokens(Key);

impl LocalTokens {
    pub(crate) fn new() -> Self {
        Self(Key::random())
    }

    pub(crate) fn token(&self, role: Role) -> String {
        format!("{PREFIX}{}", self.0.sign(purpose(role)))
    }

    pub(crate) fn verify(&self, token: &str) -> Option<Role> {
        [Role::Viewer, Role::Operator, Role::Admin]
            .into_iter()
            .find(|role| secret::same(self.token(*role).as_bytes(), token.as_bytes()))
    }
}

fn purpose(role: Role) -> &'static str {
    match role {
        Role::Viewer => "desktop viewer",
        Role::Operator => "desktop operator",
        Role::Admin => "desktop admin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_role_in_its_launch_only() {
        let (launch, another) = (LocalTokens::new(), LocalTokens::new());
        for role in [Role::Viewer, Role::Operator, Role::Admin] {
            assert_eq!(launch.verify(&launch.token(role)), Some(role));
            assert_eq!(another.verify(&launch.token(role)), None);
        }
        for forged in ["", PREFIX, "rhl_x", "desktop admin"] {
            assert_eq!(launch.verify(forged), None);
        }
    }
}

//! Ids as they appear on the wire: checked once, when they come in, and never again.
//!
//! This room knows nothing of what the ids name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest id accepted, in bytes.
pub const MAX_ID_LEN: usize = 128;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an id begins with a letter or digit and holds at most {MAX_ID_LEN} of A-Z a-z 0-9 . _ : -"
)]
pub struct InvalidId;

fn check(text: &str) -> Result<(), InvalidId> {
    let first_ok = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric());
    let rest_ok = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'));
    if first_ok && rest_ok && text.len() <= MAX_ID_LEN {
        Ok(())
    } else {
        Err(InvalidId)
    }
}

/// The same as [`check`] does, for those who read the document of the API.
pub(crate) fn schema() -> schemars::Schema {
    schemars::json_schema!({
        "type": "string",
        "maxLength": MAX_ID_LEN,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]*$",
    })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[cfg_attr(test, ts(type = "string"))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text` and takes it as an id.
            ///
            /// # Errors
            ///
            /// [`InvalidId`] when it holds other characters than an id may, or too many.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                check(&text).map(|()| Self(text))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schema()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A session, and the terminal that belongs to it.
    SessionId
);
id!(
    /// A project: what sessions and terminals belong to, and what access is granted on.
    ProjectId
);
id!(
    /// One hub, for as long as its data folder lives.
    HubId
);
id!(
    /// A paired phone or browser.
    DeviceId
);
id!(
    /// What a client calls itself when it numbers its input.
    ClientId
);

id!(
    /// What an owner calls a terminal of its own.
    PtyId
);
id!(
    /// A task.
    TaskId
);
id!(
    /// A member of a project's team.
    TeamMemberId
);
id!(
    /// A mail.
    MailId
);

macro_rules! random {
    ($($name:ident = $first:literal),*) => {
        $(impl $name {
            /// A new one.
            pub(crate) fn random() -> Self {
                // Random codes begin with any of their letters; ids begin with a letter or digit.
                Self(format!("{}{}", $first, crate::secret::random_code()))
            }
        })*
    };
}

random!(
    HubId = 'h',
    DeviceId = 'd',
    ProjectId = 'p',
    TaskId = 't',
    SessionId = 's',
    TeamMemberId = 'm',
    MailId = 'l'
);

impl ProjectId {
    /// The project of terminals that name none. It always exists.
    pub const DEFAULT: &'static str = "default";
}

impl Default for ProjectId {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_of_what_is_an_id() {
        let longest = "a".repeat(MAX_ID_LEN);
        let too_long = "a".repeat(MAX_ID_LEN + 1);
        for good in ["a", "7", "A.b_c:d-e", longest.as_str()] {
            assert!(SessionId::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "-a",
            "_a",
            ":a",
            "a/b",
            "a b",
            "a\0",
            "é",
            "a\n",
            too_long.as_str(),
        ] {
            assert_eq!(SessionId::new(bad), Err(InvalidId), "{bad:?}");
        }
    }

    #[test]
    fn a_bad_id_does_not_deserialize() {
        assert!(serde_json::from_str::<ProjectId>("\"../etc\"").is_err());
        assert_eq!(
            serde_json::from_str::<ProjectId>("\"p1\"").unwrap(),
            ProjectId::new("p1").unwrap()
        );
    }
}

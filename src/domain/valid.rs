//! Holds what people write to its bounds.

use serde::Serialize;

use crate::error::{HubError, Result};
pub(super) use crate::protocol::bounds::{HTML, IDS, MESSAGE, NAME, PATH, TEXT, TITLE, WORD};

/// Not empty, and not too long in characters.
pub(super) fn words(field: &str, text: &str, most: usize) -> Result<()> {
    if text.trim().is_empty() {
        return Err(HubError::invalid(format!("{field} is empty")));
    }
    at_most(field, text, most)
}

/// Not too long in characters.
pub(super) fn at_most(field: &str, text: &str, most: usize) -> Result<()> {
    if text.len() > most && text.chars().count() > most {
        return Err(HubError::too_large(format!(
            "{field} is longer than {most} characters"
        )));
    }
    Ok(())
}

/// Not too long in bytes.
pub(super) fn text(field: &str, text: &str, most: usize) -> Result<()> {
    if text.len() > most {
        return Err(HubError::too_large(format!(
            "{field} is longer than {} KiB",
            most >> 10
        )));
    }
    Ok(())
}

/// Not too many.
pub(super) fn ids<T>(field: &str, ids: &[T]) -> Result<()> {
    if ids.len() > IDS {
        return Err(HubError::too_large(format!(
            "{field} has more than {IDS} entries"
        )));
    }
    Ok(())
}

/// Not too long as JSON.
pub(super) fn json<T: Serialize>(field: &str, value: &T) -> Result<()> {
    let json = serde_json::to_string(value)
        .map_err(|error| HubError::invalid(format!("{field}: {error}")))?;
    text(field, &json, TEXT)
}

/// Each bound of what may be absent.
pub(super) fn opt<T: ?Sized, U: AsRef<T>>(
    value: Option<&U>,
    check: impl FnOnce(&T) -> Result<()>,
) -> Result<()> {
    value.map_or(Ok(()), |value| check(value.as_ref()))
}

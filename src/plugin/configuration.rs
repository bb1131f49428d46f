//! From `plugins.realtime-hub` in `tauri.conf.json` and the builder to a configuration. What is
//! wrong there becomes a sentence in the status, never an error that ends the application; so
//! Tauri must not parse it. Starts nothing.

use std::path::PathBuf;

use serde_json::Value;
use tauri::{AppHandle, Manager, Runtime};

use crate::config::HubConfig;
use crate::error::{HubError, Result};

/// The name of [`HubConfig::data_dir`] in the file, where `null` differs from absent.
const DATA_DIR: &str = "dataDir";

/// A change made in Rust to what the file says.
pub(super) type Configure = Box<dyn FnOnce(&mut HubConfig) + Send>;

/// The configuration, or why there is none; and what else is to be told in the status.
pub(super) fn read<R: Runtime>(
    app: &AppHandle<R>,
    from_file: &Value,
    changes: Vec<Configure>,
) -> (Result<HubConfig>, Vec<String>) {
    let mut problems = Vec::new();
    let data_dir = || match app.path().app_data_dir() {
        Ok(folder) => Some(folder),
        Err(error) => {
            problems.push(format!(
                "projects, tasks, sessions and paired devices are forgotten when the application \
                 ends: it has no data folder ({error})"
            ));
            None
        }
    };
    let config = parse(from_file, data_dir).map(|mut config| {
        for change in changes {
            change(&mut config);
        }
        config
    });
    (config, problems)
}

fn parse(from_file: &Value, data_dir: impl FnOnce() -> Option<PathBuf>) -> Result<HubConfig> {
    let mut config = match from_file {
        // No such section.
        Value::Null => HubConfig::default(),
        // With the path to what is wrong: "expected u16" alone helps nobody.
        section => serde_path_to_error::deserialize(section).map_err(wrong)?,
    };
    if from_file.get(DATA_DIR).is_none() {
        config.data_dir = data_dir();
    }
    Ok(config)
}

fn wrong(error: serde_path_to_error::Error<serde_json::Error>) -> HubError {
    let name = super::NAME;
    let path = error.path().to_string();
    let error = error.into_inner();
    HubError::invalid(match path.as_str() {
        "." => format!("plugins.{name}: {error}"),
        path => format!("plugins.{name}.{path}: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(section: Value) -> Result<HubConfig> {
        parse(&section, || Some("/app".into()))
    }

    #[test]
    fn the_data_folder_is_the_applications_unless_the_file_says_otherwise() {
        for (section, folder) in [
            (Value::Null, Some("/app")),
            (json!({}), Some("/app")),
            (json!({"port": 1}), Some("/app")),
            (json!({"dataDir": "/mine"}), Some("/mine")),
            (json!({"dataDir": null}), None),
        ] {
            let config = parsed(section.clone()).unwrap();
            assert_eq!(config.data_dir, folder.map(PathBuf::from), "{section}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (section, says) in [
            (json!({"prot": 3000}), "unknown field `prot`"),
            (
                json!({"port": "3000"}),
                "plugins.realtime-hub.port: invalid",
            ),
            (
                json!({"port": 70_000}),
                "plugins.realtime-hub.port: invalid",
            ),
            (
                json!({"limits": {"terminals": -1}}),
                "plugins.realtime-hub.limits.terminals: ",
            ),
            (json!([0, {}]), "plugins.realtime-hub"),
            (json!("3000"), "plugins.realtime-hub: invalid"),
        ] {
            let error = parsed(section.clone()).unwrap_err();
            assert!(error.message.contains(says), "{section}: {error}");
        }
    }
}

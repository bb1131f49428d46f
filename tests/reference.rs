//! The configuration reference in `docs/PROTOCOL.md` against the configuration: every field is
//! there, with the default that it has.

// A helper of tests fails as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};
use tauri_plugin_realtime_hub::HubConfig;

/// The first two columns of each row of a table: a name, and what is said of it.
fn rows(reference: &str) -> Vec<(&str, &str)> {
    reference
        .lines()
        .filter_map(|line| {
            let mut columns = line.strip_prefix("| `")?.split('|').map(str::trim);
            let name = columns.next()?.strip_suffix('`')?;
            Some((name, columns.next()?))
        })
        .collect()
}

fn fields(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

#[test]
fn the_reference_names_every_field_with_its_default() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PROTOCOL.md");
    let text = fs::read_to_string(file).unwrap();
    let (_, reference) = text.split_once("\n## Configuration\n").unwrap();
    let (reference, _) = reference.split_once("\n## ").unwrap();
    let rows = rows(reference);
    let said = |name: &str| rows.iter().find(|row| row.0 == name).map(|row| row.1);

    let config = serde_json::to_value(HubConfig::default()).unwrap();
    for name in fields(&config).keys() {
        assert!(
            reference.contains(&format!("`{name}`")),
            "docs/PROTOCOL.md does not name {name}"
        );
    }
    for group in [
        "events",
        "lifecycle",
        "limits",
        "needsInput",
        "recording",
        "timing",
    ] {
        for (name, default) in fields(&config[group]) {
            let said = said(name)
                .unwrap_or_else(|| panic!("docs/PROTOCOL.md has no row for {group}.{name}"));
            assert_eq!(
                said.replace([',', '`'], ""),
                default.to_string().replace('"', ""),
                "docs/PROTOCOL.md states another default of {group}.{name}"
            );
        }
    }
}

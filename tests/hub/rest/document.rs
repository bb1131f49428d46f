//! The document of the API, as whoever makes a client of it needs it.

use std::collections::BTreeSet;

use super::*;

/// Everything that `pointer` names anywhere below.
fn all<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(name));
            fields.values().for_each(|value| all(value, name, found));
        }
        Value::Array(items) => items.iter().for_each(|value| all(value, name, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_whole() {
    let hub = Hub::start();
    let document = Caller::admin(&hub).get("/api/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let mut descriptions = Vec::new();
    all(&document, "description", &mut descriptions);
    for text in descriptions.iter().filter_map(|text| text.as_str()) {
        assert!(!text.is_empty() && !text.contains("[`"), "{text:?}");
    }

    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap()),
                "{name}"
            );
            assert!(operation["summary"].is_string(), "{name}");
            let open = operation.get("security").is_none();
            assert_eq!(open, path == "/api/pair", "{name}");
            let named = path.matches('{').count();
            let parameters = operation["parameters"].as_array();
            let parameters = parameters.into_iter().flatten();
            let in_path = parameters.filter(|one| one["in"] == "path" && one["required"] == true);
            assert_eq!(in_path.count(), named, "{name}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let schema = &response["content"]["application/json"]["schema"];
                let empty = status == "204";
                assert_eq!(schema.is_null(), empty, "{name} {status}");
                if status.as_str() >= "400" {
                    assert_eq!(schema["$ref"], "#/components/schemas/RestFailure", "{name}");
                }
            }
            for always in ["500", "503"] {
                assert!(operation["responses"].get(always).is_some(), "{name}");
            }
        }
    }
}

/// Fields that are always there are required in what is sent, and most may be absent in what is
/// read.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_and_what_is_read_are_told_apart() {
    let hub = Hub::start();
    let admin = Caller::admin(&hub);
    let schemas = admin.get("/api/openapi.json").await.body["components"]["schemas"].take();
    let new = json!({"projectId": "default", "title": "t"});
    let task = admin.post("/api/tasks", new).await.body;
    let names = |value: &Value| -> BTreeSet<String> {
        let names = value.as_array().unwrap().iter();
        names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    let sent: BTreeSet<String> = task.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names(&schemas["Task"]["required"]), sent);
    let read = names(&schemas["NewTask"]["required"]);
    assert_eq!(read, BTreeSet::from(["projectId".into(), "title".into()]));
    assert!(schemas["TaskPatch"].get("required").is_none());
}

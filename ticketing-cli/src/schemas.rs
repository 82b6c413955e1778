//! The JSON Schema of each command, made from the OpenAPI document; a test keeps the copies in `docs/` equal to it.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files should fail")]

mod own;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::output::{Arity, OUTPUT_SPECS, RecordType};

/// Set to anything to write the schemas instead of comparing them.
const UPDATE: &str = "UPDATE_REFERENCE";
/// The prefix of references within the OpenAPI document.
const COMPONENTS: &str = "#/components/schemas/";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference")
}

/// Returns the named types: those of the API, and those of the program.
fn types() -> Map<String, Value> {
    let text = std::fs::read_to_string(docs().join("openapi.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let Value::Object(mut types) = document["components"]["schemas"].take() else { panic!("no schemas") };
    types.extend(own::types());
    types
}

/// Returns the name of the type of a record.
fn name(record: RecordType) -> String {
    format!("{record:?}")
}

/// Returns the named types that a schema refers to, directly or through others.
fn collect_referenced(schema: &Value, types: &Map<String, Value>, found: &mut BTreeMap<String, Value>) {
    match schema {
        Value::Object(fields) => {
            if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                let target = target.strip_prefix(COMPONENTS).unwrap();
                if !found.contains_key(target) {
                    let schema = types.get(target).unwrap_or_else(|| panic!("there is no type {target}"));
                    found.insert(target.to_owned(), schema.clone());
                    collect_referenced(schema, types, found);
                }
            }
            fields.values().for_each(|field| collect_referenced(field, types, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_referenced(item, types, found)),
        _ => {}
    }
}

/// Returns the schemas of all commands by file name.
fn schemas() -> BTreeMap<String, String> {
    let types = types();
    let schema = |spec: &crate::output::OutputSpec| {
        let record = json!({"$ref": format!("{COMPONENTS}{}", name(spec.record))});
        let list = json!({
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": record},
                "hasMore": {"type": "boolean", "description": "Whether the list was cut, and --all shows more."},
            },
            "required": ["items", "hasMore"],
        });
        let mut document = match spec.arity {
            Arity::One | Arity::Stream => record,
            Arity::List => list,
            Arity::OneOrList => json!({"anyOf": [record, list]}),
        };
        let mut used = BTreeMap::new();
        collect_referenced(&document, &types, &mut used);
        let each = if spec.arity == Arity::Stream { ", each line" } else { "" };
        document["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        document["title"] = json!(format!("ticketing {} --output json{each}", spec.command));
        document["$defs"] = json!(used);
        let text = serde_json::to_string_pretty(&document).unwrap().replace(COMPONENTS, "#/$defs/");
        (format!("{}.json", spec.command.replace(' ', "-")), text + "\n")
    };
    OUTPUT_SPECS.iter().map(schema).collect()
}

#[test]
fn schemas_of_the_reference_are_up_to_date() {
    let folder = docs().join("schemas");
    let made = schemas();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        made.iter().for_each(|(file, text)| std::fs::write(folder.join(file), text).unwrap());
    }
    for (file, text) in &made {
        let kept = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert!(kept == *text, "docs/reference/schemas/{file} is out of date: run this test with {UPDATE}=1");
    }
    let kept =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let extra: Vec<String> =
        kept.filter(|file| file.ends_with(".json") && !made.contains_key(file)).collect();
    assert!(extra.is_empty(), "no command writes {extra:?}");
}

/// Returns the properties of a schema, with those of the schemas that it combines.
fn properties(schema: &Value, types: &Map<String, Value>, found: &mut BTreeSet<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        properties(&types[target.strip_prefix(COMPONENTS).unwrap()], types, found);
    }
    for part in ["allOf", "anyOf", "oneOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|part| properties(part, types, found));
    }
    found.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
}

#[test]
fn fields_of_every_record_are_those_of_its_schema() {
    let types = types();
    for spec in OUTPUT_SPECS {
        let mut found = BTreeSet::new();
        properties(&types[&name(spec.record)], &types, &mut found);
        let fields: BTreeSet<String> = spec.record.fields().into_iter().map(str::to_owned).collect();
        assert_eq!(fields, found, "{:?}", spec.record);
    }
}

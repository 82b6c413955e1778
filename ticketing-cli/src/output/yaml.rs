//! YAML: the fields of the JSON, in the same order.

use serde::Serialize;
use serde_yaml_ng::Value;
use ticketing_sdk::text::sanitize;

use crate::failure::{Failure, Outcome};

/// Returns one document. A terminal gets no control characters of other users.
pub(super) fn document(value: &impl Serialize, terminal: bool) -> Outcome<String> {
    let unwritable = |error: serde_yaml_ng::Error| Failure::failed(format!("cannot write YAML: {error}"));
    let value = serde_yaml_ng::to_value(value).map_err(unwritable)?;
    let value = if terminal { sanitize_value(value) } else { value };
    serde_yaml_ng::to_string(&value).map_err(unwritable)
}

fn sanitize_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(sanitize(&text).into_owned()),
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(sanitize_value).collect()),
        Value::Mapping(fields) => {
            Value::Mapping(fields.into_iter().map(|(key, value)| (key, sanitize_value(value))).collect())
        }
        other => other,
    }
}

//! JSON: the wire types, unchanged.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::failure::CliResult;

/// Returns one document: indented on a terminal, on one line elsewhere.
pub(super) fn document(value: &impl Serialize, terminal: bool) -> CliResult<String> {
    let text = if terminal { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    Ok(escape(&text?) + "\n")
}

/// Returns the JSON of a record.
pub(super) fn value(value: &impl Serialize) -> CliResult<Value> {
    Ok(serde_json::to_value(value)?)
}

/// Returns a line for each value.
pub(crate) fn lines(values: &[impl Serialize]) -> CliResult<String> {
    let mut text = String::new();
    for value in values {
        text += &escape(&serde_json::to_string(value)?);
        text.push('\n');
    }
    Ok(text)
}

/// Escapes control and bidirectional characters as `\u…`. They occur in strings only, where both forms are equal.
pub(crate) fn escape(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        let layout = matches!(c, '\n' | '\r' | '\t');
        let dangerous = c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if dangerous && !layout {
            // Writing to a string cannot fail; all of these have four digits.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

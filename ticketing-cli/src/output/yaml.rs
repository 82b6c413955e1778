//! YAML: the fields of the JSON, in the same order.

use serde::Serialize;
use serde_yaml_ng::Value;
use ticketing_sdk::text::sanitize;

use crate::failure::{CliResult, Failure};

/// Returns one document. A terminal gets no control characters of other users.
pub(super) fn document(value: &impl Serialize, terminal: bool) -> CliResult<String> {
    let unwritable = |error: serde_yaml_ng::Error| Failure::failed(format!("cannot write YAML: {error}"));
    let value = serde_yaml_ng::to_value(value).map_err(unwritable)?;
    let value = if terminal { sanitize_value(value) } else { value };
    let mut text = String::new();
    write_value(&value, 0, &mut text);
    Ok(text)
}

/// Writes a value at an indentation, with a line break at its end.
fn write_value(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Mapping(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                *text += &format!("{:indent$}{}:", "", scalar(key));
                match value {
                    Value::Mapping(fields) if !fields.is_empty() => {
                        text.push('\n');
                        write_value(value, indent + 2, text);
                    }
                    Value::Sequence(items) if !items.is_empty() => {
                        text.push('\n');
                        write_value(value, indent, text);
                    }
                    value => *text += &format!(" {}\n", scalar(value)),
                }
            }
        }
        Value::Sequence(items) if !items.is_empty() => {
            for item in items {
                let mut block = String::new();
                write_value(item, indent + 2, &mut block);
                *text += &format!("{:indent$}- {}", "", block.trim_start_matches(' '));
            }
        }
        value => *text += &format!("{:indent$}{}\n", "", scalar(value)),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) => quote(text),
        Value::Sequence(_) => "[]".to_owned(),
        Value::Mapping(_) => "{}".to_owned(),
        Value::Tagged(tagged) => scalar(&tagged.value),
    }
}

/// The words that parsers of YAML 1.1 or 1.2 read as a boolean, null or a number.
const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];

/// Returns whether every parser reads the unquoted text as a string. Times and numbers do not begin with a letter.
fn is_plain(text: &str) -> bool {
    let is_harmless = |c: char| c.is_alphanumeric() || " -_./@()+&!'$".contains(c);
    text.starts_with(char::is_alphabetic)
        && text.chars().all(is_harmless)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Returns a text in double quotes, on one line, with escapes for what is not printable.
fn quote(text: &str) -> String {
    let json = Value::from(text);
    let json = serde_json::to_string(&json).unwrap_or_default();
    let json = super::json::escape(&json);
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029").replace('\u{feff}', "\\ufeff")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_reads_as_something_else_is_quoted() {
        for text in [
            "yes",
            "No",
            "on",
            "y",
            "null",
            "~",
            "12:30",
            "2026-01-01",
            "2026-11-27T10:00:00.000Z",
            "1e3",
            "0x1f",
            "1_000",
            "020",
            ".inf",
            "-1",
            "",
            " a",
            "a ",
            "a: b",
            "a #b",
            "- a",
            "[a]",
            "{a}",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "\"a\"",
            "a\nb",
            "a\u{2028}b",
            "\u{feff}a",
            "a\u{85}b",
            "=",
            "<<",
            "a:",
            "?",
            "|",
            ">",
            "Infinity: 1",
        ] {
            let document =
                document(&serde_json::json!({ "title": text, "list": [text, [text]] }), false).unwrap();
            let read: serde_json::Value = serde_yaml_ng::from_str(&document).unwrap();
            assert_eq!(read, serde_json::json!({ "title": text, "list": [text, [text]] }), "{document}");
            assert!(document.contains("title: \""), "{text:?}: {document}");
        }
        for text in ["Opera", "RustConf in Berlin", "Müller & Söhne", "it's"] {
            assert_eq!(document(&text, false).unwrap(), format!("{text}\n"));
        }
    }

    #[test]
    fn nested_values_are_read_back() {
        let value = serde_json::json!({
            "items": [{"a": 1, "b": {"c": [], "d": {}}}, [[1.5, null], [true]], []], "hasMore": false, "z": {"y": [{"x": "1"}]},
        });
        let document = document(&value, false).unwrap();
        assert_eq!(serde_yaml_ng::from_str::<serde_json::Value>(&document).unwrap(), value, "{document}");
    }
}

//! `--template`: texts in the language of Jinja, with filters for times and colours.

use anstyle::{AnsiColor, Style};
use minijinja::{Environment, Error, ErrorKind};
use serde_json::{Map, Value};
use ticketing_sdk::Timestamp;
use ticketing_sdk::text::{relative, sanitize};

use super::when;
use crate::clock;
use crate::failure::{CliResult, Failure};

/// Checks that a template can be compiled.
pub(super) fn check(text: &str) -> CliResult {
    Environment::new().template_from_str(text).map(drop).map_err(|error| wrong(&error))
}

fn wrong(error: &Error) -> Failure {
    Failure::usage(format!("--template: {error}"))
        .hint("`{% for item in items %}{{ item.title }}{% endfor %}` is a template of a list")
}

/// Renders a template. The fields of an object are its variables; a list is the variable `items`. A terminal gets no
/// control characters of other users.
pub(super) fn render(text: &str, document: &Value, terminal: bool) -> CliResult<String> {
    let document = if terminal { sanitize_value(document) } else { document.clone() };
    let variables = match document {
        Value::Object(fields) => fields,
        other => Map::from_iter([("items".to_owned(), other)]),
    };
    let mut environment = Environment::new();
    environment.add_filter("timeago", |at: String| time(&at).map(|at| relative(at, clock::now())));
    environment.add_filter("localtime", |at: String| time(&at).map(|at| when::local(at, &when::zone())));
    environment.add_filter("color", |text: String, name: String| colour(&text, &name));
    environment.add_filter("truncate", |text: String, width: usize| super::table::cut_end(&text, width));
    let rendered = environment.render_str(text, minijinja::Value::from(minijinja::value::Serde(variables)));
    rendered.map_err(|error| Failure::failed(format!("--template: {error}")))
}

fn time(text: &str) -> Result<Timestamp, Error> {
    text.parse().map_err(|error| Error::new(ErrorKind::InvalidOperation, format!("{text:?}: {error}")))
}

fn colour(text: &str, name: &str) -> Result<String, Error> {
    let style = match name {
        "red" => AnsiColor::Red.on_default(),
        "green" => AnsiColor::Green.on_default(),
        "yellow" => AnsiColor::Yellow.on_default(),
        "blue" => AnsiColor::Blue.on_default(),
        "magenta" => AnsiColor::Magenta.on_default(),
        "cyan" => AnsiColor::Cyan.on_default(),
        "bold" => Style::new().bold(),
        "dim" => Style::new().dimmed(),
        _ => return Err(Error::new(ErrorKind::InvalidOperation, format!("there is no colour {name:?}"))),
    };
    Ok(format!("{style}{text}{style:#}"))
}

/// Returns a document whose texts have no control characters.
fn sanitize_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(sanitize(text).into_owned()),
        Value::Array(items) => Value::Array(items.iter().map(sanitize_value).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), sanitize_value(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn template_has_the_fields_of_an_object_and_the_items_of_a_list() {
        let list =
            serde_json::json!([{"title": "Opera\u{1b}[2J", "price": 20.5}, {"title": "Gig", "price": 7}]);
        let text = "{% for item in items %}{{ item.title }} {{ item.price }}\n{% endfor %}";
        assert_eq!(render(text, &list, true).unwrap(), "Opera[2J 20.5\nGig 7\n");
        assert!(render(text, &list, false).unwrap().contains('\u{1b}'));
        let one = serde_json::json!({"title": "A long title", "createdAt": "2020-01-01T00:00:00Z"});
        let rendered = render("{{ title | truncate(6) }} {{ createdAt | timeago }}", &one, false).unwrap();
        assert_eq!(rendered, "A lon… 2020-01-01");
        assert_eq!(render("{{ 'x' | color('green') }}", &one, false).unwrap(), "\u{1b}[32mx\u{1b}[0m");
    }

    #[test]
    fn wrong_template_is_a_usage_error_and_a_failing_one_a_failure() {
        assert_eq!(check("{% for %}").err().map(|failure| failure.exit), Some(Exit::Usage));
        for failing in ["{{ 'soon' | timeago }}", "{{ 'x' | color('pink') }}"] {
            let failure = render(failing, &Value::Null, false).unwrap_err();
            assert_eq!(failure.exit, Exit::Failed, "{failing}");
        }
    }
}

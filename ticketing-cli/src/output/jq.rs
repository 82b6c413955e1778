//! `--jq`: filters in the language of jq, run by jaq.

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};
use serde_json::Value;
use ticketing_sdk::text::sanitize;

use super::json;
use crate::failure::{Failure, Outcome};

/// A compiled filter.
type Filter = jaq_core::Filter<data::JustLut<Val>>;

/// Checks that a filter can be compiled.
pub(super) fn check(filter: &str) -> Outcome {
    compile(filter).map(drop)
}

fn compile(code: &str) -> Outcome<Filter> {
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let wrong = |why: String| {
        Failure::usage(format!("--jq: {why}")).hint("https://jqlang.org/manual describes filters")
    };
    let modules = Loader::new(defs)
        .load(&arena, File { code, path: () })
        .map_err(|_| wrong(format!("{code:?} is no filter")))?;
    Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
        let names: Vec<String> = errors
            .iter()
            .flat_map(|(_, undefined)| undefined.iter().map(|(name, _)| format!("{name} is not defined")))
            .collect();
        wrong(names.join(", "))
    })
}

/// Runs a filter and returns what it yields.
fn run(code: &str, document: &Value) -> Outcome<Vec<Val>> {
    let filter = compile(code)?;
    let failed = |why: String| Failure::failed(format!("--jq: {why}"));
    let input = serde_json::to_vec(document).map_err(|error| failed(error.to_string()))?;
    let input = read::parse_single(&input).map_err(|error| failed(error.to_string()))?;
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let outputs = filter.id.run((context, input)).map(unwrap_valr);
    outputs.map(|output| output.map_err(|error| failed(error.to_string()))).collect()
}

/// Runs a filter and returns a line for each value: text without quotes, anything else as JSON.
pub(super) fn lines(code: &str, document: &Value, terminal: bool) -> Outcome<String> {
    let mut text = String::new();
    for value in run(code, document)? {
        match &value {
            Val::TStr(bytes) if terminal => {
                let line = String::from_utf8_lossy(bytes);
                text += &line.split('\n').map(sanitize).collect::<Vec<_>>().join("\n");
            }
            Val::TStr(bytes) => text += &String::from_utf8_lossy(bytes),
            other => text += &json::escape(&other.to_string()),
        }
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn filter_yields_text_without_quotes_and_other_values_as_json() {
        let document = serde_json::json!({"items": [{"title": "Opera\u{1b}[2J", "price": 20.5}, {"title": "Gig", "price": 7}]});
        let lines = |filter: &str| super::lines(filter, &document, false).unwrap();
        assert_eq!(lines(".items[] | select(.price < 10) | .title"), "Gig\n");
        assert_eq!(lines("[.items[].price]"), "[20.5,7]\n");
        assert_eq!(lines(".items | length, null"), "2\nnull\n");
        assert_eq!(lines(".items[0].title"), "Opera\u{1b}[2J\n");
        assert_eq!(super::lines(".items[0].title", &document, true).unwrap(), "Opera[2J\n");
    }

    #[test]
    fn wrong_filter_is_a_usage_error_and_a_failing_one_a_failure() {
        for wrong in ["", ".[", "nonsense(1)"] {
            assert_eq!(check(wrong).err().map(|failure| failure.exit), Some(Exit::Usage), "{wrong:?}");
        }
        let failure = lines(".items.title", &serde_json::json!({"items": []}), false).unwrap_err();
        assert_eq!(failure.exit, Exit::Failed);
        assert!(failure.message.unwrap().starts_with("--jq: "));
    }
}

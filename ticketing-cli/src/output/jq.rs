//! `--jq`: filters in the language of jq, run by jaq.

use std::cell::RefCell;

use jaq_core::data::HasLut;
use jaq_core::load::{Arena, Error as LoadError, File, Loader, span};
use jaq_core::native::{Fun, run as native, v};
use jaq_core::{Compiler, Ctx, DataT, Lut, RunPtr, Vars};
use jaq_json::{Val, read};
use serde_json::Value;
use ticketing_sdk::text::sanitize;

use super::json;
use crate::failure::{CliResult, Failure};

/// The types of a run.
struct Types;

/// The context of a run, which its functions share.
#[derive(Clone, Copy)]
struct Run<'a> {
    lut: &'a Lut<Types>,
    /// The messages of the filter beside its output.
    messages: &'a RefCell<Vec<String>>,
}

impl DataT for Types {
    type V<'a> = Val;
    type Data<'a> = Run<'a>;
}

impl<'a> HasLut<'a, Types> for Run<'a> {
    fn lut(&self) -> &'a Lut<Types> {
        self.lut
    }
}

/// The output of `--jq` or `--template` for a document.
#[derive(Debug, Default)]
pub(super) struct FilterOutput {
    pub(super) text: String,
    /// The messages of the filter (`debug`, `stderr`).
    pub(super) messages: Vec<String>,
    /// The error that ended the filter early.
    pub(super) failure: Option<Failure>,
}

/// A compiled filter.
type Filter = jaq_core::Filter<Types>;

/// The variable with the environment.
const ENVIRONMENT: &str = "$ENV";
/// The native function that writes a message beside the output of a filter.
const STDERR_FILTER: &str = "stderr_empty";
/// The same for `debug`.
const DEBUG: &str = "debug_empty";

/// The functions that jq has and jaq does not.
const DEFINITIONS: &str = include_str!("jq/definitions.jq");

/// Checks that a filter can be compiled.
pub(super) fn check(filter: &str) -> CliResult {
    compile(filter).map(drop)
}

fn compile(code: &str) -> CliResult<Filter> {
    let own = jaq_core::load::parse(DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(own);
    let others = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let funs = others.filter(|(name, ..)| ![STDERR_FILTER, DEBUG].contains(name)).chain(own_functions());
    let arena = Arena::default();
    let wrong = |why: String| {
        Failure::usage(format!("--jq: {why}")).hint("https://jqlang.org/manual describes filters")
    };
    let modules = Loader::new(defs).load(&arena, File { code, path: () }).map_err(|errors| {
        let first = errors.first().and_then(|(_, error)| position(code, error));
        wrong(first.unwrap_or_else(|| format!("{code:?} is no filter")))
    })?;
    Compiler::default().with_funs(funs).with_global_vars([ENVIRONMENT]).compile(modules).map_err(|errors| {
        let undefined = errors.iter().flat_map(|(_, undefined)| undefined);
        let names: Vec<String> = undefined.map(|(name, _)| format!("{name} is not defined")).collect();
        wrong(names.join(", "))
    })
}

/// Returns the functions that write to the streams of the program instead of those of the process.
fn own_functions() -> [Fun<Types>; 2] {
    let write_stderr: RunPtr<Types> = |(context, value)| {
        context.data().messages.borrow_mut().push(text(&value));
        Box::new(std::iter::empty())
    };
    let debug: RunPtr<Types> = |(context, value)| {
        context.data().messages.borrow_mut().push(format!("[\"DEBUG:\",{value}]"));
        Box::new(std::iter::empty())
    };
    [native::<Types>((STDERR_FILTER, v(0), write_stderr)), native::<Types>((DEBUG, v(0), debug))]
}

/// Returns where a filter is wrong, and why.
fn position(code: &str, error: &LoadError<&str>) -> Option<String> {
    let (expected, found) = match error {
        LoadError::Lex(errors) => errors.first().map(|(expected, found)| (expected.as_str(), *found))?,
        LoadError::Parse(errors) => errors.first().map(|(expected, found)| (expected.as_str(), *found))?,
        LoadError::Io(_) => return None,
    };
    let start = span(code, found).start;
    let column = code.get(..start)?.chars().count() + 1;
    let rest = code.get(start..).filter(|rest| !rest.is_empty());
    let found = rest.map_or_else(|| "the end".to_owned(), |rest| format!("{:?}", shorten(rest)));
    Some(match expected {
        "nothing" => format!("unexpected {found} at character {column}"),
        expected => format!("expected {expected} at character {column}, and found {found}"),
    })
}

/// Runs a filter and returns a line for each value: text without quotes, anything else as JSON. A failure keeps the lines
/// before it.
///
/// # Errors
/// If the filter cannot be compiled.
pub(super) fn run(code: &str, document: &Value, terminal: bool) -> CliResult<FilterOutput> {
    let filter = compile(code)?;
    let failed = |why: &str| Failure::failed(format!("--jq: {}", shorten(why)));
    let input = serde_json::to_vec(document).map_err(|error| failed(&error.to_string()))?;
    let input = read::parse_single(&input).map_err(|error| failed(&error.to_string()))?;
    let messages = RefCell::default();
    let context =
        Ctx::<Types>::new(Run { lut: &filter.lut, messages: &messages }, Vars::new([environment()]));
    let mut shaped = FilterOutput::default();
    for output in filter.id.run((context, input)) {
        let ended = match output {
            Ok(value) => {
                shaped.text += &line(&value, terminal);
                continue;
            }
            Err(ended) => ended,
        };
        shaped.failure = match ended.get_halt() {
            Ok(0) => None,
            // The last message is that of `halt_error`. Its exit code would be mistaken for one of the program.
            Ok(_) => Some(match messages.borrow_mut().pop() {
                Some(message) => Failure::failed(shorten(&message)),
                None => failed("the filter halted"),
            }),
            Err(ended) => Some(match ended.get_err() {
                Ok(error) => failed(&error.to_string()),
                Err(_) => failed("the filter ended"),
            }),
        };
        break;
    }
    shaped.messages = messages.take();
    Ok(shaped)
}

/// Returns the environment as an object.
fn environment() -> Val {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let object = serde_json::Value::Object(variables.map(|(name, value)| (name, value.into())).collect());
    read::parse_single(object.to_string().as_bytes()).unwrap_or(Val::Null)
}

/// Returns a text without quotes, and anything else as JSON.
fn text(value: &Val) -> String {
    match value {
        Val::TStr(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => json::escape(&other.to_string()),
    }
}

fn line(value: &Val, terminal: bool) -> String {
    let text = text(value);
    match value {
        Val::TStr(_) if terminal => text.split('\n').map(sanitize).collect::<Vec<_>>().join("\n") + "\n",
        _ => text + "\n",
    }
}

/// The maximum number of characters of a message that are shown: its beginning and its end.
const MAX_BEGINNING: usize = 130;
const MAX_END: usize = 60;

/// Returns a message without its middle if it is long: it may hold a whole document.
fn shorten(message: &str) -> String {
    let count = message.chars().count();
    if count <= MAX_BEGINNING + MAX_END {
        return message.to_owned();
    }
    let beginning = message.chars().take(MAX_BEGINNING);
    beginning.chain(" … ".chars()).chain(message.chars().skip(count - MAX_END)).collect()
}

#[cfg(test)]
mod tests;

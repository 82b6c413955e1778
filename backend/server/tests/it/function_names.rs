//! Functions are named by a verb and its object, as `docs/CONTRIBUTING.md` says. This test refuses a function whose whole
//! name is a preposition (`of`, `after`) or a participle (`counted`, `missing`): such a name does not say what it does. It refuses
//! names that are too long for a report of tests, too.

use crate::workspace::all_sources;

/// Names that are allowed, each with its reason.
const ALLOWED: &[(&str, &str)] = &[
    ("below", "with `top`, the geometry of a rectangle"),
    ("by", "the session of a request of a test, in a chain of methods"),
    ("capitalized", "returns a changed copy of a text"),
    ("from", "the trait `From`, or a filter named by its query parameter"),
    ("notified", "waits, as `tokio::sync::Notify::notified` does"),
    ("on", "registers the handler of an event, or chooses the infrastructure of a test"),
    ("past", "a filter named by its query parameter"),
    ("required", "a constraint of a field, as `clap::Arg::required`"),
    ("selected", "the state of a list, as `ratatui::widgets::ListState::selected`"),
    ("triggered", "waits, as `tokio_util::sync::CancellationToken::cancelled` does"),
    ("until", "a filter named by its query parameter"),
    ("with", "changes the settings of a builder of a test"),
];

const PREPOSITIONS: &[&str] = &[
    "about", "above", "across", "after", "along", "among", "around", "as", "at", "before", "behind", "below",
    "beside", "between", "beyond", "by", "down", "for", "from", "in", "into", "near", "of", "off", "on",
    "onto", "out", "over", "past", "per", "since", "than", "through", "to", "toward", "under", "until", "up",
    "upon", "via", "with", "within", "without",
];

/// Participles that do not end with `ed`, but for those that are verbs too, such as `put` and `read`.
const IRREGULAR: &[&str] = &[
    "begun",
    "bought",
    "bound",
    "broken",
    "brought",
    "built",
    "caught",
    "chosen",
    "done",
    "drawn",
    "driven",
    "fallen",
    "found",
    "given",
    "gone",
    "grown",
    "held",
    "hidden",
    "kept",
    "known",
    "laid",
    "led",
    "left",
    "lost",
    "made",
    "meant",
    "met",
    "paid",
    "seen",
    "sent",
    "shown",
    "sold",
    "spent",
    "stood",
    "taken",
    "taught",
    "thought",
    "torn",
    "understood",
    "won",
    "worn",
    "written",
];

/// Verbs and nouns that end as participles do.
const NO_PARTICIPLES: &[&str] = &[
    "bring",
    "drawing",
    "embed",
    "feed",
    "greeting",
    "heading",
    "keyring",
    "listing",
    "meaning",
    "need",
    "ping",
    "proceed",
    "ring",
    "seed",
    "setting",
    "shed",
    "speed",
    "standing",
    "string",
    "succeed",
    "tampering",
    "warning",
];

/// Returns the declarations of functions in a text: the number of the first line, the name, and the signature.
fn declarations(text: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if let Some(name) = function_name(line) {
            let rest = &text[start..];
            found.push((number + 1, name, &rest[..rest.find(['{', ';']).unwrap_or(rest.len())]));
        }
        start += line.len();
    }
    found
}

/// Returns the name of the function that a line declares.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_keyword = |word: &str| word.starts_with("pub") || ["async", "const", "unsafe"].contains(&word);
    let is_declaration = before.split_whitespace().all(|word| is_keyword(word) || word.ends_with(')'));
    let end =
        after.find(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|_| is_declaration)?;
    Some(&after[..end])
}

/// Returns whether a name does not say what the function does. A constructor may be named by the kind of its value, as
/// `tonic::Status::aborted` is, and an adapter by the property that it sets: both return `Self`.
fn is_refused(name: &str, signature: &str) -> bool {
    let ends_as_participle = name.ends_with("ed") || name.ends_with("ing");
    let is_participle = IRREGULAR.contains(&name)
        || (ends_as_participle && !name.contains('_') && !NO_PARTICIPLES.contains(&name));
    let is_refused = PREPOSITIONS.contains(&name) || (is_participle && !signature.contains("-> Self"));
    is_refused && !ALLOWED.iter().any(|(allowed, _)| *allowed == name)
}

#[test]
fn functions_are_not_named_by_a_preposition_or_participle() {
    let mut problems = Vec::new();
    for (path, text) in all_sources() {
        for (line, name, signature) in declarations(&text) {
            if is_refused(name, signature) {
                problems.push(format!("{}:{line}: fn {name}: use a verb and its object", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The longest name of a function. A test is named by its subject, a condition and what is expected.
const MAX_NAME: usize = 60;

#[test]
fn names_of_functions_are_not_longer_than_a_line_of_a_report() {
    let mut problems = Vec::new();
    for (path, text) in all_sources() {
        let long = declarations(&text).into_iter().filter(|(_, name, _)| name.len() > MAX_NAME);
        problems.extend(long.map(|(line, name, _)| format!("{}:{line}: {name}", path.display())));
    }
    assert!(problems.is_empty(), "more than {MAX_NAME} characters:\n{}", problems.join("\n"));
}

#[test]
fn declarations_are_found_and_judged() {
    let text = "impl A {\n    pub(crate) async fn counted<T>(rows: T) {\n    }\n}\npub(in crate::db) const fn of(\n    a: A,\n) -> Self {}\n";
    assert_eq!(
        declarations(text),
        [
            (2, "counted", "    pub(crate) async fn counted<T>(rows: T) "),
            (5, "of", "pub(in crate::db) const fn of(\n    a: A,\n) -> Self ")
        ]
    );
    for line in ["    let unit = move |fn_name| count(fn_name);", "/// A plain fn of a transaction"] {
        assert_eq!(function_name(line), None, "{line}");
    }
    for name in ["counted", "missing", "of", "after", "held"] {
        assert!(is_refused(name, "fn f() -> u32"), "{name}");
    }
    for name in ["count_rows", "feed", "is_closed", "signed_in", "read", "from"] {
        assert!(!is_refused(name, "fn f() -> u32"), "{name}");
    }
    assert!(!is_refused("declined", "fn declined() -> Self") && is_refused("of", "fn of() -> Self"));
}

//! Functions are named by a verb and its object, and types by a noun, as `docs/CONTRIBUTING.md` says. This test refuses a
//! function or a type whose whole name is a preposition (`of`, `after`), an adverb (`again`, `once`) or a participle (`counted`,
//! `Watched`): such a name does not say what it does or holds. It refuses names that are too long for a report of tests, too.

use crate::workspace::all_sources;

/// Names that are allowed, each with its reason.
const ALLOWED: &[(&str, &str)] = &[
    ("below", "with `top`, the geometry of a rectangle"),
    ("by", "the session of a request of a test, in a chain of methods"),
    ("capitalized", "returns a changed copy of a text"),
    ("expecting", "names what is read, as the trait `serde::de::Visitor` requires"),
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

/// Adverbs, but for those that are verbs or nouns too, such as `next` and `now`.
const ADVERBS: &[&str] = &[
    "again",
    "ahead",
    "alone",
    "already",
    "also",
    "apart",
    "aside",
    "away",
    "back",
    "here",
    "instead",
    "later",
    "maybe",
    "once",
    "only",
    "otherwise",
    "soon",
    "still",
    "then",
    "there",
    "together",
    "twice",
    "verbatim",
    "yet",
];

/// Names of types that are allowed, each with its reason.
const ALLOWED_TYPES: &[(&str, &str)] = &[
    (
        "received",
        "a request that a mock received, in the public API of the SDK, and a schema of the OpenAPI document",
    ),
    ("shared", "the state that the clones of a handle share, as in the crates of tokio"),
    ("stored", "the associated type of a column: the form in which a database stores it"),
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
    "ruling",
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

/// Returns the name of the type that a line declares.
fn type_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    ["struct", "enum", "trait", "type", "union"].contains(&words.next()?).then_some(())?;
    words.next()?.split(|letter: char| !letter.is_alphanumeric()).next()
}

/// Returns whether a word is a participle.
fn is_participle(word: &str) -> bool {
    let ends_as_participle = word.ends_with("ed") || word.ends_with("ing");
    IRREGULAR.contains(&word)
        || (ends_as_participle && !word.contains('_') && !NO_PARTICIPLES.contains(&word))
}

/// Returns whether a name does not say what the type holds.
fn is_refused_type(name: &str) -> bool {
    let is_one_word = !name.chars().skip(1).any(char::is_uppercase);
    let word = name.to_lowercase();
    let is_refused = is_participle(&word) || PREPOSITIONS.contains(&&*word) || ADVERBS.contains(&&*word);
    is_one_word && is_refused && !ALLOWED_TYPES.iter().any(|(allowed, _)| *allowed == word)
}

/// Returns whether a name does not say what the function does. A constructor may be named by the kind of its value, as
/// `tonic::Status::aborted` is, and an adapter by the property that it sets: both return `Self`.
fn is_refused(name: &str, signature: &str) -> bool {
    let is_kind = is_participle(name) || ADVERBS.contains(&name);
    let is_refused = PREPOSITIONS.contains(&name) || (is_kind && !signature.contains("-> Self"));
    is_refused && !ALLOWED.iter().any(|(allowed, _)| *allowed == name)
}

#[test]
fn functions_have_no_preposition_adverb_or_participle_as_name() {
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

#[test]
fn types_have_no_preposition_adverb_or_participle_as_name() {
    let mut problems = Vec::new();
    for (path, text) in all_sources() {
        for (number, line) in text.lines().enumerate() {
            if let Some(name) = type_name(line).filter(|name| is_refused_type(name)) {
                problems.push(format!("{}:{}: {name}: use a noun", path.display(), number + 1));
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
    for name in ["counted", "missing", "of", "after", "held", "again", "once"] {
        assert!(is_refused(name, "fn f() -> u32"), "{name}");
    }
    for name in ["count_rows", "feed", "is_closed", "signed_in", "read", "from"] {
        assert!(!is_refused(name, "fn f() -> u32"), "{name}");
    }
    assert!(!is_refused("declined", "fn declined() -> Self") && is_refused("of", "fn of() -> Self"));
}

#[test]
fn types_are_found_and_judged() {
    for line in ["pub(super) struct Watched<T> {", "    enum Held {", "type Answered = Result<(), ()>;"] {
        assert!(type_name(line).is_some_and(is_refused_type), "{line}");
    }
    for line in [
        "pub struct WatchedUnit;",
        "trait Setting {",
        "pub enum Feed {",
        "let type_of = Held;",
        "/// struct Held",
    ] {
        assert!(!type_name(line).is_some_and(is_refused_type), "{line}");
    }
}

//! Keeps words that the workspace has replaced from coming back. `docs/GLOSSARY.md` has the terms to use.
//!
//! Every text file of the workspace is checked. When a word has been replaced everywhere, add it to [`REPLACED`].

use crate::workspace::{files, workspace};

/// A replaced word, and the term to use. A word matches whole words and whole parts of an identifier, in any case.
type Replacement = (&'static str, &'static str);

const REPLACED: &[Replacement] = &[
    ("anew", "again, or a verb with re-"),
    ("bell", "notifier, or LISTEN connection"),
    ("bells", "notifier, or LISTEN connection"),
    ("blindly", "READ COMMITTED"),
    ("clockwork", "expiry worker"),
    ("dawdling", "slow"),
    ("deed", "operation or action"),
    ("deeds", "operations or actions"),
    ("dice", "rng"),
    ("doom", "retry reason"),
    ("errand", "operation or effect"),
    ("errands", "operations or effects"),
    ("happening", "event"),
    ("hear", "receive, or consume"),
    ("heard", "received, or applied"),
    ("hears", "receives, or consumes"),
    ("heir", "next reservation"),
    ("hoard", "connection exhaustion"),
    ("hopeful", "optimistic"),
    ("house", "workspace"),
    ("keeper", "watchdog"),
    ("mischief", "fault injection"),
    ("newcomer", "fresh buyer"),
    ("patience", "timeout"),
    ("prank", "fault"),
    ("riddle", "the concrete problem"),
    ("rooms", "crates"),
    ("rung", "notified"),
    ("said", "log, output or message; published"),
    ("somebody", "the actor: the client, the service, a user"),
    ("spoiled", "needs rerun"),
    ("told", "notified, or received"),
    ("troubles", "errors"),
    ("undertaker", "advisory consumer"),
    ("unseen", "snapshot xmax"),
    ("whoever", "the actor: the client, the service, a user"),
];

/// Words that the pages below [`PAGES`] have replaced, too. Elsewhere a fault is what a test injects.
const REPLACED_IN_PAGES: &[Replacement] = &[
    ("fault", "error, or detail of a response"),
    ("faults", "errors, or details of a response"),
    ("faulty", "invalid"),
];

const PAGES: &str = "backend/client/web";

/// The kinds of text files that are checked.
const EXTENSIONS: &[&str] = &["conf", "css", "js", "md", "rs", "sh", "sql", "toml", "ts", "tsx", "yaml"];

/// Files that may use replaced words: this list, and a generated file whose words come from the OpenAPI document.
const EXEMPT: [&str; 2] = ["backend/server/tests/it/vocabulary.rs", "schema.d.ts"];

/// The paths whose bell is the one of the terminal.
const TERMINAL: [&str; 4] = ["ticketing-cli", "ticketing-tui", "docs/CONFIGURATION.md", "CHANGELOG.md"];

/// Splits a line into lower-case words: at every character that is not a letter, and at the humps of an identifier.
fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut previous = ' ';
    for letter in line.chars() {
        let starts_hump = letter.is_uppercase() && previous.is_lowercase();
        if !letter.is_alphabetic() || starts_hump {
            found.push(std::mem::take(&mut word));
        }
        if letter.is_alphabetic() {
            word.extend(letter.to_lowercase());
        }
        previous = letter;
    }
    found.push(word);
    found.retain(|word| !word.is_empty());
    found
}

/// Returns the replaced words of a line, with the terms to use.
fn replaced_words(line: &str, replaced: &[Replacement]) -> Vec<Replacement> {
    let words = words(line);
    replaced.iter().filter(|(word, _)| words.iter().any(|found| found == word)).copied().collect()
}

#[test]
fn workspace_uses_no_replaced_word() {
    let (root, mut files, mut problems) = (workspace(), files("", EXTENSIONS), Vec::new());
    files.retain(|(path, _)| !EXEMPT.iter().any(|exempt| path.ends_with(exempt)));
    assert!(files.len() > 1_000, "{} files", files.len());
    for (path, text) in files {
        let path = path.strip_prefix(&root).unwrap();
        let has_terminal_bell = TERMINAL.iter().any(|terminal| path.starts_with(terminal));
        let replaced =
            if path.starts_with(PAGES) { [REPLACED, REPLACED_IN_PAGES].concat() } else { REPLACED.to_vec() };
        for (number, line) in text.lines().enumerate() {
            for (word, term) in replaced_words(line, &replaced) {
                if word != "bell" || !has_terminal_bell {
                    problems.push(format!("{}:{}: {word}: use {term}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn replaced_words_are_found_in_identifiers_and_prose() {
    for line in [
        "/// The undertaker makes a dead letter of it.",
        "fn bury_by_undertaker() {}",
        "struct UndertakerTask;",
        "const UNDERTAKER: &str = \"\";",
        "let taskUndertaker = 1",
        "<div className=\"undertaker-row\">",
    ] {
        assert_eq!(replaced_words(line, REPLACED), [("undertaker", "advisory consumer")], "{line}");
    }
    assert_eq!(replaced_words("Somebody, whoever it is.", REPLACED).len(), 2);
    assert_eq!(replaced_words("const useFaults = (fault) => 'default'", REPLACED_IN_PAGES).len(), 2);
}

#[test]
fn parts_of_longer_words_are_not_found() {
    for line in ["fn greenhouse()", "indeed", "renewed", "Roomsworth", "aforesaid", "struct Warehouse;"] {
        assert_eq!(replaced_words(line, REPLACED), [], "{line}");
    }
}

//! Keeps words that the workspace has replaced from coming back. `docs/GLOSSARY.md` has the terms to use.
//!
//! When a crate has been renamed, add its folder to [`COVERED`]. When a word has been replaced everywhere there, add it
//! to
//! [`REPLACED`].

use std::path::{Path, PathBuf};

/// A replaced word, and the term to use. A word matches whole words and whole parts of an identifier, in any case.
const REPLACED: &[(&str, &str)] = &[
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

/// The files and folders that use the terms throughout.
const COVERED: &[&str] = &[
    "README.md",
    "backend/auth",
    "backend/bus/README.md",
    "backend/bus/src",
    "backend/bus/tests",
    "backend/client/README.md",
    "backend/client/build.rs",
    "backend/client/src",
    "backend/client/tests",
    "backend/deploy",
    "backend/engines",
    "backend/events/README.md",
    "backend/events/src",
    "backend/events/tests",
    "backend/expiration",
    "backend/orders",
    "backend/payments",
    "backend/platform",
    "backend/server/README.md",
    "backend/server/benches",
    "backend/server/src",
    "backend/server/tests/it/audit",
    "backend/server/tests/it/audit.rs",
    "backend/server/tests/it/faults",
    "backend/server/tests/it/routes",
    "backend/server/tests/it/stripe",
    "backend/testkit",
    "backend/tickets",
    "docs/BENCHMARKS.md",
    "docs/GLOSSARY.md",
    "docs/GUARANTEES.md",
    "docs/OPERATIONS.md",
    "docs/POSTGRESQL.md",
    "docs/README.md",
    "docs/STRIPE.md",
    "docs/TUTORIAL.md",
    "examples",
    "ticketing-cli",
    "ticketing-sdk",
    "ticketing-tui",
    "backend/client/web/README.md",
    "backend/client/web/build",
    "backend/client/web/e2e",
    "backend/client/web/lint",
    "backend/client/web/src",
    "xtask",
];

/// The kinds of text files that are checked.
const EXTENSIONS: &[&str] = &["conf", "css", "js", "md", "rs", "sh", "toml", "ts", "tsx", "yaml"];

/// A generated file, whose words come from the OpenAPI document.
const GENERATED: &str = "schema.d.ts";

/// The folders whose bell is the one of the terminal.
const TERMINAL: [&str; 2] = ["ticketing-cli", "ticketing-tui"];

/// A file that reads stored data with a field of a replaced name.
const STORED: [&str; 2] = ["ticketing-cli/src/journal.rs", "ticketing-cli/src/journal/tests.rs"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Lists the files of a path that are checked.
fn checked_files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            checked_files(&entry.unwrap().path(), found);
        }
        return;
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if EXTENSIONS.contains(&extension)
        && !path.ends_with(GENERATED)
        && !STORED.iter().any(|stored| path.ends_with(stored))
    {
        found.push(path.to_owned());
    }
}

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
fn replaced_words(line: &str) -> Vec<(&'static str, &'static str)> {
    let words = words(line);
    REPLACED.iter().filter(|(word, _)| words.iter().any(|found| found == word)).copied().collect()
}

#[test]
fn covered_folders_use_no_replaced_word() {
    let mut problems = Vec::new();
    for covered in COVERED {
        let mut files = Vec::new();
        checked_files(&workspace().join(covered), &mut files);
        assert!(!files.is_empty(), "{covered} has no files to check");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                for (word, term) in replaced_words(line) {
                    if word == "bell" && TERMINAL.contains(covered) {
                        continue;
                    }
                    problems.push(format!("{}:{}: {word}: use {term}", file.display(), number + 1));
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
        assert_eq!(replaced_words(line), [("undertaker", "advisory consumer")], "{line}");
    }
    assert_eq!(replaced_words("Somebody, whoever it is.").len(), 2);
}

#[test]
fn parts_of_longer_words_are_not_found() {
    for line in ["fn greenhouse()", "indeed", "renewed", "Roomsworth", "aforesaid", "struct Warehouse;"] {
        assert_eq!(replaced_words(line), [], "{line}");
    }
}

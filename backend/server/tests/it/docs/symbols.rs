//! The symbols in the documents exist: in the file that a document names beside them, or in any source file.

use std::collections::HashSet;

use super::{Document, documents, looks_like_a_path, paths_of, spans, split_fences};
use crate::workspace::{all_sources, workspace};

/// Names that the recipes of `docs/CONTRIBUTING.md` would add.
const EXAMPLES: [&str; 3] = ["OrderExtended", "Receipts", "receipts"];

/// The beginnings of variables, which another test checks, or which a library reads.
const VARIABLES: [&str; 2] = ["TICKETING_", "OTEL_"];

/// Headers of HTTP whose names are one word.
const HEADERS: [&str; 1] = ["Vary"];

/// A symbol that a document places in a file.
#[derive(Debug, PartialEq, Eq)]
struct PlacedSymbol<'a> {
    symbol: &'a str,
    path: &'a str,
}

/// Returns the symbols of prose that are followed by their file: "`symbol` in `path/file.rs`", or "`symbol`
/// (`path/file.rs`)".
fn placed_symbols(prose: &str) -> Vec<PlacedSymbol<'_>> {
    let pieces: Vec<&str> = prose.split('`').collect();
    // The code spans are at the odd positions.
    let code_spans = (1..pieces.len().saturating_sub(2)).step_by(2);
    let placed = code_spans.filter_map(|at| {
        let (symbol, path) = (symbol_of(pieces[at])?, pieces[at + 2]);
        let is_placed = matches!(pieces[at + 1].trim(), "in" | "(");
        (is_placed && path.ends_with(".rs") && looks_like_a_path(path))
            .then_some(PlacedSymbol { symbol, path })
    });
    placed.collect()
}

/// Returns the path of identifiers at the start of a code span: `Db::share` of `Db::share(…)`. Returns `None` for other
/// code.
fn symbol_of(span: &str) -> Option<&str> {
    let end = span.find(['(', '!', '<']).unwrap_or(span.len());
    let symbol = &span[..end];
    let is_identifier = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    symbol.split("::").all(is_identifier).then_some(symbol)
}

/// Returns whether a code span is the name of a type or a variant: an upper-case letter, and lower-case ones.
fn is_type_name(span: &str) -> bool {
    span.starts_with(|letter: char| letter.is_ascii_uppercase())
        && span.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && span.bytes().any(|byte| byte.is_ascii_lowercase())
        && !HEADERS.contains(&span)
}

/// The identifiers of a source file, without those of comments.
#[derive(Default)]
struct Identifiers {
    all: HashSet<String>,
    functions: HashSet<String>,
    /// The types, traits and modules that the file defines.
    types: HashSet<String>,
}

impl Identifiers {
    fn parse(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let mut previous = "";
            let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            for word in words.filter(|word| !word.is_empty()) {
                match previous {
                    "fn" => drop(found.functions.insert(word.to_owned())),
                    "struct" | "enum" | "trait" | "mod" | "type" => drop(found.types.insert(word.to_owned())),
                    _ => {}
                }
                found.all.insert(word.to_owned());
                previous = word;
            }
        }
        found
    }

    /// Returns whether the file has a symbol. A method must be defined there, in a file that names its type; a function of a
    /// module may have any file.
    fn has_symbol(&self, symbol: &str) -> bool {
        let starts_upper = |name: &str| name.starts_with(|letter: char| letter.is_ascii_uppercase());
        match symbol.rsplit_once("::") {
            Some((owner, name)) if starts_upper(owner) && starts_upper(name) => {
                self.all.contains(owner) && self.all.contains(name)
            }
            Some((owner, name)) if starts_upper(owner) => {
                self.all.contains(owner) && self.functions.contains(name)
            }
            Some((_, name)) => self.all.contains(name),
            None => self.all.contains(symbol),
        }
    }
}

/// Returns the identifiers of every Rust file of the workspace, except those of this file.
fn sources() -> Vec<Identifiers> {
    let others = all_sources().filter(|(path, _)| !path.ends_with("docs/symbols.rs"));
    others.map(|(_, text)| Identifiers::parse(&text)).collect()
}

/// Decision records describe the code of their time.
fn is_maintained(document: &Document) -> bool {
    !document.path.starts_with(workspace().join("docs/decisions")) && !document.path.ends_with("CHANGELOG.md")
}

#[test]
fn symbols_are_in_the_files_that_documents_name() {
    let (mut checked, mut problems) = (0, Vec::new());
    for document in documents().iter().filter(|document| is_maintained(document)) {
        let (_, prose) = split_fences(&document.text);
        for PlacedSymbol { symbol, path } in placed_symbols(&prose) {
            checked += 1;
            let has_symbol = paths_of(document, path)
                .iter()
                .filter_map(|path| std::fs::read_to_string(path).ok())
                .any(|text| Identifiers::parse(&text).has_symbol(symbol));
            if !has_symbol {
                problems.push(format!("{}: {symbol} is not in {path}", document.path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(checked > 30, "{checked} symbols");
}

#[test]
fn types_methods_macros_and_constants_of_documents_exist() {
    let sources = sources();
    let (mut checked, mut problems) = (0, Vec::new());
    for document in documents().iter().filter(|document| is_maintained(document)) {
        let (_, prose) = split_fences(&document.text);
        for span in spans(&prose) {
            let Some(symbol) = symbol_of(span) else { continue };
            let is_example = EXAMPLES.iter().any(|example| symbol.ends_with(example));
            let is_method = symbol
                .split_once("::")
                .is_some_and(|(owner, _)| sources.iter().any(|source| source.types.contains(owner)));
            let is_macro = span[symbol.len()..].starts_with('!');
            let is_constant = symbol.len() > 4
                && symbol.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                && !VARIABLES.iter().any(|prefix| symbol.starts_with(prefix));
            if is_example || !(is_method || is_macro || is_constant || is_type_name(span)) {
                continue;
            }
            checked += 1;
            if !sources.iter().any(|source| source.has_symbol(symbol)) {
                problems.push(format!("{}: {span} does not exist", document.path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(checked > 50, "{checked} symbols");
}

#[test]
fn missing_symbols_are_detected() {
    let prose = "`StackSettings::read` (`backend/server/src/settings.rs`) and `arm` in\n`backend/expiration/src/store.rs`, `x`.";
    let placed = placed_symbols(prose);
    let symbols: Vec<_> = placed.iter().map(|placed| (placed.symbol, placed.path)).collect();
    let expected = [
        ("StackSettings::read", "backend/server/src/settings.rs"),
        ("arm", "backend/expiration/src/store.rs"),
    ];
    assert_eq!(symbols, expected);

    let code =
        Identifiers::parse("// fn arm\nimpl StackSettings { fn schedule(&self) {} }\nenum Route { Market }");
    for (symbol, is_there) in [
        ("schedule", true),
        ("StackSettings::schedule", true),
        ("Route::Market", true),
        ("arm", false),
        ("StackSettings::read", false),
        ("Settings::schedule", false),
        ("sched", false),
    ] {
        assert_eq!(code.has_symbol(symbol), is_there, "{symbol}");
    }
    assert_eq!(
        (symbol_of("Db::share(…)"), symbol_of("screens!"), symbol_of("order:created")),
        (Some("Db::share"), Some("screens"), None)
    );
}

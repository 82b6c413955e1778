//! The symbols in the documents exist: in the file that a document names beside them, or in any source file.

use std::path::{Path, PathBuf};

use super::{Document, documents, looks_like_a_path, paths_of, spans, split_fences, workspace};

/// Names that the recipes of `docs/CONTRIBUTING.md` would add.
const EXAMPLES: [&str; 2] = ["OrderExtended", "Receipts"];

/// Names that others define: SQL, HTTP, and the words of a protocol.
const FOREIGN: [&str; 1] = ["TICKETING_"];

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

/// Returns whether `word` is in `text` as a whole word.
fn has_word(text: &str, word: &str) -> bool {
    let is_part =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}

/// Removes the comments that have lines of their own.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns whether a source file has a symbol. A function must be defined there; `Self` stands for the type in an
/// `impl`.
fn has_symbol(code: &str, symbol: &str) -> bool {
    let (owner, name) = symbol.rsplit_once("::").map_or((None, symbol), |(owner, name)| (Some(owner), name));
    let is_function = owner.is_some() && name.starts_with(|letter: char| letter.is_ascii_lowercase());
    let has_name = if is_function { has_word(code, &format!("fn {name}")) } else { has_word(code, name) };
    has_name && owner.is_none_or(|owner| owner.split("::").all(|part| has_word(code, part)))
}

/// Returns the code of every Rust file of the workspace.
fn sources() -> Vec<String> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with(file!())
            {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["backend", "examples", "ticketing-cli", "ticketing-sdk", "ticketing-tui", "xtask"] {
        collect(&workspace().join(folder), &mut found);
    }
    found.iter().map(|path| without_comments(&std::fs::read_to_string(path).unwrap())).collect()
}

/// Returns whether a type, trait or module of this name is defined in the workspace.
fn is_defined(sources: &[String], name: &str) -> bool {
    let definitions = ["struct", "enum", "trait", "mod", "type"].map(|keyword| format!("{keyword} {name}"));
    sources.iter().any(|code| definitions.iter().any(|definition| has_word(code, definition)))
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
                .any(|text| has_symbol(&without_comments(&text), symbol));
            if !has_symbol {
                problems.push(format!("{}: {symbol} is not in {path}", document.path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(checked > 30, "{checked} symbols");
}

#[test]
fn methods_macros_and_constants_of_documents_exist() {
    let sources = sources();
    let (mut checked, mut problems) = (0, Vec::new());
    for document in documents().iter().filter(|document| is_maintained(document)) {
        let (_, prose) = split_fences(&document.text);
        for span in spans(&prose) {
            let Some(symbol) = symbol_of(span) else { continue };
            let is_example = EXAMPLES.iter().any(|example| symbol.ends_with(example));
            let is_method = symbol.split_once("::").is_some_and(|(owner, _)| is_defined(&sources, owner));
            let is_macro = span[symbol.len()..].starts_with('!');
            let is_constant = symbol.len() > 4
                && symbol.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                && !FOREIGN.iter().any(|prefix| symbol.starts_with(prefix));
            if is_example || !(is_method || is_macro || is_constant) {
                continue;
            }
            checked += 1;
            if !sources.iter().any(|code| has_symbol(code, symbol)) {
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
        without_comments("// fn arm\nimpl StackSettings { fn schedule(&self) {} }\nenum Route { Market }");
    for (symbol, is_there) in [
        ("schedule", true),
        ("StackSettings::schedule", true),
        ("Route::Market", true),
        ("arm", false),
        ("StackSettings::read", false),
        ("Settings::schedule", false),
        ("sched", false),
    ] {
        assert_eq!(has_symbol(&code, symbol), is_there, "{symbol}");
    }
    assert_eq!(
        (symbol_of("Db::share(…)"), symbol_of("screens!"), symbol_of("order:created")),
        (Some("Db::share"), Some("screens"), None)
    );
}

//! Every public item of the SDK has an example and the expected traits and attributes.

use std::fs;
use std::path::{Path, PathBuf};

/// A public item.
struct Item {
    /// Its file and line.
    place: String,
    declaration: String,
    /// A type itself, or the type that a function belongs to.
    owner: String,
    /// The attributes and the documentation before it.
    docs: String,
    /// The documentation of the `impl` block of a method, or of the module of another function.
    block_docs: String,
    /// The lines from the declaration to the next item.
    body: String,
}

impl Item {
    fn has_example(&self) -> bool {
        self.docs.contains("```")
    }

    fn is_type(&self) -> bool {
        ["struct", "enum", "trait", "type"]
            .iter()
            .any(|kind| self.declaration.starts_with(&format!("pub {kind}")))
    }
}

/// Reads the public items of the SDK, those in macros too. The lint `unreachable_pub` sees to it that `pub` means public.
fn public_items() -> Vec<Item> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths.iter().flat_map(|path| items_of(&root, path)).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn items_of(root: &Path, path: &PathBuf) -> Vec<Item> {
    let text = fs::read_to_string(path).unwrap();
    let file = path.strip_prefix(root).unwrap().display();
    let (mut docs, mut module_docs, mut items) = (String::new(), String::new(), Vec::<Item>::new());
    let (mut implemented, mut block_docs, mut is_in_attribute) = (String::new(), String::new(), false);
    for (index, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code == "#[cfg(test)]" {
            break;
        }
        if let Some(line) = code.strip_prefix("//!") {
            module_docs += line;
        }
        if code.starts_with("impl") {
            implemented = name_after(code, "impl");
            block_docs = std::mem::take(&mut docs);
        }
        let kinds = ["async fn", "const fn", "fn", "struct", "enum", "trait", "type"];
        let kind = kinds.iter().find(|kind| code.starts_with(&format!("pub {kind} ")));
        if let Some(kind) = kind {
            let is_method = kind.ends_with("fn") && line != code;
            let (owner, block_docs) = match is_method {
                true => (implemented.clone(), block_docs.clone()),
                false => (name_after(code, kind), module_docs.clone()),
            };
            items.push(Item {
                place: format!("{file}:{}", index + 1),
                declaration: code.to_owned(),
                owner,
                docs: std::mem::take(&mut docs),
                block_docs,
                body: String::new(),
            });
        } else if code.starts_with("///") || code.starts_with("#[") || is_in_attribute {
            is_in_attribute = !code.starts_with("///") && !code.ends_with(']');
            docs += code;
        } else {
            docs.clear();
            if let Some(item) = items.last_mut() {
                item.body += line;
                item.body.push('\n');
            }
        }
    }
    items
}

/// The name that follows a keyword and its generic parameters. `$name` is one of a macro.
fn name_after(code: &str, keyword: &str) -> String {
    let rest = code.split_once(keyword).map_or("", |(_, rest)| rest);
    let rest = match rest.strip_prefix('<').and_then(|rest| rest.split_once("> ")) {
        Some((_, rest)) => rest,
        None => rest,
    };
    let rest = rest.trim_start().trim_start_matches("super::");
    rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect()
}

/// A later version can add a field to a struct without breaking the programs that use it.
#[test]
fn structs_with_public_fields_are_non_exhaustive() {
    let items = public_items();
    let has_public_fields = |item: &Item| {
        let fields = item.body.split("\n}").next().unwrap_or_default();
        item.declaration.starts_with("pub struct")
            && item.declaration.ends_with('{')
            && fields.lines().any(|line| line.trim_start().starts_with("pub "))
    };
    let open: Vec<_> = items.iter().filter(|item| has_public_fields(item)).collect();
    assert!(open.len() > 30, "{}", open.len());
    let closed = open.iter().filter(|item| !item.docs.contains("#[non_exhaustive]"));
    let closed: Vec<_> = closed.map(|item| format!("{} {}", item.place, item.declaration)).collect();
    assert_eq!(closed, Vec::<String>::new());
}

/// The example of a type covers its fields, its variants, its traits and what a macro writes for it. The example of a
/// constructor stands for one of its type, whose documentation is a description in the OpenAPI document. A function that the
/// example of its type, `impl` block or module calls needs none of its own, and any item can refer to a type that has one.
#[test]
fn public_items_have_examples() {
    let items = public_items();
    let has_example = |name: &str| {
        let of_name = |item: &&Item| item.owner == name;
        items.iter().filter(of_name).any(|item| item.has_example() || item.block_docs.contains("```"))
    };
    let is_called = |item: &Item| {
        let name = name_after(&item.declaration, "fn ");
        let docs = items.iter().filter(|other| other.is_type() && other.owner == item.owner);
        docs.map(|other| &other.docs).chain([&item.block_docs]).any(|docs| calls(docs, &name))
    };
    let refers_to_example = |item: &Item| {
        let target = item.docs.split_once("See [`").and_then(|(_, rest)| rest.split([':', '`']).next());
        target.is_some_and(has_example)
    };
    let is_covered = |item: &Item| {
        let is_of_macro = item.owner.starts_with('$') || item.declaration.contains("fn $");
        item.has_example()
            || is_of_macro
            || refers_to_example(item)
            || if item.is_type() { has_example(&item.owner) } else { is_called(item) }
    };
    assert!(items.len() > 350 && has_example("ClientBuilder"), "{}", items.len());
    let bare = items.iter().filter(|item| !is_covered(item));
    let bare: Vec<_> = bare.map(|item| format!("{} {}", item.place, item.declaration)).collect();
    assert!(bare.is_empty(), "without an example:\n{}", bare.join("\n"));
}

/// Returns whether an example in the documentation calls the function.
fn calls(docs: &str, name: &str) -> bool {
    let examples: String = docs.split("```").skip(1).step_by(2).collect();
    let is_call = |rest: &str| rest.starts_with('(') || rest.starts_with("::<");
    [".", "::", " "].iter().any(|before| examples.split(&format!("{before}{name}")).skip(1).any(is_call))
}

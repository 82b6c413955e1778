//! What every public item of the SDK has.

use std::fs;
use std::path::{Path, PathBuf};

/// A public item: its file and line, its declaration, and the attributes and documentation before it.
struct Item {
    place: String,
    declaration: String,
    docs: String,
    /// The lines from the declaration to the next item.
    body: String,
}

/// Reads the public items of the SDK, those in macros too. The lint `unreachable_pub` sees to it that `pub` means public.
fn public_items() -> Vec<Item> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    super::modules::files(&root, &mut paths);
    paths.iter().flat_map(|path| items_of(&root, path)).collect()
}

fn items_of(root: &Path, path: &PathBuf) -> Vec<Item> {
    let text = fs::read_to_string(path).unwrap();
    let file = path.strip_prefix(root).unwrap().display();
    let (mut docs, mut items) = (String::new(), Vec::<Item>::new());
    for (index, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code == "#[cfg(test)]" {
            break;
        }
        let kinds = ["fn", "async fn", "const fn", "struct", "enum", "trait", "type"];
        if kinds.iter().any(|kind| code.starts_with(&format!("pub {kind} "))) {
            let (place, declaration) = (format!("{file}:{}", index + 1), code.to_owned());
            items.push(Item { place, declaration, docs: std::mem::take(&mut docs), body: String::new() });
        } else if code.starts_with("///")
            || code.starts_with("#[")
            || !docs.is_empty() && code.ends_with(")]")
        {
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

//! The modules of the program import each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Adds the imports of each file below `folder` to those of its top-level module.
fn read(root: &Path, folder: &Path, imports: &mut BTreeMap<String, BTreeSet<String>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            read(root, &path, imports);
        } else if !["tests", "fake"].contains(&name.as_str()) {
            let first = path.strip_prefix(root).unwrap().components().next().unwrap();
            let module = first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let own = imports.entry(module.clone()).or_default();
            own.extend(imported_modules(code).into_iter().filter(|other| *other != module));
        }
    }
}

/// Returns the top-level modules that a text names after `crate::`.
fn imported_modules(text: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        match rest.strip_prefix('{').and_then(|list| list.split('}').next()) {
            Some(list) => found.extend(list.split(',').map(|item| word(item.trim()))),
            None => {
                found.insert(word(rest));
            }
        }
    }
    found
}

#[test]
fn modules_of_the_program_form_no_import_cycle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut imports = BTreeMap::new();
    read(&root, &root, &mut imports);
    assert!(imports["commands"].contains("context"), "the imports are read: {imports:?}");
    let mut left: BTreeSet<String> = imports.keys().cloned().collect();
    // A module without imports among those that are left is part of no cycle.
    while let Some(leaf) = left.iter().find(|name| imports[*name].is_disjoint(&left)).cloned() {
        left.remove(&leaf);
    }
    let rest: Vec<_> =
        left.iter().map(|name| (name, imports[name].intersection(&left).collect::<Vec<_>>())).collect();
    assert!(left.is_empty(), "these modules import each other: {rest:?}");
}

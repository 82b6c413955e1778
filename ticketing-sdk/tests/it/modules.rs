//! The top-level modules of the SDK depend on each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The names that `crate::` is followed by: `a` and `b` of `crate::{a::c, b}`.
fn crate_names(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.extend(first_name(rest));
            continue;
        };
        let (mut depth, mut is_start) = (0, true);
        for (index, letter) in group.char_indices() {
            match letter {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => is_start = true,
                letter if is_start && !letter.is_whitespace() => {
                    names.extend(first_name(&group[index..]));
                    is_start = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn first_name(code: &str) -> Option<String> {
    let name: String = code.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The names that `lib.rs` re-exports from a module, by name.
fn reexports(root: &str) -> BTreeMap<String, String> {
    let (_, group) = root.split_once("pub use crate::{").unwrap();
    let (group, _) = group.split_once("};").unwrap();
    let mut modules = BTreeMap::new();
    let mut module = String::new();
    let mut word = String::new();
    let mut depth = 0;
    for letter in group.chars() {
        match letter {
            ':' => module = if depth == 0 && !word.is_empty() { std::mem::take(&mut word) } else { module },
            '{' => depth += 1,
            '}' | ',' => {
                if !word.is_empty() {
                    modules.insert(std::mem::take(&mut word), module.clone());
                }
                depth -= i32::from(letter == '}');
            }
            letter if letter.is_whitespace() => {}
            letter => word.push(letter),
        }
    }
    modules
}

pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The code of a file without its comments and its tests.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(is_code).map(|line| format!("{line}\n")).collect()
}

/// A path of modules that ends where it began, if one leads from `module`.
fn circle<'g>(
    graph: &'g BTreeMap<String, BTreeSet<String>>,
    module: &'g str,
    path: &mut Vec<&'g str>,
    done: &mut BTreeSet<&'g str>,
) -> Option<String> {
    if let Some(at) = path.iter().position(|earlier| *earlier == module) {
        return Some([&path[at..], &[module]].concat().join(" → "));
    }
    if !done.contains(module) {
        path.push(module);
        for next in &graph[module] {
            if let Some(found) = circle(graph, next, path, done) {
                return Some(found);
            }
        }
        path.pop();
        done.insert(module);
    }
    None
}

#[test]
fn modules_depend_in_one_direction() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let reexports = reexports(&code_of(&source.join("lib.rs")));
    assert_eq!(reexports["Client"], "client");
    let mut paths = Vec::new();
    files(&source, &mut paths);
    let module = |path: &Path| {
        let first = path.strip_prefix(&source).unwrap().iter().next().unwrap().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    };
    let modules: BTreeSet<String> = paths.iter().map(|path| module(path)).collect();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in paths.iter().filter(|path| !path.ends_with("src/lib.rs")) {
        let own = module(path);
        let uses = crate_names(&code_of(path)).into_iter().map(|name| match reexports.get(&name) {
            _ if modules.contains(&name) => name,
            Some(module) => module.clone(),
            None => "types".to_owned(),
        });
        let uses: Vec<_> = uses.filter(|name| *name != own).collect();
        graph.entry(own).or_default().extend(uses);
    }
    assert!(graph["api"].contains("client") && graph["transport"].contains("http_backend"));
    for start in graph.keys() {
        assert_eq!(circle(&graph, start, &mut Vec::new(), &mut BTreeSet::new()), None);
    }
}

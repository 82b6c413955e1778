//! No top-level module of a crate imports a module that imports it in turn.
//!
//! The sources are read as text: paths that begin with `crate::`, or with as many `super::` as lead to the root of the
//! crate. Comments, tests and the root itself do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{sources, workspace};

/// The modules that each module imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn modules_of_a_crate_do_not_import_each_other_in_circles() {
    let mut problems = Vec::new();
    let mut checked = 0;
    for package in super::packages() {
        let name = package["name"].as_str().unwrap();
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().join("src");
        if !folder.is_dir() {
            continue;
        }
        let folder = folder.strip_prefix(workspace().canonicalize().unwrap()).unwrap().to_owned();
        checked += 1;
        let imports = imports(&read_crate(&folder));
        problems.extend(circle(&imports).map(|circle| format!("{name}: {}", circle.join(" -> "))));
    }
    assert!(checked >= 12, "{checked} crates");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Reads the sources of a crate, by the path of their modules. The root has an empty path.
fn read_crate(folder: &Path) -> BTreeMap<Vec<String>, String> {
    let files = sources(&folder.to_string_lossy());
    let is_root = |path: &Path| path.ends_with("src/lib.rs") || path.ends_with("src/main.rs");
    let mut modules: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for (path, text) in files {
        let inner: PathBuf = path.strip_prefix(workspace().join(folder)).unwrap().with_extension("");
        let names = inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let names = if is_root(&path) { Vec::new() } else { names.collect() };
        modules.entry(names).or_default().push_str(&code(&text));
    }
    modules
}

/// Returns a text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    before_tests
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns the imports between the top-level modules of a crate.
fn imports(modules: &BTreeMap<Vec<String>, String>) -> Imports {
    let top: BTreeSet<&String> = modules.keys().filter_map(|path| path.first()).collect();
    let root = modules.get(&Vec::new()).map(String::as_str).unwrap_or_default();
    // An item of a module that the root exports again.
    let exported: BTreeMap<String, &String> = top
        .iter()
        .flat_map(|module| {
            let names = texts_after(root, &format!("use {module}::"));
            let names = names.into_iter().flat_map(|rest| words(rest.split(';').next().unwrap_or_default()));
            names.map(|name| (name.to_owned(), *module))
        })
        .collect();
    let mut imports = Imports::new();
    for (path, text) in modules {
        let Some(module) = path.first() else { continue };
        if path.last().is_some_and(|name| name == "tests") || is_test_module(modules, path) {
            continue;
        }
        let to_root = "super::".repeat(path.len());
        let used = [texts_after(text, "crate::"), texts_after(text, &to_root)].concat();
        for name in used.into_iter().flat_map(first_names) {
            let target = top.get(&name.to_owned()).or_else(|| exported.get(name));
            if let Some(target) = target.filter(|target| **target != module) {
                imports.entry(module.clone()).or_default().insert((*target).clone());
            }
        }
    }
    imports
}

/// Returns whether the parent of a module declares it for tests only.
fn is_test_module(modules: &BTreeMap<Vec<String>, String>, path: &[String]) -> bool {
    let Some((name, parent)) = path.split_last() else { return false };
    let parent = modules.get(parent).map(String::as_str).unwrap_or_default();
    parent.contains(&format!("#[cfg(test)]\nmod {name};"))
}

/// Returns what follows each occurrence of a path that is not the end of a longer one.
fn texts_after<'t>(text: &'t str, path: &str) -> Vec<&'t str> {
    let is_start =
        |at: usize| !text[..at].ends_with(|last: char| last.is_alphanumeric() || "_:".contains(last));
    text.match_indices(path).filter(|(at, _)| is_start(*at)).map(|(at, _)| &text[at + path.len()..]).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

/// Returns the next names of a path: one, or the first name of each path in braces.
fn first_names(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else { return words(rest).take(1).collect() };
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                names.extend(words(&group[start..at]).next());
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

/// Returns the modules of one circle, if there is any.
fn circle(imports: &Imports) -> Option<Vec<String>> {
    imports.keys().find_map(|module| path_to(imports, module, module, &mut BTreeSet::new()))
}

/// Returns the modules by which `from` imports `to`.
fn path_to(
    imports: &Imports,
    from: &String,
    to: &String,
    seen: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    for next in imports.get(from)? {
        if next == to {
            return Some(vec![from.clone(), next.clone()]);
        }
        if seen.insert(next.clone())
            && let Some(path) = path_to(imports, next, to, seen)
        {
            return Some([vec![from.clone()], path].concat());
        }
    }
    None
}

#[test]
fn circles_are_found_through_groups_exports_and_super() {
    let modules = |root: &str, files: &[(&str, &str)]| {
        let files =
            files.iter().map(|(path, text)| (path.split('/').map(str::to_owned).collect(), code(text)));
        let root = (Vec::new(), root.to_owned());
        imports(&files.chain([root]).collect())
    };
    let a = ("a", "use crate::{b::{c, d}, e};");
    for (root, b) in [
        ("", ("b", "fn f() { crate::a::g() }")),
        ("", ("b/c", "use crate::{x, a::{y}};")),
        ("", ("b/c", "use super::super::a;")),
        ("pub use a::{Other, Thing};", ("b", "use crate::Thing;")),
    ] {
        let imports = modules(root, &[a, b, ("e", "")]);
        assert_eq!(circle(&imports).unwrap(), ["a", "b", "a"], "{b:?}");
    }
    for (root, b) in [
        ("", ("b", "// crate::a\nuse other_crate::a;")),
        ("", ("b/c", "use super::a;")),
        ("", ("b", "#[cfg(test)]\nmod tests { use crate::a; }")),
        ("pub use e::Thing;", ("b", "use crate::Thing;")),
    ] {
        assert_eq!(circle(&modules(root, &[a, b, ("e", "")])), None, "{b:?}");
    }
}

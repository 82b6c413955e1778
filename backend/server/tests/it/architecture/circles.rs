//! Modules with the same parent do not import each other in circles, at any level of a crate.
//!
//! A module may import its ancestors, and a parent its children.

mod modules;

use std::collections::BTreeSet;
use std::path::Path;

use modules::{Imports, ModulePath, Modules};

use crate::workspace::{sources, workspace};

/// The folders of the roots of the crates: of libraries, programs, tests and benches.
fn crate_folders() -> BTreeSet<String> {
    let packages = super::packages();
    let targets = packages.iter().flat_map(|package| package["targets"].as_array().unwrap());
    let roots = targets.map(|target| Path::new(target["src_path"].as_str().unwrap()));
    let roots = roots.filter(|root| root.ends_with("lib.rs") || root.ends_with("main.rs"));
    roots.map(|root| root.parent().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn modules_do_not_import_each_other_in_circles() {
    let mut problems = Vec::new();
    let folders = crate_folders();
    assert!(folders.len() >= 25, "{folders:?}");
    for folder in &folders {
        let files = sources(folder);
        let files = files.iter().map(|(path, text)| (path.strip_prefix(folder).unwrap(), text.as_str()));
        let name = Path::new(folder).strip_prefix(workspace()).unwrap();
        for circle in circles(&Modules::read(files).imports()) {
            problems.push(format!("{}: {}", name.display(), circle.join(" -> ")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Returns a circle of each parent whose children import each other in circles.
fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let mut parents = BTreeSet::new();
    let mut circles = Vec::new();
    for module in imports.keys() {
        let parent = &module[..module.len() - 1];
        if !parents.contains(parent)
            && let Some(circle) = path_to(imports, module, module, &mut BTreeSet::new())
        {
            parents.insert(parent);
            circles.push(circle.iter().map(|module| module.join("::")).collect());
        }
    }
    circles
}

/// Returns the modules by which `from` imports `to`.
fn path_to<'i>(
    imports: &'i Imports,
    from: &'i ModulePath,
    to: &ModulePath,
    seen: &mut BTreeSet<&'i ModulePath>,
) -> Option<Vec<&'i ModulePath>> {
    for next in imports.get(from)? {
        if next == to {
            return Some(vec![from, next]);
        }
        if seen.insert(next)
            && let Some(path) = path_to(imports, next, to, seen)
        {
            return Some([vec![from], path].concat());
        }
    }
    None
}

/// Finds the circles of a crate with these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(path, text)| (Path::new(*path), *text));
    circles(&Modules::read(files).imports()).iter().map(|circle| circle.join(" -> ")).collect()
}

#[test]
fn circles_are_found_through_groups_exports_and_super() {
    let a = ("a.rs", "use crate::{b::{c, d}, e};");
    for (root, b) in [
        ("", ("b.rs", "fn f() { crate::a::g() }")),
        ("", ("b/c.rs", "use crate::{x, a::{y}};")),
        ("", ("b/c.rs", "use super::super::a;")),
        ("", ("b.rs", "mod c { use super::super::a; }")),
        ("", ("b.rs", "#[cfg(test)]\nuse x;\nuse crate::a;")),
        ("use a as other;", ("b.rs", "fn f() { assert!(crate::other::g()) }")),
        ("pub use a::{Other, Thing};", ("b.rs", "use crate::Thing;")),
        ("pub use crate::{\n    a::Thing,\n    e::Other,\n};", ("b.rs", "use super::Thing;")),
        ("pub use a::{self as other};", ("b.rs", "use super::other::{self};")),
    ] {
        assert_eq!(circles_of(&[("lib.rs", root), a, b, ("e.rs", "")]), ["a -> b -> a"], "{b:?}");
    }
    let by_glob = [
        ("main.rs", "pub use a::*;"),
        ("a.rs", "pub struct Thing;\nuse crate::b;"),
        ("b.rs", "use crate::Thing;"),
    ];
    assert_eq!(circles_of(&by_glob), ["a -> b -> a"]);
    for (root, b) in [
        ("", ("b.rs", "// crate::a\nuse other_crate::a;\nconst A: &str = \"crate::a\";")),
        ("", ("b/c.rs", "use super::a;")),
        ("", ("b.rs", "#[cfg(test)]\nmod tests { use crate::a; }")),
        ("", ("b.rs", "#[cfg(test)]\n#[derive(Debug)]\nimpl A for B { fn f(a: crate::a::A) {} }")),
        ("pub use e::Thing;", ("b.rs", "use crate::Thing;")),
    ] {
        assert!(circles_of(&[("lib.rs", root), a, b, ("e.rs", "")]).is_empty(), "{b:?}");
    }
}

#[test]
fn circles_are_found_between_the_children_of_a_module() {
    let root = ("lib.rs", "pub use p::q::Thing;");
    let p = ("p.rs", "mod q;\nmod r;\nuse q::Thing;");
    let q = ("p/q.rs", "use super::r::Other;\npub struct Thing;");
    for r in ["use super::Thing;", "use crate::Thing;", "use crate::p::q;", "fn f() { super::q::g() }"] {
        assert_eq!(circles_of(&[root, p, q, ("p/r.rs", r)]), ["p::q -> p::r -> p::q"], "{r}");
    }
    let family = [
        ("p.rs", "mod q;\nuse q::Thing;"),
        ("p/q.rs", "mod r;\nuse super::Item;"),
        ("p/q/r.rs", "use crate::p::Item;"),
    ];
    assert!(circles_of(&family).is_empty(), "a module uses its parents and its children");
}

//! The features of the dependencies, which decide whether cargo compiles them again.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::files::workspace;

/// Returns the features of every dependency that these arguments of `cargo tree` select, by name and version.
fn features(arguments: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(workspace()).args(["tree", "--offline", "--prefix", "none", "--format", "{p}|{f}"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        // The crates of the workspace have their paths in parentheses.
        if let Some((package, features)) = line.split_once('|').filter(|(package, _)| !package.contains("(/"))
        {
            let package = package.trim_end_matches(" (proc-macro)");
            found.entry(package.to_owned()).or_default().insert(features.trim_end_matches(" (*)").to_owned());
        }
    }
    found
}

#[test]
fn program_and_tests_use_dependencies_with_the_same_features() {
    let program = features(&["--package", "ticketing-cli", "--edges", "normal,build"]);
    let tests = features(&["--workspace", "--all-features", "--edges", "normal,build,dev"]);
    assert!(program.len() > 200 && tests.len() > program.len(), "{} and {}", program.len(), tests.len());
    let differing: Vec<_> = program
        .iter()
        .filter(|(package, features)| !tests.get(*package).is_some_and(|others| features.is_subset(others)))
        .map(|(package, features)| {
            format!("{package}: {features:?} in the program, {:?} in the tests", tests.get(package))
        })
        .collect();
    assert!(
        differing.is_empty(),
        "cargo compiles these and their dependents twice:\n{}",
        differing.join("\n")
    );
}

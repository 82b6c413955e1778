//! The features of the dependencies, which decide whether cargo compiles them again.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

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

/// Returns the names of the crates of the workspace.
fn packages() -> Vec<String> {
    let mut command = Command::new(env!("CARGO"));
    let command = command.current_dir(workspace()).args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(|package| package["name"].as_str().unwrap().to_owned()).collect()
}

/// Lists the dependencies of `selected` that the tests of the whole workspace use with other features.
fn differences(
    selected: &BTreeMap<String, BTreeSet<String>>,
    workspace: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    selected
        .iter()
        .filter(|(package, features)| {
            !workspace.get(*package).is_some_and(|others| features.is_subset(others))
        })
        .map(|(package, features)| {
            format!("{package}: {features:?} here, {:?} in the workspace", workspace.get(package))
        })
        .collect()
}

/// Returns the features that the test command compiles.
fn workspace_features() -> BTreeMap<String, BTreeSet<String>> {
    features(&["--workspace", "--all-features", "--edges", "normal,build,dev"])
}

#[test]
fn program_and_tests_use_dependencies_with_the_same_features() {
    let program = features(&["--package", "ticketing-cli", "--edges", "normal,build"]);
    let tests = workspace_features();
    assert!(program.len() > 200 && tests.len() > program.len(), "{} and {}", program.len(), tests.len());
    let differing = differences(&program, &tests);
    assert!(
        differing.is_empty(),
        "cargo compiles these and their dependents twice:\n{}",
        differing.join("\n")
    );
}

/// The features of one crate's tests: `workspace-hack` has those that only other crates ask for.
#[test]
fn tests_of_one_crate_use_the_features_of_the_workspace() {
    let workspace = workspace_features();
    let members = packages();
    assert!(members.len() > 15, "{members:?}");
    let mut differing = Vec::new();
    for member in &members {
        let own = features(&["--package", member, "--all-features", "--edges", "normal,build,dev"]);
        differing.extend(differences(&own, &workspace).iter().map(|line| format!("{member}: {line}")));
    }
    assert!(
        differing.is_empty(),
        "`-p` compiles these and their dependents again; add their features to workspace-hack/Cargo.toml:\n{}",
        differing.join("\n")
    );
}

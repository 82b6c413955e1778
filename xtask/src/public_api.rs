//! `cargo xtask public-api`: compares the public API of the SDK with its committed list, so that a change is a decision.

use std::path::PathBuf;
use std::process::Command;

use crate::run::{cargo, read, root, run, target, write};
use crate::tools;

/// The version of cargo-public-api. Each version supports some versions of the JSON of rustdoc.
const VERSION: &str = "0.52.0";
const LIST: &str = "ticketing-sdk/public-api.txt";
/// The variable that rewrites the list.
const UPDATE: &str = "UPDATE_PUBLIC_API";

/// Compares the public API of the SDK, with all features, with the list; rewrites the list if `UPDATE_PUBLIC_API` is
/// set.
pub(crate) fn public_api() -> Result<(), String> {
    let actual = list()?;
    let file = root().join(LIST);
    if std::env::var_os(UPDATE).is_some() {
        return write(&file, actual);
    }
    let changes = changes(&read(&file)?, &actual);
    if changes.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the public API of the SDK has changed:\n{}\na removed or changed line breaks programs that use the SDK; if the change is \
         intended, state it in CHANGELOG.md and run `{UPDATE}=1 cargo xtask public-api`",
        changes.join("\n")
    ))
}

/// Installs the tool below `target/tools` if it is missing or another version.
pub(crate) fn ensure_installed() -> Result<PathBuf, String> {
    let program = tools::folder().join("bin/cargo-public-api");
    let installed = Command::new(&program).args(["public-api", "--version"]).output();
    let is_current =
        installed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(VERSION));
    if !is_current {
        let install = ["install", "--locked", "--force", "cargo-public-api", "--version", VERSION, "--root"];
        run(cargo().args(install).arg(tools::folder()))?;
    }
    Ok(program)
}

/// Returns the public items of the SDK, one per line.
fn list() -> Result<String, String> {
    let program = ensure_installed()?;
    run(cargo()
        .args(["rustdoc", "--package", "ticketing-sdk", "--lib", "--all-features", "--locked"])
        .args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"])
        .env("RUSTDOC", write_rustdoc_wrapper()?))?;
    let output = Command::new(program)
        .args(["public-api", "-sss", "--rustdoc-json"])
        .arg(target().join("doc/ticketing_sdk.json"))
        .output()
        .map_err(|error| format!("cannot run cargo-public-api: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo-public-api failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout)
        .map_err(|error| format!("the output of cargo-public-api is not UTF-8: {error}"))
}

/// Writes a wrapper of rustdoc that sets `RUSTC_BOOTSTRAP`, so that a stable toolchain can write JSON. Cargo itself runs
/// without the variable, because it would recompile the dependencies.
fn write_rustdoc_wrapper() -> Result<PathBuf, String> {
    let script = tools::folder().join("rustdoc-json");
    write(&script, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n")?;
    run(Command::new("chmod").arg("755").arg(&script))?;
    Ok(script)
}

/// Returns the lines that only one of the lists has, as a diff writes them.
fn changes(expected: &str, actual: &str) -> Vec<String> {
    let lacks = |list: &str, line: &str| !list.lines().any(|other| other == line);
    let removed = expected.lines().filter(|line| lacks(actual, line)).map(|line| format!("- {line}"));
    let added = actual.lines().filter(|line| lacks(expected, line)).map(|line| format!("+ {line}"));
    removed.chain(added).collect()
}

#[cfg(test)]
mod tests {
    use super::changes;

    #[test]
    fn changes_lists_removed_and_added_lines() {
        let expected = "pub fn a()\npub fn b()\n";
        assert_eq!(changes(expected, "pub fn a()\npub fn c()\n"), ["- pub fn b()", "+ pub fn c()"]);
        assert!(changes(expected, expected).is_empty());
    }
}

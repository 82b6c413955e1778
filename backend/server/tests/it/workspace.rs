//! The files of the workspace, which tests of its texts read.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Folders of dependencies, of generated files, and of git.
const SKIPPED: [&str; 6] = [".git", "bundle", "dist", "node_modules", "target", "test-results"];

/// Returns the folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Returns the path and the text of every file of these kinds below a folder of the workspace.
pub(crate) fn files(folder: &str, extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![workspace().join(folder)]);
    let is_one_of = |names: &[&str], part: Option<&OsStr>| {
        part.and_then(OsStr::to_str).is_some_and(|part| names.contains(&part))
    };
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                if !is_one_of(&SKIPPED, path.file_name()) {
                    folders.push(path);
                }
            } else if is_one_of(extensions, path.extension()) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// Returns the path and the text of every Rust file below a folder of the workspace.
pub(crate) fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    files(folder, &["rs"])
}

/// Returns the path and the text of every Rust file of the workspace.
pub(crate) fn all_sources() -> impl Iterator<Item = (PathBuf, String)> {
    ["backend", "ticketing-sdk", "ticketing-cli", "ticketing-tui", "examples", "xtask"]
        .into_iter()
        .flat_map(sources)
}

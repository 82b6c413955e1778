//! PostgreSQL for the tests: found, or installed from the packages of the system.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::run::run;

/// Names a server to use instead.
const NAMED: &str = "TICKETING_TEST_POSTGRES";

/// Sees to it that there is a PostgreSQL that the tests can start.
pub(crate) fn ensure() -> Result<(), String> {
    if std::env::var_os(NAMED).is_some() || is_installed() {
        return Ok(());
    }
    println!("PostgreSQL is missing");
    install().map_err(|why| {
        format!(
            "the tests need PostgreSQL 13 or newer, which is not installed here ({why}): install it (Debian, Ubuntu: \
             the package postgresql), or set {NAMED} to the URL of a server where databases may be made"
        )
    })?;
    if is_installed() {
        Ok(())
    } else {
        Err("PostgreSQL was installed, and has no program initdb".to_owned())
    }
}

fn install() -> Result<(), String> {
    if !succeeds(Command::new("apt-get").arg("--version")) {
        return Err("there is no apt-get".to_owned());
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !root && !succeeds(Command::new("sudo").args(["-n", "true"])) {
        return Err("this user may not install packages".to_owned());
    }
    let apt = |arguments: &[&str]| {
        let mut command = if root { Command::new("env") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "env"]);
        }
        run(command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments))
    };
    apt(&["update"])?;
    apt(&["install", "--yes", "--no-install-recommends", "postgresql"])
}

fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian keeps the programs of a server away from the path.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    places.extend(versions.map(|version| version.path().join("bin")));
    ["initdb", "pg_ctl", "psql"].into_iter().all(|name| places.iter().any(|place| place.join(name).is_file()))
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

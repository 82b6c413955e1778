//! Finds PostgreSQL for the tests, or installs it from the packages of the system.

use std::path::PathBuf;

use crate::packages;

/// The variable with the URL of a server to use instead.
const URL_VARIABLE: &str = "TICKETING_TEST_POSTGRES";

/// Installs PostgreSQL if it is missing.
pub(crate) fn ensure_installed() -> Result<(), String> {
    if std::env::var_os(URL_VARIABLE).is_some() || is_installed() {
        return Ok(());
    }
    println!("PostgreSQL is missing");
    packages::install(&["postgresql"]).map_err(|error| {
        format!(
            "the tests need PostgreSQL 13 or newer, which is not installed ({error}): install it (Debian, Ubuntu: \
             the package postgresql), or set {URL_VARIABLE} to the URL of a server whose user may create databases"
        )
    })?;
    if is_installed() { Ok(()) } else { Err("PostgreSQL was installed, but initdb is missing".to_owned()) }
}

fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian installs the server programs outside of `PATH`.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    ["initdb", "pg_ctl", "psql"]
        .into_iter()
        .all(|name| folders.iter().any(|folder| folder.join(name).is_file()))
}

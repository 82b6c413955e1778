//! PostgreSQL for the tests: found, or installed from the packages of the system.

use std::path::PathBuf;

use crate::packages;

/// Names a server to use instead.
const NAMED: &str = "TICKETING_TEST_POSTGRES";

/// Sees to it that there is a PostgreSQL that the tests can start.
pub(crate) fn ensure() -> Result<(), String> {
    if std::env::var_os(NAMED).is_some() || is_installed() {
        return Ok(());
    }
    println!("PostgreSQL is missing");
    packages::install(&["postgresql"]).map_err(|why| {
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

fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian keeps the programs of a server away from the path.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    places.extend(versions.map(|version| version.path().join("bin")));
    ["initdb", "pg_ctl", "psql"].into_iter().all(|name| places.iter().any(|place| place.join(name).is_file()))
}

//! Finds the programs of PostgreSQL, and the user that runs them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The message if a program is missing.
const MISSING: &str = "PostgreSQL is not installed: `cargo xtask test` installs it, or `apt-get install postgresql`, or \
                       set TICKETING_TEST_POSTGRES to the URL of a server";

/// Returns a command for a program of PostgreSQL. If the tests run as root, the command runs as another user, since the
/// server refuses to run as root.
pub(crate) fn program(name: &str) -> Command {
    let program = find(name);
    match server_user() {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.arg(format!("--reuid={}", user.uid)).arg(format!("--regid={}", user.gid));
            command.arg("--clear-groups").arg("--").arg(program);
            command.env("HOME", "/");
            command
        }
    }
}

/// Returns a command for `pgbench`, the load generator of PostgreSQL.
///
/// # Panics
/// If PostgreSQL is not installed.
pub fn pgbench() -> Command {
    Command::new(find("pgbench"))
}

/// A user of the system.
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Returns the user that runs the server if the tests run as root.
pub(crate) fn server_user() -> Option<User> {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output().ok()?;
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("the users of the system");
    let user = ["postgres:", "nobody:"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.starts_with(name))?;
        let mut fields = line.split(':').skip(2);
        Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    });
    Some(user.expect("a user postgres or nobody, since a server does not run as root"))
}

/// Finds a program of PostgreSQL.
///
/// # Panics
/// If PostgreSQL is not installed.
pub(crate) fn find(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian installs the server programs outside of `PATH`, by version. The newest comes first.
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|program| program.is_file());
    found.unwrap_or_else(|| panic!("{MISSING} (no program {name})"))
}

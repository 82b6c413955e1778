//! Where PostgreSQL's programs are, and who may run them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What to say where it is missing.
const MISSING: &str = "PostgreSQL is not installed: `cargo xtask test` installs it, or `apt-get install postgresql`, or \
                       set TICKETING_TEST_POSTGRES to the URL of a server";

/// A program of PostgreSQL, to be run by somebody who may run a server: not by root.
pub(crate) fn program(name: &str) -> Command {
    let program = find(name);
    match unprivileged() {
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

/// PostgreSQL's own load generator. It may be run by anybody.
///
/// # Panics
/// When PostgreSQL is not installed.
#[must_use]
pub fn pgbench() -> Command {
    Command::new(find("pgbench"))
}

/// Somebody other than root, where root runs the tests.
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Who runs the server, unless whoever runs the tests does.
pub(crate) fn unprivileged() -> Option<User> {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output().ok()?;
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("the users of this machine");
    let user = ["postgres:", "nobody:"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.starts_with(name))?;
        let mut fields = line.split(':').skip(2);
        Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    });
    Some(user.expect("a user postgres or nobody, since a server does not run as root"))
}

/// Where a program of PostgreSQL is.
pub(crate) fn find(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian keeps the programs of a server away from the path; the newest version first.
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable();
    places.extend(versions.into_iter().rev().map(|(_, place)| place));
    let found = places.into_iter().map(|place| place.join(name)).find(|place| place.is_file());
    found.unwrap_or_else(|| panic!("{MISSING} (no program {name})"))
}

//! Installs packages of the system (Debian, Ubuntu).

use std::process::Command;

use crate::run::{run, succeeds};

/// Installs packages.
///
/// # Errors
/// If apt-get is not available, the user may not install packages, or the installation fails.
pub(crate) fn install(names: &[&str]) -> Result<(), String> {
    if !succeeds(Command::new("apt-get").arg("--version")) {
        return Err("apt-get is not available".to_owned());
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
    apt(&[&["install", "--yes", "--no-install-recommends"], names].concat())
}

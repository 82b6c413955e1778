//! Lines of the shell of the user.

use std::process::Command;

/// Returns a command that runs a line of the shell.
pub(crate) fn shell(line: &str) -> Command {
    let mut command = Command::new(if cfg!(windows) { "cmd" } else { "sh" });
    command.arg(if cfg!(windows) { "/C" } else { "-c" }).arg(line);
    command
}

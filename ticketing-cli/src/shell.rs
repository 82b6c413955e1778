//! Lines of the shell of the user.

use std::io::Write as _;
use std::process::{Command, ExitStatus, Stdio};

/// Returns a command that runs a line of the shell.
pub(crate) fn shell(line: &str) -> Command {
    let mut command = Command::new(if cfg!(windows) { "cmd" } else { "sh" });
    command.arg(if cfg!(windows) { "/C" } else { "-c" }).arg(line);
    command
}

/// Runs a line of the shell with a text on its stdin, and waits for its end.
///
/// # Errors
/// If the shell cannot be started.
pub(crate) fn run_with_input(
    line: &str,
    input: &str,
    variables: &[(&str, &str)],
) -> std::io::Result<ExitStatus> {
    let mut child = shell(line).envs(variables.iter().copied()).stdin(Stdio::piped()).spawn()?;
    // A command that does not read its input is no error.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    child.wait()
}

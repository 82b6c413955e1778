//! The pager of the user, for texts that are longer than the terminal.

use std::io::{ErrorKind, Write as _};
use std::process::Stdio;

use crate::environment::environment;
use crate::shell::shell;

/// Returns the command of the pager: `TICKETING_PAGER`, which may be empty for none, the setting, or `PAGER`.
pub(super) fn command(setting: Option<String>) -> Option<String> {
    let chosen = std::env::var("TICKETING_PAGER").ok().or(setting).or_else(|| environment("PAGER"))?;
    let chosen = chosen.trim();
    (!chosen.is_empty() && chosen != "cat").then(|| chosen.to_owned())
}

/// The exit codes of a shell that cannot run a command.
const NOT_EXECUTABLE: i32 = 126;
const NOT_FOUND: i32 = 127;

/// Shows a text in a pager and waits for its end.
///
/// # Errors
/// If the pager cannot be started.
pub(super) fn show(command: &str, text: &str) -> std::io::Result<()> {
    let mut shell = shell(command);
    shell.stdin(Stdio::piped());
    // As git does: less ends if the text fits, shows colours, and leaves the text on the screen.
    for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
        if std::env::var_os(name).is_none() {
            shell.env(name, value);
        }
    }
    let mut pager = shell.spawn()?;
    let written = pager.stdin.take().map_or(Ok(()), |mut input| input.write_all(text.as_bytes()));
    let status = pager.wait()?;
    // The shell has not found the command, or may not run it: nothing was shown.
    if matches!(status.code(), Some(NOT_EXECUTABLE | NOT_FOUND)) {
        return Err(ErrorKind::NotFound.into());
    }
    match written {
        // The user left the pager before its end.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

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

/// Shows a text in a pager and waits for its end.
///
/// # Errors
/// If the pager cannot be started, or fails: it may have shown nothing.
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
    match status.code() {
        // The shell has not found the command, or may not run it.
        Some(126 | 127) => return Err(ErrorKind::NotFound.into()),
        Some(code) if code != 0 => return Err(std::io::Error::other(format!("it ended with {code}"))),
        // A signal is one of the user.
        _ => {}
    }
    match written {
        // The user left the pager before its end.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

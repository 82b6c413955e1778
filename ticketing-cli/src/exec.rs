//! Commands of the user that the program runs for each change: `--exec`.

use std::io::Write as _;
use std::process::Stdio;

use crate::failure::{Failure, Outcome};
use crate::io::Io;
use crate::shell::shell;

/// Runs a line of the shell with a text on its stdin, and waits for its end. A command that fails is a notice: the next
/// change runs it again.
///
/// # Errors
/// If the shell cannot be started.
pub(crate) fn run(io: &Io, line: &str, input: &str, variables: &[(&str, &str)]) -> Outcome {
    let unusable = |error: std::io::Error| Failure::failed(format!("cannot run {line:?}: {error}"));
    let mut child =
        shell(line).envs(variables.iter().copied()).stdin(Stdio::piped()).spawn().map_err(unusable)?;
    // A command that does not read its input is no error.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let status = child.wait().map_err(unusable)?;
    if !status.success() {
        io.warn(&format!("{line:?} ended with {status}"));
    }
    Ok(())
}

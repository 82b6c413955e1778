//! Commands of the user that the program runs for each change: `--exec`.

use crate::failure::{CliResult, Failure};
use crate::io::Io;
use crate::shell::run_with_input;

/// Runs a line of the shell with a text on its stdin, and waits for its end. A command that fails is a notice: the next
/// change runs it again.
///
/// # Errors
/// If the shell cannot be started.
pub(crate) fn run(io: &Io, line: &str, input: &str, variables: &[(&str, &str)]) -> CliResult {
    let status = run_with_input(line, input, variables)
        .map_err(|error| Failure::failed(format!("cannot run {line:?}: {error}")))?;
    if !status.success() {
        io.warn(&format!("{line:?} ended with {status}"));
    }
    Ok(())
}

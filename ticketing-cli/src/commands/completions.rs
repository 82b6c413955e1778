//! `ticketing completions`: the script by which a shell completes command lines of this program.

use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::context::{Context, LocalCommand};
use crate::failure::{CliResult, Failure};
use crate::help;

/// The arguments of `ticketing completions`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "source <(ticketing completions bash)",
        "source <(ticketing completions zsh)",
        "ticketing completions fish | source",
    ],
    "Put the line into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish. The script completes commands, aliases, identifiers \
     and statuses.",
))]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The end of the script for bash, which joins the parts of words.
const WORDS: &str = include_str!("completions/words.bash");

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> CliResult {
        let name = self.shell.to_string();
        let unwritable = |why: String| Failure::failed(format!("cannot write the script for {name}: {why}"));
        let shells = Shells::builtins();
        let shell = shells.completer(&name).ok_or_else(|| unwritable("it is not known".to_owned()))?;
        let mut script = Vec::new();
        shell
            .write_registration("COMPLETE", "ticketing", "ticketing", "ticketing", &mut script)
            .map_err(|error| unwritable(error.to_string()))?;
        if self.shell == Shell::Bash {
            script.extend_from_slice(WORDS.as_bytes());
        }
        context.io.data(script)
    }
}

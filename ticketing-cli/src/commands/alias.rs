//! `ticketing alias`: words of the user for whole commands.

use clap::Subcommand;
use serde::Serialize;

use crate::alias::{ExpandedLine, expand_alias};
use crate::config::Config;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::{Cell, Columns, Record};

/// The subcommands of `ticketing alias`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::long(
    &[
        "ticketing alias set cheap 'tickets list --max-price $1 --sort price'",
        "ticketing alias set count '!ticketing tickets list | wc -l'",
        "ticketing alias list",
    ],
    "An alias is the first word of a command line. $1 to $9 are its arguments; the others follow. An alias may begin with another \
     alias. One that begins with ! is run by the shell.",
))]
pub(crate) enum AliasCommand {
    /// List the aliases
    #[command(alias = "ls", after_long_help = help::examples(&["ticketing alias list"]))]
    List,
    /// Set an alias
    #[command(after_long_help = help::examples(&[
        "ticketing alias set cheap 'tickets list --max-price $1 --sort price'",
        "ticketing alias set mine 'tickets list --mine --status all'",
    ]))]
    Set {
        /// The word
        name: String,
        /// The command without `ticketing`, or a line of the shell after !
        #[arg(value_name = "COMMAND", allow_hyphen_values = true)]
        expansion: String,
    },
    /// Delete an alias
    #[command(alias = "rm", after_long_help = help::examples(&["ticketing alias delete cheap"]))]
    Delete {
        /// The word
        name: String,
    },
}

/// A line of `ticketing alias list`.
#[derive(Debug, Serialize)]
struct AliasLine {
    name: String,
    expansion: String,
}

impl Record for AliasLine {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("name", |it, _| Cell::text(&it.name));
        columns.add_cut("expansion", |it, _| Cell::text(&it.expansion));
    }
}

impl AliasCommand {
    /// Runs the command. `is_command` says whether a word is a command of the program.
    pub(crate) fn run(self, context: &Context, is_command: impl Fn(&str) -> bool) -> CliResult {
        match self {
            Self::List => {
                let config = Config::read(context.settings.config.clone())?;
                let line = |(name, expansion)| AliasLine { name, expansion };
                context.printer().list(&config.aliases().into_iter().map(line).collect::<Vec<_>>())
            }
            Self::Set { name, expansion } => {
                let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
                if name.is_empty() || name.starts_with('-') || !name.chars().all(is_word) {
                    return Err(Failure::usage(format!(
                        "{name:?} cannot be an alias: it has letters, digits, `-` and `_`"
                    )));
                }
                if is_command(&name) {
                    return Err(Failure::usage(format!("`ticketing {name}` is a command already")));
                }
                Config::change(context.settings.config.clone(), |config| {
                    config.set_alias(&name, &expansion);
                    let is_known = match expand_alias(&name, config, &is_command)? {
                        ExpandedLine::Shell(..) => true,
                        ExpandedLine::Arguments(words) => {
                            words.get(1).and_then(|word| word.to_str()).is_some_and(&is_command)
                        }
                    };
                    if is_known {
                        return Ok(());
                    }
                    Err(Failure::usage(format!("{expansion:?} is no command of ticketing"))
                        .hint("leave `ticketing` out; a line of the shell begins with !"))
                })
            }
            Self::Delete { name } => Config::change(context.settings.config.clone(), |config| {
                if config.remove_alias(&name) {
                    return Ok(());
                }
                Err(Failure::new(Exit::NotFound, format!("there is no alias {name:?}"))
                    .hint("`ticketing alias list` shows what there is"))
            }),
        }
    }
}

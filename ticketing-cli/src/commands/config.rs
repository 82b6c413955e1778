//! `ticketing config`: the settings of the client.

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use serde::Serialize;

use crate::config::{Config, SETTINGS};
use crate::context::{Context, LocalCommand};
use crate::environment::environment;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::{Cell, Columns, Record};
use crate::shell::shell;

/// The subcommands of `ticketing config`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::long(
    &["ticketing config list", "ticketing config set output json", "ticketing config edit"],
    "Options and environment variables override config.toml, which overrides the defaults. `ticketing tui` has its own settings \
     in the same file.",
))]
pub(crate) enum ConfigCommand {
    /// List the settings with their values
    #[command(alias = "ls", after_long_help = help::examples(&["ticketing config list"]))]
    List,
    /// Print the value of a setting
    #[command(after_long_help = help::examples(&["ticketing config get output"]))]
    Get {
        /// The setting
        #[arg(value_parser = keys())]
        key: String,
    },
    /// Change a setting; an empty value removes it
    #[command(after_long_help = help::examples(&[
        "ticketing config set output json",
        "ticketing config set pager 'less -R'",
        "ticketing config set output ''",
    ]))]
    Set {
        /// The setting
        #[arg(value_parser = keys())]
        key: String,
        /// The value
        value: String,
    },
    /// Remove a setting, so that its default applies
    #[command(after_long_help = help::examples(&["ticketing config unset output"]))]
    Unset {
        /// The setting
        #[arg(value_parser = keys())]
        key: String,
    },
    /// Open the config file in an editor
    #[command(after_long_help = help::long(
        &["ticketing config edit"],
        "VISUAL or EDITOR selects the editor.",
    ))]
    Edit,
    /// Print the path of the config file
    #[command(after_long_help = help::examples(&["ticketing config path"]))]
    Path,
}

/// Returns the parser of the key of a setting.
fn keys() -> PossibleValuesParser {
    SETTINGS.iter().map(|(key, _)| *key).collect::<Vec<_>>().into()
}

/// A line of `ticketing config list`.
#[derive(Debug, Serialize)]
struct Setting {
    key: &'static str,
    value: Option<String>,
    description: &'static str,
}

impl Record for Setting {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("key", |it, _| Cell::text(&it.key));
        columns.add_whole("value", |it, _| Cell::opt(it.value.as_ref()));
        columns.add_cut("description", |it, _| Cell::text(&it.description));
    }
}

impl LocalCommand for ConfigCommand {
    async fn run(self, context: &Context) -> CliResult {
        match self {
            Self::Edit => edit(context),
            Self::Path => context.io.line(&context.settings.config_file()?.display().to_string()),
            Self::List => {
                let config = Config::read(context.settings.config.clone())?;
                let line = |(key, description): &(&'static str, &'static str)| Setting {
                    key,
                    value: config.get(key),
                    description,
                };
                context.printer().list(&SETTINGS.iter().map(line).collect::<Vec<_>>())
            }
            Self::Get { key } => match Config::read(context.settings.config.clone())?.get(&key) {
                Some(value) => context.io.line(&value),
                None => Ok(()),
            },
            Self::Set { key, value } => Config::change(context.settings.config.clone(), |config| {
                if !value.is_empty() {
                    config.check_value(&key, &value)?;
                }
                config.set(&key, (!value.is_empty()).then_some(value.as_str()));
                Ok(())
            }),
            Self::Unset { key } => Config::change(context.settings.config.clone(), |config| {
                config.set(&key, None);
                Ok(())
            }),
        }
    }
}

/// Opens the config file in the user's editor, and then validates it.
fn edit(context: &Context) -> CliResult {
    let path = context.settings.config_file()?;
    if !context.io.can_ask() {
        return Err(Failure::usage("an editor needs a terminal").hint(format!("edit {}", path.display())));
    }
    let default = if cfg!(windows) { "notepad" } else { "vi" };
    let editor =
        environment("VISUAL").or_else(|| environment("EDITOR")).unwrap_or_else(|| default.to_owned());
    if !path.exists() {
        Config::change(Some(path.clone()), |_| Ok(()))?;
    }
    let line = format!("{editor} \"$TICKETING_CONFIG_FILE\"");
    let status = shell(&line).env("TICKETING_CONFIG_FILE", &path).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(Failure::failed(format!("the editor {editor:?} ended with {status}"))),
        Err(error) => return Err(Failure::failed(format!("cannot start the editor {editor:?}: {error}"))),
    }
    let config = Config::read(Some(path))?;
    if let Some(unknown) = config.unknown_keys() {
        context.io.warn(&unknown);
    }
    config.check()?;
    config.get("profile").map_or(Ok(()), |profile| config.check_value("profile", &profile))
}

//! `ticketing config`: the settings of the client.

use clap::{Subcommand, ValueEnum as _};
use serde::Serialize;
use ticketing_sdk::{Client, Timestamp};

use crate::config::{Config, SETTINGS};
use crate::context::{Context, LocalCommand};
use crate::environment::environment;
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::io::Colour;
use crate::output::{Cell, Column, OutputFormat, Record};
use crate::shell::shell;
use crate::span;

/// The subcommands of `ticketing config`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::long(
    &["ticketing config list", "ticketing config set output json", "ticketing config edit"],
    "Options and variables come before the settings of config.toml, and these before the defaults. `ticketing tui` has its own \
     settings in the same file.",
))]
pub(crate) enum ConfigCommand {
    /// List the settings with their values
    #[command(alias = "ls", after_long_help = help::long(&["ticketing config list"], ""))]
    List,
    /// Print the value of a setting
    #[command(after_long_help = help::long(&["ticketing config get output"], ""))]
    Get(Key),
    /// Set a setting; an empty value removes it
    #[command(after_long_help = help::long(
        &["ticketing config set output json", "ticketing config set pager 'less -R'", "ticketing config set output ''"],
        "",
    ))]
    Set(KeyAndValue),
    /// Open the config file in an editor
    #[command(after_long_help = help::long(
        &["ticketing config edit"],
        "VISUAL or EDITOR selects the editor.",
    ))]
    Edit,
}

/// The arguments of `ticketing config get`.
#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    /// The setting
    #[arg(value_parser = SETTINGS.iter().map(|(key, _)| *key).collect::<Vec<_>>())]
    key: String,
}

/// The arguments of `ticketing config set`.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyAndValue {
    #[command(flatten)]
    key: Key,
    /// The value
    value: String,
}

/// A line of `ticketing config list`.
#[derive(Debug, Serialize)]
struct Setting {
    key: &'static str,
    value: Option<String>,
    description: &'static str,
}

impl Record for Setting {
    const COLUMNS: &'static [Column] =
        &[Column::whole("key"), Column::whole("value"), Column::cut("description")];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![Cell::text(&self.key), Cell::opt(self.value.as_ref()), Cell::text(&self.description)]
    }
}

impl LocalCommand for ConfigCommand {
    async fn run(self, context: &Context) -> Outcome {
        if matches!(self, Self::Edit) {
            return edit(context);
        }
        let mut config = context.settings.read_config()?;
        match self {
            Self::List | Self::Edit => {
                let line = |(key, description): &(&'static str, &'static str)| Setting {
                    key,
                    value: config.get(key),
                    description,
                };
                context.printer().list(&SETTINGS.iter().map(line).collect::<Vec<_>>())
            }
            Self::Get(Key { key }) => match config.get(&key) {
                Some(value) => context.io.line(&value),
                None => Ok(()),
            },
            Self::Set(KeyAndValue { key: Key { key }, value }) => {
                if !value.is_empty() {
                    check(&config, &key, &value)?;
                }
                config.set(&key, (!value.is_empty()).then_some(value.as_str()));
                config.save()
            }
        }
    }
}

/// Checks the value of a setting.
///
/// # Errors
/// A usage error that says what is expected.
pub(crate) fn check(config: &Config, key: &str, value: &str) -> Outcome {
    let wrong = |why: String| Err(Failure::usage(format!("{key}: {why}")));
    match key {
        "server" => match Client::new(value) {
            Ok(_) => Ok(()),
            Err(error) => wrong(error.user_message()),
        },
        "profile" if config.profile(value).is_none() => Err(crate::target::unknown(value, config)),
        "output" => OutputFormat::from_str(value, true)
            .map(drop)
            .or_else(|_| wrong(format!("{value:?} is not table, tsv, json, jsonl, yaml or csv"))),
        "color" => Colour::from_str(value, true)
            .map(drop)
            .or_else(|_| wrong(format!("{value:?} is not auto, always or never"))),
        "timeout" => span::parse(value).map(drop).or_else(wrong),
        _ => Ok(()),
    }
}

/// Opens the file in the editor of the user, and reports what is wrong with it afterwards.
fn edit(context: &Context) -> Outcome {
    let path = context.settings.config_file()?;
    if !context.io.can_ask() {
        return Err(Failure::usage("an editor needs a terminal").hint(format!("edit {}", path.display())));
    }
    let default = if cfg!(windows) { "notepad" } else { "vi" };
    let editor =
        environment("VISUAL").or_else(|| environment("EDITOR")).unwrap_or_else(|| default.to_owned());
    if !path.exists() {
        Config::empty(Some(path.clone())).save()?;
    }
    let line = format!("{editor} \"$TICKETING_CONFIG_FILE\"");
    let status = shell(&line).env("TICKETING_CONFIG_FILE", &path).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(Failure::failed(format!("the editor {editor:?} ended with {status}"))),
        Err(error) => return Err(Failure::failed(format!("cannot start the editor {editor:?}: {error}"))),
    }
    let config = Config::read(Some(path))?;
    SETTINGS
        .iter()
        .filter_map(|(key, _)| Some((key, config.get(key)?)))
        .try_for_each(|(key, value)| check(&config, key, &value))
}

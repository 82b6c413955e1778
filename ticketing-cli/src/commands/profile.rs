//! `ticketing profile`: accounts on servers, each with a session of its own.

use clap::Subcommand;
use clap_complete::ArgValueCandidates;
use serde::Serialize;
use ticketing_sdk::Client;

use crate::complete;
use crate::config::Config;
use crate::context::{Context, LocalCommand};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::{Cell, Columns, Record, Tone};

/// The subcommands of `ticketing profile`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::long(
    &[
        "ticketing profile add work --server https://tickets.example.com --use",
        "ticketing login --email ada@example.com",
        "ticketing --profile work orders list",
    ],
    "A profile is bound to a server, and its session is never sent to another one. Two profiles of one server are two \
     accounts. Without a profile, --server or the setting `server` names the server.",
))]
pub(crate) enum ProfileCommand {
    /// List the profiles
    #[command(alias = "ls", after_long_help = help::examples(&["ticketing profile list"]))]
    List,
    /// Add a profile, or bind it to another server
    #[command(after_long_help = help::examples(&[
        "ticketing profile add work --server https://tickets.example.com",
        "ticketing profile add admin --server https://tickets.example.com --use",
    ]))]
    Add {
        /// The name of the profile: letters, digits, `-` and `_`
        #[arg(value_parser = name)]
        name: String,
        /// Make it the current profile
        #[arg(long = "use", help_heading = help::ACCOUNT)]
        is_used: bool,
    },
    /// Switch to a profile
    #[command(after_long_help = help::long(&["ticketing profile use work"], "`ticketing profile use none` clears the current profile."))]
    Use {
        /// The name of the profile
        #[arg(add = ArgValueCandidates::new(complete::profiles))]
        name: String,
    },
    /// Remove a profile and its session
    #[command(alias = "rm", after_long_help = help::long(
        &["ticketing profile remove work"],
        "The server accepts the session until it expires; `ticketing --profile NAME logout` ends it there.",
    ))]
    Remove {
        /// The name of the profile
        #[arg(add = ArgValueCandidates::new(complete::profiles))]
        name: String,
    },
}

/// The word for no profile.
const NONE: &str = "none";
/// The name under which the session without a profile is kept.
const DEFAULT: &str = "default";

fn name(text: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() || [NONE, DEFAULT].contains(&text) || !text.chars().all(is_name) {
        return Err("a name has letters, digits, `-` and `_`, and is not `none` or `default`".to_owned());
    }
    Ok(text.to_owned())
}

/// A line of `ticketing profile list`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProfileLine {
    name: String,
    server: String,
    /// Whether commands use it.
    current: bool,
}

impl Record for ProfileLine {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("name", |it, _| Cell::text(&it.name));
        columns.add_cut("server", |it, _| Cell::text(&it.server));
        columns.add_whole("current", |it, _| match it.current {
            true => Cell::label("true", "In use", Tone::Good),
            false => Cell::label("false", "", Tone::Past),
        });
    }
}

impl LocalCommand for ProfileCommand {
    async fn run(self, context: &Context) -> CliResult {
        match self {
            Self::List => {
                let config = Config::read(context.settings.config.clone())?;
                let used = &context.settings.profile;
                let line = |(name, server): (String, String)| {
                    let current = used.as_ref() == Some(&name);
                    ProfileLine { name, server, current }
                };
                let lines: Vec<ProfileLine> = config.profiles().into_iter().map(line).collect();
                context.printer().list(&lines)
            }
            Self::Add { name, is_used } => {
                let server = context.settings.named_server.clone().ok_or_else(|| {
                    Failure::usage("--server is missing").hint("pass --server with the address of the server")
                })?;
                let client = Client::new(&server).map_err(|error| {
                    Failure::usage(format!("--server {server}: {}", error.user_message()))
                })?;
                Config::change(context.settings.config.clone(), |config| {
                    config.set_profile(&name, client.server());
                    if is_used {
                        config.set("profile", Some(&name));
                    }
                    Ok(())
                })?;
                let login = if is_used { "login" } else { &format!("--profile {name} login") };
                let server = client.server();
                context.io.info(&format!("added profile {name} for {server}; run `ticketing {login}`"));
                Ok(())
            }
            Self::Use { name } if name == NONE => {
                Config::change(context.settings.config.clone(), |config| {
                    config.set("profile", None);
                    Ok(())
                })?;
                context.io.info("cleared the current profile");
                Ok(())
            }
            Self::Use { name } => {
                let server = Config::change(context.settings.config.clone(), |config| {
                    let server = config.profile(&name).ok_or_else(|| missing_profile(config, &name))?;
                    config.set("profile", Some(&name));
                    Ok(server)
                })?;
                context.io.info(&format!("switched to profile {name}: {server}"));
                if let Some(named) = context.settings.named_server.as_ref().filter(|named| **named != server)
                {
                    context.io.warn(&format!(
                        "--server or TICKETING_SERVER names {named}, which takes precedence over the profile"
                    ));
                }
                Ok(())
            }
            Self::Remove { name } => {
                let config = Config::read(context.settings.config.clone())?;
                let server = config.profile(&name).ok_or_else(|| missing_profile(&config, &name))?;
                let client = context.settings.client_of(&server, Some(&name))?;
                client.auth().forget().await?;
                Config::change(context.settings.config.clone(), |config| {
                    config.remove_profile(&name);
                    Ok(())
                })?;
                context.io.info(&format!("removed profile {name} and its session"));
                Ok(())
            }
        }
    }
}

/// Returns the failure of a command about a profile that does not exist.
fn missing_profile(config: &Config, name: &str) -> Failure {
    Failure { exit: Exit::NotFound, ..config.unknown_profile(name) }
}

//! The storage of data and events.

use std::path::PathBuf;

use clap::ArgAction::Set;
use clap::Args;
use clap::builder::BoolishValueParser;
use secrecy::{ExposeSecret, SecretString};
use ticketing_platform::db::{CONNECTIONS, PostgresUrl};

use super::{DATABASE_URL, Group, present};
use crate::settings::value::{parse_trimmed, secret};
use crate::settings::{SettingsError, StackSettings, nats};

/// The data folder.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct DataDirGroup {
    /// Keep the data in this folder
    ///
    /// The databases, the events and the session key, unless a server has them.
    #[arg(long, env = "TICKETING_DATA_DIR", value_name = "DIR")]
    data_dir: PathBuf,
}

impl Group for DataDirGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        settings.data_dir = self.data_dir;
    }
}

/// PostgreSQL.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct DatabaseGroup {
    /// Use this PostgreSQL database [default: files in the data folder]
    ///
    /// Like postgres://user:password@host:5432/database.
    #[arg(long, env = DATABASE_URL, value_name = "URL", value_parser = secret)]
    #[arg(hide_short_help = true)]
    database_url: Option<SecretString>,
    /// Keep at most this number of connections for each service of a process
    ///
    /// 2 or more. One more connection receives the notifications of other processes.
    #[arg(long, env = "TICKETING_DATABASE_CONNECTIONS", value_name = "NUMBER", value_parser = parse_trimmed::<usize>)]
    #[arg(default_value_t = CONNECTIONS, hide_short_help = true)]
    database_connections: usize,
}

impl Group for DatabaseGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        if self.database_connections < 2 {
            let given = self.database_connections.to_string();
            errors.add("TICKETING_DATABASE_CONNECTIONS", Some(given), "at least 2");
        }
        let Some(text) = present(self.database_url) else { return };
        match text.expose_secret().parse::<PostgresUrl>() {
            Ok(url) => settings.database = Some(url.with_connections(self.database_connections)),
            Err(error) => {
                let expected = format!("a URL like postgres://user:password@host:5432/database; {error}");
                errors.add(DATABASE_URL, None, expected);
            }
        }
    }
}

/// Migrations at start.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct MigrationGroup {
    /// Migrate the tables at start
    ///
    /// If false, `ticketing-server migrate` must have run.
    #[arg(long, env = "TICKETING_DATABASE_MIGRATE", value_name = "true|false", action = Set)]
    #[arg(default_value_t = true, value_parser = BoolishValueParser::new(), hide_short_help = true)]
    database_migrate: bool,
}

impl Group for MigrationGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        if !self.database_migrate {
            settings.database = settings.database.take().map(PostgresUrl::without_migrations);
        }
    }
}

/// NATS.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Events")]
pub struct NatsGroup {
    /// Use these NATS servers for the events [default: a file in the data folder]
    ///
    /// Comma-separated. Version 2.14 or newer.
    #[arg(long, env = nats::URL, value_name = "URL", value_parser = secret)]
    #[arg(hide_short_help = true)]
    nats_url: Option<SecretString>,
    /// Sign in to NATS with this file [default: none]
    ///
    /// One line `user:password`, or credentials as NATS writes them.
    #[arg(long, env = nats::CREDS, value_name = "FILE", hide_short_help = true)]
    nats_creds: Option<PathBuf>,
}

impl Group for NatsGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        settings.nats = nats::options(present(self.nats_url), self.nats_creds.as_deref(), errors);
    }
}

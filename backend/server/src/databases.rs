//! Where the services keep what they know: a file each in the data directory, or a schema each on a PostgreSQL server.

use ticketing_bus::Core;
use ticketing_platform::db::{Database, Migrations, OpenError, PostgresUrl};

use crate::data_dir::DataDir;
use crate::{StackSettings, StartError};

/// Where the database of each service is.
#[derive(Clone, Debug)]
pub(crate) struct Databases {
    server: Option<PostgresUrl>,
}

impl Databases {
    /// Sees to it that every service can be opened, before anything else is done.
    pub(crate) async fn prepare(settings: &StackSettings) -> Result<Self, StartError> {
        let Some(url) = settings.database.clone() else { return Ok(Self { server: None }) };
        let server = url.clone().migrated_elsewhere();
        // Another process may be at it, and then this one waits.
        let prepared = tokio::task::spawn_blocking(move || prepare(&url)).await;
        prepared.map_err(|error| StartError::Database(unusable(&error)))?.map_err(|error| match error {
            OpenError::NotMigrated { .. } => StartError::NotMigrated(error),
            error => StartError::Database(error),
        })?;
        Ok(Self { server: Some(server) })
    }

    /// The database of a service.
    pub(crate) fn of(&self, service: &'static str, data_dir: &DataDir) -> Result<Database, StartError> {
        match &self.server {
            None => Ok(data_dir.database(service).into()),
            Some(url) => schema(url, service).map_err(StartError::Database),
        }
    }
}

/// Brings the tables of every service up to date and does nothing else. Any number of processes may do that at once.
///
/// # Errors
/// When the server cannot be reached or used, or a migration fails.
pub fn migrate(url: &PostgresUrl) -> Result<(), OpenError> {
    for (service, tables) in services() {
        Core::migrate(schema(url, service)?, &tables)?;
    }
    Ok(())
}

fn prepare(url: &PostgresUrl) -> Result<(), OpenError> {
    if url.is_migrated_here() {
        return migrate(url);
    }
    for (service, tables) in services() {
        Core::check(schema(url, service)?, &tables)?;
    }
    Ok(())
}

/// The schema of a service bears its name.
pub(crate) fn schema(url: &PostgresUrl, service: &str) -> Result<Database, OpenError> {
    url.schema(service).map(Database::from).map_err(|error| unusable(&error))
}

fn unusable(error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Unusable { database: "of a service".to_owned(), reason: error.to_string() }
}

/// The services and their tables.
fn services() -> [(&'static str, Vec<Migrations>); 5] {
    [
        ("auth", ticketing_auth::tables().to_vec()),
        ("tickets", ticketing_tickets::tables().to_vec()),
        ("orders", ticketing_orders::tables().to_vec()),
        ("payments", ticketing_payments::tables().to_vec()),
        ("expiration", ticketing_expiration::tables().to_vec()),
    ]
}

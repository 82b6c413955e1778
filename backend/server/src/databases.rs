//! The databases of the services: a file each in the data folder, or a schema each on a PostgreSQL server.

use std::path::{Path, PathBuf};
use std::{fs, io};

use ticketing_bus::ServiceCore;
use ticketing_payments::SimulatedProvider;
use ticketing_platform::db::{Database, Db, OpenError, PostgresUrl};

use crate::data_dir::database;
use crate::{Service, StackSettings, StartError};

/// The ledger of the simulated card provider. Only the provider uses it.
pub(crate) const PROVIDER: &str = "provider";

/// The log of events.
pub(crate) const BUS: &str = "bus";

/// The location of the databases.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
pub(crate) enum DatabaseLocation {
    /// Files in this folder.
    Files(PathBuf),
    /// Schemas on this server, whose tables are migrated.
    Schemas(PostgresUrl),
}

impl DatabaseLocation {
    /// Migrates the schemas of these services, or checks that they are migrated.
    pub(crate) async fn prepare(url: &PostgresUrl, services: &[Service]) -> Result<Self, StartError> {
        let (server, services) = (url.clone(), services.to_vec());
        // May wait for the migration of another process.
        let prepared =
            tokio::task::spawn_blocking(move || prepare(&server, &services, server.is_migrated_here())).await;
        prepared.map_err(|error| StartError::Database(unusable(&error)))?.map_err(|error| match error {
            OpenError::NotMigrated { .. } => StartError::NotMigrated(error),
            error => StartError::Database(error),
        })?;
        Ok(Self::Schemas(url.clone().without_migrations()))
    }

    /// Returns the database of a service.
    pub(crate) fn for_service(&self, service: Service) -> Result<Database, StartError> {
        self.named_database(service.name())
    }

    /// Returns the database of the provider's ledger.
    pub(crate) fn provider(&self) -> Result<Database, StartError> {
        self.named_database(PROVIDER)
    }

    fn named_database(&self, name: &str) -> Result<Database, StartError> {
        match self {
            Self::Files(folder) => Ok(database(folder, name).into()),
            Self::Schemas(url) => schema(url, name).map_err(StartError::Database),
        }
    }
}

/// Migrates the tables of every service. Any number of processes may do that at once.
///
/// # Errors
/// If the server cannot be reached or used, or a migration fails.
pub fn migrate(url: &PostgresUrl) -> Result<(), OpenError> {
    prepare(url, &Service::STATEFUL, true)
}

/// Migrates the schemas of these services, or checks that they are migrated.
fn prepare(url: &PostgresUrl, services: &[Service], migrates: bool) -> Result<(), OpenError> {
    for service in services {
        let (schema, tables) = (schema(url, service.name())?, service.tables());
        if migrates { ServiceCore::migrate(schema, &tables) } else { ServiceCore::check(schema, &tables) }?;
    }
    if services.contains(&Service::Payments) {
        let (schema, tables) = (schema(url, PROVIDER)?, [SimulatedProvider::TABLES]);
        if migrates { Db::migrate(schema, &tables) } else { Db::check(schema, &tables) }?;
    }
    Ok(())
}

/// Returns the schema of a service, which has its name.
pub(crate) fn schema(url: &PostgresUrl, service: &str) -> Result<Database, OpenError> {
    url.schema(service).map(Database::from).map_err(|error| unusable(&error))
}

/// Returns the names of the databases that are files in the data folder.
pub(crate) fn database_files(settings: &StackSettings) -> Vec<&'static str> {
    let services = settings.database.is_none().then_some(Service::STATEFUL.map(Service::name));
    let provider = (settings.database.is_none() && settings.stripe.is_none()).then_some(PROVIDER);
    let bus = settings.nats.is_none().then_some(BUS);
    services.into_iter().flatten().chain(provider).chain(bus).collect()
}

/// Returns whether a folder has the file of a database.
///
/// # Errors
/// If that cannot be determined, such as without the permission to search the folder.
pub(crate) fn is_file(folder: &Path, name: &str) -> io::Result<bool> {
    match fs::metadata(database(folder, name)) {
        Ok(found) => Ok(found.is_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn unusable(error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Unusable { database: "of a service".to_owned(), reason: error.to_string() }
}

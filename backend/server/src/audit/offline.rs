//! The audit of a data directory that no server uses.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ticketing_bus::{Bus, EmbeddedOptions};
use ticketing_payments::SimulatedProvider;
use ticketing_payments::provider::Books;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Db, DbOptions, OpenError, PostgresUrl};

use super::read::{Sources, add_bus};
use super::{AuditError, Report, check};
use crate::StartError;
use crate::data_dir::{DataDir, database};
use crate::databases::schema;

/// Why a data directory could not be audited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// No marketplace was ever kept there.
    #[error("no marketplace is kept in {}", path.display())]
    NoMarketplace {
        /// The folder.
        path: PathBuf,
    },
    /// Its cards are not simulated, so its money is in a book elsewhere.
    #[error("the money of the marketplace in {} is in the book of a card provider, which was not asked", path.display())]
    BooksElsewhere {
        /// The folder.
        path: PathBuf,
    },
    /// A server uses it, or it cannot be used.
    #[error(transparent)]
    DataDir(#[from] StartError),
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It could not be read.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// Checks every invariant that can be read from a data directory, which no server may use meanwhile. What a server
/// has left to do counts as broken: settle it by running one.
///
/// # Errors
/// When there is no marketplace, a server uses it, or it cannot be read.
pub async fn audit_data_dir(path: &Path) -> Result<Report, OfflineError> {
    must_exist(path)?;
    let _alone = DataDir::lock(path)?;
    audit(path, in_files(path), simulated(path)?).await
}

/// The same beside a server that may use it. It is exact once the server has nothing left to do; until then what is
/// under way counts as broken.
///
/// # Errors
/// When there is no marketplace, or it cannot be read.
pub async fn audit_beside_server(path: &Path) -> Result<Report, OfflineError> {
    must_exist(path)?;
    audit(path, in_files(path), simulated(path)?).await
}

/// The same against the book of a card provider that is not simulated, with the services' tables in the schemas of a
/// PostgreSQL database where there is one.
///
/// # Errors
/// When there is no marketplace, or it or the book cannot be read.
pub async fn audit_with_books(
    path: &Path,
    url: Option<&PostgresUrl>,
    books: Arc<dyn Books>,
) -> Result<Report, OfflineError> {
    let Some(url) = url else {
        must_exist(path)?;
        return audit(path, in_files(path), books).await;
    };
    files_must_exist(path, &["bus"])?;
    let url = url.clone().migrated_elsewhere();
    audit(path, |service| schema(&url, service), books).await
}

/// The same where the services keep what they know in the schemas of a PostgreSQL database, and only the event log and
/// the provider's book are in the folder.
///
/// # Errors
/// When there is no marketplace, or it cannot be read.
pub async fn audit_beside_server_on(path: &Path, url: &PostgresUrl) -> Result<Report, OfflineError> {
    files_must_exist(path, &["bus"])?;
    // It looks; whoever serves sees to the tables.
    let url = url.clone().migrated_elsewhere();
    audit(path, |service| schema(&url, service), simulated(path)?).await
}

/// Nothing is made by looking: an audit of the wrong folder must not leave a marketplace behind.
fn must_exist(path: &Path) -> Result<(), OfflineError> {
    files_must_exist(path, &["auth", "tickets", "orders", "payments", "expiration", "bus"])
}

fn files_must_exist(path: &Path, parts: &[&str]) -> Result<(), OfflineError> {
    if parts.iter().all(|part| database(path, part).is_file()) {
        return Ok(());
    }
    Err(OfflineError::NoMarketplace { path: path.to_owned() })
}

fn in_files(path: &Path) -> impl Fn(&str) -> Result<Database, OpenError> {
    |service| Ok(database(path, service).into())
}

/// The simulated provider's book. None is made by looking.
fn simulated(path: &Path) -> Result<Arc<dyn Books>, OfflineError> {
    let file = database(path, "provider");
    if !file.is_file() {
        return Err(OfflineError::BooksElsewhere { path: path.to_owned() });
    }
    Ok(Arc::new(SimulatedProvider::open(&file, Clock::system())?))
}

async fn audit(
    path: &Path,
    of: impl Fn(&str) -> Result<Database, OpenError>,
    books: Arc<dyn Books>,
) -> Result<Report, OfflineError> {
    let open = |service: &str| Db::open(of(service)?, DbOptions { readers: 1, ..DbOptions::default() }, &[]);
    let clock = Clock::system();
    let sources = Sources {
        auth: Some(open("auth")?),
        tickets: open("tickets")?,
        orders: open("orders")?,
        payments: open("payments")?,
        expiration: open("expiration")?,
        books,
    };
    let bus = Bus::embedded(&database(path, "bus"), EmbeddedOptions::default())?;
    let mut facts = sources.facts(clock.now()).await?;
    add_bus(&mut facts, &bus).await?;
    Ok(check(&facts))
}

//! The audit of a data directory that no server uses.

use std::path::{Path, PathBuf};

use ticketing_bus::{Bus, EmbeddedOptions};
use ticketing_payments::SimulatedProvider;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbOptions, OpenError};

use super::read::{Sources, add_bus};
use super::{AuditError, Report, check};
use crate::StartError;
use crate::data_dir::{DataDir, database};

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
    must_exist(path, Some("bus"))?;
    let _alone = DataDir::lock(path)?;
    audit(path, None).await
}

/// The same for a marketplace whose events another bus carries.
///
/// # Errors
/// When there is no marketplace, a server uses it, or it or the bus cannot be read.
pub async fn audit_data_dir_over(path: &Path, bus: &Bus) -> Result<Report, OfflineError> {
    must_exist(path, None)?;
    let _alone = DataDir::lock(path)?;
    audit(path, Some(bus)).await
}

/// The same beside a server that may use it. It is exact once the server has nothing left to do; until then what is
/// under way counts as broken.
///
/// # Errors
/// When there is no marketplace, or it cannot be read.
pub async fn audit_beside_server(path: &Path) -> Result<Report, OfflineError> {
    must_exist(path, Some("bus"))?;
    audit(path, None).await
}

/// The same for a marketplace whose events another bus carries.
///
/// # Errors
/// When there is no marketplace, or it or the bus cannot be read.
pub async fn audit_beside_server_over(path: &Path, bus: &Bus) -> Result<Report, OfflineError> {
    must_exist(path, None)?;
    audit(path, Some(bus)).await
}

/// Nothing is made by looking: an audit of the wrong folder must not leave a marketplace behind.
fn must_exist(path: &Path, bus: Option<&str>) -> Result<(), OfflineError> {
    let parts = ["auth", "tickets", "orders", "payments", "expiration", "provider"];
    if parts.into_iter().chain(bus).all(|part| database(path, part).is_file()) {
        return Ok(());
    }
    Err(OfflineError::NoMarketplace { path: path.to_owned() })
}

async fn audit(path: &Path, bus: Option<&Bus>) -> Result<Report, OfflineError> {
    let open = |service: &str| {
        Db::open(&database(path, service), DbOptions { readers: 1, ..DbOptions::default() }, &[])
    };
    let clock = Clock::system();
    let sources = Sources {
        auth: Some(open("auth")?),
        tickets: open("tickets")?,
        orders: open("orders")?,
        payments: open("payments")?,
        expiration: open("expiration")?,
        provider: SimulatedProvider::open(&database(path, "provider"), clock.clone())?,
    };
    let bus = match bus {
        Some(bus) => bus.clone(),
        None => Bus::embedded(&database(path, "bus"), EmbeddedOptions::default())?,
    };
    let mut facts = sources.facts(clock.now()).await?;
    add_bus(&mut facts, &bus).await?;
    Ok(check(&facts))
}

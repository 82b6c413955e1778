//! The errors of the audit of a data directory.

use std::io;
use std::path::PathBuf;

use ticketing_platform::db::OpenError;

use super::AuditError;
use crate::StartError;

/// An error of the audit of a data directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditTargetError {
    /// The folder has no marketplace.
    #[error("{} has no marketplace", .0.display())]
    NoMarketplace(PathBuf),
    /// The folder cannot be read, so it is unknown whether it has a marketplace.
    #[error("{} cannot be read: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A database is missing.
    #[error("{} is missing: the marketplace is incomplete and was not audited", .0.display())]
    Missing(PathBuf),
    /// The ledger is at Stripe, and there is no key to read it.
    #[error("Stripe charged its cards: TICKETING_STRIPE_KEY is required to read the ledger")]
    LedgerElsewhere,
    /// A server uses the data directory, or it cannot be opened.
    #[error(transparent)]
    DataDir(#[from] StartError),
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file with a write-ahead log could not be copied to be read.
    #[error("{} could not be copied to a temporary folder: {source}", path.display())]
    Copy {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A source could not be read.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

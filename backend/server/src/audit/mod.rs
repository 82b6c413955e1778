//! The audit: reads the databases, the bus and the provider's ledger and reports every broken invariant by number.
//!
//! It is exact once the marketplace is quiet: while requests are under way, copies lag behind their sources.

mod checks;
mod facts;
mod offline;
mod read;
mod report;
mod watch;

use ticketing_platform::db::DbError;

pub use facts::{Charge, Facts, OrderCopy, OrderFact, PaymentFact, Said, TicketCopy, TicketFact};
pub use offline::{Offline, OfflineError};
pub use read::Sources;
pub use report::{Check, Report};
pub use ticketing_payments::provider::Ledger;
pub use watch::Watch;

/// Why the audit could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// A database could not be read.
    #[error("the audit could not read a database: {0}")]
    Db(#[from] DbError),
    /// The event log could not be read.
    #[error("the audit could not read the event log: {0}")]
    Bus(#[from] ticketing_bus::BusError),
}

/// Checks facts that were gathered by other means.
#[must_use]
pub fn check(facts: &Facts) -> Report {
    checks::check(facts)
}

//! The audit: reads the databases, the bus and the provider's ledger and reports every broken invariant by number.
//!
//! It is exact once the marketplace is quiet: while requests are under way, copies lag behind their sources. Beside a
//! running server a violation counts once several looks have found it in the same state. What unfinished work explains is
//! pending, and no violation.
//!
//! What is owed is derived from the facts of the other services, never from the row that may be wrong: that a ticket is
//! sold from the order that is complete, that money may be kept from the ticket that is sold.

mod checks;
mod facts;
mod files;
mod offline;
mod pending;
mod read;
mod report;
mod unfinished;
mod watch;

use ticketing_platform::db::DbError;

pub use facts::{
    Charge, Facts, OpenCount, OrderCopy, OrderFact, OutboxEvent, PaymentFact, TicketCopy, TicketFact,
    Unconsumed,
};
pub use offline::{Offline, OfflineError};
pub use read::Sources;
pub use report::{Check, Report, Violation};
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
    /// The provider's book could not be read.
    #[error("the audit could not read the provider's book: {0}")]
    LedgerSource(#[from] ticketing_payments::provider::ProviderError),
}

/// Checks facts that were gathered by other means.
#[must_use]
pub fn check(facts: &Facts) -> Report {
    checks::check(facts)
}

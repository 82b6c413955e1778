//! The audit: reads the databases, the bus and the provider's ledger and reports every broken invariant by number.
//!
//! It is exact once the marketplace is quiet: while requests are under way, copies lag behind their sources.

mod checks;
mod facts;
mod report;

use ticketing_platform::db::DbError;

use crate::stack::Parts;

pub use facts::{Charge, Facts, OrderCopy, OrderFact, PaymentFact, Said, TicketCopy, TicketFact};
pub use report::{Check, Report};

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

/// Checks everything.
pub(crate) async fn audit(parts: &Parts) -> Result<Report, AuditError> {
    Ok(checks::check(&facts::read(parts).await?))
}

/// Checks facts that were gathered by other means.
#[must_use]
pub fn check(facts: &Facts) -> Report {
    checks::check(facts)
}

/// Whether nothing waits: no event to be published or heard, no step that is owed to the provider.
pub(crate) async fn is_settled(parts: &Parts) -> Result<bool, AuditError> {
    // The bus is asked before and after: an effect may have had something to say in between.
    for _ in 0..2 {
        for (_, core) in parts.cores() {
            if facts::unpublished(&core.db).await? > 0 {
                return Ok(false);
            }
        }
        if parts.bus.backlog().await? > 0 || facts::steps_owed(&parts.payments.core().db).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

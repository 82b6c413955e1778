//! The audit: reads the databases, the bus and the provider's ledger and reports every broken invariant by number.
//!
//! It is exact once the marketplace is quiet: while requests are under way, copies lag behind their sources.

mod checks;
mod facts;
mod offline;
mod read;
mod report;

use ticketing_platform::db::DbError;

use crate::stack::Parts;

pub use facts::{Charge, Facts, OrderCopy, OrderFact, PaymentFact, Said, TicketCopy, TicketFact};
pub use offline::{
    OfflineError, audit_beside_server, audit_beside_server_on, audit_data_dir, audit_with_books,
};
pub use read::Sources;
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
    /// The provider's book could not be read.
    #[error("the audit could not read the provider's book: {0}")]
    Books(#[from] ticketing_payments::provider::ProviderError),
}

/// Checks everything.
pub(crate) async fn audit(parts: &Parts) -> Result<Report, AuditError> {
    let sources = Sources {
        auth: Some(parts.auth.core().db.clone()),
        tickets: parts.tickets.core().db.clone(),
        orders: parts.orders.core().db.clone(),
        payments: parts.payments.core().db.clone(),
        expiration: parts.expiration.core().db.clone(),
        books: parts.provider.books(),
    };
    let mut facts = sources.facts(parts.clock.now()).await?;
    read::add_bus(&mut facts, &parts.bus).await?;
    facts.backlog = parts.bus.backlog().await?;
    Ok(check(&facts))
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
            if read::unpublished(&core.db).await? > 0 {
                return Ok(false);
            }
        }
        if parts.bus.backlog().await? > 0 || read::steps_owed(&parts.payments.core().db).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

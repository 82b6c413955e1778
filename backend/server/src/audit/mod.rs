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
pub use offline::{Offline, OfflineError};
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
}

/// Checks everything.
pub(crate) async fn audit(parts: &Parts) -> Result<Report, AuditError> {
    let sources = Sources {
        auth: Some(parts.auth.core().db.clone()),
        tickets: parts.tickets.core().db.clone(),
        orders: parts.orders.core().db.clone(),
        payments: parts.payments.core().db.clone(),
        expiration: parts.expiration.core().db.clone(),
        provider: parts.provider.clone(),
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

/// Whether nothing waits: no event to be published or heard, no step that is owed to the provider, no deadline that has
/// passed.
pub(crate) async fn is_settled(parts: &Parts) -> Result<bool, AuditError> {
    // The places are looked at one after another. What moves meanwhile might be missed in each of them, but leaves a
    // trace behind.
    let before = said_and_heard(parts).await?;
    for (_, core) in parts.cores() {
        if read::unpublished(&core.db).await? > 0 {
            return Ok(false);
        }
    }
    let owed = read::steps_owed(&parts.payments.core().db).await?;
    let due = read::deadlines_due(&parts.expiration.core().db, parts.clock.now()).await?;
    if owed > 0 || due > 0 || parts.bus.backlog().await? > 0 {
        return Ok(false);
    }
    Ok(said_and_heard(parts).await? == before)
}

/// How many events each service has said and heard.
async fn said_and_heard(parts: &Parts) -> Result<Vec<i64>, AuditError> {
    let mut counts = Vec::new();
    for (_, core) in parts.cores() {
        counts.push(read::said_and_heard(&core.db).await?);
    }
    Ok(counts)
}

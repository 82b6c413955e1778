//! The audit: reads the databases, the bus and the provider's ledger and reports every broken invariant by number.
//!
//! The result is exact once the marketplace is settled: before that, copies lag behind their sources. Beside a running
//! server a violation counts once several audits have found it in the same state. What unfinished work explains is
//! pending, and not a violation.
//!
//! Each service's `audit` module reads the tables of that service. This module combines them and judges. Obligations
//! are derived from the facts of the other services, never from the row that may be wrong: that a ticket is sold
//! follows from the complete order, that money may be kept follows from the sold ticket.

mod auditor;
mod checks;
mod facts;
mod files;
mod read;
mod report;
mod target;
mod target_error;
mod unfinished;

use ticketing_platform::db::DbError;

pub use auditor::Auditor;
pub use checks::check;
pub use facts::{Facts, OrderCopy, OutboxEvent, UnconsumedEvent};
pub use read::Sources;
pub use report::{Check, Report, Violation};
pub use target::AuditTarget;
pub use target_error::AuditTargetError;
pub use ticketing_auth::audit::RevokedSessionRow;
pub use ticketing_orders::audit::{OpenOrdersRow, OrderRow, TicketCopyRow};
pub use ticketing_payments::audit::PaymentRow;
pub use ticketing_payments::provider::Ledger;
pub use ticketing_tickets::audit::{PassEventRow, PassRow, TicketRow};

/// An error of the audit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// A database could not be read.
    #[error("the audit could not read a database: {0}")]
    Db(#[from] DbError),
    /// The event log could not be read.
    #[error("the audit could not read the event log: {0}")]
    Bus(#[from] ticketing_bus::BusError),
    /// The ledger of the card provider could not be read.
    #[error("the audit could not read the ledger of the card provider: {0}")]
    LedgerSource(#[from] ticketing_payments::provider::ProviderError),
}

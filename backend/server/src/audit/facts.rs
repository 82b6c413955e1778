//! The facts that the invariants are checked against.

use ticketing_auth::audit::RevokedSessionRow;
pub use ticketing_bus::audit::{OrderCopy, OutboxEvent};
use ticketing_orders::audit::{OpenOrdersRow, OrderRow, TicketCopyRow};
use ticketing_payments::audit::PaymentRow;
use ticketing_payments::provider::LedgerCharge;
use ticketing_sdk::Timestamp;
use ticketing_tickets::audit::{PassEventRow, PassRow, TicketRow};

use super::report::Violation;

/// An event that a consuming service has not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnconsumedEvent {
    /// The consuming service.
    pub consumer: &'static str,
    /// The id of the event.
    pub event_id: String,
    /// The name of the event.
    pub name: String,
    /// The id of the aggregate that changed.
    pub aggregate: String,
    /// Whether the event may still arrive: it is not marked as published, or the bus has a backlog.
    pub is_pending: bool,
}

/// All facts of a marketplace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time of the audit.
    pub now: Timestamp,
    /// The latest time by whose retention a service has deleted rows.
    pub pruned_at: Option<Timestamp>,
    /// The tickets.
    pub tickets: Vec<TicketRow>,
    /// The passes.
    pub passes: Vec<PassRow>,
    /// The events of the passes, as far as the outbox retains them.
    pub pass_events: Vec<PassEventRow>,
    /// The copies of the tickets in orders.
    pub ticket_copies: Vec<TicketCopyRow>,
    /// The orders.
    pub orders: Vec<OrderRow>,
    /// Their copies in tickets, payments and expiration.
    pub order_copies: Vec<OrderCopy>,
    /// The payments.
    pub payments: Vec<PaymentRow>,
    /// The stored numbers of unpaid orders, where orders stores them: on PostgreSQL.
    pub open_orders: Option<Vec<OpenOrdersRow>>,
    /// The sessions that auth has revoked.
    pub revoked_sessions: Vec<RevokedSessionRow>,
    /// The outboxes of all services.
    pub outbox_events: Vec<OutboxEvent>,
    /// The charges of the card provider, in cents.
    pub charges: Vec<LedgerCharge>,
    /// The dead letters: consumer, event and cause.
    pub dead_letters: Vec<Violation>,
    /// The events that a consuming service has not applied.
    pub unconsumed: Vec<UnconsumedEvent>,
    /// The number of events that wait in the log of the bus.
    pub backlog: u64,
    /// The orders whose deadline has passed and whose timer has not fired.
    pub due_timers: Vec<String>,
    /// The resales whose event has started and that are not withdrawn yet.
    pub due_resales: Vec<String>,
}

impl Facts {
    /// Creates the facts of an empty marketplace.
    pub fn empty(now: Timestamp) -> Self {
        Self {
            now,
            pruned_at: None,
            tickets: Vec::new(),
            passes: Vec::new(),
            pass_events: Vec::new(),
            ticket_copies: Vec::new(),
            orders: Vec::new(),
            order_copies: Vec::new(),
            payments: Vec::new(),
            open_orders: None,
            revoked_sessions: Vec::new(),
            outbox_events: Vec::new(),
            charges: Vec::new(),
            dead_letters: Vec::new(),
            unconsumed: Vec::new(),
            backlog: 0,
            due_timers: Vec::new(),
            due_resales: Vec::new(),
        }
    }
}

//! What the audit looks at.

use serde_json::Value;
use ticketing_sdk::{OrderStatus, Timestamp};

use super::report::Violation;

/// A ticket, as tickets has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketFact {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Cents.
    pub price: i64,
    /// `available`, `reserved`, `sold` or `deleted`.
    pub status: String,
    /// The order that holds it.
    pub order_id: Option<String>,
    /// Whether its seller has withdrawn it, also while an order holds it.
    pub withdrawn: bool,
    /// The title that its seller asks buyers to see. It differs from the title shown while an order holds the ticket.
    pub listed_title: String,
    /// The price that its seller asks, in cents.
    pub listed_price: i64,
    /// What it says about its event, in JSON.
    pub details: Value,
    /// What its seller says about its event, in JSON.
    pub listed_details: Value,
    /// Its version.
    pub version: i64,
}

/// A ticket, as orders has copied it: what its seller asks, and which order holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCopy {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Cents.
    pub price: i64,
    /// What its seller says about its event, in JSON.
    pub details: Value,
    /// The order that holds it.
    pub order_id: Option<String>,
    /// Whether it was withdrawn.
    pub deleted: bool,
    /// Its version.
    pub version: i64,
}

/// An order, as orders has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFact {
    /// Its identifier.
    pub id: String,
    /// Who ordered.
    pub user_id: String,
    /// What was ordered.
    pub ticket_id: String,
    /// Under which title.
    pub title: String,
    /// With which details, in JSON, where that is known.
    pub details: Option<Value>,
    /// Why it was cancelled, if it was and that is known.
    pub cancel_reason: Option<String>,
    /// Cents.
    pub price: i64,
    /// Its state.
    pub status: OrderStatus,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// Its version.
    pub version: i64,
}

/// An order, as another service has copied it. Each service copies what it needs of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCopy {
    /// The service.
    pub holder: &'static str,
    /// Its identifier.
    pub id: String,
    /// Its state.
    pub status: OrderStatus,
    /// Its version.
    pub version: i64,
    /// Who ordered, where that is copied.
    pub user_id: Option<String>,
    /// What was ordered, where that is copied.
    pub ticket_id: Option<String>,
    /// Cents, where they are copied.
    pub price: Option<i64>,
    /// When the order runs out, where that is copied.
    pub expires_at: Option<Timestamp>,
}

/// How many unpaid orders a user has, as orders keeps count of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCount {
    /// The user.
    pub user_id: String,
    /// The count.
    pub orders: i64,
}

/// A payment, as payments has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFact {
    /// Its identifier.
    pub id: String,
    /// What it pays for.
    pub order_id: String,
    /// Cents.
    pub amount: i64,
    /// Its state.
    pub status: String,
    /// What is owed to the provider.
    pub next_step: Option<String>,
    /// Whether it waits for the owner of the card, who has to confirm it (3-D Secure).
    pub needs_owner: bool,
}

/// An event in the outbox of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEvent {
    /// The service.
    pub service: &'static str,
    /// The event's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it happened to.
    pub aggregate: String,
    /// The version that it made.
    pub version: i64,
    /// Whether the relay has published it and marked it.
    pub is_published: bool,
    /// Its place in the log of the bus, once it is there.
    pub place: Option<i64>,
}

/// An event that has not taken effect at a service that consumes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconsumed {
    /// The service.
    pub consumer: &'static str,
    /// The event's identifier.
    pub event_id: String,
    /// Its name.
    pub name: String,
    /// What it happened to.
    pub aggregate: String,
    /// Whether it is still on its way: not marked as published, or possibly in the backlog of the bus.
    pub is_pending: bool,
}

/// A charge in the provider's ledger. Cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What it pays for.
    pub order_id: String,
    /// What was taken.
    pub captured: i64,
    /// What was given back.
    pub refunded: i64,
    /// How often money was taken.
    pub captures: i64,
    /// Whether money is held, neither taken nor given up.
    pub held: bool,
}

/// Everything the audit looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time of the audit.
    pub now: Timestamp,
    /// The tickets.
    pub tickets: Vec<TicketFact>,
    /// Their copies in orders.
    pub ticket_copies: Vec<TicketCopy>,
    /// The orders.
    pub orders: Vec<OrderFact>,
    /// Their copies in tickets, payments and expiration.
    pub order_copies: Vec<OrderCopy>,
    /// The payments.
    pub payments: Vec<PaymentFact>,
    /// How many unpaid orders each user has, where orders keeps count of them: where several processes write at once.
    pub open_counts: Option<Vec<OpenCount>>,
    /// The outboxes of all services.
    pub outbox_events: Vec<OutboxEvent>,
    /// What the provider has in its book.
    pub charges: Vec<Charge>,
    /// Events that no consumer could handle: consumer, event and cause.
    pub dead_letters: Vec<Violation>,
    /// Events that have not taken effect at a service that consumes them.
    pub unconsumed: Vec<Unconsumed>,
    /// Events that wait in the log of the bus.
    pub backlog: u64,
    /// The orders whose deadline has passed and of which expiration has not told yet.
    pub due_deadlines: Vec<String>,
}

impl Facts {
    /// Those of an empty marketplace.
    #[must_use]
    pub fn none(now: Timestamp) -> Self {
        Self {
            now,
            tickets: Vec::new(),
            ticket_copies: Vec::new(),
            orders: Vec::new(),
            order_copies: Vec::new(),
            payments: Vec::new(),
            open_counts: None,
            outbox_events: Vec::new(),
            charges: Vec::new(),
            dead_letters: Vec::new(),
            unconsumed: Vec::new(),
            backlog: 0,
            due_deadlines: Vec::new(),
        }
    }
}

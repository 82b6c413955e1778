//! What the audit looks at, read from where each service keeps it.

use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Row, Tx};
use ticketing_sdk::{OrderStatus, Timestamp};

use super::AuditError;
use crate::stack::Parts;

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
    /// Its version.
    pub version: i64,
}

/// A ticket, as orders has copied it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCopy {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Cents.
    pub price: i64,
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
    /// Cents.
    pub price: i64,
    /// Its state.
    pub status: OrderStatus,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// Its version.
    pub version: i64,
}

/// An order, as another service has copied it.
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
}

/// A payment, as payments has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFact {
    /// Its identifier.
    pub id: String,
    /// What it pays for.
    pub order_id: String,
    /// Its state.
    pub status: String,
    /// What is owed to the provider.
    pub next_step: Option<String>,
}

/// An event that a service has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
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
    /// Its place in the log of the bus, once it is there.
    pub place: Option<i64>,
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
    /// What every service has said.
    pub said: Vec<Said>,
    /// What the provider has in its book.
    pub charges: Vec<Charge>,
    /// Events that no consumer could handle: consumer, event and cause.
    pub dead_letters: Vec<String>,
    /// Events that wait to be heard.
    pub backlog: u64,
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
            said: Vec::new(),
            charges: Vec::new(),
            dead_letters: Vec::new(),
            backlog: 0,
        }
    }
}

/// Gathers the facts.
pub(super) async fn read(parts: &Parts) -> Result<Facts, AuditError> {
    let (tickets_db, orders_db) = (&parts.tickets.core().db, &parts.orders.core().db);
    let (payments_db, expiration_db) = (&parts.payments.core().db, &parts.expiration.core().db);
    let mut facts = Facts::none(parts.clock.now());
    facts.tickets =
        rows(tickets_db, "SELECT id, title, price, status, order_id, version FROM tickets", |row| {
            Ok(TicketFact {
                id: row.text("id")?,
                title: row.text("title")?,
                price: row.int("price")?,
                status: row.text("status")?,
                order_id: row.opt_text("order_id")?,
                version: row.int("version")?,
            })
        })
        .await?;
    facts.ticket_copies =
        rows(orders_db, "SELECT id, title, price, order_id, deleted, version FROM tickets", |row| {
            Ok(TicketCopy {
                id: row.text("id")?,
                title: row.text("title")?,
                price: row.int("price")?,
                order_id: row.opt_text("order_id")?,
                deleted: row.flag("deleted")?,
                version: row.int("version")?,
            })
        })
        .await?;
    facts.orders = rows(
        orders_db,
        "SELECT id, user_id, ticket_id, ticket_price, status, expires_at, version FROM orders",
        |row| {
            Ok(OrderFact {
                id: row.text("id")?,
                user_id: row.text("user_id")?,
                ticket_id: row.text("ticket_id")?,
                price: row.int("ticket_price")?,
                status: row.parse("status")?,
                expires_at: row.time("expires_at")?,
                version: row.int("version")?,
            })
        },
    )
    .await?;
    for (holder, db, sql) in [
        ("tickets", tickets_db, "SELECT order_id AS id, status, version FROM reservations"),
        ("payments", payments_db, "SELECT id, status, version FROM orders"),
        ("expiration", expiration_db, "SELECT order_id AS id, status, version FROM timers"),
    ] {
        facts.order_copies.extend(rows(db, sql, move |row| order_copy(holder, row)).await?);
    }
    facts.payments = rows(payments_db, "SELECT id, order_id, status, next_step FROM payments", |row| {
        Ok(PaymentFact {
            id: row.text("id")?,
            order_id: row.text("order_id")?,
            status: row.text("status")?,
            next_step: row.opt_text("next_step")?,
        })
    })
    .await?;
    for (service, core) in parts.cores() {
        facts.said.extend(said(service, &core.db).await?);
    }
    let places = parts.bus.places().await?;
    for event in &mut facts.said {
        event.place = places.get(&event.id).copied();
    }
    facts.charges = charges(parts).await?;
    facts.dead_letters = dead_letters(parts).await?;
    facts.backlog = parts.bus.backlog().await?;
    Ok(facts)
}

fn order_copy(holder: &'static str, row: &Row<'_>) -> Result<OrderCopy, DbError> {
    Ok(OrderCopy { holder, id: row.text("id")?, status: row.parse("status")?, version: row.int("version")? })
}

async fn said(service: &'static str, db: &Db) -> Result<Vec<Said>, DbError> {
    rows(db, "SELECT id, name, aggregate, version FROM outbox ORDER BY id", move |row| {
        Ok(Said {
            service,
            id: row.text("id")?,
            name: row.text("name")?,
            aggregate: row.text("aggregate")?,
            version: row.int("version")?,
            place: None,
        })
    })
    .await
}

async fn charges(parts: &Parts) -> Result<Vec<Charge>, DbError> {
    let ledger = parts.provider.ledger().await?;
    let charges = ledger.charges.into_iter().map(|charge| Charge {
        order_id: charge.order_id.into_string(),
        captured: charge.captured,
        refunded: charge.refunded,
        captures: charge.captures,
        held: charge.held,
    });
    Ok(charges.collect())
}

async fn dead_letters(parts: &Parts) -> Result<Vec<String>, AuditError> {
    let letters = parts.bus.dead_letters().await?;
    let lines = letters.iter().map(|letter| {
        let event = &letter.envelope;
        format!("{} could not handle {} of {}: {}", letter.durable, event.name, event.aggregate, letter.cause)
    });
    Ok(lines.collect())
}

/// Events that wait to be published.
pub(super) async fn unpublished(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL").await
}

/// Steps that payments owes the provider.
pub(super) async fn steps_owed(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT COUNT(*) AS n FROM payments WHERE next_step IS NOT NULL").await
}

async fn count(db: &Db, sql: &'static str) -> Result<i64, DbError> {
    db.read(move |tx: &mut Tx<'_>| tx.query_one(sql, args![], |row| row.int("n"))).await
}

async fn rows<T: Send + 'static>(
    db: &Db,
    sql: &'static str,
    map: impl Fn(&Row<'_>) -> Result<T, DbError> + Send + 'static,
) -> Result<Vec<T>, DbError> {
    db.read(move |tx: &mut Tx<'_>| tx.query(sql, args![], &map)).await
}

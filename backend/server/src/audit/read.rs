//! Gathers the facts from where each service keeps them.

use std::collections::HashSet;
use std::sync::Arc;

use ticketing_bus::Bus;
use ticketing_events::EventName;
use ticketing_payments::SimulatedProvider;
use ticketing_payments::provider::{Books, ProviderError};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Row, Tx};
use ticketing_sdk::Timestamp;

use super::AuditError;
use super::facts::{Charge, Facts, OrderCopy, OrderFact, PaymentFact, Said, TicketCopy, TicketFact};

/// Who listens to what.
const LISTENERS: [(&str, &[EventName]); 4] = [
    (
        "orders",
        &[
            EventName::TicketCreated,
            EventName::TicketUpdated,
            EventName::TicketDeleted,
            EventName::ExpirationComplete,
            EventName::PaymentAuthorized,
            EventName::PaymentCreated,
            EventName::PaymentFailed,
            EventName::SessionEnded,
        ],
    ),
    (
        "tickets",
        &[
            EventName::OrderCreated,
            EventName::OrderConfirmed,
            EventName::OrderCompleted,
            EventName::OrderCancelled,
            EventName::SessionEnded,
        ],
    ),
    (
        "payments",
        &[
            EventName::OrderCreated,
            EventName::OrderConfirmed,
            EventName::OrderCompleted,
            EventName::OrderCancelled,
            EventName::SessionEnded,
        ],
    ),
    (
        "expiration",
        &[
            EventName::OrderCreated,
            EventName::OrderConfirmed,
            EventName::OrderCompleted,
            EventName::OrderCancelled,
        ],
    ),
];

/// The databases of a marketplace, and the provider's book.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Of the auth service, where there is one.
    pub auth: Option<Db>,
    /// Of the tickets service.
    pub tickets: Db,
    /// Of the orders service.
    pub orders: Db,
    /// Of the payments service.
    pub payments: Db,
    /// Of the expiration service.
    pub expiration: Db,
    /// The book of whoever moves the money.
    pub books: Arc<dyn Books>,
}

impl Sources {
    /// Each service's database, by name.
    pub fn databases(&self) -> impl Iterator<Item = (&'static str, &Db)> {
        let others = [
            ("tickets", &self.tickets),
            ("orders", &self.orders),
            ("payments", &self.payments),
            ("expiration", &self.expiration),
        ];
        self.auth.iter().map(|db| ("auth", db)).chain(others)
    }

    /// The facts of these sources at the time `now`. What only the bus knows is missing: the places of the events in
    /// its log, the events that were set aside, and those that wait there.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub async fn facts(&self, now: Timestamp) -> Result<Facts, AuditError> {
        let mut facts = Facts::none(now);
        facts.tickets = tickets(&self.tickets).await?;
        facts.ticket_copies = ticket_copies(&self.orders).await?;
        facts.orders = orders(&self.orders).await?;
        for (holder, db, sql) in [
            ("tickets", &self.tickets, "SELECT order_id AS id, status, version FROM reservations"),
            ("payments", &self.payments, "SELECT id, status, version FROM orders"),
            ("expiration", &self.expiration, "SELECT order_id AS id, status, version FROM timers"),
        ] {
            facts.order_copies.extend(rows(db, sql, move |row| order_copy(holder, row)).await?);
        }
        facts.payments = payments(&self.payments).await?;
        facts.charges = charges(&*self.books).await?;
        for (service, db) in self.databases() {
            facts.said.extend(said(service, db).await?);
        }
        facts.unheard = self.unheard(&facts.said).await?;
        Ok(facts)
    }

    async fn unheard(&self, said: &[Said]) -> Result<Vec<String>, DbError> {
        let mut unheard = Vec::new();
        for (listener, names) in LISTENERS {
            let Some((_, db)) = self.databases().find(|(service, _)| *service == listener) else { continue };
            let heard = rows(db, "SELECT event_id FROM inbox", |row| row.text("event_id")).await?;
            let heard: HashSet<String> = heard.into_iter().collect();
            let wanted: HashSet<&str> = names.iter().map(|name| name.as_str()).collect();
            let missed = said.iter().filter(|said| wanted.contains(&*said.name) && !heard.contains(&said.id));
            unheard.extend(
                missed.map(|said| format!("{listener} has not heard {} of {}", said.name, said.aggregate)),
            );
        }
        Ok(unheard)
    }
}

/// Adds where each event lies in the log, and what was set aside there.
pub(super) async fn add_bus(facts: &mut Facts, bus: &Bus) -> Result<(), AuditError> {
    let places = bus.places().await?;
    for event in &mut facts.said {
        event.place = places.get(&event.id).copied();
    }
    let letters = bus.dead_letters().await?;
    let lines = letters.iter().map(|letter| {
        let event = &letter.envelope;
        format!("{} could not handle {} of {}: {}", letter.durable, event.name, event.aggregate, letter.cause)
    });
    facts.dead_letters = lines.collect();
    Ok(())
}

async fn tickets(db: &Db) -> Result<Vec<TicketFact>, DbError> {
    rows(db, "SELECT id, title, price, status, order_id, version FROM tickets", |row| {
        Ok(TicketFact {
            id: row.text("id")?,
            title: row.text("title")?,
            price: row.int("price")?,
            status: row.text("status")?,
            order_id: row.opt_text("order_id")?,
            version: row.int("version")?,
        })
    })
    .await
}

async fn ticket_copies(db: &Db) -> Result<Vec<TicketCopy>, DbError> {
    rows(db, "SELECT id, title, price, order_id, deleted, version FROM tickets", |row| {
        Ok(TicketCopy {
            id: row.text("id")?,
            title: row.text("title")?,
            price: row.int("price")?,
            order_id: row.opt_text("order_id")?,
            deleted: row.flag("deleted")?,
            version: row.int("version")?,
        })
    })
    .await
}

async fn orders(db: &Db) -> Result<Vec<OrderFact>, DbError> {
    let sql = "SELECT id, user_id, ticket_id, ticket_price, status, expires_at, version FROM orders";
    rows(db, sql, |row| {
        Ok(OrderFact {
            id: row.text("id")?,
            user_id: row.text("user_id")?,
            ticket_id: row.text("ticket_id")?,
            price: row.int("ticket_price")?,
            status: row.parse("status")?,
            expires_at: row.time("expires_at")?,
            version: row.int("version")?,
        })
    })
    .await
}

fn order_copy(holder: &'static str, row: &Row<'_>) -> Result<OrderCopy, DbError> {
    Ok(OrderCopy { holder, id: row.text("id")?, status: row.parse("status")?, version: row.int("version")? })
}

async fn payments(db: &Db) -> Result<Vec<PaymentFact>, DbError> {
    rows(db, "SELECT id, order_id, status, next_step FROM payments", |row| {
        Ok(PaymentFact {
            id: row.text("id")?,
            order_id: row.text("order_id")?,
            status: row.text("status")?,
            next_step: row.opt_text("next_step")?,
        })
    })
    .await
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

async fn charges(books: &dyn Books) -> Result<Vec<Charge>, ProviderError> {
    let ledger = books.ledger().await?;
    let charges = ledger.charges.into_iter().map(|charge| Charge {
        order_id: charge.order_id.into_string(),
        captured: charge.captured,
        refunded: charge.refunded,
        captures: charge.captures,
        held: charge.held,
    });
    Ok(charges.collect())
}

/// Events that wait to be published.
pub(super) async fn unpublished(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL").await
}

/// Steps that payments owes the provider.
pub(super) async fn steps_owed(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT COUNT(*) AS n FROM payments WHERE next_step IS NOT NULL").await
}

/// Whether a charge was made by somebody else than the simulated provider.
pub(super) async fn charged_elsewhere(db: &Db) -> Result<bool, DbError> {
    let unit = |tx: &mut Tx<'_>| {
        tx.query_one(
            "SELECT COUNT(*) AS n FROM payments WHERE substr(stripe_id, 1, length($1)) <> $1",
            args![SimulatedProvider::MARK],
            |row| row.int("n"),
        )
    };
    Ok(db.read::<_, DbError, _>(unit).await? > 0)
}

/// Events that a service has said or heard, as far as it remembers.
pub(super) async fn said_and_heard(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM inbox) AS n").await
}

/// Deadlines that have passed and of which nobody was told yet.
pub(super) async fn deadlines_due(db: &Db, now: Timestamp) -> Result<i64, DbError> {
    db.read(move |tx: &mut Tx<'_>| {
        tx.query_one(
            "SELECT COUNT(*) AS n FROM timers \
             WHERE status = 'created' AND fired_at IS NULL AND expires_at <= $1",
            args![now],
            |row| row.int("n"),
        )
    })
    .await
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

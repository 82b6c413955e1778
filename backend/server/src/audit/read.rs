//! Gathers the facts from where each service keeps them.

use std::collections::HashSet;
use std::sync::Arc;

use ticketing_bus::Bus;
use ticketing_events::EventName;
use ticketing_payments::SimulatedProvider;
use ticketing_payments::provider::{LedgerSource, ProviderError};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Row, Tx};
use ticketing_sdk::Timestamp;

use super::facts::{
    Charge, Facts, OpenCount, OrderCopy, OrderFact, OutboxEvent, PaymentFact, TicketCopy, TicketFact,
    Unconsumed,
};
use super::report::Violation;
use super::{AuditError, pending};

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
    pub books: Arc<dyn LedgerSource>,
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
        facts.open_counts = open_counts(&self.orders).await?;
        for (holder, db) in
            [("tickets", &self.tickets), ("payments", &self.payments), ("expiration", &self.expiration)]
        {
            facts.order_copies.extend(order_copies(holder, db).await?);
        }
        facts.payments = payments(&self.payments).await?;
        facts.charges = charges(&*self.books).await?;
        for (service, db) in self.databases() {
            facts.outbox_events.extend(outbox_events(service, db).await?);
        }
        facts.unconsumed = self.unconsumed(&facts.outbox_events).await?;
        facts.due_deadlines = pending::deadlines_due(&self.expiration, now).await?;
        Ok(facts)
    }

    async fn unconsumed(&self, events: &[OutboxEvent]) -> Result<Vec<Unconsumed>, DbError> {
        let mut unconsumed = Vec::new();
        for (listener, names) in LISTENERS {
            let Some((_, db)) = self.databases().find(|(service, _)| *service == listener) else { continue };
            let heard = rows(db, "SELECT event_id FROM inbox", |row| row.text("event_id")).await?;
            let heard: HashSet<String> = heard.into_iter().collect();
            let wanted: HashSet<&str> = names.iter().map(|name| name.as_str()).collect();
            let missed =
                events.iter().filter(|event| wanted.contains(&*event.name) && !heard.contains(&event.id));
            unconsumed.extend(missed.map(|event| Unconsumed {
                consumer: listener,
                event_id: event.id.clone(),
                name: event.name.clone(),
                aggregate: event.aggregate.clone(),
                is_pending: !event.is_published,
            }));
        }
        Ok(unconsumed)
    }
}

/// Adds where each event lies in the log, what was set aside there, and what may still be on its way to a consumer.
pub(super) async fn add_bus(facts: &mut Facts, bus: &Bus) -> Result<(), AuditError> {
    let places = bus.sequences().await?;
    for event in &mut facts.outbox_events {
        event.place = places.get(&event.id).copied();
    }
    let is_behind = bus.backlog().await? > 0;
    for event in &mut facts.unconsumed {
        event.is_pending |= is_behind;
    }
    let letters = bus.dead_letters().await?;
    let lines = letters.iter().map(|letter| {
        let event = &letter.envelope;
        let text = format!(
            "{} could not handle {} of {}: {}",
            letter.durable, event.name, event.aggregate, letter.cause
        );
        Violation::new(format!("{} {}", letter.durable, event.id), text)
    });
    facts.dead_letters = lines.collect();
    Ok(())
}

async fn tickets(db: &Db) -> Result<Vec<TicketFact>, DbError> {
    let sql = "SELECT id, title, price, status, order_id, version, COALESCE(listed_title, title) AS listed_title, \
               COALESCE(listed_price, price) AS listed_price, details, \
               COALESCE(listed_details, details) AS listed_details, \
               CASE WHEN status = 'deleted' THEN 1 ELSE withdrawn END AS withdrawn FROM tickets";
    rows(db, sql, |row| {
        Ok(TicketFact {
            id: row.text("id")?,
            title: row.text("title")?,
            price: row.int("price")?,
            status: row.text("status")?,
            order_id: row.opt_text("order_id")?,
            withdrawn: row.flag("withdrawn")?,
            listed_title: row.text("listed_title")?,
            listed_price: row.int("listed_price")?,
            details: row.json("details")?,
            listed_details: row.json("listed_details")?,
            version: row.int("version")?,
        })
    })
    .await
}

async fn ticket_copies(db: &Db) -> Result<Vec<TicketCopy>, DbError> {
    rows(db, "SELECT id, title, price, details, order_id, deleted, version FROM tickets", |row| {
        Ok(TicketCopy {
            id: row.text("id")?,
            title: row.text("title")?,
            price: row.int("price")?,
            details: row.json("details")?,
            order_id: row.opt_text("order_id")?,
            deleted: row.flag("deleted")?,
            version: row.int("version")?,
        })
    })
    .await
}

async fn orders(db: &Db) -> Result<Vec<OrderFact>, DbError> {
    let sql = "SELECT id, user_id, ticket_id, ticket_title, ticket_price, ticket_details, status, expires_at, version, \
         cancel_reason FROM orders";
    rows(db, sql, |row| {
        Ok(OrderFact {
            id: row.text("id")?,
            user_id: row.text("user_id")?,
            ticket_id: row.text("ticket_id")?,
            title: row.text("ticket_title")?,
            details: row.opt_json("ticket_details")?,
            cancel_reason: row.opt_text("cancel_reason")?,
            price: row.int("ticket_price")?,
            status: row.parse("status")?,
            expires_at: row.time("expires_at")?,
            version: row.int("version")?,
        })
    })
    .await
}

/// The copies of the orders at a service, and which columns it has.
async fn order_copies(holder: &'static str, db: &Db) -> Result<Vec<OrderCopy>, DbError> {
    let (sql, has) = match holder {
        "tickets" => (
            "SELECT order_id AS id, status, version, ticket_id, price FROM reservations",
            [false, true, true, false],
        ),
        "payments" => (
            "SELECT id, status, version, user_id, ticket_id, price, expires_at FROM orders",
            [true, true, true, true],
        ),
        _ => ("SELECT order_id AS id, status, version, expires_at FROM timers", [false, false, false, true]),
    };
    let [has_user, has_ticket, has_price, has_deadline] = has;
    rows(db, sql, move |row| {
        Ok(OrderCopy {
            holder,
            id: row.text("id")?,
            status: row.parse("status")?,
            version: row.int("version")?,
            user_id: has_user.then(|| row.text("user_id")).transpose()?,
            ticket_id: has_ticket.then(|| row.text("ticket_id")).transpose()?,
            price: if has_price { row.opt_int("price")? } else { None },
            expires_at: has_deadline.then(|| row.time("expires_at")).transpose()?,
        })
    })
    .await
}

/// How many unpaid orders each user has; nothing where orders counts them anew each time.
async fn open_counts(db: &Db) -> Result<Option<Vec<OpenCount>>, DbError> {
    if !db.is_shared() {
        return Ok(None);
    }
    let counts = rows(db, "SELECT user_id, orders FROM open_orders", |row| {
        Ok(OpenCount { user_id: row.text("user_id")?, orders: row.int("orders")? })
    });
    counts.await.map(Some)
}

async fn payments(db: &Db) -> Result<Vec<PaymentFact>, DbError> {
    let sql = "SELECT id, order_id, amount, status, next_step, \
               CAST(CASE WHEN client_secret IS NULL THEN 0 ELSE 1 END AS BIGINT) AS needs_owner FROM payments";
    rows(db, sql, |row| {
        Ok(PaymentFact {
            id: row.text("id")?,
            order_id: row.text("order_id")?,
            amount: row.int("amount")?,
            status: row.text("status")?,
            next_step: row.opt_text("next_step")?,
            needs_owner: row.flag("needs_owner")?,
        })
    })
    .await
}

async fn outbox_events(service: &'static str, db: &Db) -> Result<Vec<OutboxEvent>, DbError> {
    let sql = "SELECT id, name, aggregate, version, \
               CAST(CASE WHEN published_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_published \
               FROM outbox ORDER BY id";
    rows(db, sql, move |row| {
        Ok(OutboxEvent {
            service,
            id: row.text("id")?,
            name: row.text("name")?,
            aggregate: row.text("aggregate")?,
            version: row.int("version")?,
            is_published: row.flag("is_published")?,
            place: None,
        })
    })
    .await
}

async fn charges(books: &dyn LedgerSource) -> Result<Vec<Charge>, ProviderError> {
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

async fn rows<T: Send + 'static>(
    db: &Db,
    sql: &'static str,
    map: impl Fn(&Row<'_>) -> Result<T, DbError> + Send + 'static,
) -> Result<Vec<T>, DbError> {
    db.read(move |tx: &mut Tx<'_>| tx.query(sql, args![], &map)).await
}

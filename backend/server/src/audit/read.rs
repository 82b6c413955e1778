//! Reads the facts of all services. The `audit` module of each service knows its tables.

use std::collections::HashSet;
use std::sync::Arc;

use ticketing_auth::audit as auth;
use ticketing_bus::Bus;
use ticketing_bus::audit as outbox;
use ticketing_events::EventName;
use ticketing_expiration::audit as expiration;
use ticketing_orders::audit as orders;
use ticketing_payments::Provider;
use ticketing_payments::audit as payments;
use ticketing_platform::db::{Db, DbError, Tx};
use ticketing_sdk::Timestamp;
use ticketing_tickets::audit as tickets;

use super::AuditError;
use super::facts::{Facts, OutboxEvent, UnconsumedEvent};
use super::report::Violation;

/// The events that each service consumes.
const CONSUMED: [(&str, &[EventName]); 5] = [
    ("auth", auth::CONSUMED),
    ("orders", orders::CONSUMED),
    ("tickets", tickets::CONSUMED),
    ("payments", payments::CONSUMED),
    ("expiration", expiration::CONSUMED),
];

/// The databases of a marketplace, and the ledger of the card provider.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The database of auth, where there is one.
    pub auth: Option<Db>,
    /// The database of tickets.
    pub tickets: Db,
    /// The database of orders.
    pub orders: Db,
    /// The database of payments.
    pub payments: Db,
    /// The database of expiration.
    pub expiration: Db,
    /// The ledger of the card provider.
    pub ledger: Arc<dyn Provider>,
}

impl Sources {
    /// Returns the database of each service with its name.
    pub fn databases(&self) -> impl Iterator<Item = (&'static str, &Db)> {
        let others = [
            ("tickets", &self.tickets),
            ("orders", &self.orders),
            ("payments", &self.payments),
            ("expiration", &self.expiration),
        ];
        self.auth.iter().map(|db| ("auth", db)).chain(others)
    }

    /// Reads the facts of these sources. The facts of the bus are missing: the sequences of the events, the dead
    /// letters and the backlog.
    ///
    /// # Errors
    /// If a source cannot be read.
    pub async fn facts(&self, now: Timestamp) -> Result<Facts, AuditError> {
        let mut facts = Facts::empty(now);
        if let Some(db) = &self.auth {
            facts.revoked_sessions = read(db, auth::RevokedSessionRow::read_all).await?;
        }
        // A pass and its listing change in one transaction, so they are read in one.
        let of_tickets = |tx: &mut Tx<'_>| {
            Ok((
                tickets::TicketRow::read_all(tx)?,
                tickets::PassRow::read_all(tx)?,
                tickets::read_pass_events(tx)?,
            ))
        };
        (facts.tickets, facts.passes, facts.pass_events) = read(&self.tickets, of_tickets).await?;
        facts.ticket_copies = read(&self.orders, orders::TicketCopyRow::read_all).await?;
        facts.orders = read(&self.orders, orders::OrderRow::read_all).await?;
        facts.open_orders = read(&self.orders, orders::read_open_orders).await?;
        facts.order_copies = read(&self.tickets, tickets::read_order_copies).await?;
        facts.order_copies.extend(read(&self.payments, payments::read_order_copies).await?);
        facts.order_copies.extend(read(&self.expiration, expiration::read_order_copies).await?);
        facts.payments = read(&self.payments, payments::PaymentRow::read_all).await?;
        facts.charges = self.ledger.ledger().await?.charges;
        for (service, db) in self.databases() {
            facts.outbox_events.extend(read(db, move |tx| OutboxEvent::read_all(tx, service)).await?);
            facts.pruned_at = facts.pruned_at.max(read(db, outbox::read_pruned_at).await?);
        }
        facts.unconsumed = self.read_unconsumed(&facts.outbox_events).await?;
        facts.due_timers = self.due_timers(now).await?;
        facts.due_resales = self.due_resales(now).await?;
        Ok(facts)
    }

    /// Returns the number of unfinished items in the databases: unpublished events, steps that are due at the card
    /// provider, and timers and ends of resales that are due.
    pub(super) async fn count_unfinished(&self, now: Timestamp) -> Result<u64, DbError> {
        let mut count = read(&self.payments, payments::count_due_steps).await?;
        for (_, db) in self.databases() {
            count += read(db, outbox::count_unpublished).await?;
        }
        let due = self.due_timers(now).await?.len() + self.due_resales(now).await?.len();
        Ok(u64::try_from(count).unwrap_or_default() + u64::try_from(due).unwrap_or(u64::MAX))
    }

    /// Returns how many events each service has appended and applied.
    pub(super) async fn count_events(&self) -> Result<Vec<i64>, DbError> {
        let mut counts = Vec::new();
        for (_, db) in self.databases() {
            counts.push(read(db, outbox::count_events).await?);
        }
        Ok(counts)
    }

    /// Returns whether another card provider than the simulated one has a charge.
    pub(super) async fn has_real_charges(&self) -> Result<bool, DbError> {
        read(&self.payments, payments::has_real_charges).await
    }

    async fn due_timers(&self, now: Timestamp) -> Result<Vec<String>, DbError> {
        read(&self.expiration, move |tx| expiration::read_due_timers(tx, now)).await
    }

    async fn due_resales(&self, now: Timestamp) -> Result<Vec<String>, DbError> {
        read(&self.tickets, move |tx| tickets::read_due_resales(tx, now)).await
    }

    async fn read_unconsumed(&self, events: &[OutboxEvent]) -> Result<Vec<UnconsumedEvent>, DbError> {
        let mut unconsumed = Vec::new();
        for (consumer, names) in CONSUMED {
            let Some((_, db)) = self.databases().find(|(service, _)| *service == consumer) else { continue };
            let inbox: HashSet<String> = read(db, outbox::read_inbox).await?.into_iter().collect();
            let names: HashSet<&str> = names.iter().map(|name| name.as_str()).collect();
            let missing =
                events.iter().filter(|event| names.contains(&*event.name) && !inbox.contains(&event.id));
            unconsumed.extend(missing.map(|event| UnconsumedEvent {
                consumer,
                event_id: event.id.clone(),
                name: event.name.clone(),
                aggregate: event.aggregate.clone(),
                is_pending: !event.is_published,
            }));
        }
        Ok(unconsumed)
    }
}

/// Adds the facts of the bus: the sequence of each event, the dead letters, and whether unconsumed events may still
/// arrive.
pub(super) async fn add_bus(facts: &mut Facts, bus: &Bus) -> Result<(), AuditError> {
    let sequences = bus.sequences().await?;
    for event in &mut facts.outbox_events {
        event.sequence = sequences.get(&event.id).copied();
    }
    let has_backlog = bus.backlog().await? > 0;
    for event in &mut facts.unconsumed {
        event.is_pending |= has_backlog;
    }
    let letters = bus.dead_letters().await?;
    let violations = letters.iter().map(|letter| {
        let event = &letter.envelope;
        let text = format!(
            "{} could not handle {} of {}: {}",
            letter.durable, event.name, event.aggregate, letter.cause
        );
        Violation::new(format!("{} {}", letter.durable, event.id), text)
    });
    facts.dead_letters = violations.collect();
    Ok(())
}

async fn read<T: Send + 'static>(
    db: &Db,
    unit: impl Fn(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    db.read(unit).await
}

//! The fixture of the orders service: its database in a temporary folder, with tickets to order.

use std::time::Duration;

use ticketing_bus::{ApplyOutcome, ServiceCore};
use ticketing_engines::{DbEngine, TestDatabases};
use ticketing_events::{TicketCreated, TicketDeleted, TicketUpdated};
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::{self, NewOrder, ReserveError};
use ticketing_orders::{DEFAULT_TTL, MIGRATIONS};
use ticketing_platform::args;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Money, Order, OrderId, OrderStatus, Ticket, TicketId, Timestamp, UserId, fixtures};

pub(crate) const START: i64 = 1_700_000_000_000;

pub(crate) struct Fixture {
    pub(crate) core: ServiceCore,
    databases: TestDatabases,
}

impl Fixture {
    /// Creates a shop that knows these tickets, each at 19.99.
    pub(crate) async fn with(engine: DbEngine, tickets: &[&'static str]) -> Self {
        let databases = TestDatabases::on(engine);
        let core = open(&databases, Clock::manual(Timestamp::from_millis(START)));
        let shop = Self { core, databases };
        for ticket in tickets {
            assert_eq!(shop.apply_created(&ticket_created(ticket)).await, ApplyOutcome::Done);
        }
        shop
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let sql = sql.to_owned();
        self.write(move |tx| tx.execute(&sql, &[])).await;
    }

    /// Returns the order that holds a ticket.
    pub(crate) async fn holder(&self, ticket: &'static str) -> OrderId {
        let sql = "SELECT id FROM orders WHERE ticket_id = $1 AND status <> 'cancelled'";
        self.write(move |tx| tx.query_one(sql, args![ticket], |row| row.column("id"))).await
    }

    /// Another service instance on the same database.
    pub(crate) fn replica(&self) -> ServiceCore {
        open(&self.databases, self.core.clock.clone())
    }

    pub(crate) async fn apply_created(&self, event: &TicketCreated) -> ApplyOutcome {
        let event = event.clone();
        self.write(move |tx| store::create_ticket(tx, &event)).await
    }

    pub(crate) async fn apply_updated(&self, event: &TicketUpdated) -> ApplyOutcome {
        let event = event.clone();
        self.write(move |tx| store::update_ticket(tx, &event)).await
    }

    pub(crate) async fn apply_deleted(&self, event: &TicketDeleted) -> ApplyOutcome {
        let event = event.clone();
        let (outbox, now) = (self.core.outbox.clone(), self.core.clock.now());
        self.write(move |tx| store::delete_ticket(tx, &outbox, &event, now)).await
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        unit: impl Fn(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        self.core.db.write(unit).await.unwrap()
    }

    pub(crate) async fn reserve(&self, user: &str, ticket: &str) -> Result<Order, ReserveError> {
        reserve(&self.core, user, ticket).await
    }

    pub(crate) async fn reserve_order(&self, user: &str, ticket: &str) -> OrderId {
        self.reserve(user, ticket).await.unwrap().id
    }

    pub(crate) async fn advance(&self, order: &OrderId, cause: Cause) -> ApplyOutcome {
        let (order, outbox, now) = (order.clone(), self.core.outbox.clone(), self.core.clock.now());
        self.write(move |tx| store::advance(tx, &outbox, &order, cause, now)).await
    }

    pub(crate) async fn order(&self, id: &OrderId) -> Order {
        let id = id.clone();
        self.write(move |tx| store::find(tx, &id)).await.unwrap()
    }

    pub(crate) async fn status(&self, id: &OrderId) -> (OrderStatus, i64) {
        let order = self.order(id).await;
        (order.status, order.version)
    }

    /// Returns the bodies of the events of this name, oldest first.
    pub(crate) async fn bodies(&self, name: &'static str) -> Vec<String> {
        self.write(move |tx| {
            tx.query("SELECT body FROM outbox WHERE name = $1 ORDER BY id", args![name], |row| {
                row.text("body")
            })
        })
        .await
    }

    /// Returns the published events, oldest first: `name aggregate version`.
    pub(crate) async fn published_events(&self) -> Vec<String> {
        self.write(|tx| {
            tx.query("SELECT name, aggregate, version FROM outbox ORDER BY id", &[], |row| {
                Ok(format!("{} {} {}", row.text("name")?, row.text("aggregate")?, row.int("version")?))
            })
        })
        .await
    }
}

fn open(databases: &TestDatabases, clock: Clock) -> ServiceCore {
    ServiceCore::open(databases.database("orders"), clock, &[MIGRATIONS]).unwrap()
}

pub(crate) async fn reserve(core: &ServiceCore, user: &str, ticket: &str) -> Result<Order, ReserveError> {
    reserve_within(core, user, ticket, i64::MAX).await
}

pub(crate) async fn reserve_within(
    core: &ServiceCore,
    user: &str,
    ticket: &str,
    open_limit: i64,
) -> Result<Order, ReserveError> {
    reserve_with(core, user, ticket, |new| new.open_limit = open_limit).await
}

/// Reserves a ticket with an order that `change` modifies first.
pub(crate) async fn reserve_with(
    core: &ServiceCore,
    user: &str,
    ticket: &str,
    change: impl FnOnce(&mut NewOrder),
) -> Result<Order, ReserveError> {
    let (outbox, now) = (core.outbox.clone(), core.clock.now());
    let mut new = NewOrder {
        id: OrderId::new(core.clock.new_id()),
        user_id: UserId::new(user),
        ticket_id: TicketId::new(ticket),
        now,
        expires_at: now + DEFAULT_TTL,
        open_limit: i64::MAX,
        price: None,
        reorder_pause: Duration::ZERO,
    };
    change(&mut new);
    core.db.write(move |tx| store::reserve(tx, &outbox, &new)).await
}

pub(crate) fn ticket_created(ticket: &str) -> TicketCreated {
    TicketCreated::from(&versioned_ticket(ticket, 0, 1999))
}

/// Returns a ticket of this version, at this price.
pub(crate) fn versioned_ticket(ticket: &str, version: i64, cents: i64) -> Ticket {
    let (title, price) = (format!("Ticket {ticket}"), Money::from_cents(cents).unwrap());
    fixtures::ticket(ticket).version(version).title(title).price(price)
}

pub(crate) fn ticket_updated(ticket: &str, version: i64, cents: i64) -> TicketUpdated {
    TicketUpdated::from(&versioned_ticket(ticket, version, cents))
}

pub(crate) fn ticket_deleted(ticket: &str, version: i64) -> TicketDeleted {
    TicketDeleted { id: TicketId::new(ticket), version, admitted_at: None }
}

pub(crate) const ONE_MILLISECOND: Duration = Duration::from_millis(1);

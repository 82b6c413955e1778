//! A small orders service: just enough of the arbiter for payments to win, to lose and to wait.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ticketing_bus::{Bus, Core, Effect, Handler, Outbox};
use ticketing_events::{
    CancelledTicket, CompletedTicket, ConfirmedTicket, OrderCancelled, OrderCompleted, OrderConfirmed,
    OrderCreated, OrderedTicketRef, PaymentAuthorized, PaymentCreated, PaymentFailed,
};
use ticketing_platform::args;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Migrations, Tx};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{Money, OrderId, OrderStatus, TicketId, Timestamp, UserId};

const MIGRATIONS: Migrations = Migrations {
    part: "orders",
    scripts: &[(
        "V1__orders",
        "CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT NOT NULL, expires_at BIGINT NOT NULL, \
         version BIGINT NOT NULL)",
    )],
};

/// The arbiter.
#[derive(Clone)]
pub(crate) struct Orders {
    core: Core,
    silent: Arc<AtomicBool>,
}

impl Orders {
    pub(crate) fn open(path: &Path, clock: &Clock) -> Self {
        let core = Core::open(path, clock.clone(), &[MIGRATIONS]).unwrap();
        Self { core, silent: Arc::default() }
    }

    pub(crate) fn start(&self, bus: &Bus, shutdown: &Shutdown) {
        let consumers = self.core.consumers("orders-service");
        let consumers = consumers.on(OnAuthorized(self.clone())).on(OnCreated(self.clone()));
        self.core.start(bus, Some(consumers.on(OnFailed(self.clone()))), shutdown);
    }

    /// From now on authorised payments wait for a decision, or are decided again.
    pub(crate) fn silent(&self, yes: bool) {
        self.silent.store(yes, Ordering::SeqCst);
    }

    pub(crate) async fn create(&self, user_id: &UserId, price: Money, expires_at: Timestamp) -> OrderId {
        let id = OrderId::new(self.core.clock.new_id());
        let event = OrderCreated {
            id: id.clone(),
            version: 0,
            status: OrderStatus::Created,
            user_id: user_id.clone(),
            expires_at,
            ticket: OrderedTicketRef { id: ticket(), price, title: None, version: None },
        };
        let outbox = self.core.outbox.clone();
        let unit = move |tx: &mut Tx<'_>| {
            tx.execute(
                "INSERT INTO orders (id, status, expires_at, version) VALUES ($1, 'created', $2, 0)",
                args![&event.id, event.expires_at],
            )?;
            outbox.append(tx, &event)
        };
        self.core.db.write(unit).await.unwrap();
        id
    }

    /// Cancels an order, whatever its state.
    pub(crate) async fn cancel(&self, id: &OrderId) {
        let (orders, id) = (self.clone(), id.clone());
        let unit = move |tx: &mut Tx<'_>| orders.move_to(tx, &id, OrderStatus::Cancelled);
        self.core.db.write(unit).await.unwrap();
    }

    pub(crate) async fn status(&self, id: &OrderId) -> OrderStatus {
        let id = id.clone();
        self.core.db.read(move |tx| read(tx, &id)).await.unwrap().0
    }

    fn move_to(&self, tx: &mut Tx<'_>, id: &OrderId, to: OrderStatus) -> Result<(), DbError> {
        let version = read(tx, id)?.1 + 1;
        tx.execute(
            "UPDATE orders SET status = $2, version = $3 WHERE id = $1",
            args![id, to.as_str(), version],
        )?;
        let id = id.clone();
        let outbox: &Outbox = &self.core.outbox;
        match to {
            OrderStatus::AwaitingPayment => {
                outbox.append(tx, &OrderConfirmed { id, version, ticket: ConfirmedTicket { id: ticket() } })
            }
            OrderStatus::Complete => {
                outbox.append(tx, &OrderCompleted { id, version, ticket: CompletedTicket { id: ticket() } })
            }
            OrderStatus::Cancelled | OrderStatus::Created => {
                outbox.append(tx, &OrderCancelled { id, version, ticket: CancelledTicket { id: ticket() } })
            }
        }
        .map(drop)
    }

    /// Moves an order that is in one of these states, and no other.
    fn from(
        &self,
        tx: &mut Tx<'_>,
        id: &OrderId,
        from: OrderStatus,
        to: OrderStatus,
    ) -> Result<Effect, DbError> {
        if read(tx, id)?.0 == from {
            self.move_to(tx, id, to)?;
        }
        Ok(Effect::Done)
    }
}

fn ticket() -> TicketId {
    TicketId::new("ticket")
}

fn read(tx: &mut Tx<'_>, id: &OrderId) -> Result<(OrderStatus, i64, Timestamp), DbError> {
    tx.query_one("SELECT status, version, expires_at FROM orders WHERE id = $1", args![id], |row| {
        Ok((row.parse("status")?, row.int("version")?, row.time("expires_at")?))
    })
}

struct OnAuthorized(Orders);
struct OnCreated(Orders);
struct OnFailed(Orders);

impl Handler for OnAuthorized {
    type Event = PaymentAuthorized;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentAuthorized) -> Result<Effect, DbError> {
        if self.0.silent.load(Ordering::SeqCst) {
            return Ok(Effect::NotDue);
        }
        let late = self.0.core.clock.now() >= read(tx, &event.order_id)?.2;
        let to = if late { OrderStatus::Cancelled } else { OrderStatus::AwaitingPayment };
        self.0.from(tx, &event.order_id, OrderStatus::Created, to)
    }
}

impl Handler for OnCreated {
    type Event = PaymentCreated;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentCreated) -> Result<Effect, DbError> {
        self.0.from(tx, &event.order_id, OrderStatus::AwaitingPayment, OrderStatus::Complete)
    }
}

impl Handler for OnFailed {
    type Event = PaymentFailed;

    fn handle(&self, tx: &mut Tx<'_>, event: &PaymentFailed) -> Result<Effect, DbError> {
        self.0.from(tx, &event.order_id, OrderStatus::AwaitingPayment, OrderStatus::Cancelled)
    }
}

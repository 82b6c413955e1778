//! A fixture with the timers of one database, and a poller.

use ticketing_bus::{ApplyOutcome, ServiceCore};
use ticketing_engines::{DbEngine, TestDatabases};
use ticketing_expiration::{MIGRATIONS, store};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, OrderStatus, Timestamp};

pub(crate) const START: i64 = 1_700_000_000_000;

/// Returns the time `seconds` after [`START`].
pub(crate) fn time_at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1000)
}

/// The expiration service without its tasks, on a private database.
pub(crate) struct Timers {
    pub(crate) core: ServiceCore,
    pub(crate) databases: TestDatabases,
}

impl Timers {
    pub(crate) fn on(engine: DbEngine) -> Self {
        let databases = TestDatabases::on(engine);
        let core = open(&databases, Clock::manual(time_at(0)));
        Self { core, databases }
    }

    /// Opens another replica on the same database.
    pub(crate) fn replica(&self) -> ServiceCore {
        open(&self.databases, self.core.clock.clone())
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        unit: impl Fn(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        self.core.db.write(unit).await.unwrap()
    }

    pub(crate) async fn schedule(&self, order: &str, seconds: i64) -> ApplyOutcome {
        self.schedule_version(order, seconds, 0).await
    }

    pub(crate) async fn schedule_version(&self, order: &str, seconds: i64, version: i64) -> ApplyOutcome {
        let order = OrderId::new(order);
        self.write(move |tx| store::schedule(tx, &order, time_at(seconds), version)).await
    }

    pub(crate) async fn set_status(&self, order: &str, status: OrderStatus, version: i64) -> ApplyOutcome {
        let order = OrderId::new(order);
        self.write(move |tx| store::cancel_timer(tx, &order, status, version)).await
    }

    pub(crate) async fn next_deadline(&self) -> Option<Timestamp> {
        self.write(store::next_deadline).await
    }

    pub(crate) async fn fire(&self, seconds: i64, limit: i64) -> u64 {
        fire(&self.core, seconds, limit).await
    }

    /// Returns the orders of the `expiration:complete` events, in order of publication.
    pub(crate) async fn fired_orders(&self) -> Vec<String> {
        fired_orders(&self.core).await
    }
}

fn open(databases: &TestDatabases, clock: Clock) -> ServiceCore {
    ServiceCore::open(databases.database("expiration"), clock, &[MIGRATIONS]).unwrap()
}

pub(crate) async fn fire(core: &ServiceCore, seconds: i64, limit: i64) -> u64 {
    let outbox = core.outbox.clone();
    core.db.write(move |tx| store::fire(tx, &outbox, time_at(seconds), limit)).await.unwrap()
}

pub(crate) async fn fired_orders(core: &ServiceCore) -> Vec<String> {
    let orders = core.db.read(|tx| {
        let sql = "SELECT aggregate FROM outbox WHERE name = 'expiration:complete' ORDER BY id";
        tx.query(sql, &[], |row| row.text("aggregate"))
    });
    orders.await.map_err(|error: DbError| error).unwrap()
}

//! Timers in a folder of their own, and patience.

use std::time::Duration;

use ticketing_bus::{Core, Effect};
use ticketing_engines::{Engine, Home};
use ticketing_expiration::{MIGRATIONS, store};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, OrderStatus, Timestamp};

pub(crate) const START: i64 = 1_700_000_000_000;

/// So many seconds after the start.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1000)
}

pub(crate) struct Timers {
    pub(crate) core: Core,
    pub(crate) home: Home,
}

impl Timers {
    pub(crate) fn on(engine: Engine) -> Self {
        let home = Home::on(engine);
        let core = open(&home, Clock::manual(at(0)));
        Self { core, home }
    }

    /// Another service instance on the same database.
    pub(crate) fn replica(&self) -> Core {
        open(&self.home, self.core.clock.clone())
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        unit: impl Fn(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        self.core.db.write(unit).await.unwrap()
    }

    pub(crate) async fn arm(&self, order: &str, seconds: i64) -> Effect {
        self.arm_version(order, seconds, 0).await
    }

    pub(crate) async fn arm_version(&self, order: &str, seconds: i64, version: i64) -> Effect {
        let order = OrderId::new(order);
        self.write(move |tx| store::arm(tx, &order, at(seconds), version)).await
    }

    pub(crate) async fn moved(&self, order: &str, status: OrderStatus, version: i64) -> Effect {
        let order = OrderId::new(order);
        self.write(move |tx| store::drop_timer(tx, &order, status, version)).await
    }

    pub(crate) async fn next(&self) -> Option<Timestamp> {
        self.write(store::next_deadline).await
    }

    pub(crate) async fn fire(&self, seconds: i64, limit: i64) -> u64 {
        fire(&self.core, seconds, limit).await
    }

    /// The orders of which it was said that their deadline has passed, in that order.
    pub(crate) async fn fired(&self) -> Vec<String> {
        fired(&self.core).await
    }
}

fn open(home: &Home, clock: Clock) -> Core {
    Core::open(home.database("expiration"), clock, &[MIGRATIONS]).unwrap()
}

pub(crate) async fn fire(core: &Core, seconds: i64, limit: i64) -> u64 {
    let outbox = core.outbox.clone();
    core.db.write(move |tx| store::fire(tx, &outbox, at(seconds), limit)).await.unwrap()
}

pub(crate) async fn fired(core: &Core) -> Vec<String> {
    let said = core.db.read(|tx| {
        let sql = "SELECT aggregate FROM outbox WHERE name = 'expiration:complete' ORDER BY id";
        tx.query(sql, &[], |row| row.text("aggregate"))
    });
    said.await.map_err(|error: DbError| error).unwrap()
}

/// Waits until `condition` holds; fails the test when that takes longer than `within`.
pub(crate) async fn eventually<F: Future<Output = bool>>(
    what: &str,
    within: Duration,
    mut condition: impl FnMut() -> F,
) {
    let deadline = tokio::time::Instant::now() + within;
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "still not: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

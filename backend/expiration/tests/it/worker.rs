//! The worker wakes at the next deadline, even if events add an earlier one or the service restarts.

use std::time::{Duration, Instant};

use ticketing_bus::{Bus, EmbeddedOptions};
use ticketing_engines::{DbEngine, eventually_within, on_both};
use ticketing_events::{Envelope, Event, OrderCancelled, OrderCreated, TicketRef};
use ticketing_expiration::{App, Settings};
use ticketing_platform::clock::Clock;
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{OrderId, TicketId, fixtures};

use crate::support::{Timers, fired_orders, time_at};

on_both! {
    #[tokio::test]
    timer_fires_at_deadline_and_not_before, restart_keeps_deadlines,
    restart_fires_10000_overdue_timers_within_5_seconds;
}

/// A running service and its bus.
struct RunningWorker {
    app: App,
    bus: Bus,
    shutdown: Shutdown,
}

impl RunningWorker {
    fn start(timers: &Timers, clock: &Clock) -> Self {
        let databases = &timers.databases;
        let bus = Bus::open_embedded(&databases.folder().join("bus.db"), EmbeddedOptions::default()).unwrap();
        let app =
            App::open(Settings { database: databases.database("expiration"), clock: clock.clone() }).unwrap();
        let shutdown = Shutdown::new();
        app.start(&bus, &shutdown);
        Self { app, bus, shutdown }
    }

    async fn publish<E: Event>(&self, event: &E) {
        let clock = &self.app.core().clock;
        self.bus.publish(vec![Envelope::encode(clock.new_id(), clock.now(), event).unwrap()]).await.unwrap();
    }

    async fn publish_created(&self, order: &str, seconds: i64) {
        let order = fixtures::order(order, &fixtures::ticket("t"));
        let event = OrderCreated { expires_at: time_at(seconds), ..OrderCreated::from(&order) };
        self.publish(&event).await;
    }

    async fn publish_cancelled(&self, order: &str) {
        let ticket = TicketRef { id: TicketId::new("t") };
        self.publish(&OrderCancelled { id: OrderId::new(order), version: 1, ticket, cancel_reason: None })
            .await;
    }

    async fn wait_until_consumed(&self) {
        eventually_within("the bus has no backlog", Duration::from_secs(10), || async {
            self.bus.backlog().await.unwrap() == 0
        })
        .await;
    }

    async fn wait_until_fired(&self, expected: &[&str]) {
        eventually_within("the timers have fired", Duration::from_secs(1), || async {
            fired_orders(self.app.core()).await == expected
        })
        .await;
    }

    async fn stop(self) {
        self.shutdown.trigger();
        assert!(self.shutdown.wait(Duration::from_secs(5)).await);
    }
}

async fn timer_fires_at_deadline_and_not_before(engine: DbEngine) {
    let timers = Timers::on(engine);
    let clock = timers.core.clock.clone();
    let running = RunningWorker::start(&timers, &clock);
    running.publish_created("later", 100).await;
    running.wait_until_consumed().await;
    running.publish_created("sooner", 50).await;
    running.publish_created("never", 60).await;
    running.wait_until_consumed().await;
    running.publish_cancelled("never").await;
    running.wait_until_consumed().await;
    clock.advance(Duration::from_millis(49_999));
    running.publish_created("at once", 1).await;
    running.wait_until_fired(&["at once"]).await;
    clock.advance(Duration::from_millis(1));
    running.wait_until_fired(&["at once", "sooner"]).await;
    clock.advance(Duration::from_secs(50));
    running.wait_until_fired(&["at once", "sooner", "later"]).await;
    running.stop().await;
}

async fn restart_keeps_deadlines(engine: DbEngine) {
    let timers = Timers::on(engine);
    let clock = timers.core.clock.clone();
    let running = RunningWorker::start(&timers, &clock);
    running.publish_created("o", 100).await;
    running.wait_until_consumed().await;
    running.stop().await;
    clock.advance(Duration::from_millis(99_999));
    let running = RunningWorker::start(&timers, &clock);
    running.publish_created("probe", 1).await;
    running.wait_until_fired(&["probe"]).await;
    clock.advance(Duration::from_millis(1));
    running.wait_until_fired(&["probe", "o"]).await;
    running.stop().await;
}

async fn restart_fires_10000_overdue_timers_within_5_seconds(engine: DbEngine) {
    let timers = Timers::on(engine);
    timers
        .write(|tx| {
            (0..10_000).try_for_each(|number| {
                let order = OrderId::new(format!("o{number:05}"));
                ticketing_expiration::store::schedule(tx, &order, time_at(10), 0).map(drop)
            })
        })
        .await;
    timers.core.clock.advance(Duration::from_secs(3600));
    let started = Instant::now();
    let running = RunningWorker::start(&timers, &timers.core.clock.clone());
    let last_order = || async { running.bus.recent(1).await.unwrap().pop().map(|event| event.aggregate) };
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NOT NULL";
    eventually_within("the relay has published every event", Duration::from_secs(5), || async {
        let published = timers.core.db.read(move |tx| tx.query_one(sql, &[], |row| row.int("n")));
        published.await.map_err(|error: ticketing_platform::db::DbError| error).unwrap() == 10_000
    })
    .await;
    assert!(last_order().await.is_some());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    running.stop().await;
}

//! The loop: it sleeps until the next deadline, whatever the clock and the events do meanwhile.

use std::time::{Duration, Instant};

use ticketing_bus::{Bus, EmbeddedOptions};
use ticketing_engines::{Engine, on_both};
use ticketing_events::{CancelledTicket, Envelope, Event, OrderCancelled, OrderCreated, OrderedTicketRef};
use ticketing_expiration::{App, Settings};
use ticketing_platform::clock::Clock;
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{Money, OrderId, OrderStatus, TicketId, UserId};

use crate::support::{Timers, at, eventually, fired};

on_both! {
    #[tokio::test]
    a_deadline_is_told_when_it_comes_and_not_before, a_restart_moves_no_deadline,
    ten_thousand_overdue_deadlines_are_told_within_five_seconds_of_a_start;
}

/// A running service, and the bus that it hears of orders on.
struct Running {
    app: App,
    bus: Bus,
    shutdown: Shutdown,
}

impl Running {
    fn start(timers: &Timers, clock: &Clock) -> Self {
        let home = &timers.home;
        let bus = Bus::embedded(&home.folder().join("bus.db"), EmbeddedOptions::default()).unwrap();
        let app =
            App::open(Settings { database: home.database("expiration"), clock: clock.clone() }).unwrap();
        let shutdown = Shutdown::new();
        app.start(&bus, &shutdown);
        Self { app, bus, shutdown }
    }

    async fn say<E: Event>(&self, event: &E) {
        let clock = &self.app.core().clock;
        self.bus.publish(vec![Envelope::seal(clock.new_id(), clock.now(), event).unwrap()]).await.unwrap();
    }

    async fn ordered(&self, order: &str, seconds: i64) {
        let event = OrderCreated {
            id: OrderId::new(order),
            version: 0,
            status: OrderStatus::Created,
            user_id: UserId::new("u"),
            expires_at: at(seconds),
            ticket: OrderedTicketRef {
                id: TicketId::new("t"),
                price: Money::from_cents(1999).unwrap(),
                title: None,
                version: None,
            },
        };
        self.say(&event).await;
    }

    async fn cancelled(&self, order: &str) {
        let ticket = CancelledTicket { id: TicketId::new("t") };
        self.say(&OrderCancelled { id: OrderId::new(order), version: 1, ticket }).await;
    }

    async fn has_heard(&self) {
        eventually("all is heard", Duration::from_secs(10), || async {
            self.bus.backlog().await.unwrap() == 0
        })
        .await;
    }

    async fn has_fired(&self, expected: &[&str]) {
        eventually("the deadlines are told", Duration::from_secs(1), || async {
            fired(self.app.core()).await == expected
        })
        .await;
    }

    async fn stop(self) {
        self.shutdown.trigger();
        assert!(self.shutdown.wait(Duration::from_secs(5)).await);
    }
}

async fn a_deadline_is_told_when_it_comes_and_not_before(engine: Engine) {
    let timers = Timers::on(engine);
    let clock = timers.core.clock.clone();
    let running = Running::start(&timers, &clock);
    running.ordered("later", 100).await;
    running.has_heard().await;
    running.ordered("sooner", 50).await;
    running.ordered("never", 60).await;
    running.has_heard().await;
    running.cancelled("never").await;
    running.has_heard().await;
    clock.advance(Duration::from_millis(49_999));
    running.ordered("at once", 1).await;
    running.has_fired(&["at once"]).await;
    clock.advance(Duration::from_millis(1));
    running.has_fired(&["at once", "sooner"]).await;
    clock.advance(Duration::from_secs(50));
    running.has_fired(&["at once", "sooner", "later"]).await;
    running.stop().await;
}

async fn a_restart_moves_no_deadline(engine: Engine) {
    let timers = Timers::on(engine);
    let clock = timers.core.clock.clone();
    let running = Running::start(&timers, &clock);
    running.ordered("o", 100).await;
    running.has_heard().await;
    running.stop().await;
    clock.advance(Duration::from_millis(99_999));
    let running = Running::start(&timers, &clock);
    running.ordered("sign of life", 1).await;
    running.has_fired(&["sign of life"]).await;
    clock.advance(Duration::from_millis(1));
    running.has_fired(&["sign of life", "o"]).await;
    running.stop().await;
}

async fn ten_thousand_overdue_deadlines_are_told_within_five_seconds_of_a_start(engine: Engine) {
    let timers = Timers::on(engine);
    timers
        .write(|tx| {
            (0..10_000).try_for_each(|number| {
                let order = OrderId::new(format!("o{number:05}"));
                ticketing_expiration::store::arm(tx, &order, at(10), 0).map(drop)
            })
        })
        .await;
    timers.core.clock.advance(Duration::from_secs(3600));
    let began = Instant::now();
    let running = Running::start(&timers, &timers.core.clock.clone());
    let last = || async { running.bus.recent(1).await.unwrap().pop().map(|event| event.aggregate) };
    let all = "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NOT NULL";
    eventually("all are told", Duration::from_secs(5), || async {
        let told = timers.core.db.read(move |tx| tx.query_one(all, &[], |row| row.int("n")));
        told.await.map_err(|error: ticketing_platform::db::DbError| error).unwrap() == 10_000
    })
    .await;
    assert!(last().await.is_some());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    running.stop().await;
}

//! A timer is scheduled once, fires once, and is cancelled when its order leaves the status `created`.

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_expiration::store;
use ticketing_sdk::OrderStatus::{AwaitingPayment, Cancelled, Complete};

use crate::support::{Timers, fire, time_at};

on_both! {
    #[tokio::test]
    due_timers_fire_once_in_deadline_order, batch_fires_the_earliest_deadlines,
    timer_of_confirmed_or_cancelled_order_never_fires, events_apply_only_in_version_order,
    fired_timer_ignores_late_cancellation,
    prune_deletes_only_old_timers_of_ended_orders;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    replicas_fire_each_timer_once;
}

async fn due_timers_fire_once_in_deadline_order(engine: DbEngine) {
    let timers = Timers::on(engine);
    for (order, seconds) in [("b", 20), ("a", 10), ("c", 30)] {
        assert_eq!(timers.schedule(order, seconds).await, ApplyOutcome::Done);
    }
    assert_eq!(timers.next_deadline().await, Some(time_at(10)));
    assert_eq!(timers.fire(9, 100).await, 0);
    assert_eq!(timers.fire(10, 100).await, 1);
    assert_eq!(timers.fired_orders().await, ["a"]);
    assert_eq!(timers.next_deadline().await, Some(time_at(20)));
    assert_eq!(timers.fire(1000, 100).await, 2);
    assert_eq!(timers.fire(1000, 100).await, 0);
    let mut fired = timers.fired_orders().await;
    fired.sort_unstable();
    assert_eq!(fired, ["a", "b", "c"]);
    assert_eq!(timers.next_deadline().await, None);
}

async fn batch_fires_the_earliest_deadlines(engine: DbEngine) {
    let timers = Timers::on(engine);
    for (order, seconds) in [("d", 40), ("b", 20), ("c", 30), ("a", 10)] {
        timers.schedule(order, seconds).await;
    }
    for expected in ["a", "b", "c", "d"] {
        assert_eq!(timers.fire(100, 1).await, 1);
        assert_eq!(timers.fired_orders().await.last().unwrap(), expected);
    }
    assert_eq!(timers.fire(100, 1).await, 0);
}

async fn replicas_fire_each_timer_once(engine: DbEngine) {
    let timers = Timers::on(engine);
    for number in 0..50 {
        timers.schedule(&format!("o{number:02}"), 10).await;
    }
    let replica = timers.replica();
    let fires = (0..20).map(|number| fire(if number % 2 == 0 { &timers.core } else { &replica }, 10, 7));
    assert_eq!(join_all(fires).await.into_iter().sum::<u64>(), 50);
    let mut fired = timers.fired_orders().await;
    fired.sort_unstable();
    let expected: Vec<String> = (0..50).map(|number| format!("o{number:02}")).collect();
    assert_eq!(fired, expected);
}

async fn timer_of_confirmed_or_cancelled_order_never_fires(engine: DbEngine) {
    let timers = Timers::on(engine);
    for (order, status) in [("paid", AwaitingPayment), ("cancelled", Cancelled)] {
        timers.schedule(order, 10).await;
        assert_eq!(timers.set_status(order, status, 1).await, ApplyOutcome::Done);
    }
    assert_eq!(timers.set_status("paid", Complete, 2).await, ApplyOutcome::Done);
    assert_eq!(timers.next_deadline().await, None);
    assert_eq!(timers.fire(1000, 100).await, 0);
}

async fn events_apply_only_in_version_order(engine: DbEngine) {
    let timers = Timers::on(engine);
    assert_eq!(
        timers.set_status("o", Cancelled, 1).await,
        ApplyOutcome::OutOfOrder,
        "order:created was not applied yet"
    );
    assert_eq!(timers.next_deadline().await, None);
    assert_eq!(timers.schedule("o", 10).await, ApplyOutcome::Done);
    assert_eq!(timers.schedule("o", 99).await, ApplyOutcome::Duplicate);
    assert_eq!(
        timers.next_deadline().await,
        Some(time_at(10)),
        "a redelivered order:created keeps the deadline"
    );
    assert_eq!(timers.set_status("o", Complete, 2).await, ApplyOutcome::OutOfOrder);
    assert_eq!(timers.next_deadline().await, Some(time_at(10)));
    assert_eq!(timers.set_status("o", AwaitingPayment, 1).await, ApplyOutcome::Done);
    assert_eq!(timers.set_status("o", AwaitingPayment, 1).await, ApplyOutcome::Duplicate);
    assert_eq!(timers.schedule("o", 10).await, ApplyOutcome::Duplicate, "order:created is a duplicate");
    assert_eq!(timers.next_deadline().await, None);
    assert_eq!(timers.set_status("o", Complete, 2).await, ApplyOutcome::Done);
}

async fn fired_timer_ignores_late_cancellation(engine: DbEngine) {
    let timers = Timers::on(engine);
    timers.schedule("o", 10).await;
    assert_eq!(timers.fire(10, 100).await, 1);
    assert_eq!(timers.set_status("o", Cancelled, 1).await, ApplyOutcome::Done);
    assert_eq!(timers.fire(1000, 100).await, 0);
    assert_eq!(timers.fired_orders().await, ["o"]);
}

async fn prune_deletes_only_old_timers_of_ended_orders(engine: DbEngine) {
    let timers = Timers::on(engine);
    for order in ["open", "paid", "ended"] {
        timers.schedule(order, 10).await;
    }
    timers.set_status("paid", AwaitingPayment, 1).await;
    timers.set_status("ended", Cancelled, 1).await;
    for (days, remaining) in [(13, 3), (15, 2)] {
        let now = time_at(10) + Duration::from_secs(days * 24 * 3600);
        timers.write(move |tx| store::prune(tx, now)).await;
        let count = |tx: &mut ticketing_platform::db::Tx<'_>| {
            tx.query_one("SELECT COUNT(*) AS n FROM timers", &[], |row| row.int("n"))
        };
        assert_eq!(timers.write(count).await, remaining, "after {days} days");
    }
    assert_eq!(timers.fire(i64::from(u32::MAX), 100).await, 1, "the timer of the open order is kept");
}

//! The timers: set once, fired once, dropped when the order moves on.

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_bus::Effect;
use ticketing_engines::{Engine, on_both};
use ticketing_expiration::store;
use ticketing_sdk::OrderStatus::{AwaitingPayment, Cancelled, Complete};

use crate::support::{Timers, at, fire};

on_both! {
    #[tokio::test]
    what_is_due_is_fired_once_the_oldest_first, a_batch_takes_the_oldest,
    an_order_that_moves_on_has_no_deadline, only_the_next_version_is_applied,
    a_deadline_that_was_fired_is_not_fired_again_when_the_news_of_the_end_come_late,
    only_what_ended_long_ago_is_forgotten;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    replicas_fire_each_deadline_once;
}

async fn what_is_due_is_fired_once_the_oldest_first(engine: Engine) {
    let timers = Timers::on(engine);
    for (order, seconds) in [("b", 20), ("a", 10), ("c", 30)] {
        assert_eq!(timers.arm(order, seconds).await, Effect::Done);
    }
    assert_eq!(timers.next().await, Some(at(10)));
    assert_eq!(timers.fire(9, 100).await, 0);
    assert_eq!(timers.fire(10, 100).await, 1);
    assert_eq!(timers.fired().await, ["a"]);
    assert_eq!(timers.next().await, Some(at(20)));
    assert_eq!(timers.fire(1000, 100).await, 2);
    assert_eq!(timers.fire(1000, 100).await, 0);
    let mut fired = timers.fired().await;
    fired.sort_unstable();
    assert_eq!(fired, ["a", "b", "c"]);
    assert_eq!(timers.next().await, None);
}

async fn a_batch_takes_the_oldest(engine: Engine) {
    let timers = Timers::on(engine);
    for (order, seconds) in [("d", 40), ("b", 20), ("c", 30), ("a", 10)] {
        timers.arm(order, seconds).await;
    }
    for expected in ["a", "b", "c", "d"] {
        assert_eq!(timers.fire(100, 1).await, 1);
        assert_eq!(timers.fired().await.last().unwrap(), expected);
    }
    assert_eq!(timers.fire(100, 1).await, 0);
}

async fn replicas_fire_each_deadline_once(engine: Engine) {
    let timers = Timers::on(engine);
    for number in 0..50 {
        timers.arm(&format!("o{number:02}"), 10).await;
    }
    let replica = timers.replica();
    let fires = (0..20).map(|number| fire(if number % 2 == 0 { &timers.core } else { &replica }, 10, 7));
    assert_eq!(join_all(fires).await.into_iter().sum::<u64>(), 50);
    let mut fired = timers.fired().await;
    fired.sort_unstable();
    let expected: Vec<String> = (0..50).map(|number| format!("o{number:02}")).collect();
    assert_eq!(fired, expected);
}

async fn an_order_that_moves_on_has_no_deadline(engine: Engine) {
    let timers = Timers::on(engine);
    for (order, status) in [("paid", AwaitingPayment), ("cancelled", Cancelled)] {
        timers.arm(order, 10).await;
        assert_eq!(timers.moved(order, status, 1).await, Effect::Done);
    }
    assert_eq!(timers.moved("paid", Complete, 2).await, Effect::Done);
    assert_eq!(timers.next().await, None);
    assert_eq!(timers.fire(1000, 100).await, 0);
}

async fn only_the_next_version_is_applied(engine: Engine) {
    let timers = Timers::on(engine);
    assert_eq!(timers.moved("o", Cancelled, 1).await, Effect::Early, "its beginning has not come yet");
    assert_eq!(timers.next().await, None);
    assert_eq!(timers.arm("o", 10).await, Effect::Done);
    assert_eq!(timers.arm("o", 99).await, Effect::Stale);
    assert_eq!(timers.next().await, Some(at(10)), "a deadline does not move");
    assert_eq!(timers.moved("o", Complete, 2).await, Effect::Early);
    assert_eq!(timers.next().await, Some(at(10)));
    assert_eq!(timers.moved("o", AwaitingPayment, 1).await, Effect::Done);
    assert_eq!(timers.moved("o", AwaitingPayment, 1).await, Effect::Stale);
    assert_eq!(timers.arm("o", 10).await, Effect::Stale, "the beginning does not come twice");
    assert_eq!(timers.next().await, None);
    assert_eq!(timers.moved("o", Complete, 2).await, Effect::Done);
}

async fn a_deadline_that_was_fired_is_not_fired_again_when_the_news_of_the_end_come_late(engine: Engine) {
    let timers = Timers::on(engine);
    timers.arm("o", 10).await;
    assert_eq!(timers.fire(10, 100).await, 1);
    assert_eq!(timers.moved("o", Cancelled, 1).await, Effect::Done);
    assert_eq!(timers.fire(1000, 100).await, 0);
    assert_eq!(timers.fired().await, ["o"]);
}

async fn only_what_ended_long_ago_is_forgotten(engine: Engine) {
    let timers = Timers::on(engine);
    for order in ["open", "paid", "ended"] {
        timers.arm(order, 10).await;
    }
    timers.moved("paid", AwaitingPayment, 1).await;
    timers.moved("ended", Cancelled, 1).await;
    for (days, left) in [(13, 3), (15, 2)] {
        let now = at(10) + Duration::from_secs(days * 24 * 3600);
        timers.write(move |tx| store::prune(tx, now)).await;
        let count = |tx: &mut ticketing_platform::db::Tx<'_>| {
            tx.query_one("SELECT COUNT(*) AS n FROM timers", &[], |row| row.int("n"))
        };
        assert_eq!(timers.write(count).await, left, "after {days} days");
    }
    assert_eq!(timers.fire(i64::from(u32::MAX), 100).await, 1, "the open one still has its deadline");
}

//! Alerts, polls, and states that arrive out of order.

use super::*;
use crate::effect::CallId;
use ticketing_sdk::fixtures;

const NOW: i64 = 1_800_000_000_000;

/// An order of the tests, held for fifteen minutes from [`NOW`].
fn order(id: &str, version: i64, status: OrderStatus) -> Order {
    fixtures::order(id, &fixtures::ticket("t").title("Jazz"))
        .user_id("me")
        .status(status)
        .expires_at(Timestamp::from_millis(NOW + 900_000))
        .version(version)
        .created_at(Timestamp::from_millis(NOW))
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW + seconds * 1000)
}

#[test]
fn each_warning_is_shown_once_before_expiry() {
    let mut orders = KnownOrders::default();
    orders.update(&order("o", 0, OrderStatus::Created));
    let mut seen = Vec::new();
    for second in 0..902 {
        for alert in orders.tick(timestamp(second)) {
            seen.push((900 - second, alert));
        }
    }
    let left = |seconds: i64| {
        (seconds, OrderAlert::TimeLeft("o".into(), Duration::from_secs(seconds.unsigned_abs())))
    };
    let mut expected: Vec<_> = [600, 300, 120, 60, 30, 10].map(left).into();
    expected.extend([
        (0, OrderAlert::DeadlinePassed("o".into())),
        (0, OrderAlert::Refresh("o".into())),
        (-1, OrderAlert::Refresh("o".into())),
    ]);
    assert_eq!(seen, expected);
}

#[test]
fn order_first_seen_near_its_end_gives_no_earlier_warnings() {
    let mut orders = KnownOrders::default();
    orders.update(&order("o", 0, OrderStatus::Created));
    assert_eq!(orders.tick(timestamp(880)), []);
    assert_eq!(orders.tick(timestamp(891)), [OrderAlert::TimeLeft("o".into(), Duration::from_secs(9))]);
}

#[test]
fn open_order_wakes_each_second() {
    let mut orders = KnownOrders::default();
    assert_eq!(orders.wakes_at(timestamp(0)), None);
    orders.update(&order("o", 0, OrderStatus::Created));
    assert_eq!(orders.wakes_at(timestamp(0)), Some(timestamp(1)));
    let between = Timestamp::from_millis(NOW + 1_300);
    assert_eq!(orders.wakes_at(between), Some(timestamp(2)));
    orders.update(&order("o", 1, OrderStatus::Complete));
    assert_eq!(orders.wakes_at(between), None);
    assert_eq!(orders.tick(timestamp(10_000)), []);
}

#[test]
fn older_order_does_not_overwrite_newer() {
    let mut orders = KnownOrders::default();
    orders.update(&order("o", 2, OrderStatus::Complete));
    orders.update(&order("o", 0, OrderStatus::Created));
    assert_eq!(orders.get(&"o".into()).map(|order| order.status), Some(OrderStatus::Complete));
    orders.records.begin_load(CallId(1));
    orders.replace(&[]);
    assert_eq!(orders.list(), []);
}

#[test]
fn list_read_before_an_order_does_not_remove_it() {
    let mut orders = KnownOrders::default();
    orders.update(&order("old", 0, OrderStatus::Created));
    orders.records.begin_load(CallId(1));
    orders.update(&order("new", 0, OrderStatus::Created));
    orders.replace(&[]);
    let ids: Vec<_> = orders.list().iter().map(|order| order.id.as_str()).collect();
    assert_eq!(ids, ["new"]);
    orders.records.begin_load(CallId(2));
    orders.replace(&[]);
    assert_eq!(orders.list(), [], "the second list was asked for later");
}

#[test]
fn paid_order_is_not_opened_by_a_list_of_its_old_version() {
    let mut orders = KnownOrders::default();
    let open = order("o", 0, OrderStatus::Created);
    orders.update(&open);
    let payment = succeeded_payment();
    orders.record_payment(&"o".into(), &payment);
    orders.records.begin_load(CallId(1));
    orders.replace(&[open]);
    assert_eq!(orders.open().count(), 0);
}

fn succeeded_payment() -> Payment {
    Payment::new("p").order_id("o").status(ticketing_sdk::PaymentStatus::Succeeded)
}

//! The orders of the user, in all states.

use ticketing_sdk::{OrderStatus, Timestamp};
use ticketing_tui::ApiCall;

use super::screen_tests;
use crate::support::{Harness, NOW, answer, fixtures};

fn open(harness: &mut Harness) {
    harness.sign_in();
    harness.press("2");
    harness.answer_reads();
}

/// An order in each state, and some with titles that need care.
fn all(harness: &mut Harness) {
    let statuses = [
        OrderStatus::Created,
        OrderStatus::AwaitingPayment,
        OrderStatus::Complete,
        OrderStatus::Cancelled,
        OrderStatus::Created,
    ];
    let mut tickets = fixtures::tickets();
    tickets.truncate(4);
    tickets.push(fixtures::odd_tickets()[0].clone());
    harness.server.orders = statuses
        .iter()
        .zip(&tickets)
        .enumerate()
        .map(|(n, (status, ticket))| {
            let at = Timestamp::from_millis(NOW - 60_000 * n as i64);
            fixtures::order(&format!("o{n}"), ticket, *status).created_at(at)
        })
        .collect();
    harness.server.orders[4].expires_at = Timestamp::from_millis(NOW + 42_000);
    open(harness);
}

screen_tests! {
    signed_out: |harness| {
        harness.go_live();
        harness.press("2");
    };
    empty: open;
    failed: |harness| {
        harness.server.user = Some(fixtures::me());
        answer!(harness, ApiCall::Session, Ok(ticketing_tui::Reply::Session(Some(fixtures::me()))));
        answer!(harness, ApiCall::Orders, Err(fixtures::offline_error()));
        harness.press("2");
        answer!(harness, ApiCall::Orders, Err(fixtures::offline_error()));
    };
    -SMALL +LARGE filled: all;
}

#[test]
fn order_that_is_being_cancelled_says_so() {
    let mut harness = Harness::signed_in();
    all(&mut harness);
    harness.press("x y");
    assert!(harness.selected().contains("Cancelling"), "{}", harness.selected());
}

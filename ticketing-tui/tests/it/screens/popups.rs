//! The popups: help, palette, prices, and confirmations.

use ticketing_sdk::{OrderStatus, Ticket};
use ticketing_tui::{ApiCall, Reply};

use super::screen_tests;
use crate::support::{Harness, answer, fixtures};

fn open_prices(harness: &mut Harness) {
    harness.sign_in();
    harness.press("$");
}

fn open_commands(harness: &mut Harness) {
    harness.sign_in();
    harness.press(":");
}

fn open_passes(harness: &mut Harness) {
    harness.server.passes = vec![fixtures::pass("p1", "Jazz at the lake")];
    harness.sign_in();
    harness.press("6");
    harness.answer_reads();
}

fn open_held_order(harness: &mut Harness, ticket: &Ticket) {
    harness.server.orders = vec![fixtures::order("o1", ticket, OrderStatus::Created)];
    harness.sign_in();
    harness.press("2");
    harness.answer_reads();
}

screen_tests! {
    -SMALL help: |harness| {
        harness.sign_in();
        harness.press("?");
    };
    commands: open_commands;
    -SMALL prices_with_faults: |harness| {
        open_prices(harness);
        harness.type_text("abc");
        harness.press("tab");
        harness.type_text("1,50");
        harness.press("enter");
    };
    asks_to_cancel_what_is_long: |harness| {
        open_held_order(harness, &fixtures::odd_tickets()[4]);
        harness.press("x");
    };
    claim: |harness| {
        open_passes(harness);
        harness.press("c enter");
    };
    -SMALL transfer: |harness| {
        open_passes(harness);
        harness.press("t y");
        answer!(harness, ApiCall::GiveAway(_), Ok(Reply::Transfer(fixtures::transfer())));
    };
    -SMALL resale: |harness| {
        open_passes(harness);
        harness.press("s");
        harness.type_text("39");
        harness.press("enter");
    };
    asks_at_a_new_price: |harness| {
        harness.sign_in();
        harness.press("b");
        answer!(harness, ApiCall::Reserve(..), Err(fixtures::price_changed("45")));
        harness.answer_reads();
    };
}

#[test]
fn command_that_does_not_exist_is_named_as_such() {
    let mut harness = Harness::signed_in();
    harness.press(":");
    harness.type_text("xyzzy");
    harness.assert_shows("No command is called that");
}

#[test]
fn quitting_during_a_payment_asks() {
    let mut harness = Harness::signed_in();
    open_held_order(&mut harness, &fixtures::tickets()[0]);
    harness.press("enter");
    harness.type_text("tok_visa");
    harness.press("enter q");
    harness.assert_shows("Leave while a payment is in progress?");
    harness.assert_shows("The payment continues; your orders show its outcome.");
}

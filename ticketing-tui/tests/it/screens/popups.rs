//! The popups: help, palette, prices, and confirmations.

use ticketing_sdk::{OrderStatus, Ticket};
use ticketing_tui::Call;

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

fn held(harness: &mut Harness, ticket: &Ticket) {
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
    -SMALL commands: open_commands;
    commands_not_found: |harness| {
        open_commands(harness);
        harness.type_text("xyzzy");
    };
    prices: open_prices;
    -SMALL prices_with_faults: |harness| {
        open_prices(harness);
        harness.type_text("abc");
        harness.press("tab");
        harness.type_text("1,50");
        harness.press("enter");
    };
    asks_to_cancel_what_is_long: |harness| {
        held(harness, &fixtures::odd_tickets()[4]);
        harness.press("x");
    };
    asks_to_quit: |harness| {
        held(harness, &fixtures::tickets()[0]);
        harness.press("enter");
        harness.type_text("tok_visa");
        harness.press("enter q");
    };
    asks_at_a_new_price: |harness| {
        harness.sign_in();
        harness.press("b");
        answer!(harness, Call::Reserve(..), Err(fixtures::price_changed("45")));
        harness.answer_reads();
    };
}

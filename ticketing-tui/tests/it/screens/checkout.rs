//! An order from the reservation to its end.

use ticketing_sdk::{Order, OrderStatus, Ticket};
use ticketing_tui::ApiCall;

use super::{assert_screen, screen_tests};
use crate::support::{Harness, answer, fixtures};

fn order_with_status(status: OrderStatus) -> Order {
    fixtures::order("o1", &fixtures::tickets()[0], status)
}

/// Opens an order that is there already.
fn open(harness: &mut Harness, order: Order) {
    harness.server.orders = vec![order];
    harness.sign_in();
    harness.press("2");
    harness.answer_reads();
    harness.press("enter");
    harness.answer_reads();
}

fn hold(harness: &mut Harness) {
    open(harness, order_with_status(OrderStatus::Created));
    harness.advance(61_400);
}

/// Pays with a card, and waits.
fn pay(harness: &mut Harness) {
    hold(harness);
    harness.type_text("tok_visa");
    harness.press("enter");
}

fn open_odd_title(harness: &mut Harness, at: usize) {
    let ticket: Ticket = fixtures::odd_tickets()[at].clone();
    open(harness, fixtures::order("o1", &ticket, OrderStatus::Created));
}

fn expire(harness: &mut Harness) {
    hold(harness);
    harness.pending.clear();
    harness.advance_with_wakeups(840_000);
}

screen_tests! {
    -SMALL held: hold;
    paying: pay;
    -SMALL declined: |harness| {
        pay(harness);
        answer!(harness, ApiCall::Pay { .. }, Err(fixtures::card_declined()));
        harness.answer_reads();
    };
    expired: |harness| {
        harness.server.skew = 0;
        expire(harness);
        harness.server.orders = vec![order_with_status(OrderStatus::Cancelled)];
        harness.answer_reads();
        harness.advance(10_000);
    };
    complete: |harness| open(harness, order_with_status(OrderStatus::Complete));
    -SMALL titled_long: |harness| open_odd_title(harness, 4);
    -SMALL +LARGE on_page: |harness| {
        harness.server.has_card_form = true;
        hold(harness);
    };
}

#[test]
fn in_ascii() {
    assert_screen(module_path!(), "in_ascii", &[(80, 24)], Harness::ascii, |harness| {
        pay(harness);
        answer!(harness, ApiCall::Pay { .. }, Err(fixtures::card_declined()));
        harness.answer_reads();
    });
}

#[test]
fn missing_card_is_asked_for_below_its_field() {
    let mut harness = Harness::signed_in();
    hold(&mut harness);
    harness.press("enter");
    harness.assert_shows("Which card? Write its token, like tok_visa");
}

#[test]
fn refused_payment_is_shown_once_between_ticket_and_card() {
    let mut harness = Harness::signed_in();
    pay(&mut harness);
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::card_declined()));
    harness.answer_reads();
    let screen = harness.screen();
    assert_eq!(screen.matches("The card was declined").count(), 1, "{screen}");
    let line = |words: &str| screen.lines().position(|line| line.contains(words)).expect(words);
    let lines = ["╰", "━━", "The card was declined", "The ticket is still reserved", "Card ", "pays $38.00"]
        .map(line);
    assert!(lines.is_sorted(), "{screen}");
}

/// Elsewhere the refusal is a message.
#[test]
fn refused_payment_of_a_screen_that_was_left_is_a_message() {
    let mut harness = Harness::signed_in();
    pay(&mut harness);
    harness.press("1");
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::card_declined()));
    harness.assert_shows("✗ The card was declined");
}

//! Paying where the provider's form on the page of the order takes the card.

use ticketing_sdk::{Order, OrderStatus};
use ticketing_tui::{ApiCall, Effect, Reply};

use crate::support::{Harness, answer, count_effects, count_pending, fixtures};

const PAGE: &str = "http://127.0.0.1:3000/orders/o1";

fn order(status: OrderStatus) -> Order {
    fixtures::order("o1", &fixtures::tickets()[0], status)
}

/// The user has reserved the first ticket and opened the order.
fn open_reserved_order(size: (u16, u16)) -> Harness {
    let mut harness = Harness::new(size, ticketing_tui::Colours::True);
    harness.server.has_card_form = true;
    harness.sign_in();
    harness.press("b");
    harness.server.orders = vec![order(OrderStatus::Created)];
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    harness.answer_reads();
    harness
}

#[test]
fn order_shows_its_page_and_asks_for_no_token() {
    let mut harness = open_reserved_order((80, 24));
    harness.assert_shows("15:00 left");
    harness.assert_shows(PAGE);
    harness.assert_shows("▀");
    harness.assert_hides("tok_visa");
    harness.press("enter");
    assert_eq!(count_effects!(harness, Effect::Browse(address) if address == PAGE), 1);
    assert_eq!(count_pending!(harness, ApiCall::Pay { .. }), 0);
}

#[test]
fn order_is_followed_until_it_is_paid() {
    let mut harness = open_reserved_order((80, 24));
    harness.advance_with_wakeups(2_000);
    assert_eq!(count_pending!(harness, ApiCall::Order(_)), 1, "it is looked at");
    harness.answer_reads();
    harness.server.orders = vec![order(OrderStatus::Complete)];
    harness.advance_with_wakeups(2_000);
    harness.answer_reads();
    harness.assert_shows("Paid: Jazz at the lake is yours");
    harness.assert_shows("Paid. The ticket is yours.");
    harness.advance_with_wakeups(60_000);
    assert_eq!(count_pending!(harness, ApiCall::Order(_)), 0, "it is no longer looked at");
}

#[test]
fn order_is_followed_from_another_screen() {
    let mut harness = open_reserved_order((80, 24));
    harness.press("esc 4");
    harness.server.orders = vec![order(OrderStatus::Complete)];
    harness.advance_with_wakeups(2_000);
    harness.answer_reads();
    harness.assert_shows("Paid: Jazz at the lake is yours");
}

#[test]
fn order_expires_while_its_page_is_shown() {
    let mut harness = open_reserved_order((80, 24));
    harness.server.orders = vec![order(OrderStatus::Cancelled)];
    harness.advance_with_wakeups(901_000);
    harness.answer_reads();
    harness.assert_shows("The reservation expired before it was paid");
    harness.advance_with_wakeups(60_000);
    assert_eq!(count_pending!(harness, ApiCall::Order(_)), 0);
}

#[test]
fn small_terminal_shows_the_address_without_a_code() {
    let mut harness = open_reserved_order((40, 12));
    harness.assert_shows("Pay on this page:");
    harness.assert_shows("http://127.0.0.1:3000/orders/o1");
    harness.assert_hides("▀");
}

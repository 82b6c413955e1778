//! The purchase of a ticket.

use ticketing_sdk::{ErrorCode, Order, OrderStatus, PaymentStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{ApiCall, Effect, Reply};

use crate::support::{Harness, answer, count_effects, count_pending, fixtures, is_write};

fn order(status: OrderStatus) -> Order {
    fixtures::order("o1", &fixtures::tickets()[0], status)
}

/// Reserves the first ticket of the market.
fn reserve(harness: &mut Harness) {
    harness.press("b");
    harness.server.orders = vec![order(OrderStatus::Created)];
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    harness.answer_reads();
}

fn pay_with(harness: &mut Harness, token: &str) {
    harness.type_text(token);
    harness.press("enter");
}

fn answer_payment(harness: &mut Harness) {
    let payment = fixtures::payment(PaymentStatus::Succeeded);
    answer!(harness, ApiCall::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
}

#[test]
fn ticket_is_reserved_and_paid_for() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    harness.assert_shows("Jazz at the lake is reserved for you for 15 min");
    harness.assert_shows("15:00 left");
    pay_with(&mut harness, "tok_visa");
    harness.assert_shows("Paying $38.00");
    answer_payment(&mut harness);
    harness.assert_shows("Paid: Jazz at the lake is yours");
    harness.server.orders = vec![order(OrderStatus::Complete)];
    harness.answer_reads();
    harness.assert_shows("Paid. The ticket is yours.");
    harness.press("esc");
    harness.assert_shows("Yours");
    harness.assert_hides("●1");
}

#[test]
fn declined_card_keeps_the_order_and_another_card_pays() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_chargeDeclined");
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::card_declined()));
    harness.answer_reads();
    harness.assert_shows("The card was declined");
    harness.assert_shows("The ticket is still reserved");
    harness.assert_hides("tok_chargeDeclined");
    pay_with(&mut harness, "tok_visa");
    harness.assert_hides("The ticket is still reserved");
    answer_payment(&mut harness);
    harness.assert_shows("Paid: Jazz at the lake is yours");
    harness.assert_hides("letters do nothing until then");
}

#[test]
fn unknown_payment_outcome_is_shown_and_can_be_retried() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::unknown()));
    harness.answer_reads();
    harness.assert_shows("finds out, and never charges");
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::Pay { .. }), 1, "the card is still written there");
    answer_payment(&mut harness);
    harness.assert_shows("Paid: Jazz at the lake is yours");
}

#[test]
fn second_key_while_reserving_sends_nothing() {
    let mut harness = Harness::signed_in();
    harness.press("b b b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1);
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    harness.assert_shows(" left");
}

#[test]
fn second_enter_while_paying_sends_nothing() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    harness.press("enter enter p ctrl-x y");
    assert_eq!(count_pending!(harness, ApiCall::Pay { .. }), 1);
    assert_eq!(count_pending!(harness, ApiCall::Cancel(_)), 0);
    harness.press("esc 2");
    harness.answer_reads();
    harness.press("enter enter");
    assert_eq!(count_pending!(harness, ApiCall::Pay { .. }), 1, "nor from another screen");
}

#[test]
fn card_number_is_never_sent() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "4242 4242 4242 4242");
    assert_eq!(count_pending!(harness, ApiCall::Pay { .. }), 0);
    harness.assert_shows("That looked like a card number");
    harness.assert_hides("4242");
}

#[test]
fn lost_race_names_the_other_buyer_and_updates_the_ticket() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    let lost = fixtures::refusal(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(harness, ApiCall::Reserve(..), Err(lost));
    harness.server.market[0] = fixtures::next_version(&fixtures::tickets()[0], TicketStatus::Reserved);
    harness.answer_reads();
    harness.assert_shows("Jazz at the lake was just reserved by another buyer");
    assert!(harness.selected().contains("Reserved"), "{}", harness.selected());
}

#[test]
fn ticket_reserved_by_another_is_dimmed_and_not_for_sale() {
    let mut harness = Harness::signed_in();
    harness.press("enter");
    harness.answer_reads();
    let taken = fixtures::next_version(&fixtures::tickets()[0], TicketStatus::Reserved);
    harness.feed(fixtures::change(TicketChangeKind::Updated, taken));
    harness.assert_shows("Another buyer has reserved this");
    harness.press("b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
    harness.press("esc b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0, "nor in the list");
}

#[test]
fn missing_ticket_is_reported_as_no_longer_for_sale() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    answer!(harness, ApiCall::Reserve(..), Err(fixtures::refusal(ErrorCode::NotFound, "Not Found")));
    harness.assert_shows("Jazz at the lake is no longer for sale");
}

#[test]
fn ticket_missing_on_the_server_is_not_offered() {
    let mut harness = Harness::signed_in();
    harness.server.market.remove(0);
    harness.press("enter");
    harness.answer_reads();
    harness.assert_hides("reserves it for you");
}

#[test]
fn cancel_asks_and_then_cancels_the_order() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    harness.press("ctrl-x");
    harness.assert_shows("Cancel the order of Jazz at the lake?");
    harness.press("y");
    harness.assert_shows("Cancelling");
    answer!(harness, ApiCall::Cancel(_), Ok(Reply::Done));
    harness.server.orders = vec![order(OrderStatus::Cancelled)];
    harness.answer_reads();
    harness.assert_shows("This order was cancelled");
}

#[test]
fn held_ticket_opens_its_checkout() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    harness.press("esc b");
    harness.assert_shows(" left");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
}

#[test]
fn quitting_while_paying_asks() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    harness.press("ctrl-c");
    harness.assert_shows("Leave while a payment is in progress?");
    assert_eq!(count_effects!(harness, Effect::Quit), 0);
    harness.press("n q y");
    assert_eq!(count_effects!(harness, Effect::Quit), 1);
    assert!(harness.has_ended());
}

#[test]
fn paid_order_is_not_shown_as_being_paid() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    answer_payment(&mut harness);
    harness.assert_hides("The card is authorized");
}

#[test]
fn asking_to_quit_twice_asks_once() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    harness.press("ctrl-c ctrl-c n");
    harness.assert_hides("Leave while a payment is in progress?");
    harness.assert_shows("Paying $38.00");
}

#[test]
fn checkout_without_a_session_stops_loading() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::signed_out()));
    harness.server.user = None;
    harness.pending.retain(|(_, call)| !matches!(call, ApiCall::Order(_)));
    harness.answer_reads();
    harness.assert_hides("Loading the order");
}

#[test]
fn refusal_by_an_own_earlier_order_names_no_other_buyer() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    harness.server.orders = vec![order(OrderStatus::Created)];
    let refused = fixtures::refusal(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(harness, ApiCall::Reserve(..), Err(refused));
    harness.answer_reads();
    harness.assert_shows("Jazz at the lake is already reserved for you");
    harness.assert_hides("another buyer");
    harness.press("b");
    harness.assert_shows(" left");
}

#[test]
fn order_carries_the_price_that_was_shown() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    let (_, call) = harness.pending.iter().find(|(_, call)| is_write(call)).unwrap();
    assert!(matches!(call, ApiCall::Reserve(_, price) if price.to_string() == "38.00"), "{call:?}");
}

#[test]
fn changed_price_is_shown_and_asked_about() {
    let mut harness = Harness::signed_in();
    harness.press("enter");
    harness.answer_reads();
    harness.press("b");
    answer!(harness, ApiCall::Reserve(..), Err(fixtures::price_changed("45")));
    harness.answer_reads();
    harness.assert_shows("Reserve Jazz at the lake for $45.00?");
    harness.assert_shows("It cost $38.00 when it was shown");
    harness.press("n");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
    harness.press("b");
    answer!(harness, ApiCall::Reserve(..), Err(fixtures::price_changed("45")));
    harness.press("y");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(_, price) if price.to_string() == "45.00"), 1);
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    harness.assert_shows(" left");
}

#[test]
fn changed_price_is_reported_after_its_screen_was_left() {
    let mut harness = Harness::signed_in();
    harness.press("b 4");
    answer!(harness, ApiCall::Reserve(..), Err(fixtures::price_changed("45")));
    harness.assert_shows("Jazz at the lake costs $45.00 now, not $38.00; nothing was reserved");
    harness.assert_hides("Reserve Jazz");
}

#[test]
fn unknown_payment_without_keys_promises_no_safe_retry() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    let unknown = fixtures::unknown_without_keys();
    answer!(harness, ApiCall::Pay { .. }, Err(unknown));
    harness.answer_reads();
    harness.assert_shows("this server may");
    harness.assert_hides("never charges twice");
    harness.assert_hides("Try another card");
}

#[test]
fn only_a_declined_card_is_advised_to_be_replaced() {
    let mut harness = Harness::signed_in();
    reserve(&mut harness);
    pay_with(&mut harness, "tok_visa");
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::offline_error()));
    harness.answer_reads();
    harness.assert_shows("The server cannot be reached");
    harness.assert_hides("Try another card");
}

#[test]
fn order_of_unknown_outcome_is_looked_up() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    harness.server.orders = vec![order(OrderStatus::Created)];
    answer!(harness, ApiCall::Reserve(..), Err(fixtures::unknown()));
    harness.answer_reads();
    harness.press("b");
    harness.assert_shows(" left");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
}

//! From a ticket to its being one's own.

use ticketing_sdk::{ErrorCode, Order, OrderStatus, PaymentStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{Call, Effect, Reply};

use crate::support::{Stage, answer, asked, props, waiting};

fn order(status: OrderStatus) -> Order {
    props::order("o1", &props::tickets()[0], status)
}

/// Reserves the first ticket of the market.
fn reserve(stage: &mut Stage) {
    stage.press("b");
    stage.world.orders = vec![order(OrderStatus::Created)];
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    stage.settle();
}

fn pay_with(stage: &mut Stage, token: &str) {
    stage.write(token);
    stage.press("enter");
}

fn paid(stage: &mut Stage) {
    let payment = props::payment(PaymentStatus::Succeeded);
    answer!(stage, Call::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
}

#[test]
fn a_ticket_is_reserved_paid_for_and_one_s_own() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    stage.sees("Jazz at the lake is reserved for you for 15 min");
    stage.sees("Reserved for you  15:00");
    pay_with(&mut stage, "tok_visa");
    stage.sees("Paying $38.00");
    paid(&mut stage);
    stage.sees("Paid: Jazz at the lake is yours");
    stage.world.orders = vec![order(OrderStatus::Complete)];
    stage.settle();
    stage.sees("Paid. The ticket is yours.");
    stage.press("esc");
    stage.sees("Yours");
    stage.does_not_see("●1");
}

#[test]
fn a_declined_card_leaves_the_reservation_and_another_card_pays() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_chargeDeclined");
    answer!(stage, Call::Pay { .. }, Err(props::declined()));
    stage.settle();
    stage.sees("The card was declined");
    stage.sees("The ticket is still reserved");
    stage.press("ctrl-u");
    pay_with(&mut stage, "tok_visa");
    stage.does_not_see("The ticket is still reserved");
    paid(&mut stage);
    stage.sees("Paid: Jazz at the lake is yours");
}

#[test]
fn unknown_payment_outcome_is_shown_and_can_be_retried() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    answer!(stage, Call::Pay { .. }, Err(props::unknown()));
    stage.settle();
    stage.sees("never charges twice");
    stage.press("enter");
    assert_eq!(waiting!(stage, Call::Pay { .. }), 1, "the card is still written there");
    paid(&mut stage);
    stage.sees("Paid: Jazz at the lake is yours");
}

#[test]
fn a_second_key_while_reserving_sends_nothing_and_still_leads_to_the_checkout() {
    let mut stage = Stage::signed_in();
    stage.press("b b b");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 1);
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    stage.sees("Reserved for you");
}

#[test]
fn a_second_enter_while_paying_sends_nothing() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    stage.press("enter enter p ctrl-x enter");
    assert_eq!(waiting!(stage, Call::Pay { .. }), 1);
    assert_eq!(waiting!(stage, Call::Cancel(_)), 0);
    stage.press("esc 2");
    stage.settle();
    stage.press("enter enter");
    assert_eq!(waiting!(stage, Call::Pay { .. }), 1, "nor from another screen");
}

#[test]
fn a_card_number_never_leaves() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "4242 4242 4242 4242");
    assert_eq!(waiting!(stage, Call::Pay { .. }), 0);
    stage.sees("That looked like a card number");
    stage.does_not_see("4242");
}

#[test]
fn lost_race_names_the_other_buyer_and_updates_the_ticket() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    let lost = props::refused(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(stage, Call::Reserve(..), Err(lost));
    stage.world.market[0] = props::later(&props::tickets()[0], TicketStatus::Reserved);
    stage.settle();
    stage.sees("Jazz at the lake was just reserved by another buyer");
    assert!(stage.selected().contains("Reserved"), "{}", stage.selected());
}

#[test]
fn what_another_reserves_greys_out_at_once_and_cannot_be_bought() {
    let mut stage = Stage::signed_in();
    stage.press("enter");
    stage.settle();
    let taken = props::later(&props::tickets()[0], TicketStatus::Reserved);
    stage.feed(props::change(TicketChangeKind::Updated, taken));
    stage.sees("Another buyer has reserved this");
    stage.press("b");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 0);
    stage.press("esc b");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 0, "nor in the list");
}

#[test]
fn missing_ticket_is_reported_as_no_longer_for_sale() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    answer!(
        stage,
        Call::Reserve(..),
        Err(props::refused(ErrorCode::NotFound, "There is no such thing any more"))
    );
    stage.sees("Jazz at the lake is no longer for sale");
}

#[test]
fn a_known_ticket_that_the_server_no_longer_has_is_not_offered() {
    let mut stage = Stage::signed_in();
    stage.world.market.remove(0);
    stage.press("enter");
    stage.settle();
    stage.does_not_see("reserves it for you");
}

#[test]
fn cancel_asks_and_then_cancels_the_order() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    stage.press("ctrl-x");
    stage.sees("Cancel the order of Jazz at the lake?");
    stage.press("y");
    stage.sees("Cancelling");
    answer!(stage, Call::Cancel(_), Ok(Reply::Done));
    stage.world.orders = vec![order(OrderStatus::Cancelled)];
    stage.settle();
    stage.sees("This order was cancelled");
}

#[test]
fn a_ticket_that_is_held_leads_back_to_its_checkout() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    stage.press("esc b");
    stage.sees("Reserved for you");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 0);
}

#[test]
fn quitting_while_paying_asks() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    stage.press("ctrl-c");
    stage.sees("Leave while a payment is in progress?");
    assert_eq!(asked!(stage, Effect::Quit), 0);
    stage.press("n q y");
    assert_eq!(asked!(stage, Effect::Quit), 1);
    assert!(stage.app.has_ended());
}

#[test]
fn paid_order_is_not_shown_as_being_paid() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    paid(&mut stage);
    stage.does_not_see("The card is authorized");
}

#[test]
fn asking_to_quit_twice_asks_once() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    stage.press("ctrl-c ctrl-c n");
    stage.does_not_see("Leave while a payment is in progress?");
    stage.sees("Paying $38.00");
}

#[test]
fn a_checkout_without_a_session_does_not_load_for_ever() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    answer!(stage, Call::Pay { .. }, Err(props::signed_out()));
    stage.world.user = None;
    stage.waiting.retain(|(_, call)| !matches!(call, Call::Order(_)));
    stage.settle();
    stage.does_not_see("Loading the order");
}

#[test]
fn refusal_of_a_ticket_held_by_an_earlier_try_names_no_other_buyer() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    stage.world.orders = vec![order(OrderStatus::Created)];
    let refused = props::refused(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(stage, Call::Reserve(..), Err(refused));
    stage.settle();
    stage.sees("Jazz at the lake is already reserved for you");
    stage.does_not_see("another buyer");
    stage.press("b");
    stage.sees("Reserved for you");
}

#[test]
fn order_carries_the_price_that_was_shown() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    let (_, call) = stage.waiting.iter().find(|(_, call)| call.is_write()).unwrap();
    assert!(matches!(call, Call::Reserve(_, price) if price.to_string() == "38.00"), "{call:?}");
}

#[test]
fn changed_price_is_shown_and_asked_about() {
    let mut stage = Stage::signed_in();
    stage.press("enter");
    stage.settle();
    stage.press("b");
    answer!(stage, Call::Reserve(..), Err(props::price_changed("45")));
    stage.settle();
    stage.sees("Reserve Jazz at the lake for $45.00?");
    stage.sees("It cost $38.00 when it was shown");
    stage.press("n");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 0);
    stage.press("b");
    answer!(stage, Call::Reserve(..), Err(props::price_changed("45")));
    stage.press("y");
    assert_eq!(waiting!(stage, Call::Reserve(_, price) if price.to_string() == "45.00"), 1);
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    stage.sees("Reserved for you");
}

#[test]
fn changed_price_is_reported_after_its_screen_was_left() {
    let mut stage = Stage::signed_in();
    stage.press("b 4");
    answer!(stage, Call::Reserve(..), Err(props::price_changed("45")));
    stage.sees("Jazz at the lake costs $45.00 now, not $38.00; nothing was reserved");
    stage.does_not_see("Reserve Jazz");
}

#[test]
fn unknown_payment_is_promised_nothing_by_a_server_without_keys() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    let unknown = props::unknown_at_a_server_without_keys();
    answer!(stage, Call::Pay { .. }, Err(unknown));
    stage.settle();
    stage.sees("this server may do it twice");
    stage.does_not_see("never charges twice");
    stage.does_not_see("Try another card");
}

#[test]
fn only_a_declined_card_is_advised_to_be_replaced() {
    let mut stage = Stage::signed_in();
    reserve(&mut stage);
    pay_with(&mut stage, "tok_visa");
    answer!(stage, Call::Pay { .. }, Err(props::offline()));
    stage.settle();
    stage.sees("The server cannot be reached");
    stage.does_not_see("Try another card");
}

#[test]
fn order_of_unknown_outcome_is_looked_up() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    stage.world.orders = vec![order(OrderStatus::Created)];
    answer!(stage, Call::Reserve(..), Err(props::unknown()));
    stage.settle();
    stage.press("b");
    stage.sees("Reserved for you");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 0);
}

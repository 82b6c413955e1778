//! The end of a reservation: warnings, the bell, the title, and the order afterwards.

use ticketing_sdk::{Order, OrderStatus, Timestamp};
use ticketing_tui::{ApiCall, Effect, Event, Reply, Setting, Settings};

use crate::support::{Harness, NOW, answer, count_effects, count_pending, fixtures};

fn order(status: OrderStatus) -> Order {
    fixtures::order("o1", &fixtures::tickets()[0], status)
}

/// At the checkout of a ticket that is held for fifteen minutes.
fn open_held_checkout() -> Harness {
    let mut harness = Harness::signed_out();
    hold(&mut harness);
    harness
}

fn hold(harness: &mut Harness) {
    harness.server.orders = vec![order(OrderStatus::Created)];
    harness.sign_in();
    harness.press("r");
    harness.answer_reads();
    harness.press("b");
    harness.answer_reads();
}

fn titles(harness: &Harness) -> Vec<&str> {
    let mut titles = Vec::new();
    for effect in &harness.effects {
        if let Effect::Title(title) = effect {
            titles.push(title.as_str());
        }
    }
    titles
}

#[test]
fn each_expiry_warning_is_shown_and_rings_the_bell_once() {
    let mut harness = open_held_checkout();
    harness.effects.clear();
    harness.advance_with_wakeups(300_000);
    harness.assert_shows("10 min left to pay for Jazz at the lake");
    assert_eq!(count_effects!(harness, Effect::Bell), 0, "ten minutes are a remark");
    harness.advance_with_wakeups(540_000);
    harness.assert_shows("1 min left to pay for Jazz at the lake");
    assert_eq!(count_effects!(harness, Effect::Bell), 1);
    harness.advance_with_wakeups(50_000);
    harness.assert_shows("10 s left to pay");
    assert_eq!(count_effects!(harness, Effect::Bell), 3);
    harness.advance_with_wakeups(10_000);
    harness.assert_shows("Expired");
    assert_eq!(count_effects!(harness, Effect::Bell), 4);
}

#[test]
fn window_title_counts_minutes_and_shows_the_expiry() {
    let mut harness = open_held_checkout();
    assert_eq!(titles(&harness), ["ticketing", "15 min to pay: Jazz at the lake"]);
    harness.effects.clear();
    harness.advance_with_wakeups(900_000);
    let shown = titles(&harness);
    assert_eq!(shown.first(), Some(&"14 min to pay: Jazz at the lake"));
    assert_eq!(shown.last(), Some(&"expired: Jazz at the lake"));
    assert_eq!(shown.len(), 15, "once a minute and no more: {shown:?}");
}

#[test]
fn bell_and_title_can_be_off() {
    let quiet = Settings { switched: [Setting::Bell, Setting::Title].into(), ..Settings::default() };
    let mut harness = Harness::with_settings((80, 24), ticketing_tui::Colours::True, quiet);
    hold(&mut harness);
    harness.advance_with_wakeups(901_000);
    harness.assert_shows("Expired");
    assert_eq!(count_effects!(harness, Effect::Bell | Effect::Title(_)), 0);
}

#[test]
fn server_decides_expiry_and_the_ticket_can_be_reordered() {
    let mut harness = open_held_checkout();
    harness.advance_with_wakeups(900_000);
    harness.assert_shows("The order is expiring");
    // The server has not noticed yet.
    harness.answer_reads();
    harness.assert_shows("The order is expiring");
    harness.advance_with_wakeups(1_000);
    harness.server.orders = vec![order(OrderStatus::Cancelled)];
    harness.answer_reads();
    harness.assert_shows("The reservation expired before it was paid");
    harness.press("enter t t");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1);
    let again = fixtures::order("o2", &fixtures::tickets()[0], OrderStatus::Created)
        .expires_at(Timestamp::from_millis(harness.now.as_millis() + 900_000));
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(again))));
    harness.assert_shows("15:00 left");
}

#[test]
fn card_typed_while_the_reservation_expires_runs_no_command() {
    let mut harness = open_held_checkout();
    harness.type_text("tok_");
    harness.advance_with_wakeups(901_000);
    harness.type_text("visa");
    harness.server.orders = vec![order(OrderStatus::Cancelled)];
    harness.answer_reads();
    harness.type_text("tok_visai");
    harness.assert_shows("The reservation expired before it was paid");
    harness.assert_shows("letters do nothing until then");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
    harness.press("enter");
    harness.assert_shows("orders the ticket again");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0, "Enter ends the writing, and no more");
    harness.press("t");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1);
}

#[test]
fn order_of_an_event_that_has_started_is_not_ordered_again() {
    let mut harness = open_held_checkout();
    harness.advance_with_wakeups(901_000);
    let mut ended = order(OrderStatus::Cancelled);
    ended.cancel_reason = Some(ticketing_sdk::CancelReason::Expired);
    ended.ticket.details.starts_at = Some("2020-01-01T20:00:00Z".parse().unwrap());
    harness.server.orders = vec![ended];
    harness.answer_reads();
    harness.assert_shows("Its event has");
    harness.assert_shows("started, so it cannot be ordered again.");
    harness.press("enter t");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
}

#[test]
fn order_paid_in_the_last_second_is_kept() {
    let mut harness = open_held_checkout();
    harness.advance_with_wakeups(899_000);
    harness.type_text("tok_visa");
    harness.press("enter");
    harness.advance_with_wakeups(2_000);
    harness.assert_shows("Paying $38.00");
    let payment = fixtures::payment(ticketing_sdk::PaymentStatus::Succeeded);
    answer!(harness, ApiCall::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
    harness.server.orders = vec![order(OrderStatus::Complete)];
    harness.answer_reads();
    harness.assert_shows("Paid. The ticket is yours.");
}

#[test]
fn expired_order_is_not_paid() {
    let mut harness = open_held_checkout();
    harness.advance_with_wakeups(900_500);
    harness.type_text("tok_visa");
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::Pay { .. }), 0);
    harness.assert_hides("enter OK");
}

#[test]
fn silent_server_is_not_asked_repeatedly() {
    let mut harness = open_held_checkout();
    harness.advance_with_wakeups(960_000);
    assert_eq!(count_pending!(harness, ApiCall::Order(_)), 1);
}

#[test]
fn server_clock_sets_the_deadline() {
    let mut harness = Harness::signed_out();
    harness.server.skew = 120_000;
    hold(&mut harness);
    harness.assert_shows("13:00 left");
    let next = harness.app.wakes_at().map(Timestamp::as_millis);
    assert_eq!(next, Some(NOW + 1_000), "and the wake-up is by one's own");
    harness.advance_with_wakeups(780_000);
    harness.assert_shows("Expired");
}

#[test]
fn order_cancelled_elsewhere_is_not_shown_as_expired() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.advance(1_000_000);
    let mut order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Cancelled);
    order.version = 1;
    harness.server.orders = vec![order];
    harness.sign_in();
    harness.press("2 enter");
    harness.answer_reads();
    harness.assert_shows("This order was cancelled or has expired");
}

#[test]
fn clock_set_back_causes_no_wake_loop() {
    let mut harness = open_held_checkout();
    harness.advance_with_wakeups(900_000);
    harness.now = Timestamp::from_millis(NOW - 3_600_000);
    harness.feed(Event::Tick);
    assert!(harness.app.wakes_at().is_none_or(|at| at > harness.now));
}

#[test]
fn withdrawn_order_states_the_reason_and_is_not_ordered_again() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    let mut order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Cancelled);
    order.cancel_reason = Some(ticketing_sdk::CancelReason::Withdrawn);
    harness.server.orders = vec![order];
    harness.sign_in();
    harness.press("2 enter");
    harness.answer_reads();
    harness.assert_shows("The ticket was withdrawn from sale.");
    harness.assert_hides("orders the ticket again");
    harness.press("t");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
}

#[test]
fn ticket_whose_event_starts_meanwhile_is_not_reserved() {
    let mut harness = Harness::new((120, 35), ticketing_tui::Colours::True);
    let start = Timestamp::from_millis(NOW + 60_000).to_string().parse().unwrap();
    let mut ticket = fixtures::tickets()[0].clone();
    ticket.details.starts_at = Some(start);
    harness.server.market = vec![ticket];
    harness.sign_in();
    harness.assert_shows("reserves it for you");
    harness.advance_with_wakeups(61_000);
    harness.feed(Event::Tick);
    harness.assert_shows("Sales ended: the event has started.");
    harness.press("b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
}

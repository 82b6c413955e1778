//! The end of a reservation: warnings, the bell, the title, and what becomes of it.

use ticketing_sdk::{Order, OrderStatus, Timestamp};
use ticketing_tui::{Call, Effect, Event, Reply, Settings};

use crate::support::{NOW, Stage, answer, asked, props, waiting};

fn order(status: OrderStatus) -> Order {
    props::order("o1", &props::tickets()[0], status)
}

/// At the checkout of a ticket that is held for fifteen minutes.
fn held() -> Stage {
    let mut stage = Stage::open();
    hold(&mut stage);
    stage
}

fn hold(stage: &mut Stage) {
    stage.world.orders = vec![order(OrderStatus::Created)];
    stage.sign_in();
    stage.press("r");
    stage.settle();
    stage.press("b");
    stage.settle();
}

fn titles(stage: &Stage) -> Vec<&str> {
    let mut titles = Vec::new();
    for effect in &stage.effects {
        if let Effect::Title(title) = effect {
            titles.push(title.as_str());
        }
    }
    titles
}

#[test]
fn one_is_warned_before_the_end_and_the_bell_rings_once_a_warning() {
    let mut stage = held();
    stage.effects.clear();
    stage.pass(300_000);
    stage.sees("10 min left to pay for Jazz at the lake");
    assert_eq!(asked!(stage, Effect::Bell), 0, "ten minutes are a remark");
    stage.pass(540_000);
    stage.sees("1 min left to pay for Jazz at the lake");
    assert_eq!(asked!(stage, Effect::Bell), 1);
    stage.pass(50_000);
    stage.sees("10 s left to pay");
    assert_eq!(asked!(stage, Effect::Bell), 3);
    stage.pass(10_000);
    stage.sees("Expired");
    assert_eq!(asked!(stage, Effect::Bell), 4);
}

#[test]
fn the_title_of_the_window_counts_minutes_and_says_when_time_is_up() {
    let mut stage = held();
    assert_eq!(titles(&stage), ["ticketing", "15 min to pay: Jazz at the lake"]);
    stage.effects.clear();
    stage.pass(900_000);
    let shown = titles(&stage);
    assert_eq!(shown.first(), Some(&"14 min to pay: Jazz at the lake"));
    assert_eq!(shown.last(), Some(&"expired: Jazz at the lake"));
    assert_eq!(shown.len(), 15, "once a minute and no more: {shown:?}");
}

#[test]
fn bell_and_title_can_be_off() {
    let quiet = Settings { bell: false, title: false, ..Settings::default() };
    let mut stage = Stage::with((80, 24), ticketing_tui::Colours::True, quiet);
    hold(&mut stage);
    stage.pass(901_000);
    stage.sees("Expired");
    assert_eq!(asked!(stage, Effect::Bell | Effect::Title(_)), 0);
}

#[test]
fn the_server_has_the_last_word_and_then_it_can_be_ordered_again() {
    let mut stage = held();
    stage.pass(900_000);
    stage.sees("The order is expiring");
    // The server has not noticed yet.
    stage.settle();
    stage.sees("The order is expiring");
    stage.pass(1_000);
    stage.world.orders = vec![order(OrderStatus::Cancelled)];
    stage.settle();
    stage.sees("This order has expired");
    stage.press("t t");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 1);
    let again = Order {
        expires_at: Timestamp::from_millis(stage.now.as_millis() + 900_000),
        ..props::order("o2", &props::tickets()[0], OrderStatus::Created)
    };
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(again))));
    stage.sees("Reserved for you  15:00");
}

#[test]
fn an_order_that_was_paid_in_the_last_second_stands() {
    let mut stage = held();
    stage.pass(899_000);
    stage.write("tok_visa");
    stage.press("enter");
    stage.pass(2_000);
    stage.sees("Paying $38.00");
    let payment = props::payment(ticketing_sdk::PaymentStatus::Succeeded);
    answer!(stage, Call::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
    stage.world.orders = vec![order(OrderStatus::Complete)];
    stage.settle();
    stage.sees("Paid. The ticket is yours.");
}

#[test]
fn nothing_is_paid_once_time_is_up() {
    let mut stage = held();
    stage.pass(900_500);
    stage.write("tok_visa");
    stage.press("enter");
    assert_eq!(waiting!(stage, Call::Pay { .. }), 0);
    stage.does_not_see("enter OK");
}

#[test]
fn while_the_server_is_silent_it_is_not_asked_again_and_again() {
    let mut stage = held();
    stage.pass(960_000);
    assert_eq!(waiting!(stage, Call::Order(_)), 1);
}

#[test]
fn the_server_s_clock_sets_the_deadline() {
    let mut stage = Stage::open();
    stage.world.skew = 120_000;
    hold(&mut stage);
    stage.sees("Reserved for you  13:00");
    let next = stage.app.wakes_at().map(Timestamp::as_millis);
    assert_eq!(next, Some(NOW + 1_000), "and the wake-up is by one's own");
    stage.pass(780_000);
    stage.sees("Expired");
}

#[test]
fn order_cancelled_elsewhere_is_not_shown_as_expired() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    stage.advance(1_000_000);
    let mut order = props::order("o1", &props::tickets()[0], OrderStatus::Cancelled);
    order.version = 1;
    stage.world.orders = vec![order];
    stage.sign_in();
    stage.press("2 enter");
    stage.settle();
    stage.sees("This order was cancelled or has expired");
}

#[test]
fn a_clock_that_is_set_back_does_not_wake_at_once_for_ever() {
    let mut stage = held();
    stage.pass(900_000);
    stage.now = Timestamp::from_millis(NOW - 3_600_000);
    stage.feed(Event::Tick);
    assert!(stage.app.wakes_at().is_none_or(|at| at > stage.now));
}

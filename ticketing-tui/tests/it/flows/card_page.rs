//! Paying where the provider's form on the page of the order takes the card.

use ticketing_sdk::{Order, OrderStatus};
use ticketing_tui::{Call, Effect, Reply};

use crate::support::{Stage, answer, asked, props, waiting};

const PAGE: &str = "http://127.0.0.1:3000/orders/o1";

fn order(status: OrderStatus) -> Order {
    props::order("o1", &props::tickets()[0], status)
}

/// The user has reserved the first ticket and opened the order.
fn reserved(size: (u16, u16)) -> Stage {
    let mut stage = Stage::new(size, ticketing_tui::Colours::True);
    stage.world.has_card_form = true;
    stage.sign_in();
    stage.press("b");
    stage.world.orders = vec![order(OrderStatus::Created)];
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    stage.settle();
    stage
}

#[test]
fn order_shows_its_page_and_asks_for_no_token() {
    let mut stage = reserved((80, 24));
    stage.sees("Reserved for you  15:00");
    stage.sees(PAGE);
    stage.sees("▀");
    stage.does_not_see("tok_visa");
    stage.press("enter");
    assert_eq!(asked!(stage, Effect::Browse(address) if address == PAGE), 1);
    assert_eq!(waiting!(stage, Call::Pay { .. }), 0);
}

#[test]
fn order_is_followed_until_it_is_paid() {
    let mut stage = reserved((80, 24));
    stage.pass(2_000);
    assert_eq!(waiting!(stage, Call::Order(_)), 1, "it is looked at");
    stage.settle();
    stage.world.orders = vec![order(OrderStatus::Complete)];
    stage.pass(2_000);
    stage.settle();
    stage.sees("Paid: Jazz at the lake is yours");
    stage.sees("Paid. The ticket is yours.");
    stage.pass(60_000);
    assert_eq!(waiting!(stage, Call::Order(_)), 0, "it is no longer looked at");
}

#[test]
fn order_is_followed_from_another_screen() {
    let mut stage = reserved((80, 24));
    stage.press("esc 4");
    stage.world.orders = vec![order(OrderStatus::Complete)];
    stage.pass(2_000);
    stage.settle();
    stage.sees("Paid: Jazz at the lake is yours");
}

#[test]
fn order_that_runs_out_on_its_page_ends() {
    let mut stage = reserved((80, 24));
    stage.world.orders = vec![order(OrderStatus::Cancelled)];
    stage.pass(901_000);
    stage.settle();
    stage.sees("This order has expired");
    stage.pass(60_000);
    assert_eq!(waiting!(stage, Call::Order(_)), 0);
}

#[test]
fn small_terminal_shows_the_address_without_a_code() {
    let mut stage = reserved((40, 12));
    stage.sees("Pay on this page:");
    stage.sees("http://127.0.0.1:3000/orders/o1");
    stage.does_not_see("▀");
}

//! An order from the reservation to its end.

use ticketing_sdk::{Order, OrderStatus, Ticket};
use ticketing_tui::Call;

use super::{look, looks};
use crate::support::{Stage, answer, props};

fn ordered(status: OrderStatus) -> Order {
    props::order("o1", &props::tickets()[0], status)
}

/// Opens an order that is there already.
fn open(stage: &mut Stage, order: Order) {
    stage.world.orders = vec![order];
    stage.sign_in();
    stage.press("2");
    stage.settle();
    stage.press("enter");
    stage.settle();
}

fn hold(stage: &mut Stage) {
    open(stage, ordered(OrderStatus::Created));
    stage.advance(61_400);
}

/// Pays with a card, and waits.
fn pay(stage: &mut Stage) {
    hold(stage);
    stage.write("tok_visa");
    stage.press("enter");
}

fn titled(stage: &mut Stage, at: usize) {
    let ticket: Ticket = props::odd_tickets()[at].clone();
    open(stage, props::order("o1", &ticket, OrderStatus::Created));
}

fn expire(stage: &mut Stage) {
    hold(stage);
    stage.waiting.clear();
    stage.pass(840_000);
}

looks! {
    -SMALL +LARGE held: hold;
    card_missing: |stage| {
        hold(stage);
        stage.press("enter");
    };
    paying: pay;
    -SMALL declined: |stage| {
        pay(stage);
        answer!(stage, Call::Pay { .. }, Err(props::declined()));
        stage.settle();
    };
    unknown_outcome: |stage| {
        pay(stage);
        answer!(stage, Call::Pay { .. }, Err(props::unknown()));
        stage.settle();
    };
    expired: |stage| {
        stage.world.skew = 0;
        expire(stage);
        stage.world.orders = vec![ordered(OrderStatus::Cancelled)];
        stage.settle();
        stage.advance(10_000);
    };
    awaiting_payment: |stage| open(stage, ordered(OrderStatus::AwaitingPayment));
    complete: |stage| open(stage, ordered(OrderStatus::Complete));
    titled_wide: |stage| titled(stage, 0);
    -SMALL titled_long: |stage| titled(stage, 4);
    -SMALL +LARGE on_page: |stage| {
        stage.world.has_card_form = true;
        hold(stage);
    };
}

#[test]
fn in_ascii() {
    look(module_path!(), "in_ascii", &[(80, 24)], Stage::ascii, |stage| {
        pay(stage);
        answer!(stage, Call::Pay { .. }, Err(props::declined()));
        stage.settle();
    });
}

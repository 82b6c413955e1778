//! An order from the reservation to its end.

use ticketing_sdk::{Order, OrderStatus, PaymentStatus, Ticket};
use ticketing_tui::{Call, Reply};

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
    gone: |stage| {
        hold(stage);
        stage.world.orders.clear();
        stage.press("ctrl-p");
        stage.write("ask the server again");
        stage.press("enter");
        stage.settle();
    };
    -SMALL held: hold;
    -SMALL card_being_written: |stage| {
        hold(stage);
        stage.write("tok_vis");
    };
    card_missing: |stage| {
        hold(stage);
        stage.press("enter");
    };
    card_number: |stage| {
        hold(stage);
        stage.write("4242 4242 4242 4242");
        stage.press("enter");
    };
    -SMALL paying: pay;
    -SMALL declined: |stage| {
        pay(stage);
        answer!(stage, Call::Pay { .. }, Err(props::declined()));
        stage.settle();
    };
    not_taken: |stage| {
        pay(stage);
        let payment = props::payment(PaymentStatus::Failed);
        answer!(stage, Call::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
        stage.settle();
    };
    -SMALL unknown_outcome: |stage| {
        pay(stage);
        answer!(stage, Call::Pay { .. }, Err(props::unknown()));
        stage.settle();
    };
    just_paid: |stage| {
        pay(stage);
        let payment = props::payment(PaymentStatus::Succeeded);
        answer!(stage, Call::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
    };
    cancelling: |stage| {
        hold(stage);
        stage.press("ctrl-x y");
    };
    -SMALL nearly_over: |stage| {
        hold(stage);
        stage.pass(809_000);
    };
    -SMALL expired_being_checked: expire;
    -SMALL expired: |stage| {
        stage.world.skew = 0;
        expire(stage);
        stage.world.orders = vec![ordered(OrderStatus::Cancelled)];
        stage.settle();
        stage.advance(10_000);
    };
    cancelled: |stage| open(stage, ordered(OrderStatus::Cancelled));
    awaiting_payment: |stage| open(stage, ordered(OrderStatus::AwaitingPayment));
    -SMALL complete: |stage| open(stage, ordered(OrderStatus::Complete));
    titled_wide: |stage| titled(stage, 0);
    titled_to_do_harm: |stage| titled(stage, 3);
    -SMALL titled_long: |stage| titled(stage, 4);
}

#[test]
fn in_ascii() {
    look(module_path!(), "in_ascii", &[(80, 24), (40, 12)], Stage::ascii, |stage| {
        pay(stage);
        answer!(stage, Call::Pay { .. }, Err(props::declined()));
        stage.settle();
    });
}

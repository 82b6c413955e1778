//! One's own orders in all their states.

use ticketing_sdk::{Order, OrderStatus, Timestamp};
use ticketing_tui::Call;

use super::looks;
use crate::support::{NOW, Stage, answer, props};

fn open(stage: &mut Stage) {
    stage.sign_in();
    stage.press("2");
    stage.settle();
}

/// An order in each state, and some with titles that need care.
fn all(stage: &mut Stage) {
    let statuses = [
        OrderStatus::Created,
        OrderStatus::AwaitingPayment,
        OrderStatus::Complete,
        OrderStatus::Cancelled,
        OrderStatus::Created,
    ];
    let mut tickets = props::tickets();
    tickets.truncate(4);
    tickets.push(props::odd_tickets()[0].clone());
    stage.world.orders = statuses
        .iter()
        .zip(&tickets)
        .enumerate()
        .map(|(n, (status, ticket))| {
            let at = Timestamp::from_millis(NOW - 60_000 * n as i64);
            Order { created_at: Some(at), ..props::order(&format!("o{n}"), ticket, *status) }
        })
        .collect();
    stage.world.orders[4].expires_at = Timestamp::from_millis(NOW + 42_000);
    open(stage);
}

looks! {
    signed_out: |stage| {
        stage.go_live();
        stage.press("2");
    };
    empty: open;
    failed: |stage| {
        stage.world.user = Some(props::me());
        answer!(stage, Call::Session, Ok(ticketing_tui::Reply::Session(Some(props::me()))));
        answer!(stage, Call::Orders, Err(props::offline()));
        stage.press("2");
        answer!(stage, Call::Orders, Err(props::offline()));
    };
    -SMALL filled: all;
    cancelling: |stage| {
        all(stage);
        stage.press("x y");
    };
}

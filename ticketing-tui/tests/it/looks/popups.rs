//! What stands in front of other screens: help, commands, prices, and questions.

use ticketing_sdk::{OrderStatus, Ticket};
use ticketing_tui::Call;

use super::looks;
use crate::support::{Stage, answer, props};

fn open_prices(stage: &mut Stage) {
    stage.sign_in();
    stage.press("$");
}

fn open_commands(stage: &mut Stage) {
    stage.sign_in();
    stage.press(":");
}

fn held(stage: &mut Stage, ticket: &Ticket) {
    stage.world.orders = vec![props::order("o1", ticket, OrderStatus::Created)];
    stage.sign_in();
    stage.press("2");
    stage.settle();
}

looks! {
    -SMALL help: |stage| {
        stage.sign_in();
        stage.press("?");
    };
    -SMALL commands: open_commands;
    commands_not_found: |stage| {
        open_commands(stage);
        stage.write("xyzzy");
    };
    prices: open_prices;
    -SMALL prices_with_faults: |stage| {
        open_prices(stage);
        stage.write("abc");
        stage.press("tab");
        stage.write("1,50");
        stage.press("enter");
    };
    asks_to_cancel_what_is_long: |stage| {
        held(stage, &props::odd_tickets()[4]);
        stage.press("x");
    };
    asks_to_quit: |stage| {
        held(stage, &props::tickets()[0]);
        stage.press("enter");
        stage.write("tok_visa");
        stage.press("enter q");
    };
    asks_at_a_new_price: |stage| {
        stage.sign_in();
        stage.press("b");
        answer!(stage, Call::Reserve(..), Err(props::price_changed("45")));
        stage.settle();
    };
}

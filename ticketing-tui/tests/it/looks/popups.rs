//! What stands in front of other screens: help, commands, prices, and questions.

use ticketing_sdk::{OrderStatus, Ticket};

use super::looks;
use crate::support::{Stage, props};

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
    -SMALL help_at_its_end: |stage| {
        stage.sign_in();
        stage.press("? end");
    };
    help_of_the_checkout: |stage| {
        held(stage, &props::tickets()[0]);
        stage.press("enter f1");
    };
    -SMALL commands: open_commands;
    commands_found: |stage| {
        open_commands(stage);
        stage.write("sell");
    };
    -SMALL commands_not_found: |stage| {
        open_commands(stage);
        stage.write("xyzzy");
    };
    commands_in_a_form: |stage| {
        stage.sign_in();
        stage.press("n ctrl-p");
    };
    -SMALL prices: open_prices;
    prices_written: |stage| {
        open_prices(stage);
        stage.write("25");
        stage.press("tab");
        stage.write("150");
    };
    -SMALL prices_with_faults: |stage| {
        open_prices(stage);
        stage.write("abc");
        stage.press("tab");
        stage.write("1,50");
        stage.press("enter");
    };
    prices_the_wrong_way_round: |stage| {
        open_prices(stage);
        stage.write("150");
        stage.press("tab");
        stage.write("25");
        stage.press("enter");
    };
    -SMALL asks_to_cancel: |stage| {
        held(stage, &props::tickets()[0]);
        stage.press("x");
    };
    -SMALL asks_to_cancel_what_is_long: |stage| {
        held(stage, &props::odd_tickets()[4]);
        stage.press("x");
    };
    asks_to_cancel_what_is_wide: |stage| {
        held(stage, &props::odd_tickets()[0]);
        stage.press("x");
    };
    asks_to_withdraw: |stage| {
        let mine = Ticket { user_id: props::ME.into(), ..props::tickets()[0].clone() };
        stage.world.listings = vec![mine];
        stage.sign_in();
        stage.press("3");
        stage.settle();
        stage.press("d");
    };
    asks_to_sign_out: |stage| {
        stage.sign_in();
        stage.press("i");
    };
    asks_to_quit: |stage| {
        held(stage, &props::tickets()[0]);
        stage.press("enter");
        stage.write("tok_visa");
        stage.press("enter q");
    };
}

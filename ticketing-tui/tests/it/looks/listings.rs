//! What one sells, and the form for it, in all their states.

use ticketing_sdk::{Ticket, TicketStatus};
use ticketing_tui::Call;

use super::looks;
use crate::support::{Stage, answer, props};

fn open(stage: &mut Stage) {
    stage.sign_in();
    stage.press("3");
    stage.settle();
}

fn fill(stage: &mut Stage) {
    let mine = |ticket: Ticket| Ticket { user_id: props::ME.into(), ..ticket };
    let mut tickets: Vec<Ticket> = props::tickets().into_iter().map(mine).collect();
    tickets[1] = props::later(&tickets[1], TicketStatus::Sold);
    tickets.push(mine(props::odd_tickets()[0].clone()));
    stage.world.listings = tickets;
    open(stage);
}

fn new(stage: &mut Stage) {
    open(stage);
    stage.press("n");
}

fn written(stage: &mut Stage) {
    new(stage);
    stage.write("Opera on the roof");
    stage.press("tab");
    stage.write("75");
}

fn sent(stage: &mut Stage) {
    written(stage);
    stage.press("enter");
}

looks! {
    signed_out: |stage| {
        stage.go_live();
        stage.press("3");
    };
    empty: open;
    -SMALL +LARGE filled: fill;
    pending_changes: |stage| {
        fill(stage);
        stage.press("d y");
        stage.press("end e");
        stage.write("!");
        stage.press("enter esc");
    };
    -SMALL form_new: new;
    form_faults: |stage| {
        new(stage);
        stage.press("tab");
        stage.write("12.345");
        stage.press("enter");
    };
    form_refused: |stage| {
        sent(stage);
        answer!(stage, Call::Sell(_), Err(props::unknown()));
    };
    form_edit: |stage| {
        fill(stage);
        stage.press("e");
    };
}

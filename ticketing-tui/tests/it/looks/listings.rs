//! What one sells, and the form for it, in all their states.

use ticketing_sdk::{ErrorCode, Ticket, TicketStatus};
use ticketing_tui::{Call, Reply};

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

fn edited(stage: &mut Stage) {
    fill(stage);
    stage.press("e");
    stage.write(", at night");
    stage.press("enter");
}

looks! {
    -SMALL signed_out: |stage| {
        stage.go_live();
        stage.press("3");
    };
    loading: |stage| {
        stage.sign_in();
        stage.press("3");
    };
    -SMALL empty: open;
    failed: |stage| {
        answer!(stage, Call::Session, Ok(Reply::Session(Some(props::me()))));
        answer!(stage, Call::Listings, Err(props::offline()));
        stage.press("3");
        answer!(stage, Call::Listings, Err(props::offline()));
    };
    -SMALL filled: fill;
    sold_selected: |stage| {
        fill(stage);
        stage.press("j j");
    };
    pending_changes: |stage| {
        fill(stage);
        stage.press("d y");
        stage.press("end e");
        stage.write("!");
        stage.press("enter esc");
    };
    -SMALL form_new: new;
    form_written: written;
    form_faults: |stage| {
        new(stage);
        stage.press("tab");
        stage.write("12.345");
        stage.press("enter");
    };
    form_faults_of_the_server: |stage| {
        sent(stage);
        answer!(stage, Call::Sell(_), Err(props::at_fault("title", "This title was used a minute ago")));
    };
    form_sending: sent;
    -SMALL form_refused: |stage| {
        sent(stage);
        answer!(stage, Call::Sell(_), Err(props::unknown()));
    };
    form_title_too_long: |stage| {
        new(stage);
        stage.write(&"An endless evening ".repeat(11));
        stage.press("tab");
        stage.write("1");
        stage.press("enter");
    };
    form_edit: |stage| {
        fill(stage);
        stage.press("e");
    };
    form_edit_sending: edited;
    form_edit_refused: |stage| {
        edited(stage);
        let trouble = props::refused(ErrorCode::TicketReserved, "The ticket is reserved");
        answer!(stage, Call::Change(..), Err(trouble));
        stage.settle();
    };
}

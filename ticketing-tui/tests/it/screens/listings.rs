//! The listings and their form, in all states.

use ticketing_sdk::{Ticket, TicketStatus};
use ticketing_tui::Call;

use super::screen_tests;
use crate::support::{Harness, answer, fixtures};

fn open(harness: &mut Harness) {
    harness.sign_in();
    harness.press("3");
    harness.answer_reads();
}

fn fill(harness: &mut Harness) {
    let mine = |ticket: Ticket| ticket.user_id(fixtures::ME);
    let mut tickets: Vec<Ticket> = fixtures::tickets().into_iter().map(mine).collect();
    tickets[1] = fixtures::later(&tickets[1], TicketStatus::Sold);
    tickets.push(mine(fixtures::odd_tickets()[0].clone()));
    harness.server.listings = tickets;
    open(harness);
}

fn new(harness: &mut Harness) {
    open(harness);
    harness.press("n");
}

fn written(harness: &mut Harness) {
    new(harness);
    harness.type_text("Opera on the roof");
    harness.press("tab");
    harness.type_text("75");
}

fn sent(harness: &mut Harness) {
    written(harness);
    harness.press("enter");
}

screen_tests! {
    signed_out: |harness| {
        harness.go_live();
        harness.press("3");
    };
    empty: open;
    -SMALL +LARGE filled: fill;
    pending_changes: |harness| {
        fill(harness);
        harness.press("d y");
        harness.press("end e");
        harness.type_text("!");
        harness.press("enter esc");
    };
    -SMALL form_new: new;
    form_faults: |harness| {
        new(harness);
        harness.press("tab");
        harness.type_text("12.345");
        harness.press("enter");
    };
    form_refused: |harness| {
        sent(harness);
        answer!(harness, Call::Sell(_), Err(fixtures::unknown()));
    };
    form_edit: |harness| {
        fill(harness);
        harness.press("e");
    };
}

//! The listings and their form, in all states.

use ticketing_sdk::{Ticket, TicketStatus};
use ticketing_tui::ApiCall;

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
    tickets[1] = fixtures::next_version(&tickets[1], TicketStatus::Sold);
    tickets.push(mine(fixtures::odd_tickets()[0].clone()));
    harness.server.listings = tickets;
    open(harness);
}

fn new(harness: &mut Harness) {
    open(harness);
    harness.press("n");
}

fn fill_form(harness: &mut Harness) {
    open(harness);
    harness.fill_sale();
}

screen_tests! {
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
}

#[test]
fn list_without_listings_says_why() {
    let mut harness = Harness::signed_out();
    harness.press("3");
    harness.assert_shows("Sign in to see your listings");
    let mut harness = Harness::signed_in();
    open(&mut harness);
    harness.assert_shows("You are not selling anything yet");
    harness.assert_shows("n lists a ticket for sale");
}

#[test]
fn form_of_a_listing_has_its_values() {
    let mut harness = Harness::signed_in();
    fill(&mut harness);
    harness.press("j e");
    for words in ["Change a listing", "Jazz at the lake", "38", "Lake stage", "Row 3, seat 12", "saves it"] {
        harness.assert_shows(words);
    }
}

#[test]
fn refusal_of_a_listing_is_shown_above_the_buttons() {
    let mut harness = Harness::signed_in();
    fill_form(&mut harness);
    harness.press("enter");
    harness.assert_shows("Sending");
    answer!(harness, ApiCall::Sell(_), Err(fixtures::unknown()));
    let screen = harness.screen();
    let line = |words: &str| screen.lines().position(|line| line.contains(words));
    let places = ["Nobody knows", "Try again: it is not done twice", "puts it up for sale"].map(line);
    assert!(places[0].is_some() && places.is_sorted(), "{screen}");
}

/// In the smallest window too, also while fields before it have errors.
#[test]
fn field_with_the_focus_is_visible_in_the_smallest_window() {
    for has_errors in [false, true] {
        let mut harness = Harness::new((40, 12), ticketing_tui::Colours::True);
        new(&mut harness);
        if has_errors {
            harness.press("tab");
            harness.type_text("12.345");
            harness.press("tab tab");
            harness.type_text("tomorrow");
            harness.press("enter");
        }
        for label in ["Title", "Price", "Where", "When", "Seat", "Description"] {
            harness.assert_shows(label);
            let cursor = harness.buffer().1.expect("the field is visible");
            let line = harness.screen().lines().nth(cursor.y.into()).unwrap().to_owned();
            assert!(line.trim_start().starts_with(label), "{label} has the focus: {line}");
            harness.press("tab");
        }
    }
}

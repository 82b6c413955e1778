//! Listing, changing and withdrawing tickets.

use ticketing_sdk::{
    ErrorCode, FieldUpdate, NewTicket, Ticket, TicketChangeKind, TicketDetails, TicketStatus, fixtures,
};
use ticketing_tui::{Call, Reply};

use crate::support::{Stage, answer, props, waiting};

fn mine() -> Ticket {
    Ticket { user_id: props::ME.into(), ..props::tickets()[0].clone() }
}

/// Among one's own listings, of which there is one.
fn selling() -> Stage {
    let mut stage = Stage::open();
    stage.world.listings = vec![mine()];
    stage.sign_in();
    stage.press("r 3");
    stage.settle();
    stage
}

/// Writes another title for it, and sends that.
fn edit(stage: &mut Stage) {
    stage.press("e ctrl-u");
    stage.write("Jazz in the rain");
    stage.press("enter");
}

#[test]
fn a_ticket_is_listed() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera on the roof");
    stage.press("enter");
    assert_eq!(waiting!(stage, Call::Sell(_)), 0, "enter goes to what is missing first");
    stage.write("$75");
    stage.press("enter enter");
    let sold: Vec<_> = stage.waiting.iter().filter(|(_, call)| matches!(call, Call::Sell(_))).collect();
    let expected = NewTicket::new("Opera on the roof", "75".parse().unwrap());
    assert!(matches!(sold[..], [(_, Call::Sell(new))] if *new == expected), "{sold:?}");
    let ticket = Ticket { user_id: props::ME.into(), ..props::ticket("n1", "Opera on the roof", "75", 0) };
    answer!(stage, Call::Sell(_), Ok(Reply::Ticket(Box::new(ticket))));
    stage.sees("Opera on the roof is for sale");
    stage.press("3");
    stage.sees("Opera on the roof");
}

#[test]
fn details_are_optional_checked_and_cleared() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera");
    stage.press("tab");
    stage.write("75");
    stage.press("tab");
    stage.write("City Hall");
    stage.press("tab");
    stage.write("tomorrow");
    stage.press("enter");
    stage.sees("2026-12-24T19:30:00+01:00");
    assert_eq!(waiting!(stage, Call::Sell(_)), 0);
    stage.press("ctrl-u");
    stage.write("2099-12-24T19:30:00+01:00");
    stage.press("enter");
    let expected = NewTicket::new("Opera", "75".parse().unwrap())
        .venue("City Hall")
        .starts_at("2099-12-24T19:30:00+01:00".parse::<ticketing_sdk::EventTime>().unwrap());
    let sold: Vec<_> = stage.waiting.iter().filter(|(_, call)| matches!(call, Call::Sell(_))).collect();
    assert!(matches!(sold[..], [(_, Call::Sell(new))] if *new == expected), "{sold:?}");
}

#[test]
fn emptied_detail_is_cleared() {
    let mut stage = Stage::open();
    stage.world.listings = vec![Ticket { details: fixtures::details(), ..mine() }];
    stage.sign_in();
    stage.press("r 3");
    stage.settle();
    stage.press("e tab tab ctrl-u enter");
    let changes: Vec<_> = stage.waiting.iter().filter(|(_, call)| matches!(call, Call::Change(..))).collect();
    let [(_, Call::Change(_, update, _))] = changes[..] else { panic!("{changes:?}") };
    assert_eq!(update.details.venue, FieldUpdate::Clear);
    let mut details = fixtures::details();
    details.apply(&update.details);
    assert_eq!(details, TicketDetails { venue: None, ..fixtures::details() });
}

#[test]
fn what_cannot_be_a_ticket_is_not_sent() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    for (title, price, fault) in [
        ("", "1", "A title is needed"),
        ("x", "0", "Like 38 or 149.99"),
        ("x", "free", "Like 38 or 149.99"),
        ("x", "-5", "Like 38 or 149.99"),
        (&"x".repeat(201), "1", "201 characters are too many"),
    ] {
        stage.press("esc n");
        stage.write(title);
        stage.press("tab");
        stage.write(price);
        stage.press("enter");
        stage.sees(fault);
    }
    assert_eq!(waiting!(stage, Call::Sell(_)), 0);
}

#[test]
fn errors_of_the_server_are_shown_at_their_fields() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera");
    stage.press("enter");
    stage.write("75");
    stage.press("enter");
    answer!(stage, Call::Sell(_), Err(props::at_fault("price", "Price is too high")));
    stage.sees("Price is too high");
    stage.press("backspace");
    stage.does_not_see("Price is too high");
    stage.press("enter");
    assert_eq!(waiting!(stage, Call::Sell(_)), 1);
}

#[test]
fn a_change_is_shown_at_once() {
    let mut stage = selling();
    edit(&mut stage);
    stage.press("esc");
    stage.sees("Jazz in the rain");
    stage.sees("Saving");
    let changed = Ticket { title: "Jazz in the rain".to_owned(), version: 1, ..mine() };
    answer!(stage, Call::Change(..), Ok(Reply::Ticket(Box::new(changed))));
    stage.sees("Changed");
    stage.sees("Available");
}

#[test]
fn a_change_that_is_refused_is_taken_back_and_says_why() {
    let mut stage = selling();
    edit(&mut stage);
    stage.press("esc");
    let refused = props::refused(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(stage, Call::Change(..), Err(refused));
    stage.sees("The ticket is reserved");
    stage.sees("Jazz at the lake");
    stage.does_not_see("Jazz in the rain");
}

#[test]
fn a_change_is_sent_once_and_for_the_version_that_was_seen() {
    let mut stage = selling();
    edit(&mut stage);
    stage.press("enter enter esc e enter d");
    assert_eq!(waiting!(stage, Call::Change(_, _, 0)), 1);
    assert_eq!(waiting!(stage, Call::Change(..) | Call::Withdraw(..)), 1);
}

#[test]
fn a_listing_is_withdrawn_after_it_was_asked() {
    let mut stage = selling();
    stage.press("d n");
    assert_eq!(waiting!(stage, Call::Withdraw(..)), 0);
    stage.press("d y");
    stage.sees("Withdrawing");
    answer!(stage, Call::Withdraw(_, 0), Ok(Reply::Done));
    stage.sees("The listing was withdrawn");
    stage.world.listings.clear();
    stage.settle();
    stage.sees("You are not selling anything yet");
}

#[test]
fn a_withdrawal_that_is_refused_leaves_the_listing() {
    let mut stage = selling();
    stage.press("d y");
    let refused = props::refused(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(stage, Call::Withdraw(..), Err(refused));
    stage.sees("The ticket is reserved");
    stage.settle();
    stage.sees("Available");
}

#[test]
fn a_sale_of_one_s_own_is_announced_once() {
    let mut stage = selling();
    let reserved = props::later(&mine(), TicketStatus::Reserved);
    let sold = props::later(&reserved, TicketStatus::Sold);
    stage.feed(props::change(TicketChangeKind::Updated, reserved));
    stage.sees("Reserved");
    stage.feed(props::change(TicketChangeKind::Updated, sold.clone()));
    stage.sees("You sold Jazz at the lake for $38.00");
    stage.advance(20_000);
    stage.feed(props::change(TicketChangeKind::Updated, sold));
    stage.does_not_see("You sold");
}

#[test]
fn failed_listing_is_reported_after_its_form_was_left() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera on the roof");
    stage.press("enter");
    stage.write("75");
    stage.press("enter esc");
    answer!(stage, Call::Sell(_), Err(props::offline()));
    stage.sees("The server cannot be reached");
}

#[test]
fn a_withdrawn_listing_does_not_come_back_from_a_list_that_was_read_before() {
    let mut stage = selling();
    // Closing the question reloads the list while the withdrawal is in progress.
    stage.press("d y");
    answer!(stage, Call::Withdraw(..), Ok(Reply::Done));
    stage.settle();
    stage.does_not_see("Jazz at the lake");
}

//! Listing, changing and withdrawing tickets.

use ticketing_sdk::{ErrorCode, FieldUpdate, NewTicket, Ticket, TicketChangeKind, TicketStatus};
use ticketing_tui::{ApiCall, Reply};

use crate::support::{Harness, answer, count_pending, fixtures};

fn mine() -> Ticket {
    fixtures::tickets()[0].clone().user_id(fixtures::ME)
}

/// Opens the listings of the user, which have one ticket.
fn open_listings() -> Harness {
    let mut harness = Harness::signed_out();
    harness.server.listings = vec![mine()];
    harness.sign_in();
    harness.press("r 3");
    harness.answer_reads();
    harness
}

/// Writes another title for it, and sends that.
fn edit(harness: &mut Harness) {
    harness.press("e ctrl-u");
    harness.type_text("Jazz in the rain");
    harness.press("enter");
}

#[test]
fn listed_ticket_is_shown() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    harness.type_text("Opera on the roof");
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::Sell(_)), 0, "enter goes to what is missing first");
    harness.type_text("$75");
    harness.press("enter enter");
    let sold: Vec<_> = harness.pending.iter().filter(|(_, call)| matches!(call, ApiCall::Sell(_))).collect();
    let expected = NewTicket::new("Opera on the roof", "75".parse().unwrap());
    assert!(matches!(sold[..], [(_, ApiCall::Sell(new))] if *new == expected), "{sold:?}");
    let ticket = fixtures::ticket("n1", "Opera on the roof", "75", 0).user_id(fixtures::ME);
    answer!(harness, ApiCall::Sell(_), Ok(Reply::Ticket(Box::new(ticket))));
    harness.assert_shows("Opera on the roof is for sale");
    harness.press("3");
    harness.assert_shows("Opera on the roof");
}

#[test]
fn details_are_optional_checked_and_cleared() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    harness.type_text("Opera");
    harness.press("tab");
    harness.type_text("75");
    harness.press("tab");
    harness.type_text("City Hall");
    harness.press("tab");
    harness.type_text("tomorrow");
    harness.press("enter");
    harness.assert_shows("2026-12-24T19:30:00+01:00");
    assert_eq!(count_pending!(harness, ApiCall::Sell(_)), 0);
    harness.press("ctrl-u");
    harness.type_text("2099-12-24T19:30:00+01:00");
    harness.press("enter");
    let expected = NewTicket::new("Opera", "75".parse().unwrap())
        .venue("City Hall")
        .starts_at("2099-12-24T19:30:00+01:00".parse::<ticketing_sdk::EventTime>().unwrap());
    let sold: Vec<_> = harness.pending.iter().filter(|(_, call)| matches!(call, ApiCall::Sell(_))).collect();
    assert!(matches!(sold[..], [(_, ApiCall::Sell(new))] if *new == expected), "{sold:?}");
}

#[test]
fn emptied_detail_is_cleared() {
    let mut harness = Harness::signed_out();
    harness.server.listings = vec![mine().details(ticketing_sdk::fixtures::details())];
    harness.sign_in();
    harness.press("r 3");
    harness.answer_reads();
    harness.press("e tab tab ctrl-u enter");
    let changes: Vec<_> =
        harness.pending.iter().filter(|(_, call)| matches!(call, ApiCall::Change(..))).collect();
    let [(_, ApiCall::Change(_, update, _))] = changes[..] else { panic!("{changes:?}") };
    assert_eq!(update.details.venue, FieldUpdate::Clear);
    let mut details = ticketing_sdk::fixtures::details();
    details.apply(&update.details);
    let mut without_venue = ticketing_sdk::fixtures::details();
    without_venue.venue = None;
    assert_eq!(details, without_venue);
}

#[test]
fn invalid_ticket_is_not_sent() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    for (title, price, error) in [
        ("", "1", "A title is needed"),
        ("x", "0", "Like 38 or 149.99"),
        ("x", "free", "Like 38 or 149.99"),
        ("x", "-5", "Like 38 or 149.99"),
        (&"x".repeat(201), "1", "201 characters are too many"),
    ] {
        harness.press("esc n");
        harness.type_text(title);
        harness.press("tab");
        harness.type_text(price);
        harness.press("enter");
        harness.assert_shows(error);
    }
    assert_eq!(count_pending!(harness, ApiCall::Sell(_)), 0);
}

#[test]
fn errors_of_the_server_are_shown_at_their_fields() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    harness.type_text("Opera");
    harness.press("enter");
    harness.type_text("75");
    harness.press("enter");
    answer!(harness, ApiCall::Sell(_), Err(fixtures::field_error("price", "Price is too high")));
    harness.assert_shows("Price is too high");
    harness.press("backspace");
    harness.assert_hides("Price is too high");
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::Sell(_)), 1);
}

#[test]
fn change_is_shown_at_once() {
    let mut harness = open_listings();
    edit(&mut harness);
    harness.press("esc");
    harness.assert_shows("Jazz in the rain");
    harness.assert_shows("Saving");
    let changed = mine().title("Jazz in the rain").version(1);
    answer!(harness, ApiCall::Change(..), Ok(Reply::Ticket(Box::new(changed))));
    harness.assert_shows("Changed");
    harness.assert_hides("Saving");
}

#[test]
fn refused_change_is_reverted_with_its_reason() {
    let mut harness = open_listings();
    edit(&mut harness);
    harness.press("esc");
    let refused = fixtures::refusal(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(harness, ApiCall::Change(..), Err(refused));
    harness.assert_shows("The ticket is reserved");
    harness.assert_shows("Jazz at the lake");
    harness.assert_hides("Jazz in the rain");
}

#[test]
fn change_is_sent_once_with_the_version_shown() {
    let mut harness = open_listings();
    edit(&mut harness);
    harness.press("enter enter esc e enter d");
    assert_eq!(count_pending!(harness, ApiCall::Change(_, _, 0)), 1);
    assert_eq!(count_pending!(harness, ApiCall::Change(..) | ApiCall::Withdraw(..)), 1);
}

#[test]
fn listing_is_withdrawn_after_confirmation() {
    let mut harness = open_listings();
    harness.press("d n");
    assert_eq!(count_pending!(harness, ApiCall::Withdraw(..)), 0);
    harness.press("d y");
    harness.assert_shows("Withdrawing");
    answer!(harness, ApiCall::Withdraw(_, 0), Ok(Reply::Done));
    harness.assert_shows("The listing was withdrawn");
    harness.server.listings.clear();
    harness.answer_reads();
    harness.assert_shows("You are not selling anything yet");
}

#[test]
fn refused_withdrawal_keeps_the_listing() {
    let mut harness = open_listings();
    harness.press("d y");
    let refused = fixtures::refusal(ErrorCode::TicketReserved, "The ticket is reserved");
    answer!(harness, ApiCall::Withdraw(..), Err(refused));
    harness.assert_shows("The ticket is reserved");
    harness.answer_reads();
    harness.assert_shows("Jazz at the lake");
    harness.assert_hides("Withdrawing");
}

#[test]
fn sale_of_an_own_listing_is_announced_once() {
    let mut harness = open_listings();
    let reserved = fixtures::next_version(&mine(), TicketStatus::Reserved);
    let sold = fixtures::next_version(&reserved, TicketStatus::Sold);
    harness.feed(fixtures::change(TicketChangeKind::Updated, reserved));
    harness.assert_shows("Reserved");
    harness.feed(fixtures::change(TicketChangeKind::Updated, sold.clone()));
    harness.assert_shows("You sold Jazz at the lake for $38.00");
    harness.advance(20_000);
    harness.feed(fixtures::change(TicketChangeKind::Updated, sold));
    harness.assert_hides("You sold");
}

#[test]
fn failed_listing_is_reported_after_its_form_was_left() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    harness.type_text("Opera on the roof");
    harness.press("enter");
    harness.type_text("75");
    harness.press("enter esc");
    answer!(harness, ApiCall::Sell(_), Err(fixtures::offline_error()));
    harness.assert_shows("The server cannot be reached");
}

#[test]
fn withdrawn_listing_is_not_restored_by_an_older_list() {
    let mut harness = open_listings();
    // Closing the question reloads the list while the withdrawal is in progress.
    harness.press("d y");
    answer!(harness, ApiCall::Withdraw(..), Ok(Reply::Done));
    harness.answer_reads();
    harness.assert_hides("Jazz at the lake");
}

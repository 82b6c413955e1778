//! The actions on passes.

use ratatui::style::Color;
use ticketing_sdk::{DoubleAdmission, ErrorCode, OrderStatus, Pass, PassStatus, Timestamp};
use ticketing_tui::{ApiCall, Colours, Effect, Reply, Settings, ThemeName};

use crate::support::{Harness, NOW, answer, count_effects, count_pending, fixtures, take_call};

const TITLE: &str = "Jazz at the lake";

/// Opens the list of passes, of which there is this one.
fn open(pass: Pass) -> Harness {
    let mut harness = Harness::signed_in();
    open_in(&mut harness, pass);
    harness
}

fn open_in(harness: &mut Harness, pass: Pass) {
    harness.server.passes = vec![pass];
    harness.press("6");
    harness.answer_reads();
}

#[test]
fn code_is_black_on_white_in_every_theme() {
    for theme in ThemeName::ALL {
        let settings = Settings { theme, ..Settings::default() };
        let mut harness = Harness::with_settings((80, 24), Colours::True, settings);
        harness.sign_in();
        open_in(&mut harness, fixtures::pass("p1", TITLE));
        harness.press("enter");
        harness.answer_reads();
        let (buffer, _) = harness.buffer();
        let style = buffer[(79, 1)].style();
        assert_eq!((style.fg, style.bg), (Some(Color::Indexed(16)), Some(Color::Indexed(231))), "{theme:?}");
        let lines = harness.screen().lines().filter(|line| line.contains(['█', '▀', '▄'])).count();
        assert!(lines >= 19, "{lines} lines of a code of 37 modules");
        for words in [TITLE, "4 Jun 2027, 20:30 +02:00", "Lake stage", "Row 3, seat 12", "Valid"] {
            harness.assert_shows(words);
        }
    }
}

#[test]
fn giving_away_shows_the_claim_code_and_copies_it() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.press("t");
    assert_eq!(count_pending!(harness, ApiCall::GiveAway(_)), 0, "nothing is given away without a question");
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::GiveAway(_)), 0, "a new code makes an earlier one void");
    harness.press("y");
    let given = fixtures::pass("p1", TITLE).version(1).transfer_expires_at(fixtures::transfer().expires_at);
    harness.server.passes = vec![given];
    answer!(harness, ApiCall::GiveAway(_), Ok(Reply::Transfer(fixtures::transfer())));
    harness.answer_reads();
    harness.assert_shows("CLAIM-7QXR-M2PD-K94T");
    harness.assert_shows("It ends in 7 d (22 Jan 2027, 09:00 CET)");
    harness.press("y");
    assert_eq!(count_effects!(harness, Effect::Copy(text) if text == "CLAIM-7QXR-M2PD-K94T"), 1);
    harness.assert_shows("Copied the claim code");
    harness.press("esc");
    harness.assert_hides("CLAIM-7QXR");
    harness.assert_shows("Transfer pending");
    harness.press("x");
    harness.server.passes = vec![fixtures::pass("p1", TITLE).version(2)];
    answer!(harness, ApiCall::TakeBack(_), Ok(Reply::Done));
    harness.answer_reads();
    harness.assert_shows("Taken back");
    harness.assert_hides("Transfer pending");
}

#[test]
fn refused_transfer_is_explained_in_the_dialog() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.press("t y");
    harness.server.passes = Vec::new();
    answer!(
        harness,
        ApiCall::GiveAway(_),
        Err(fixtures::refusal(ErrorCode::PassNotValid, "It is not valid"))
    );
    harness.assert_shows("It is not valid");
    harness.answer_reads();
    harness.press("esc");
    harness.answer_reads();
    harness.assert_shows("You hold no tickets yet");
}

#[test]
fn claimed_ticket_is_shown() {
    let mut harness = Harness::signed_in();
    harness.press("6 c enter");
    harness.assert_shows("The one who gives the ticket away has it");
    harness.type_text("nonsense");
    harness.press("enter");
    let refused = fixtures::refusal(ErrorCode::ClaimInvalid, "The claim code is not valid");
    answer!(harness, ApiCall::Claim(_), Err(refused));
    harness.assert_shows("The claim code is not valid");
    harness.assert_hides("nonsense");
    harness.type_text(" CLAIM-7QXR ");
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::Claim(code) if code.as_str() == "CLAIM-7QXR"), 1);
    harness.server.passes = vec![fixtures::pass("p1", TITLE)];
    let pass = Box::new(fixtures::pass("p1", TITLE));
    answer!(harness, ApiCall::Claim(_), Ok(Reply::Claimed { pass, is_taken_back: false }));
    harness.answer_reads();
    harness.assert_shows("Jazz at the lake is yours");
    harness.assert_shows("█");
    harness.press("esc");
    assert_eq!(harness.selected().split_whitespace().next(), Some("Jazz"));
}

#[test]
fn own_claim_code_takes_the_ticket_back() {
    let mut harness = Harness::signed_in();
    harness.press("6 c");
    harness.type_text("CLAIM-7QXR");
    harness.press("enter");
    harness.server.passes = vec![fixtures::pass("p1", TITLE)];
    let pass = Box::new(fixtures::pass("p1", TITLE));
    answer!(harness, ApiCall::Claim(_), Ok(Reply::Claimed { pass, is_taken_back: true }));
    harness.answer_reads();
    harness.assert_shows("You have taken your ticket back: Jazz at the lake");
    harness.assert_hides("is yours");
}

#[test]
fn ticket_is_sold_on_up_to_its_limit_and_withdrawn() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.press("s");
    harness.assert_shows("The highest price is $38.00.");
    harness.type_text("38.01");
    harness.press("enter");
    harness.assert_shows("At most $38.00");
    assert_eq!(count_pending!(harness, ApiCall::Resell(..)), 0);
    harness.press("ctrl-u");
    harness.type_text("$30");
    harness.press("enter");
    let mut listing = fixtures::ticket("resale", TITLE, "30", 0);
    listing.user_id = fixtures::ME.into();
    let mut offered = fixtures::pass("p1", TITLE).version(1).status(PassStatus::Offered).listing_id("resale");
    offered.code = None;
    harness.server.passes = vec![offered];
    harness.server.listings = vec![listing.clone()];
    answer!(harness, ApiCall::Resell(..), Ok(Reply::Ticket(Box::new(listing))));
    harness.answer_reads();
    harness.assert_shows("Jazz at the lake is for resale at $30.00");
    harness.assert_shows("For resale");
    harness.press("d y");
    harness.server.listings = Vec::new();
    harness.server.passes = vec![fixtures::pass("p1", TITLE).version(2)];
    answer!(harness, ApiCall::Withdraw(..), Ok(Reply::Done));
    assert_eq!(count_pending!(harness, ApiCall::ReleasedPass(_)), 1);
    harness.answer_reads();
    harness.assert_hides("For resale");
}

#[test]
fn paid_order_leads_to_its_ticket() {
    let mut harness = Harness::signed_in();
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Complete);
    harness.server.orders = vec![order];
    harness.press("2");
    harness.answer_reads();
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("shows the ticket");
    harness.press("enter");
    harness.assert_shows("Loading the ticket");
    harness.server.passes = vec![fixtures::pass("p1", TITLE).order_id("o1")];
    harness.answer_reads();
    harness.assert_shows("Row 3, seat 12");
    harness.assert_shows("█");
}

#[test]
fn used_ticket_has_no_code_and_cannot_be_given_away() {
    let admitted_at = Timestamp::from_millis(NOW - 60_000);
    let mut used = fixtures::pass("p1", TITLE).status(PassStatus::Used).admitted_at(admitted_at);
    used.code = None;
    let mut harness = open(used);
    harness.press("t s");
    harness.assert_hides("claim code");
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("Used: admitted 15 Jan 2027, 08:59:00 CET");
    harness.assert_hides("█");
}

#[test]
fn holder_sees_that_someone_entered_with_an_earlier_code() {
    let double = DoubleAdmission::new(Timestamp::from_millis(NOW - 60_000), None);
    let mut harness = open(fixtures::pass("p1", TITLE).serial(1).double_admissions(vec![double]));
    harness.press("s");
    harness.assert_hides("The highest price");
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("Someone entered with an earlier");
}

#[test]
fn open_ticket_shows_within_seconds_that_it_was_used() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("█");
    let admitted_at = Timestamp::from_millis(NOW + 1_000);
    let mut used = fixtures::pass("p1", TITLE).status(PassStatus::Used).admitted_at(admitted_at).version(1);
    used.code = None;
    harness.server.passes = vec![used];
    harness.advance_with_wakeups(3_000);
    assert_eq!(count_pending!(harness, ApiCall::Pass(_)), 1);
    harness.advance_with_wakeups(10_000);
    assert_eq!(count_pending!(harness, ApiCall::Pass(_)), 1, "a server that takes its time is asked once");
    harness.answer_reads();
    harness.assert_shows("Used: admitted");
    harness.assert_hides("█");
    assert_eq!(harness.app.wakes_at(), None, "a used ticket does not change any more");
}

#[test]
fn open_ticket_that_another_claims_disappears_within_seconds() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.press("enter");
    harness.answer_reads();
    harness.advance_with_wakeups(3_000);
    let poll = take_call!(harness, ApiCall::Pass(_));
    harness.reply(poll, Err(fixtures::offline_error()));
    harness.assert_shows("█");
    harness.server.passes = Vec::new();
    harness.advance_with_wakeups(3_000);
    let poll = take_call!(harness, ApiCall::Pass(_));
    harness.reply(poll, Err(fixtures::refusal(ErrorCode::NotFound, "Not found")));
    harness.assert_shows("You do not hold this ticket");
    harness.assert_hides("█");
    harness.press("esc");
    harness.assert_hides(TITLE);
}

#[test]
fn open_ticket_that_is_held_again_appears_within_seconds() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.server.passes = Vec::new();
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("You do not hold this ticket");
    harness.server.passes = vec![fixtures::pass("p1", TITLE).version(3)];
    harness.advance_with_wakeups(3_000);
    harness.assert_shows("You do not hold this ticket");
    harness.answer_reads();
    harness.assert_hides("You do not hold this ticket");
    harness.assert_shows("█");
}

#[test]
fn dialog_with_a_claim_code_follows_the_transfer() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    let pending = fixtures::pass("p1", TITLE).version(1).transfer_expires_at(fixtures::transfer().expires_at);
    let give = |harness: &mut Harness| {
        harness.press("t y");
        harness.server.passes = vec![pending.clone()];
        answer!(harness, ApiCall::GiveAway(_), Ok(Reply::Transfer(fixtures::transfer())));
        harness.assert_shows("CLAIM-7QXR-M2PD-K94T");
        harness.answer_reads();
        harness.advance_with_wakeups(3_000);
        harness.answer_reads();
        harness.assert_shows("CLAIM-7QXR-M2PD-K94T");
    };
    give(&mut harness);
    // Another program of the user takes it back.
    harness.server.passes = vec![fixtures::pass("p1", TITLE).version(2)];
    harness.advance_with_wakeups(3_000);
    harness.answer_reads();
    harness.assert_hides("CLAIM-7QXR");
    harness.assert_shows("no longer works");
    harness.press("esc");

    let mut harness = open(fixtures::pass("p1", TITLE));
    give(&mut harness);
    harness.server.passes = Vec::new();
    harness.advance_with_wakeups(3_000);
    harness.answer_reads();
    harness.assert_hides("CLAIM-7QXR");
    harness.assert_shows("The ticket was claimed");
    harness.assert_hides("takes it back");
    harness.press("esc");
    harness.answer_reads();
    harness.assert_shows("You hold no tickets yet");
}

#[test]
fn ticket_that_its_buyer_gave_away_is_not_theirs_in_the_market() {
    let mut harness = Harness::signed_in();
    let ticket = fixtures::tickets()[0].clone();
    let order = fixtures::order("o1", &ticket, OrderStatus::Complete);
    harness.server.orders = vec![order];
    harness.server.passes = vec![fixtures::pass("p1", TITLE).order_id("o1")];
    harness.press("r");
    harness.answer_reads();
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("Yours");
    harness.assert_shows("b Order");
    harness.server.passes = Vec::new();
    harness.press("6");
    harness.answer_reads();
    harness.press("1");
    harness.answer_reads();
    harness.assert_hides("Yours");
    harness.assert_shows("Sold");
    harness.press("b");
    harness.answer_reads();
    harness.assert_shows("Paid. You have given the ticket away or sold it on");
    harness.assert_hides("shows the ticket");
    // It was bought back with another order.
    let mut again = fixtures::pass("p1", TITLE).version(4).order_id("o2");
    again.ticket_id = ticket.id;
    harness.server.passes = vec![again];
    harness.press("6");
    harness.answer_reads();
    harness.press("1 b");
    harness.answer_reads();
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("█");
}

#[test]
fn late_answer_of_a_former_user_is_not_shown() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.press("enter");
    let (id, _) = harness.pending.pop().unwrap();
    harness.server.user = Some(fixtures::grace());
    harness.server.passes = Vec::new();
    harness.press("4 r");
    harness.answer_reads();
    harness.press("6");
    harness.answer_reads();
    harness.assert_shows("You hold no tickets yet");
    harness.reply(id, Ok(Reply::Pass(Box::new(fixtures::pass("p1", TITLE)))));
    harness.assert_hides(TITLE);
}

#[test]
fn event_is_saved_to_a_calendar_file() {
    let mut harness = open(fixtures::pass("p1", TITLE));
    harness.press("e");
    answer!(harness, ApiCall::SaveCalendar(_), Ok(Reply::Saved("/home/ada/ticket-p1.ics".to_owned())));
    harness.assert_shows("Saved /home/ada/ticket-p1.ics");
    harness.press("enter e");
    answer!(harness, ApiCall::SaveCalendar(_), Err(fixtures::offline_error()));
    harness.assert_shows("The server cannot be reached");
    let mut undated = fixtures::pass("p2", TITLE);
    undated.details.starts_at = None;
    let mut harness = open(undated);
    harness.press("e");
    assert_eq!(count_pending!(harness, ApiCall::SaveCalendar(_)), 0);
}

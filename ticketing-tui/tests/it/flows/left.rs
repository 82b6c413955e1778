//! Dialogs that were left before the answer to their write: its outcome is reported on the screen that is open then.

use ticketing_sdk::{ErrorCode, Verdict};
use ticketing_tui::{ApiCall, Effect, Reply};

use crate::support::{Harness, answer, count_effects, fixtures};

const TITLE: &str = "Jazz at the lake";

/// Opens the list of passes, of which there is one.
fn open_passes() -> Harness {
    let mut harness = Harness::signed_in();
    harness.server.passes = vec![fixtures::pass("p1", TITLE)];
    harness.press("6");
    harness.answer_reads();
    harness
}

/// Leaves the dialog for another screen.
fn leave(harness: &mut Harness) {
    harness.press("esc alt-4");
    harness.answer_reads();
}

#[test]
fn claim_code_is_shown_again_after_its_dialog_was_left() {
    let mut harness = open_passes();
    harness.press("t y");
    leave(&mut harness);
    let given = fixtures::pass("p1", TITLE).version(1).transfer_expires_at(fixtures::transfer().expires_at);
    harness.server.passes = vec![given];
    answer!(harness, ApiCall::GiveAway(_), Ok(Reply::Transfer(fixtures::transfer())));
    harness.answer_reads();
    harness.assert_shows("The claim code of Jazz at the lake is made: t among your tickets shows it");
    harness.press("6");
    harness.answer_reads();
    for keys in ["t", "esc enter t"] {
        harness.press(keys);
        harness.answer_reads();
        harness.assert_shows("CLAIM-7QXR-M2PD-K94T");
    }
    harness.press("y");
    assert_eq!(count_effects!(harness, Effect::Copy(text) if text == "CLAIM-7QXR-M2PD-K94T"), 1);
    // It is the one of this user, and gone once it is taken back.
    harness.press("x");
    harness.server.passes = vec![fixtures::pass("p1", TITLE).version(2)];
    answer!(harness, ApiCall::TakeBack(_), Ok(Reply::Done));
    harness.answer_reads();
    harness.press("t");
    harness.answer_reads();
    harness.assert_hides("CLAIM-7QXR");
    harness.assert_shows("makes a claim code");
}

#[test]
fn writes_are_reported_after_their_dialogs_were_left() {
    let mut harness = open_passes();
    harness.press("c");
    harness.type_text("CLAIM-7QXR");
    harness.press("enter");
    leave(&mut harness);
    let pass = Box::new(fixtures::pass("p2", "Opera"));
    answer!(harness, ApiCall::Claim(_), Ok(Reply::Claimed { pass, is_taken_back: false }));
    harness.assert_shows("Opera is yours");

    let mut harness = open_passes();
    harness.press("s");
    harness.type_text("30");
    harness.press("enter");
    leave(&mut harness);
    let listing = Box::new(fixtures::ticket("r1", TITLE, "30", 0));
    answer!(harness, ApiCall::Resell(..), Ok(Reply::Ticket(listing)));
    harness.assert_shows("Jazz at the lake is for resale at $30.00");

    let mut harness = Harness::signed_in();
    harness.fill_sale();
    harness.press("enter tab tab tab tab enter");
    leave(&mut harness);
    let listing = Box::new(fixtures::ticket("s1", "Opera on the roof", "75", 0));
    answer!(harness, ApiCall::Sell(_), Ok(Reply::Ticket(listing)));
    harness.assert_shows("Opera on the roof is for sale");
}

#[test]
fn verdict_is_reported_after_the_door_was_left() {
    let verdicts = [
        (
            Ok(fixtures::verdict(Verdict::admitted(fixtures::admission()), None)),
            "ADMITTED: Jazz at the lake, Row 3",
        ),
        (
            Ok(fixtures::verdict(Verdict::refused_for(&ErrorCode::PassInvalid).unwrap(), None)),
            "REFUSED: This is not",
        ),
        (Err(fixtures::unknown()), "CANNOT TELL: Code TK1 ONE: Scan the code again"),
    ];
    for (reply, shown) in verdicts {
        let mut harness = Harness::signed_in();
        harness.press("3 c");
        harness.answer_reads();
        harness.type_text("TK1 ONE");
        harness.press("enter");
        leave(&mut harness);
        answer!(harness, ApiCall::CheckIn { .. }, reply);
        harness.assert_shows(shown);
    }
}

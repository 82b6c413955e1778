//! The door: one verdict for each code.

use ticketing_sdk::{ErrorCode, Timestamp};
use ticketing_tui::{Call, CallError, Event, Reply};

use crate::support::{Harness, NOW, answer, count_pending, fixtures};

fn door() -> Harness {
    let mut harness = Harness::signed_in();
    harness.press("3 c");
    harness
}

fn scan(harness: &mut Harness, code: &str) {
    harness.type_text(code);
    harness.press("enter");
}

#[test]
fn scanned_codes_are_judged_and_logged() {
    let mut harness = door();
    scan(&mut harness, "TK1 ONE");
    assert_eq!(count_pending!(harness, Call::CheckIn(code) if code.as_str() == "TK1 ONE"), 1);
    harness.assert_hides("TK1 ONE");
    answer!(harness, Call::CheckIn(_), Ok(Reply::Admission(Box::new(fixtures::admission()))));
    harness.assert_shows("ADMITTED");
    harness.assert_shows("Jazz at the lake, Row 3, seat 12");
    scan(&mut harness, "TK1 ONE");
    let first_admission = Some(Box::new((Timestamp::from_millis(NOW), Some("north door".to_owned()))));
    let refused = fixtures::refused(ErrorCode::AlreadyAdmitted, "The pass was admitted");
    answer!(harness, Call::CheckIn(_), Err(CallError { first_admission, ..refused }));
    harness.assert_shows("REFUSED");
    harness.assert_shows("Already admitted 2027-01-15 09:00 UTC+01 by north door");
    harness.assert_shows("1 admitted, 1 refused");
    harness.assert_shows("✓ Jazz at the lake");
}

#[test]
fn each_refusal_has_its_reason() {
    let mut harness = door();
    for (code, why) in [
        (ErrorCode::PassInvalid, "This is no code of a ticket"),
        (ErrorCode::PassSuperseded, "the ticket has another holder now"),
        (ErrorCode::PassOffered, "offered for resale"),
        (ErrorCode::NotOwner, "the event of another seller"),
    ] {
        scan(&mut harness, "TK1");
        answer!(harness, Call::CheckIn(_), Err(fixtures::refused(code, "no")));
        harness.assert_shows("REFUSED");
        harness.assert_shows(why);
    }
}

#[test]
fn unknown_outcome_refuses_nobody() {
    let mut harness = door();
    for error in [fixtures::unknown(), fixtures::offline()] {
        scan(&mut harness, "TK1");
        answer!(harness, Call::CheckIn(_), Err(error));
        harness.assert_shows("CANNOT TELL");
        harness.assert_shows("Scan the code again");
        harness.assert_shows("0 admitted, 0 refused");
    }
}

#[test]
fn code_that_is_scanned_twice_is_sent_once() {
    let mut harness = door();
    scan(&mut harness, "TK1 ONE");
    scan(&mut harness, "TK1 ONE");
    scan(&mut harness, "TK1 TWO");
    assert_eq!(count_pending!(harness, Call::CheckIn(_)), 2);
}

#[test]
fn pasted_code_with_its_line_break_is_sent() {
    let mut harness = door();
    harness.feed(Event::Paste("TK1 ONE\r\n".to_owned()));
    assert_eq!(count_pending!(harness, Call::CheckIn(code) if code.as_str() == "TK1 ONE"), 1);
}

//! Scans that overlap: each verdict belongs to its scan, and the newest scan is the one shown.

use std::time::Duration;

use ticketing_sdk::{Admission, Timestamp, Verdict};
use ticketing_tui::{ApiCall, CallId, Event, Feed, Reply};

use crate::support::{Harness, NOW, answer, count_pending, fixtures};

fn door() -> Harness {
    let mut harness = Harness::signed_in();
    harness.press("3 c");
    harness.answer_reads();
    harness
}

/// Scans a code. Returns the call that asks about it.
fn scan(harness: &mut Harness, code: &str) -> CallId {
    harness.type_text(code);
    harness.press("enter");
    let is_of_code =
        |call: &ApiCall| matches!(call, ApiCall::CheckIn { scan, .. } if scan.code.as_str() == code);
    harness.take_call(code, is_of_code)
}

fn admit(harness: &mut Harness, call: CallId, title: &str) {
    let admission = Admission::new("p1", title, Timestamp::from_millis(NOW));
    harness.reply(call, Ok(fixtures::verdict(Verdict::admitted(admission), None)));
}

/// Returns the band above the list of scans.
fn band(harness: &mut Harness) -> String {
    let screen = harness.screen();
    let rulings = ["ASKING", "ADMITTED", "REFUSED", "CANNOT TELL"];
    let band = screen.lines().find(|line| rulings.iter().any(|ruling| line.contains(ruling)));
    band.unwrap_or_else(|| panic!("no band:\n{screen}")).trim().to_owned()
}

#[test]
fn asked_code_takes_the_place_of_the_last_verdict() {
    let mut harness = door();
    let first = scan(&mut harness, "TK1 ONE");
    admit(&mut harness, first, "Opera");
    assert_eq!(band(&mut harness), "ADMITTED");
    let second = scan(&mut harness, "TK1W50:PI:WKM20%20000000000-FKJB0-JA0");
    assert_eq!(band(&mut harness), "ASKING");
    harness.assert_shows("Code …00-FKJB0-JA0");
    // The last verdict is among the scans, and nowhere else.
    assert_eq!(harness.screen().matches("Opera").count(), 1);
    admit(&mut harness, second, "Ballet");
    assert_eq!(band(&mut harness), "ADMITTED");
    harness.assert_hides("JA0");
    harness.assert_shows("2 admitted, 0 refused");
}

#[test]
fn late_answer_goes_to_its_scan_and_covers_no_newer_verdict() {
    let mut harness = door();
    let [first, second] = ["TK1 ONE", "TK1 TWO"].map(|code| scan(&mut harness, code));
    assert_eq!(band(&mut harness), "ASKING");
    admit(&mut harness, second, "Ballet");
    harness.reply(first, Err(fixtures::unknown()));
    assert_eq!(band(&mut harness), "ADMITTED");
    harness.assert_shows("○ Code TK1 ONE: Scan the code again");
    let [third, fourth] = ["TK1 ONE", "TK1 FOUR"].map(|code| scan(&mut harness, code));
    admit(&mut harness, third, "Opera");
    assert_eq!(band(&mut harness), "ASKING");
    harness.assert_shows("✓ Opera");
    admit(&mut harness, fourth, "Circus");
    let screen = harness.screen();
    let rows = screen.lines().filter_map(|line| line.split(['✓', '○']).nth(1)?.split_whitespace().next());
    assert_eq!(rows.collect::<Vec<_>>(), ["Circus", "Opera", "Ballet", "Code"], "{screen}");
}

#[test]
fn repeated_code_is_asked_about_after_its_first_verdict() {
    let mut harness = door();
    let first = scan(&mut harness, "TK1 ONE");
    for (millis, code) in [(500, "TK1 ONE"), (500, "TK1 ONE"), (500, "TK1 TWO")] {
        harness.advance(millis);
        harness.type_text(code);
        harness.press("enter");
    }
    assert_eq!(count_pending!(harness, ApiCall::CheckIn { .. }), 1, "of the other code");
    assert_eq!(harness.screen().matches("Code TK1 ONE").count(), 2, "a scanner read the first one twice");
    admit(&mut harness, first, "Opera");
    let is_of_code =
        |call: &ApiCall| matches!(call, ApiCall::CheckIn { scan, .. } if scan.code.as_str() == "TK1 ONE");
    let second = harness.take_call("the second scan", is_of_code);
    let refused = Verdict::already_admitted(Some(Timestamp::from_millis(NOW)), None);
    harness.reply(second, Ok(fixtures::verdict(refused, None)));
    assert_eq!(band(&mut harness), "ASKING");
    harness.assert_shows("Code TK1 TWO");
    harness.assert_shows("✗ Already admitted");
    harness.assert_shows("1 admitted, 1 refused");
}

#[test]
fn open_door_learns_of_the_admissions_of_other_doors() {
    let mut harness = Harness::signed_in();
    harness.server.door = Some(fixtures::door(0));
    harness.press("3 c");
    harness.answer_reads();
    harness.advance_with_wakeups(59_000);
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 0);
    harness.advance_with_wakeups(2_000);
    answer!(harness, ApiCall::SyncDoor(_), Ok(Reply::DoorSync(Box::new(fixtures::door_sync()))));
    harness.answer_reads();
    harness.assert_shows("✗ Jazz at the lake, Row 3, seat 12: admitted twice: 15 Jan 2027");
    // Not without a connection, and on no other screen.
    let retry_in = Duration::from_secs(600);
    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
    harness.advance(120_000);
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 0);
    harness.feed(Event::Feed(Feed::Connected));
    answer!(harness, ApiCall::SyncDoor(_), Ok(Reply::DoorSync(Box::new(fixtures::door_sync()))));
    harness.press("esc");
    harness.advance_with_wakeups(120_000);
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 0);
}

#[test]
fn failed_upload_is_tried_again_on_every_screen() {
    let mut harness = Harness::signed_in();
    harness.server.door = Some(fixtures::door(1));
    harness.press("3 c");
    harness.answer_reads();
    harness.press("esc");
    answer!(harness, ApiCall::SyncDoor(_), Err(fixtures::offline_error()));
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 0);
    harness.advance_with_wakeups(61_000);
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 1);
}

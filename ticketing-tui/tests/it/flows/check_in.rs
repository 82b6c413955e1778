//! The door: one verdict for each code, with a network and without.

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ticketing_sdk::{DoubleAdmission, ErrorCode, PassStatus, TicketStatus, Timestamp, Verdict};
use ticketing_tui::{ApiCall, Colours, Event, Feed, Reply};

use crate::support::{Harness, NOW, answer, count_pending, fixtures};

fn door() -> Harness {
    let mut harness = Harness::signed_in();
    harness.press("3 c");
    harness.answer_reads();
    harness
}

/// A door that admits without a network, too.
fn prepared_door() -> Harness {
    let mut harness = Harness::signed_in();
    harness.server.door = Some(fixtures::door(0));
    harness.press("3 c");
    harness.answer_reads();
    harness
}

fn scan(harness: &mut Harness, code: &str) {
    harness.type_text(code);
    harness.press("enter");
}

fn lose(harness: &mut Harness) {
    let retry_in = Duration::from_secs(60);
    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
}

#[test]
fn scanned_codes_are_judged_and_logged() {
    let mut harness = door();
    scan(&mut harness, "TK1 ONE");
    assert_eq!(
        count_pending!(harness, ApiCall::CheckIn { scan, by_list: false, .. } if scan.code.as_str() == "TK1 ONE"),
        1
    );
    let admitted = Verdict::admitted(fixtures::admission());
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(admitted, None)));
    harness.assert_shows("ADMITTED");
    harness.assert_shows("Jazz at the lake, Row 3, seat 12");
    harness.assert_hides("TK1 ONE");
    scan(&mut harness, "TK1 ONE");
    assert_eq!(count_pending!(harness, ApiCall::CheckIn { .. }), 0, "a scanner read the code twice");
    harness.advance(1_000);
    scan(&mut harness, "TK1 ONE");
    let again =
        Verdict::already_admitted(Some(Timestamp::from_millis(NOW)), Some("north\u{1b} door".to_owned()));
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(again, None)));
    harness.assert_shows("REFUSED");
    harness.assert_shows("Already admitted at 15 Jan 2027, 09:00:00 CET by north door");
    harness.assert_shows("1 admitted, 1 refused");
    harness.assert_shows("✓ Jazz at the lake");
}

#[test]
fn admissions_of_an_earlier_run_are_uploaded_on_every_screen() {
    let mut harness = Harness::new((80, 24), Colours::True);
    harness.server.door = Some(fixtures::door(1));
    harness.sign_in();
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 1);
    // Leaving says that they wait.
    harness.press("q");
    harness.assert_shows("Leave with 1 scan not uploaded?");
    harness.press("n");
    harness.assert_hides("not uploaded?");
}

#[test]
fn offline_start_reports_waiting_scans_and_uploads_them_later() {
    let mut harness = Harness::new((80, 24), Colours::True);
    harness.server.door = Some(fixtures::door(2));
    lose(&mut harness);
    answer!(harness, ApiCall::Session, Err(fixtures::offline_error()));
    harness.answer_reads();
    harness.assert_shows("2 scans waiting for upload, once the server can be reached");
    harness.press("q");
    harness.assert_shows("Leave with 2 scans not uploaded?");
    harness.press("n");
    harness.sign_in();
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 1);
}

#[test]
fn refusal_shows_its_reason() {
    let mut harness = door();
    scan(&mut harness, "TK1");
    let refused = Verdict::refused_for(&ErrorCode::PassSuperseded).unwrap();
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(refused, None)));
    harness.assert_shows("REFUSED");
    harness.assert_shows("This code is old: the pass has another holder now");
}

#[test]
fn failed_call_refuses_nobody() {
    let mut harness = door();
    for error in [fixtures::unknown(), fixtures::offline_error()] {
        scan(&mut harness, "TK1");
        answer!(harness, ApiCall::CheckIn { .. }, Err(error));
        harness.assert_shows("CANNOT TELL");
        harness.assert_shows("Scan the code again");
        harness.assert_shows("0 admitted, 0 refused");
    }
}

#[test]
fn pasted_code_with_its_line_break_is_sent() {
    let mut harness = door();
    harness.terminal(TerminalEvent::Paste("TK1 ONE\r\n".to_owned()));
    assert_eq!(count_pending!(harness, ApiCall::CheckIn { scan, .. } if scan.code.as_str() == "TK1 ONE"), 1);
}

#[test]
fn code_that_is_scanned_into_the_name_of_the_door_is_a_scan() {
    let mut harness = door();
    harness.press("tab");
    harness.type_text("north door");
    let code = fixtures::pass("p1", "").code.unwrap().as_str().to_owned();
    scan(&mut harness, &code);
    let is_scan = |call: &ApiCall| matches!(call, ApiCall::CheckIn { scan, .. } if scan.code.as_str() == code && scan.device.as_deref() == Some("north door"));
    assert!(harness.pending.iter().any(|(_, call)| is_scan(call)), "{:?}", harness.pending);
    harness.assert_shows("north door");
    harness.assert_hides("TK1");
}

#[test]
fn scan_has_the_name_of_the_door_and_its_time() {
    let mut harness = door();
    harness.server.skew = 2_000;
    harness.press("tab");
    harness.type_text("north door");
    // Enter there leads back to the code.
    harness.press("enter");
    scan(&mut harness, "TK1 ONE");
    let at = Timestamp::from_millis(NOW + 2_000);
    assert_eq!(
        count_pending!(harness, ApiCall::CheckIn { scan, .. } if scan.device.as_deref() == Some("north door") && scan.at == at),
        1
    );
    harness.press("esc c");
    harness.answer_reads();
    harness.assert_shows("north door");
}

#[test]
fn door_is_prepared_by_a_key() {
    let mut harness = door();
    harness.assert_shows("ctrl-o prepares this door to admit without a network");
    harness.press("ctrl-o");
    harness.press("ctrl-o");
    assert_eq!(count_pending!(harness, ApiCall::PrepareDoor(_)), 1);
    harness.answer_reads();
    harness.assert_shows("the door list has 412 tickets");
    harness.assert_shows("Works offline, too: 412 tickets on the list of 15 Jan 2027, 09:00");
    lose(&mut harness);
    harness.assert_shows("Offline: admitting by the list of 15 Jan 2027, 09:00 CET");
}

#[test]
fn key_that_is_pressed_while_the_door_is_opened_prepares_it() {
    let mut harness = Harness::signed_in();
    harness.press("3 c ctrl-o");
    assert_eq!(count_pending!(harness, ApiCall::PrepareDoor(_)), 0);
    harness.answer_reads();
    harness.assert_shows("the door list has 412 tickets");
}

#[test]
fn offline_door_without_list_rules_unknown() {
    let mut harness = door();
    lose(&mut harness);
    harness.assert_shows("Offline, and this door is not prepared");
    scan(&mut harness, "TK1 ONE");
    assert_eq!(count_pending!(harness, ApiCall::CheckIn { by_list: false, .. }), 1);
}

#[test]
fn offline_scans_are_uploaded_when_the_connection_is_back() {
    let mut harness = prepared_door();
    lose(&mut harness);
    scan(&mut harness, "TK1 ONE");
    let admitted = || Verdict::admitted(fixtures::admission());
    answer!(harness, ApiCall::CheckIn { by_list: true, .. }, Ok(fixtures::verdict(admitted(), Some(1))));
    harness.assert_shows("ADMITTED");
    harness.assert_shows("Offline, 1 scan waiting for upload");
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 0);
    harness.feed(Event::Feed(Feed::Connected));
    harness.answer_reads();
    harness.assert_shows("Uploading: 1 scan waiting for upload");
    // The server does not have the pending scans yet, so the list still decides.
    scan(&mut harness, "TK1 TWO");
    answer!(harness, ApiCall::CheckIn { by_list: true, .. }, Ok(fixtures::verdict(admitted(), Some(2))));
    answer!(harness, ApiCall::SyncDoor(_), Ok(Reply::DoorSync(Box::new(fixtures::door_sync()))));
    harness.answer_reads();
    harness.assert_shows("✗ Jazz at the lake, Row 3, seat 12: admitted twice: 15 Jan 2027");
    harness.assert_shows("by north door; 15 Jan 2027, 09:02:00 CET by south door");
    harness.assert_shows("Works offline, too");
    scan(&mut harness, "TK1 THREE");
    assert_eq!(count_pending!(harness, ApiCall::CheckIn { by_list: false, .. }), 1);
}

#[test]
fn offline_door_warns_of_a_clock_that_was_changed_and_admits() {
    let mut harness = prepared_door();
    harness.server.skew = -3_600_000;
    harness.feed(Event::Feed(Feed::Connected));
    harness.assert_hides("The clock of this machine");
    lose(&mut harness);
    harness.assert_shows("The clock of this machine is wrong: it shows 15 Jan 2027, 08:00 CET, and");
    scan(&mut harness, "TK1 ONE");
    let admitted = Verdict::admitted(fixtures::admission());
    answer!(harness, ApiCall::CheckIn { by_list: true, .. }, Ok(fixtures::verdict(admitted, Some(1))));
    harness.assert_shows("ADMITTED");
    harness.server.skew = 0;
    harness.feed(Event::Feed(Feed::Lost {
        error: fixtures::offline_error(),
        retry_in: Duration::from_secs(60),
    }));
    harness.assert_hides("The clock of this machine");
}

#[test]
fn failed_upload_is_shown_and_tried_again_by_a_key() {
    let mut harness = prepared_door();
    scan(&mut harness, "TK1 ONE");
    // The server was not reached, so the list has decided.
    let admitted = Verdict::admitted(fixtures::admission());
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(admitted, Some(1))));
    answer!(
        harness,
        ApiCall::SyncDoor(_),
        Err(ticketing_tui::CallError::other("The door list is of another account"))
    );
    harness.assert_shows("1 scan waiting for upload: The door list is of another account.");
    harness.press("ctrl-o");
    assert_eq!(count_pending!(harness, ApiCall::SyncDoor(_)), 1);
}

#[test]
fn door_of_another_user_is_unknown() {
    let mut harness = prepared_door();
    harness.server.user = Some(fixtures::grace());
    harness.server.door = None;
    harness.press("esc i y");
    answer!(harness, ApiCall::SignOut, Ok(Reply::Session(Some(fixtures::grace()))));
    harness.answer_reads();
    harness.press("3 c");
    harness.answer_reads();
    harness.assert_shows("ctrl-o prepares this door");
}

#[test]
fn new_holder_is_admitted_with_a_warning() {
    let mut harness = door();
    scan(&mut harness, "TK1 ONE");
    let earlier =
        DoubleAdmission::new(Timestamp::from_millis(NOW - 60_000), Some("north\u{1b} door".to_owned()));
    let admitted = Verdict::admitted(fixtures::admission().double_admissions(vec![earlier]));
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(admitted, None)));
    harness.assert_shows("ADMITTED");
    harness.assert_shows("Jazz at the lake, Row 3, seat 12: an earlier holder has entered with this");
    harness.assert_shows("15 Jan 2027, 08:59:00 CET by north door");
    harness.assert_shows("1 admitted, 0 refused");
}

#[test]
fn seller_sees_who_was_admitted_twice() {
    let mut harness = Harness::new((120, 35), ticketing_tui::Colours::True);
    let sold = fixtures::tickets().remove(0).user_id(fixtures::ME).status(TicketStatus::Sold);
    let at = |minutes: i64| Timestamp::from_millis(NOW + minutes * 60_000);
    let mut used = fixtures::pass("p1", "Jazz at the lake")
        .status(PassStatus::Used)
        .admitted_at(at(0))
        .device("north door");
    used.ticket_id = sold.id.clone();
    harness.server.listings = vec![sold];
    harness.server.used = vec![used.clone()];
    harness.sign_in();
    harness.press("3");
    harness.answer_reads();
    harness.assert_shows("Admitted 15 Jan 2027, 09:00:00 CET by");
    harness.assert_hides("twice");
    let double = DoubleAdmission::new(at(3), None);
    harness.server.used = vec![used.clone().double_admissions(vec![double])];
    harness.press("r");
    harness.answer_reads();
    harness.assert_shows("Admitted twice");
    harness.assert_shows("09:03:00 CET");
    // Its holder sells it, or an earlier holder has entered with it.
    let first = DoubleAdmission::new(at(0), Some("north door".to_owned()));
    let (mut offered, mut given) = (used.clone(), used.double_admissions(vec![first]));
    offered.status = PassStatus::Offered;
    (given.status, given.admitted_at, given.device) = (PassStatus::Valid, None, None);
    for pass in [offered, given] {
        harness.server.used = vec![pass];
        harness.press("r");
        harness.answer_reads();
        harness.assert_shows("Admitted early");
        harness.assert_shows("Admitted 15 Jan 2027, 09:00:00 CET by");
        harness.assert_hides("twice");
    }
}

#[test]
fn ticket_for_another_day_is_admitted_with_a_warning() {
    let mut harness = door();
    scan(&mut harness, "TK1 ONE");
    let starts = fixtures::admission().starts_at("2027-01-15T10:30:00+01:00".parse().unwrap());
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(Verdict::admitted(starts), None)));
    harness.assert_shows("Jazz at the lake, Row 3, seat 12, 15 Jan 2027, 10:30");
    scan(&mut harness, "TK1 TWO");
    let starts = fixtures::admission().starts_at("2027-01-16T19:30:00+01:00".parse().unwrap());
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(Verdict::admitted(starts), None)));
    harness.assert_shows("ADMITTED");
    harness.assert_shows("Jazz at the lake, Row 3, seat 12: this ticket is for another day: Sat 16");
    harness.assert_shows("2 admitted, 0 refused");
}

#[test]
fn key_limits_the_door_to_events_within_half_a_day() {
    let mut harness = prepared_door();
    scan(&mut harness, "TK1 ONE");
    let limited = |harness: &Harness| count_pending!(harness, ApiCall::CheckIn { scan, .. } if scan.within == Some(Verdict::EXPECTED_WITHIN));
    assert_eq!(limited(&harness), 0);
    harness.press("ctrl-t");
    harness.assert_shows("Only events within 12 h; ctrl-t admits all");
    scan(&mut harness, "TK1 TWO");
    assert_eq!(limited(&harness), 1);
    // It holds without a network, too.
    lose(&mut harness);
    scan(&mut harness, "TK1 THREE");
    assert_eq!(limited(&harness), 2);
    let starts = "2027-01-16T19:30:00+01:00".parse().unwrap();
    let mut refused = Verdict::other_day(starts, Timestamp::from_millis(NOW));
    refused.title = Some("Jazz at the lake".to_owned());
    answer!(harness, ApiCall::CheckIn { by_list: true, .. }, Ok(fixtures::verdict(refused, None)));
    harness.assert_shows("REFUSED");
    harness.assert_shows("This ticket is for another day: Sat 16 Jan 2027, 19:30 +01:00: Jazz at the");
    harness.press("ctrl-t");
    harness.assert_hides("Only events within 12 h");
    scan(&mut harness, "TK1 FOUR");
    assert_eq!(limited(&harness), 1);
}

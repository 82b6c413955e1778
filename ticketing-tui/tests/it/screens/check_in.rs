//! The door.

use std::time::Duration;

use ticketing_sdk::{ErrorCode, Timestamp, Verdict};
use ticketing_tui::{ApiCall, Colours, Event, Feed, Reply};

use super::screen_tests;
use crate::support::{Harness, NOW, answer, fixtures};

fn open(harness: &mut Harness) {
    harness.sign_in();
    harness.press("3 c");
    harness.answer_reads();
}

fn scan(harness: &mut Harness, verdict: Verdict, waiting: Option<usize>) {
    // A scanner that reads a code twice at once has scanned once.
    harness.advance(1_000);
    harness.type_text("TK1 ONE");
    harness.press("enter");
    answer!(harness, ApiCall::CheckIn { .. }, Ok(fixtures::verdict(verdict, waiting)));
}

fn offline(harness: &mut Harness) {
    harness.server.door = Some(fixtures::door(0));
    open(harness);
    let retry_in = Duration::from_secs(60);
    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
    scan(harness, Verdict::admitted(fixtures::admission()), Some(1));
    scan(harness, Verdict::refused_for(&ErrorCode::PassInvalid).unwrap(), Some(1));
}

screen_tests! {
    idle: open;
    -SMALL +LARGE judging: |harness| {
        open(harness);
        let at = Some(Timestamp::from_millis(NOW - 240_000));
        scan(harness, Verdict::already_admitted(at, Some("north door".to_owned())), None);
        scan(harness, Verdict::admitted(fixtures::admission()), None);
    };
    -SMALL without_a_network: offline;
    admitted_twice: |harness| {
        offline(harness);
        harness.feed(Event::Feed(Feed::Connected));
        answer!(harness, ApiCall::SyncDoor(_), Ok(Reply::DoorSync(Box::new(fixtures::door_sync()))));
        harness.answer_reads();
    };
}

#[test]
fn verdict_names_time_and_door_on_one_line() {
    let mut harness = Harness::signed_in();
    open(&mut harness);
    let at = Some(Timestamp::from_millis(NOW - 240_000));
    scan(&mut harness, Verdict::already_admitted(at, Some("north door".to_owned())), None);
    harness.assert_shows("09:00:01 ✗ Already admitted at 15 Jan 2027, 08:56:00 CET by north door");
}

#[test]
fn verdict_is_visible_below_any_number_of_double_admissions() {
    for size in [(80, 24), (60, 20), (40, 12), (200, 60)] {
        let mut harness = Harness::new(size, Colours::True);
        offline(&mut harness);
        harness.feed(Event::Feed(Feed::Connected));
        let mut sync = fixtures::door_sync();
        sync.conflicts = vec![sync.conflicts[0].clone(); 12];
        answer!(harness, ApiCall::SyncDoor(_), Ok(Reply::DoorSync(Box::new(sync))));
        harness.answer_reads();
        let at = Some(Timestamp::from_millis(NOW - 240_000));
        scan(&mut harness, Verdict::already_admitted(at, Some("north door".to_owned())), None);
        harness.assert_shows("REFUSED");
        for words in ["Already admitted at 15 Jan 2027,", "08:56:00", "north door", "admitted twice"] {
            harness.assert_shows(words);
        }
    }
}

//! Wake-ups: the program wakes only if something visible changes.

use std::time::Duration;

use ticketing_sdk::{EventTime, OrderStatus, TicketChangeKind, TicketDetails, Timestamp};
use ticketing_tui::{Effect, Event, Feed};

use crate::support::{Harness, NOW, count_effects, fixtures};

#[test]
fn market_without_a_countdown_does_not_wake() {
    let mut harness = Harness::signed_in();
    for keys in ["1", "2", "3", "4", "5", "1 ?", "esc :"] {
        harness.press(keys);
        harness.answer_reads();
        assert_eq!(harness.app.wakes_at(), None, "{keys}");
        assert!(!harness.app.has_work());
    }
}

#[test]
fn message_wakes_once_to_disappear() {
    let mut harness = Harness::signed_in();
    harness.press("y");
    harness.assert_shows("Copied t1");
    assert_eq!(harness.app.wakes_at(), Some(Timestamp::from_millis(NOW + 5_000)));
    harness.advance_with_wakeups(5_000);
    harness.assert_hides("Copied t1");
    assert_eq!(harness.app.wakes_at(), None);
}

#[test]
fn unbound_key_clears_messages() {
    let mut harness = Harness::signed_in();
    harness.press("y");
    harness.press("Z");
    harness.assert_hides("Copied t1");
    assert_eq!(harness.app.wakes_at(), None);
}

#[test]
fn countdown_wakes_at_each_second() {
    let mut harness = Harness::signed_out();
    harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created)];
    harness.sign_in();
    harness.press("r");
    harness.answer_reads();
    assert_eq!(harness.app.wakes_at(), Some(Timestamp::from_millis(NOW + 1_000)));
    harness.assert_shows("15:00");
    harness.advance_with_wakeups(1_000);
    harness.assert_shows("14:59");
    harness.advance(300);
    assert_eq!(harness.app.wakes_at(), Some(Timestamp::from_millis(NOW + 2_000)));
}

#[test]
fn lost_connection_wakes_each_second_until_the_retry() {
    let mut harness = Harness::signed_out();
    let retry_in = Duration::from_millis(2_500);
    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
    let mut wakes = 0;
    while let Some(at) = harness.app.wakes_at().filter(|_| wakes < 100) {
        harness.advance(at.as_millis() - harness.now.as_millis());
        wakes += 1;
    }
    // The seconds, and the end of the message.
    assert!(wakes <= 5, "{wakes}");
}

#[test]
fn terminate_event_ends_the_program() {
    let mut harness = Harness::signed_out();
    harness.feed(Event::Terminate);
    assert_eq!(count_effects!(harness, Effect::Quit), 1);
    assert!(harness.has_ended());
}

#[test]
fn window_title_is_set_once_at_the_start() {
    let mut harness = Harness::signed_in();
    harness.press("1 2 3 4 5");
    assert_eq!(count_effects!(harness, Effect::Title(_)), 1);
}

#[test]
fn start_of_an_event_ends_its_sale_without_an_input() {
    let mut harness = Harness::signed_in();
    let starts = Timestamp::from_millis(NOW + 60_000).to_string();
    let details = TicketDetails::default().starts_at(starts.parse::<EventTime>().unwrap());
    let ticket = fixtures::ticket("t9", "Last minute", "20", 0).details(details);
    harness.feed(fixtures::change(TicketChangeKind::Created, ticket));
    assert_eq!(harness.app.wakes_at(), Some(Timestamp::from_millis(NOW + 60_000)));
    harness.advance_with_wakeups(60_000);
    assert_eq!(harness.app.wakes_at(), None);
}

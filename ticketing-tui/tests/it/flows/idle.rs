//! When the program wakes by itself: only where something is seen to change.

use std::time::Duration;

use ticketing_sdk::{OrderStatus, Timestamp};
use ticketing_tui::{Effect, Event, Feed};

use crate::support::{NOW, Stage, asked, props};

#[test]
fn nothing_wakes_a_market_at_which_nothing_counts() {
    let mut stage = Stage::signed_in();
    for keys in ["1", "2", "3", "4", "5", "1 ?", "esc :"] {
        stage.press(keys);
        stage.settle();
        assert_eq!(stage.app.wakes_at(), None, "{keys}");
        assert!(!stage.app.has_work());
    }
}

#[test]
fn a_message_wakes_once_to_go_away() {
    let mut stage = Stage::signed_in();
    stage.press("y");
    stage.sees("Copied t1");
    assert_eq!(stage.app.wakes_at(), Some(Timestamp::from_millis(NOW + 5_000)));
    stage.pass(5_000);
    stage.does_not_see("Copied t1");
    assert_eq!(stage.app.wakes_at(), None);
}

#[test]
fn a_key_that_stands_for_nothing_takes_messages_away() {
    let mut stage = Stage::signed_in();
    stage.press("y");
    stage.press("Z");
    stage.does_not_see("Copied t1");
    assert_eq!(stage.app.wakes_at(), None);
}

#[test]
fn a_countdown_wakes_at_the_turn_of_each_second() {
    let mut stage = Stage::open();
    stage.world.orders = vec![props::order("o1", &props::tickets()[0], OrderStatus::Created)];
    stage.sign_in();
    stage.press("r");
    stage.settle();
    assert_eq!(stage.app.wakes_at(), Some(Timestamp::from_millis(NOW + 1_000)));
    stage.sees("15:00");
    stage.pass(1_000);
    stage.sees("14:59");
    stage.advance(300);
    assert_eq!(stage.app.wakes_at(), Some(Timestamp::from_millis(NOW + 2_000)));
}

#[test]
fn a_lost_connection_wakes_each_second_until_the_next_try() {
    let mut stage = Stage::open();
    let retry_in = Duration::from_millis(2_500);
    stage.feed(Event::Feed(Feed::Lost { error: props::offline(), retry_in }));
    let mut wakes = 0;
    while let Some(at) = stage.app.wakes_at().filter(|_| wakes < 100) {
        stage.advance(at.as_millis() - stage.now.as_millis());
        wakes += 1;
    }
    // The seconds, and the end of the message.
    assert!(wakes <= 5, "{wakes}");
}

#[test]
fn it_ends_when_someone_outside_wants_it_to() {
    let mut stage = Stage::open();
    stage.feed(Event::Terminate);
    assert_eq!(asked!(stage, Effect::Quit), 1);
    assert!(stage.app.has_ended());
}

#[test]
fn the_title_of_the_window_is_set_at_the_start_and_not_again() {
    let mut stage = Stage::signed_in();
    stage.press("1 2 3 4 5");
    assert_eq!(asked!(stage, Effect::Title(_)), 1);
}

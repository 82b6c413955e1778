//! The connection: lost, tried again, and back.

use std::time::Duration;

use ticketing_tui::{Call, Effect, Event, Feed, Reply};

use crate::support::{Stage, answer, asked, props, waiting};

fn lose(stage: &mut Stage) {
    let retry_in = Duration::from_secs(8);
    stage.feed(Event::Feed(Feed::Lost { error: props::offline(), retry_in }));
}

#[test]
fn a_lost_connection_shows_counts_down_and_comes_back() {
    let mut stage = Stage::signed_in();
    lose(&mut stage);
    stage.sees("The connection is lost");
    stage.sees("offline 0:08");
    stage.pass(3_000);
    stage.sees("offline 0:05");
    stage.pass(6_000);
    stage.sees("reconnecting");
    stage.feed(Event::Feed(Feed::Connected));
    stage.sees("Connected again");
    stage.sees("live");
    assert_eq!(waiting!(stage, Call::Market), 0, "the changes go on where they stopped");
    assert_eq!(waiting!(stage, Call::Session), 1);
}

#[test]
fn missed_changes_reload_market_and_session() {
    let mut stage = Stage::signed_in();
    stage.feed(Event::Feed(Feed::Reset));
    assert_eq!((waiting!(stage, Call::Market), waiting!(stage, Call::Session)), (1, 1));
    // A ticket that was withdrawn meanwhile is not in the new list.
    let tickets = props::tickets()[1..].to_vec();
    answer!(stage, Call::Market, Ok(Reply::Market { tickets, last: true }));
    stage.work();
    stage.does_not_see("Jazz at the lake");
}

#[test]
fn lost_connection_is_reported_once() {
    let mut stage = Stage::signed_in();
    lose(&mut stage);
    stage.advance(20_000);
    lose(&mut stage);
    stage.does_not_see("The connection is lost");
}

#[test]
fn r_tries_again_at_once() {
    let mut stage = Stage::signed_in();
    lose(&mut stage);
    stage.effects.clear();
    stage.press("r");
    assert_eq!(asked!(stage, Effect::Follow), 1);
}

#[test]
fn what_was_never_loaded_is_loaded_once_the_server_is_there() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    answer!(stage, Call::Session, Err(props::offline()));
    lose(&mut stage);
    stage.sees("The server cannot be reached");
    stage.sees("r tries again");
    stage.go_live();
    stage.sees("Market: 6 tickets");
    stage.sees("i Sign in");
}

#[test]
fn a_load_that_failed_is_tried_again() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    stage.feed(Event::Feed(Feed::Connected));
    answer!(stage, Call::Market, Err(props::offline()));
    stage.sees("The server cannot be reached");
    stage.press("r");
    stage.sees("Loading the market");
    stage.settle();
    stage.sees("Market: 6 tickets");
}

#[test]
fn a_load_that_breaks_off_halfway_is_not_taken_for_the_whole() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    stage.feed(Event::Feed(Feed::Connected));
    let load = crate::support::call!(stage, Call::Market);
    stage.reply(load, Ok(Reply::Market { tickets: props::tickets(), last: false }));
    stage.reply(load, Err(props::offline()));
    stage.sees("Jazz at the lake");
    stage.sees("The server cannot be reached");
}

#[test]
fn failed_reload_is_reported_and_keeps_the_rows() {
    let mut stage = Stage::open();
    stage.press("r");
    answer!(stage, Call::Market, Err(props::offline()));
    stage.sees("Jazz at the lake");
    stage.sees("The server cannot be reached");
}

#[test]
fn orders_that_cannot_be_loaded_can_be_asked_for_again() {
    let mut stage = Stage::signed_in();
    stage.press("2");
    answer!(stage, Call::Orders, Err(props::offline()));
    stage.sees("The server cannot be reached");
    stage.press("r");
    stage.settle();
    stage.sees("You have not ordered anything yet");
}

#[test]
fn without_live_changes_the_market_is_loaded_all_the_same() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    stage.feed(Event::Feed(Feed::Ended(props::call_error(
        ticketing_tui::CallErrorKind::Other,
        "No live changes",
    ))));
    stage.settle();
    stage.sees("Market: 6 tickets");
    stage.sees("not live");
}

#[test]
fn without_live_changes_reloading_loads_the_market() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    stage.feed(Event::Feed(Feed::Ended(props::call_error(
        ticketing_tui::CallErrorKind::Other,
        "No live changes",
    ))));
    stage.settle();
    stage.effects.clear();
    stage.press("r");
    assert_eq!(waiting!(stage, Call::Market), 1);
}

#[test]
fn rows_and_selection_stay_during_a_reload() {
    let mut stage = Stage::open();
    stage.press("j r");
    stage.sees("Jazz at the lake");
    stage.settle();
    assert!(stage.selected().starts_with("RustConf"), "and so does the selection");
}

#[test]
fn failed_session_request_is_reported() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    stage.feed(Event::Feed(Feed::Connected));
    for _ in 0..waiting!(stage, Call::Session) {
        answer!(stage, Call::Session, Err(props::offline()));
    }
    stage.press("2");
    stage.does_not_see("Loading your orders");
    stage.sees("The server cannot be reached");
}

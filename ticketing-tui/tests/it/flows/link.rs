//! The connection: lost, retried, and restored.

use std::time::Duration;

use ticketing_tui::{ApiCall, Effect, Event, Feed, Reply};

use crate::support::{Harness, answer, count_effects, count_pending, fixtures};

fn lose(harness: &mut Harness) {
    let retry_in = Duration::from_secs(4);
    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
}

#[test]
fn lost_connection_is_counted_down_and_restored() {
    let mut harness = Harness::signed_in();
    lose(&mut harness);
    harness.assert_shows("The connection is lost");
    harness.assert_shows("retry 0:04");
    harness.advance_with_wakeups(3_000);
    harness.assert_shows("retry 0:01");
    harness.advance_with_wakeups(3_000);
    harness.assert_shows("reconnecting");
    harness.feed(Event::Feed(Feed::Connected));
    harness.assert_shows("Connected again");
    harness.assert_shows("live");
    assert_eq!(count_pending!(harness, ApiCall::Market), 0, "the changes go on where they stopped");
    assert_eq!(count_pending!(harness, ApiCall::Session), 1);
}

/// A connection is often lost where a code is shown: at the door.
#[test]
fn messages_leave_the_code_of_a_ticket_as_it_is() {
    let mut harness = Harness::signed_in();
    harness.server.passes = vec![fixtures::pass("p1", "Jazz at the lake")];
    harness.press("6");
    harness.answer_reads();
    harness.press("enter");
    harness.answer_reads();
    let code = |harness: &mut Harness| {
        let screen = harness.screen();
        let lines = screen.lines().filter(|line| line.contains(['█', '▀', '▄'])).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    let before = code(&mut harness);
    assert!(before.len() >= 19, "{before:?}");
    harness.press("y");
    lose(&mut harness);
    harness.feed(Event::SaveFailed("permission denied: /home/ada/.config/ticketing/config.toml".to_owned()));
    harness.assert_shows("The settings were not saved");
    assert_eq!(code(&mut harness), before);
}

#[test]
fn message_moves_nothing() {
    let mut harness = Harness::signed_in();
    harness.server.market =
        (0..400).map(|n| fixtures::ticket(&format!("t{n}"), &format!("Evening {n}"), "24.50", n)).collect();
    harness.press("r");
    harness.answer_reads();
    let without_last = |harness: &mut Harness| {
        let screen = harness.screen();
        screen.lines().take(22).map(str::to_owned).collect::<Vec<_>>()
    };
    harness.press("end");
    let before = without_last(&mut harness);
    harness.press("y");
    harness.assert_shows("Copied");
    assert_eq!(without_last(&mut harness), before);
}

#[test]
fn missed_changes_reload_market_and_session() {
    let mut harness = Harness::signed_in();
    harness.feed(Event::Feed(Feed::Reset));
    assert_eq!((count_pending!(harness, ApiCall::Market), count_pending!(harness, ApiCall::Session)), (1, 1));
    // A ticket that was withdrawn meanwhile is not in the new list.
    let tickets = fixtures::tickets()[1..].to_vec();
    answer!(harness, ApiCall::Market, Ok(Reply::Market { tickets, last: true }));
    harness.finish_work();
    harness.assert_hides("Jazz at the lake");
}

#[test]
fn lost_connection_is_reported_once() {
    let mut harness = Harness::signed_in();
    lose(&mut harness);
    harness.advance(20_000);
    lose(&mut harness);
    harness.assert_hides("The connection is lost");
}

#[test]
fn server_that_is_away_for_long_is_tried_every_five_seconds() {
    let mut harness = Harness::signed_in();
    harness.effects.clear();
    let retry_in = Duration::from_secs(27);
    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
    harness.assert_shows("retry 0:05");
    harness.assert_shows("r tries again");
    harness.advance_with_wakeups(4_900);
    assert_eq!(count_effects!(harness, Effect::Follow), 0);
    harness.advance_with_wakeups(100);
    assert_eq!(count_effects!(harness, Effect::Follow), 1);
    harness.assert_shows("reconnecting");
    harness.advance_with_wakeups(60_000);
    assert_eq!(count_effects!(harness, Effect::Follow), 1, "an attempt is given its time");
}

#[test]
fn server_that_refuses_sets_the_time_of_the_next_attempt() {
    let mut harness = Harness::signed_in();
    harness.effects.clear();
    let error = fixtures::call_error(ticketing_tui::CallErrorKind::Other, "The server is overloaded");
    harness.feed(Event::Feed(Feed::Lost { error, retry_in: Duration::from_secs(27) }));
    harness.assert_shows("retry 0:27");
    harness.advance_with_wakeups(27_000);
    assert_eq!(count_effects!(harness, Effect::Follow), 0);
}

#[test]
fn reload_key_reconnects_at_once() {
    let mut harness = Harness::signed_in();
    lose(&mut harness);
    harness.effects.clear();
    harness.press("r");
    assert_eq!(count_effects!(harness, Effect::Follow), 1);
}

#[test]
fn missing_lists_are_loaded_after_reconnecting() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    answer!(harness, ApiCall::Session, Err(fixtures::offline_error()));
    lose(&mut harness);
    harness.assert_shows("The server cannot be reached");
    harness.assert_shows("r tries again");
    harness.go_live();
    harness.assert_shows("Market: 6 tickets");
    harness.assert_shows("i Sign in");
}

#[test]
fn failed_load_is_retried() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.feed(Event::Feed(Feed::Connected));
    answer!(harness, ApiCall::Market, Err(fixtures::offline_error()));
    harness.assert_shows("The server cannot be reached");
    harness.press("r");
    harness.assert_shows("Loading the market");
    harness.answer_reads();
    harness.assert_shows("Market: 6 tickets");
}

#[test]
fn interrupted_load_is_not_taken_as_complete() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.feed(Event::Feed(Feed::Connected));
    let load = crate::support::take_call!(harness, ApiCall::Market);
    harness.reply(load, Ok(Reply::Market { tickets: fixtures::tickets(), last: false }));
    harness.reply(load, Err(fixtures::offline_error()));
    harness.assert_shows("Jazz at the lake");
    harness.assert_shows("The server cannot be reached");
}

#[test]
fn failed_reload_is_reported_and_keeps_the_rows() {
    let mut harness = Harness::signed_out();
    harness.press("r");
    answer!(harness, ApiCall::Market, Err(fixtures::offline_error()));
    harness.assert_shows("Jazz at the lake");
    harness.assert_shows("The server cannot be reached");
}

#[test]
fn orders_that_cannot_be_loaded_can_be_asked_for_again() {
    let mut harness = Harness::signed_in();
    harness.press("2");
    answer!(harness, ApiCall::Orders, Err(fixtures::offline_error()));
    harness.assert_shows("The server cannot be reached");
    harness.press("r");
    harness.answer_reads();
    harness.assert_shows("You have not ordered anything yet");
}

#[test]
fn market_is_loaded_without_live_changes() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.feed(Event::Feed(Feed::Ended(fixtures::call_error(
        ticketing_tui::CallErrorKind::Other,
        "No live changes",
    ))));
    harness.answer_reads();
    harness.assert_shows("Market: 6 tickets");
    harness.assert_shows("not live");
}

#[test]
fn without_live_changes_reloading_loads_the_market() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.feed(Event::Feed(Feed::Ended(fixtures::call_error(
        ticketing_tui::CallErrorKind::Other,
        "No live changes",
    ))));
    harness.answer_reads();
    harness.effects.clear();
    harness.press("r");
    assert_eq!(count_pending!(harness, ApiCall::Market), 1);
}

#[test]
fn rows_and_selection_stay_during_a_reload() {
    let mut harness = Harness::signed_out();
    harness.press("j r");
    harness.assert_shows("Jazz at the lake");
    harness.answer_reads();
    assert!(harness.selected().starts_with("RustConf"), "and so does the selection");
}

#[test]
fn failed_session_request_is_reported() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.feed(Event::Feed(Feed::Connected));
    for _ in 0..count_pending!(harness, ApiCall::Session) {
        answer!(harness, ApiCall::Session, Err(fixtures::offline_error()));
    }
    harness.press("2");
    harness.assert_hides("Loading your orders");
    harness.assert_shows("The server cannot be reached");
}

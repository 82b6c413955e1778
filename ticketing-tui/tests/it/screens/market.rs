//! The market in all its states.

use std::time::Duration;

use ticketing_sdk::{OrderStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{ApiCall, Event, Feed, Reply};

use super::{assert_screen, screen_tests};
use crate::support::{Harness, answer, fixtures};

fn lose_feed(harness: &mut Harness) {
    let retry_in = Duration::from_secs(8);
    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
}

/// More than there is room for.
fn many(harness: &mut Harness) {
    harness.server.market = (0..400)
        .map(|n| fixtures::ticket(&format!("t{n}"), &format!("Evening {n} of the festival"), "24.50", n))
        .collect();
    harness.sign_in();
}

/// One ticket in each state, and one that the user has reserved.
fn show_every_state(harness: &mut Harness) {
    let tickets = fixtures::tickets();
    harness.server.orders = vec![fixtures::order("o1", &tickets[0], OrderStatus::Created)];
    harness.sign_in();
    harness.feed(fixtures::change(
        TicketChangeKind::Updated,
        fixtures::next_version(&tickets[1], TicketStatus::Sold),
    ));
    harness.feed(fixtures::change(TicketChangeKind::Deleted, tickets[5].clone()));
}

/// With titles that need care.
fn odd(harness: &mut Harness) {
    harness.server.market = fixtures::odd_tickets();
    harness.sign_in();
}

screen_tests! {
    failed: |harness| {
        harness.feed(Event::Feed(Feed::Connected));
        answer!(harness, ApiCall::Session, Ok(Reply::Session(None)));
        answer!(harness, ApiCall::Market, Err(fixtures::offline_error()));
    };
    offline: |harness| {
        harness.sign_in();
        lose_feed(harness);
    };
    -SMALL +LARGE filled: show_every_state;
    scrolled: |harness| {
        many(harness);
        harness.press("pagedown pagedown");
    };
    -SMALL filter_being_written: |harness| {
        harness.sign_in();
        harness.press("/");
        harness.type_text("jazz");
    };
    filtered_with_no_result: |harness| {
        harness.sign_in();
        harness.press("a /");
        harness.type_text("opera");
        harness.press("enter");
    };
    bounded_by_price_and_sorted: |harness| {
        harness.sign_in();
        harness.press("$");
        harness.type_text("25");
        harness.press("tab");
        harness.type_text("150");
        harness.press("enter s s a");
        harness.finish_work();
    };
    -SMALL odd_titles: odd;
}

#[test]
fn ascii_counts_in_ascii() {
    let mut harness = Harness::ascii((80, 24), ticketing_tui::Colours::True);
    harness.server.market =
        (0..1_200).map(|n| fixtures::ticket(&format!("t{n}"), "Evening", "24.50", n)).collect();
    harness.go_live();
    harness.assert_shows("Market: 1,200 tickets");
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
}

#[test]
fn in_ascii() {
    assert_screen(module_path!(), "in_ascii", &[(80, 24)], Harness::ascii, |harness| {
        show_every_state(harness);
        many(harness);
    });
}

#[test]
fn market_without_tickets_says_why() {
    Harness::new((80, 24), ticketing_tui::Colours::True).assert_shows("Loading the market…");
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.server.market.clear();
    harness.go_live();
    harness.assert_shows("No tickets are for sale");
    harness.assert_shows("n lists one for sale");
}

#[test]
fn filter_stays_above_the_rows_that_match() {
    let mut harness = Harness::signed_in();
    harness.press("/");
    harness.type_text("night");
    harness.press("enter");
    harness.assert_shows("Market: 2 of 6");
    harness.assert_shows("/ night");
    assert!(harness.buffer().1.is_none(), "the filter is no longer written");
}

#[test]
fn ticket_that_is_being_reserved_says_so() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    assert!(harness.selected().contains("Reserving"), "{}", harness.selected());
}

#[test]
fn pane_has_the_whole_title_where_there_is_room() {
    for size in [(100, 30), (120, 35), (200, 60)] {
        let mut harness = Harness::new(size, ticketing_tui::Colours::True);
        let title =
            "An endless evening of words that goes on until the last listener leaves, and the night begins";
        harness.server.market = vec![fixtures::ticket("t1", title, "5", 1)];
        harness.sign_in();
        harness.assert_shows("begins");
    }
}

//! The market in all its states.

use std::time::Duration;

use ticketing_sdk::{OrderStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{Call, Event, Feed, Reply};

use super::{look, looks};
use crate::support::{Stage, answer, props};

fn lost(stage: &mut Stage) {
    let retry_in = Duration::from_secs(8);
    stage.feed(Event::Feed(Feed::Lost { error: props::offline(), retry_in }));
}

/// More than there is room for.
fn many(stage: &mut Stage) {
    stage.world.market = (0..400)
        .map(|n| props::ticket(&format!("t{n}"), &format!("Evening {n} of the festival"), "24.50", n))
        .collect();
    stage.sign_in();
}

/// One ticket in each state, and one that the user has reserved.
fn mixed(stage: &mut Stage) {
    let tickets = props::tickets();
    stage.world.orders = vec![props::order("o1", &tickets[0], OrderStatus::Created)];
    stage.sign_in();
    stage.feed(props::change(TicketChangeKind::Updated, props::later(&tickets[1], TicketStatus::Sold)));
    stage.feed(props::change(TicketChangeKind::Deleted, tickets[5].clone()));
}

/// With titles that need care.
fn odd(stage: &mut Stage) {
    stage.world.market = props::odd_tickets();
    stage.sign_in();
}

fn filter_night(stage: &mut Stage) {
    stage.sign_in();
    stage.press("/");
    stage.write("night");
    stage.press("enter");
}

looks! {
    loading: |_| {};
    empty: |stage| {
        stage.world.market.clear();
        stage.go_live();
    };
    failed: |stage| {
        stage.feed(Event::Feed(Feed::Connected));
        answer!(stage, Call::Session, Ok(Reply::Session(None)));
        answer!(stage, Call::Market, Err(props::offline()));
    };
    -SMALL offline: |stage| {
        stage.sign_in();
        lost(stage);
    };
    -SMALL +LARGE filled: mixed;
    scrolled: |stage| {
        many(stage);
        stage.press("pagedown pagedown");
    };
    filtered: filter_night;
    -SMALL filter_being_written: |stage| {
        stage.sign_in();
        stage.press("/");
        stage.write("jazz");
    };
    filtered_with_no_result: |stage| {
        stage.sign_in();
        stage.press("a /");
        stage.write("opera");
        stage.press("enter");
    };
    bounded_by_price_and_sorted: |stage| {
        stage.sign_in();
        stage.press("$");
        stage.write("25");
        stage.press("tab");
        stage.write("150");
        stage.press("enter s s a");
        stage.work();
    };
    reserving: |stage| {
        stage.sign_in();
        stage.press("b");
    };
    -SMALL odd_titles: odd;
}

#[test]
fn in_ascii() {
    look(module_path!(), "in_ascii", &[(80, 24)], Stage::ascii, |stage| {
        mixed(stage);
        many(stage);
    });
}

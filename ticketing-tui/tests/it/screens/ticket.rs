//! One ticket in all its states.

use ticketing_sdk::{OrderStatus, TicketChangeKind, TicketStatus};

use super::screen_tests;
use crate::support::{Harness, fixtures};

/// Opens the first ticket of the market.
fn open(harness: &mut Harness) {
    harness.sign_in();
    harness.press("enter");
    harness.answer_reads();
}

/// Opens a ticket for which there is an order.
fn open_with_order(harness: &mut Harness, status: OrderStatus) {
    harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[0], status)];
    open(harness);
}

/// Opens a ticket that became something else meanwhile.
fn open_changed(harness: &mut Harness, kind: TicketChangeKind, status: TicketStatus) {
    open(harness);
    harness.feed(fixtures::change(kind, fixtures::next_version(&fixtures::tickets()[0], status)));
}

/// Opens a ticket that is known by its order alone.
fn unheard_of(harness: &mut Harness) {
    let ticket = fixtures::ticket("gone", "Gone with the wind", "12", 1);
    harness.server.orders = vec![fixtures::order("o1", &ticket, OrderStatus::Cancelled)];
    harness.sign_in();
    harness.press("2");
    harness.answer_reads();
    harness.press("t");
}

fn open_odd_title(harness: &mut Harness, at: usize) {
    harness.server.market = vec![fixtures::odd_tickets()[at].clone()];
    open(harness);
}

screen_tests! {
    -SMALL available: open;
    own: |harness| {
        let mine = fixtures::tickets()[0].clone().user_id(fixtures::ME);
        harness.server.market[0] = mine.clone();
        harness.server.listings = vec![mine];
        open(harness);
    };
    titled_wide: |harness| open_odd_title(harness, 0);
    -SMALL titled_long: |harness| open_odd_title(harness, 4);
}

#[test]
fn each_state_says_what_it_is_and_what_can_be_done() {
    type Steps = fn(&mut Harness);
    let states: [(Steps, &[&str]); 6] = [
        (
            |harness| open_with_order(harness, OrderStatus::Created),
            &["15:00 left", "b continues to the payment"],
        ),
        (|harness| open_with_order(harness, OrderStatus::Complete), &["Yours", "b shows your order"]),
        (
            |harness| open_changed(harness, TicketChangeKind::Updated, TicketStatus::Reserved),
            &["Reserved", "Another buyer has reserved this ticket."],
        ),
        (
            |harness| open_changed(harness, TicketChangeKind::Deleted, TicketStatus::Available),
            &["Withdrawn", "The seller has withdrawn this ticket."],
        ),
        (|harness| open_odd_title(harness, 6), &["(no title)", "b reserves it for you"]),
        (unheard_of, &["Not Found", "r tries again"]),
    ];
    for (steps, shown) in states {
        let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
        steps(&mut harness);
        harness.answer_reads();
        shown.iter().for_each(|words| harness.assert_shows(words));
    }
}

//! The activity of the market: the log and the charts.

use ticketing_sdk::{TicketChangeKind, TicketStatus};
use ticketing_tui::Colours;

use super::screen_tests;
use crate::support::{Harness, fixtures};

/// Ten minutes of a market.
fn keep_busy(harness: &mut Harness) {
    harness.sign_in();
    let mut tickets = fixtures::tickets();
    for step in 0..40_u32 {
        harness.advance(14_000);
        let n = tickets.len();
        let ticket = fixtures::ticket(&format!("n{step}"), &format!("Late show {step}"), "18.50", 0);
        harness.feed(fixtures::change(TicketChangeKind::Created, ticket.clone()));
        tickets.push(ticket);
        let at = (step as usize * 7) % n;
        let status = [TicketStatus::Reserved, TicketStatus::Sold, TicketStatus::Available][step as usize % 3];
        tickets[at] = fixtures::next_version(&tickets[at], status);
        harness.feed(fixtures::change(TicketChangeKind::Updated, tickets[at].clone()));
    }
    let mut dear = fixtures::next_version(&tickets[1], TicketStatus::Available);
    dear.price = "12.25".parse().unwrap();
    harness.feed(fixtures::change(TicketChangeKind::Updated, dear));
    harness.feed(fixtures::change(TicketChangeKind::Deleted, tickets[3].clone()));
    for ticket in fixtures::odd_tickets() {
        harness.feed(fixtures::change(TicketChangeKind::Created, ticket));
    }
    harness.press("4");
}

screen_tests! {
    -SMALL +LARGE busy: keep_busy;
}

#[test]
fn log_without_events_says_what_appears_there() {
    let mut harness = Harness::signed_in();
    harness.press("4");
    harness.assert_shows("0 listed, 0 reserved, 0 sold for $0.00");
    harness.assert_shows("No activity since the start");
    harness.assert_shows("New listings, reservations and sales appear here.");
}

#[test]
fn ticket_of_an_event_is_drawn_beside_the_log() {
    for size in [(120, 35), (200, 60)] {
        let mut harness = Harness::new(size, Colours::True);
        keep_busy(&mut harness);
        let screen = harness.screen();
        assert!(screen.contains("╭") && screen.contains("╰"), "{size:?}:\n{screen}");
        assert!(screen.contains("reserves it for you"), "{size:?}:\n{screen}");
    }
}

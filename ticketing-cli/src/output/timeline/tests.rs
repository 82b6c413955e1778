//! The timeline at several widths.

use jiff::tz::TimeZone;
use ticketing_sdk::{Order, OrderStatus, ServiceTimeline, Timestamp, fixtures};

use super::*;
use crate::io::fake;
use crate::output::Format;

const REQUEST: &str = "req_sim_0123456789abcdef0123456789abcdef";

fn timestamp(text: &str) -> Timestamp {
    format!("2026-12-24T{text}Z").parse().unwrap()
}

fn entry(time: &str, service: &str, kind: TimelineKind, name: &str) -> TimelineEntry {
    TimelineEntry::new(timestamp(time), service, kind, name)
}

/// An order that is paid after a decline, a pause and a repeated call.
fn explanation() -> Explanation {
    use TimelineKind::{Call, Command, Delivery, Event};
    let mut created = entry("14:59:58.000", "orders", Command, "POST /api/orders");
    created.detail = Some("Rust\u{1b}[2JConf, day 1 for $20.00".to_owned());
    let mut event = entry("14:59:58.001", "orders", Event, "order:created");
    (event.version, event.outcome) = (Some(3), Some("published".to_owned()));
    let mut received = entry("14:59:58.050", "tickets", Delivery, "order:created");
    (received.version, received.outcome) = (Some(3), Some("applied".to_owned()));
    (received.holder, received.deliveries) = (Some(TicketHolder::ThisOrder), Some(2));
    let mut declined = entry("15:00:10.000", "payments", Call, "authorize");
    (declined.outcome, declined.attempt) = (Some("declined".to_owned()), Some(1));
    declined.detail = Some("Your card was declined.".to_owned());
    declined.request_ids = vec![REQUEST.to_owned()];
    let mut captured = entry("15:00:10.700", "payments", Event, "payment:created");
    captured.outcome = Some("waiting".to_owned());
    let order: Order = fixtures::order("o-1", &fixtures::ticket("t-1")).status(OrderStatus::Complete);
    let part = |service: &str, entries| ServiceTimeline::new(service, "o-1".into(), entries);
    let parts = vec![
        part("orders", vec![created, event]),
        part("tickets", vec![received]),
        part("payments", vec![declined, captured]),
    ];
    Explanation::new("o-1".into(), Some(order), parts, Vec::new())
}

fn draw_at(width: u16, zone: &str) -> String {
    let fake = fake::terminal_of(width, false);
    let zone = TimeZone::get(zone).unwrap();
    let printer = Printer { zone, ..Printer::new(&fake.io, Format::Table, timestamp("15:01:00")) };
    draw(&explanation(), &printer)
}

#[test]
fn sentence_comes_first_and_entries_have_the_clock_of_the_user() {
    assert_eq!(
        draw_at(100, "Asia/Tokyo"),
        format!(
            "The order is complete: the payment provider captured $20.00 at 2026-12-25 00:00:10 JST, and the\n\
             ticket is sold to its buyer.\n\
             \n\
             2026-12-24 JST\n\
             23:59:58.000  orders    request    POST /api/orders · Rust[2JConf, day 1 for $20.00\n\
             23:59:58.001  orders    published  order:created v3\n\
             23:59:58.050  tickets   received   order:created v3 · held by this order · delivered 2 times\n\
             \n\
             2026-12-25 JST\n\
             00:00:10.000  payments  provider   authorize → declined · Your card was declined.\n\
             {:35}{REQUEST}\n\
             00:00:10.700  payments  waiting    payment:created\n",
            ""
        )
    );
}

#[test]
fn pause_is_shown_between_entries_of_a_day() {
    assert!(draw_at(100, "UTC").contains("\n  ⋮ 11 s\n15:00:10.000"), "{}", draw_at(100, "UTC"));
}

#[test]
fn every_width_keeps_whole_request_ids_and_distinct_entries() {
    for width in [40, 60, 80, 100, 120, 200] {
        let text = draw_at(width, "UTC");
        assert!(text.lines().all(|line| line.width() <= usize::from(width)), "{width}: {text}");
        for fact in ["orders", "published", "received", "order:created v3", "→ declined", REQUEST, "waiting"]
        {
            assert!(text.contains(fact), "{fact} at {width}: {text}");
        }
    }
    assert!(draw_at(40, "UTC").contains("\n14:59:58.050  tickets   received\n  order:created v3"));
    assert!(draw_at(200, "UTC").contains(&format!("Your card was declined. · {REQUEST}\n")));
}

#[test]
fn outcomes_are_coloured_only_with_colours() {
    let fake = fake::terminal_of(100, true);
    let printer = Printer::new(&fake.io, Format::Table, timestamp("15:01:00"));
    assert!(draw(&explanation(), &printer).contains("\u{1b}[31m→ declined"));
    assert!(!draw_at(100, "UTC").contains('\u{1b}'));
}

//! Which columns a table has where there is little room, and the lines of a stream.

use super::*;

/// A ticket of an event with long texts.
fn event() -> Ticket {
    let mut ticket = ticket("t1", "Opera under the stars", "available");
    ticket.details.starts_at = Some("2026-12-24T19:30:00Z".parse().unwrap());
    ticket.details.venue = Some("Palais de Tokyo".into());
    ticket.details.seat = Some("Balcony on the left, row 14, seat 3".into());
    ticket
}

#[test]
fn start_and_seat_outlast_the_status_and_a_long_seat_is_cut() {
    let list = |width| {
        let fake = fake::terminal_of(width, false);
        printer(&fake, Format::Table).list(&[event()]).unwrap();
        fake.out.text()
    };
    let narrow = list(70);
    for part in ["2026-12-24 19:30 UTC", "Balcony on ", "$149.99"] {
        assert!(narrow.contains(part), "{part} in {narrow}");
    }
    assert!(!narrow.contains("STATUS"), "{narrow}");
    let wide = list(200);
    let header = wide.lines().next().unwrap();
    assert!(header.ends_with("CREATED AT") && header.find("VENUE") < header.find("CREATED AT"), "{wide}");
}

#[test]
fn double_admissions_are_dropped_before_a_start() {
    let pass: ticketing_sdk::Pass = serde_json::from_value(serde_json::json!({
        "id": "p1", "ticketId": "t1", "issuerId": "u1", "title": "Opera under the stars", "serial": 1, "status": "used",
        "version": 0, "issuedAt": "2026-11-22T10:00:00.000Z", "startsAt": "2026-12-24T19:30:00+01:00", "seat": "Row 4, seat 12",
        "doubleAdmissions": [{"admittedAt": "2026-12-24T18:00:00Z", "device": "north"}],
    }))
    .unwrap();
    for (width, has_doubles) in [(100, true), (80, false)] {
        let fake = fake::terminal_of(width, false);
        printer(&fake, Format::Table).list(std::slice::from_ref(&pass)).unwrap();
        let text = fake.out.text();
        assert!(text.contains("2026-12-24 19:30 +01:00") && text.contains("Row 4, "), "{text}");
        assert_eq!(text.contains("DOUBLE ADMISSIONS"), has_doubles, "{text}");
    }
}

#[test]
fn change_on_a_terminal_has_its_time_and_what_the_ticket_is_for() {
    let change = ticketing_sdk::TicketChange::new("7", ticketing_sdk::TicketChangeKind::Created, event());
    let fake = fake::terminal_of(80, false);
    printer(&fake, Format::Table)
        .next(&WatchLine::change(change, "2026-11-22T10:14:59Z".parse().unwrap()))
        .unwrap();
    assert_eq!(
        fake.out.text(),
        "Listed     t1  Opera under the stars  $149.99  Available  10:14:59  Palais de Tokyo  2026-12-24 19:30 UTC  \
         Balcony on the left, row 14, seat 3\n"
    );
}

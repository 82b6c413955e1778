//! The columns of a table on a narrow terminal, and the lines of a stream.

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
    for part in ["24 Dec, 19:30", "…row 14, seat 3", "$149.99"] {
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
    for (width, start, has_doubles) in [
        (110, "2026-12-24 19:30 +01:00", true),
        (100, "24 Dec, 19:30", true),
        (80, "2026-12-24 19:30 +01:00", false),
    ] {
        let fake = fake::terminal_of(width, false);
        printer(&fake, Format::Table).list(std::slice::from_ref(&pass)).unwrap();
        let text = fake.out.text();
        assert!(text.contains(start) && text.contains("Row 4, seat 12"), "{text}");
        assert_eq!(text.contains("DOUBLE ADMISSIONS"), has_doubles, "{text}");
    }
}

#[test]
fn change_on_a_terminal_has_its_time_and_what_the_ticket_is_for() {
    let change = ticketing_sdk::TicketChange::new("7", ticketing_sdk::TicketChangeKind::Created, event());
    let fake = fake::terminal_of(150, false);
    printer(&fake, Format::Table)
        .next(&WatchLine::change(change, "2026-11-22T10:14:59Z".parse().unwrap()))
        .unwrap();
    assert_eq!(
        fake.out.text(),
        "Listed     t1  Opera under the stars  $149.99  Available  10:14:59 UTC  Palais de Tokyo  2026-12-24 19:30 UTC  \
         Balcony on the left, row 14, seat 3\n"
    );
}

/// Titles of 30 and more letters, wide ones, and emoji.
const TITLES: [&str; 4] = [
    "The Magic Flute, first evening",
    "An endless evening of words that goes on until the last listener leaves",
    "日本語のコンサート、東京ドーム、二日目、アリーナ席、前から三列目",
    "🎫🎸 Open air 👩‍👩‍👧‍👦 family 🇨🇭 with a title that is long",
];
const SEATS: [&str; 2] = ["Row 3, seat 12", "Dress circle, left side, row 3, seat 12"];

/// Fails unless each row of a table of 80 columns has the beginning of its title and all of `parts`.
fn assert_rows<T: Record>(header: &str, parts: &[&str], record: impl Fn(&str, serde_json::Value) -> T) {
    let details = |seat: &str| serde_json::json!({"venue": "Boathouse", "startsAt": "2027-01-24T20:30:00+01:00", "seat": seat});
    let pairs = TITLES.iter().flat_map(|title| SEATS.map(|seat| (title, seat)));
    let records: Vec<T> = pairs.map(|(title, seat)| record(title, details(seat))).collect();
    let fake = fake::terminal_of(80, false);
    printer(&fake, Format::Table).list(&records).unwrap();
    let text = fake.out.text();
    let mut lines = text.lines();
    assert_eq!(lines.next().unwrap().split_whitespace().collect::<Vec<_>>().join(" "), header, "{text}");
    for (line, (title, _)) in lines.zip(TITLES.iter().flat_map(|title| SEATS.map(|seat| (title, seat)))) {
        let start: String = title.chars().take(5).collect();
        for part in parts.iter().copied().chain(["24 Jan, 20:30", "seat 12", &start]) {
            assert!(line.contains(part), "{part} is not in {line}\n{text}");
        }
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
}

fn with_details(mut json: serde_json::Value, details: &serde_json::Value) -> serde_json::Value {
    json.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
    json
}

#[test]
fn ticket_at_80_columns_has_title_start_seat_and_price() {
    let of = |statuses: [&'static str; 2]| {
        move |title: &str, details: serde_json::Value| -> Ticket {
            let status = statuses[usize::from(title.starts_with("An "))];
            let json = serde_json::json!({
                "id": "01a203b9-d806-71eb-8d06-dbab9285e702", "title": title, "price": 999_999.99, "userId": "u1",
                "version": 2, "status": status, "createdAt": "2026-11-22T10:00:00.000Z",
            });
            serde_json::from_value(with_details(json, &details)).unwrap()
        }
    };
    // A status that is usual in every row is dropped first.
    assert_rows("ID TITLE PRICE STARTS AT SEAT", &["$999,999.99"], of(["available"; 2]));
    assert_rows("ID TITLE PRICE STATUS STARTS AT SEAT", &["$999,999.99"], of(["available", "reserved"]));
}

#[test]
fn order_at_80_columns_has_status_title_price_start_and_seat() {
    assert_rows("ID STATUS TITLE PRICE STARTS AT SEAT", &["Reserved", "$999,999.99"], |title, details| {
        let mut order = order("created");
        let ticket = serde_json::json!({"id": "t", "title": title, "price": 999_999.99});
        order.ticket = serde_json::from_value(with_details(ticket, &details)).unwrap();
        order
    });
}

#[test]
fn pass_at_80_columns_has_title_status_start_and_seat() {
    assert_rows("ID TITLE STATUS STARTS AT SEAT", &["For resale"], |title, details| -> ticketing_sdk::Pass {
        let json = serde_json::json!({
            "id": "01a203b9-d806-71eb-8d06-dbab9285e702", "ticketId": "t1", "issuerId": "u1", "title": title,
            "serial": 1, "status": "offered", "version": 0, "issuedAt": "2026-11-22T10:00:00.000Z",
        });
        serde_json::from_value(with_details(json, &details)).unwrap()
    });
}

#[test]
fn usual_status_is_dropped_before_a_title_is_cut() {
    let header = |width, statuses: [&str; 2]| {
        let fake = fake::terminal_of(width, false);
        let tickets = statuses.map(|status| ticket("t1", "Opera under the stars, first evening", status));
        printer(&fake, Format::Table).list(&tickets).unwrap();
        fake.out.text().lines().next().unwrap().to_owned()
    };
    assert!(header(70, ["available"; 2]).contains("STATUS"));
    assert!(!header(54, ["available"; 2]).contains("STATUS"));
    assert!(header(54, ["available", "sold"]).contains("STATUS"));
}

#[test]
fn narrow_table_of_orders_keeps_the_price_and_the_day() {
    let lines = |width| {
        let details = serde_json::json!({"startsAt": "2027-01-24T20:30:00+01:00", "seat": "Row 3, seat 12", "venue": "Boathouse"});
        let mut order = order("created");
        let ticket = serde_json::json!({"id": "t", "title": TITLES[1], "price": 149.99});
        order.ticket = serde_json::from_value(with_details(ticket, &details)).unwrap();
        let fake = fake::terminal_of(width, false);
        printer(&fake, Format::Table).list(&[order]).unwrap();
        let text = fake.out.text();
        let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        (lines.next().unwrap(), lines.next().unwrap())
    };
    for (width, header, end) in [
        (58, "ID STATUS TITLE PRICE STARTS AT", "$149.99 24 Jan"),
        (40, "ID STATUS TITLE PRICE", "$149.99"),
        (30, "ID TITLE PRICE", "$149.99"),
        (60, "ID STATUS TITLE PRICE STARTS AT", "$149.99 24 Jan"),
        (80, "ID STATUS TITLE PRICE STARTS AT SEAT", "$149.99 24 Jan, 20:30 +01:00 Row 3, seat 12"),
    ] {
        let (shown, row) = lines(width);
        assert_eq!(shown, header, "{width}: {row}");
        assert!(row.ends_with(end), "{width}: {row}");
    }
}

#[test]
fn table_of_tickets_shows_the_day_where_the_time_has_no_room() {
    let details = serde_json::json!({"startsAt": "2027-01-24T20:30:00+01:00"});
    let tickets = ["available", "reserved"].map(|status| {
        let mut ticket = ticket("t1", TITLES[1], status);
        ticket.price = ticketing_sdk::Money::MAX;
        let json = with_details(serde_json::to_value(&ticket).unwrap(), &details);
        serde_json::from_value::<Ticket>(json).unwrap()
    });
    let fake = fake::terminal_of(60, false);
    printer(&fake, Format::Table).list(&tickets).unwrap();
    assert!(fake.out.text().lines().skip(1).all(|row| row.ends_with("  24 Jan")), "{}", fake.out.text());
}

#[test]
fn line_of_a_stream_is_wrapped_only_on_a_terminal() {
    let ticket = event();
    let line = |fake: &fake::FakeIo| {
        printer(fake, Format::Table).next(&ticket).unwrap();
        fake.out.text()
    };
    assert_eq!(line(&fake::pipe("")).lines().count(), 1);
    let long = line(&fake::terminal_of(200, false));
    assert_eq!(long.lines().count(), 1);
    for width in [120, 80, 60, 40, 30] {
        let text = line(&fake::terminal_of(width, false));
        assert!(text.lines().all(|line| line.chars().count() <= usize::from(width)), "{width}: {text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("  ")), "{width}: {text}");
        let has_start = |text: &str| text.contains("24 Dec") || text.contains("2026-12-24");
        assert!(has_start(&text), "a date is on one line: {width}: {text}");
    }
}

#[test]
fn admissions_of_one_second_differ() {
    let pass: ticketing_sdk::Pass = serde_json::from_value(serde_json::json!({
        "id": "p1", "ticketId": "t1", "issuerId": "u1", "title": "Opera", "serial": 1, "status": "used", "version": 0,
        "issuedAt": "2026-11-22T10:00:00.000Z", "doubleAdmissions": [
            {"admittedAt": "2026-12-24T18:00:00.100Z"}, {"admittedAt": "2026-12-24T18:00:00.900Z"},
        ],
    }))
    .unwrap();
    let fake = fake::terminal_of(100, false);
    printer(&fake, Format::Table).one(&pass).unwrap();
    let text = fake.out.text();
    assert!(text.contains("18:00:00.100 UTC, 2026-12-24 18:00:00.900 UTC"), "{text}");
}

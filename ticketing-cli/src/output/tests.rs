//! Every format of the same tickets, on a terminal and on a pipe.

mod columns;

use ticketing_sdk::{DetailField, Ticket, Timestamp};

use super::*;
use crate::io::fake::{self, FakeIo};

const HOSTILE: &str = "Rust\u{1b}[31mConf,\n\"day\" 1 \u{202e}\u{9b}2J";

fn ticket(id: &str, title: &str, status: &str) -> Ticket {
    let json = serde_json::json!({
        "id": id, "title": title, "price": 149.99, "userId": "u1", "version": 2, "status": status,
        "createdAt": "2026-11-22T10:00:00.000Z", "updatedAt": "2026-11-22T10:14:00.000Z",
    });
    serde_json::from_value(json).unwrap()
}

fn printer(fake: &FakeIo, format: Format) -> Printer<'_> {
    let now: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
    Printer::new(&fake.io, format, now)
}

fn list_tickets(fake: &FakeIo, format: Format) -> String {
    let tickets = [ticket("t1", "RustConf, day 1", "available"), ticket("t2", HOSTILE, "sold")];
    printer(fake, format).list(&tickets).unwrap();
    fake.out.text()
}

#[test]
fn table_has_relative_times_and_no_control_characters() {
    assert_eq!(
        list_tickets(&fake::terminal_of(100, false), Format::Table),
        "ID  TITLE                       PRICE  STATUS     CREATED AT\n\
         t1  RustConf, day 1           $149.99  Available  15 min ago\n\
         t2  Rust[31mConf, \"day\" 1 2J  $149.99  Sold       15 min ago\n"
    );
    assert!(
        list_tickets(&fake::terminal_of(50, false), Format::Table)
            .starts_with("ID  TITLE                       PRICE  STATUS\n")
    );
}

#[test]
fn ticket_of_a_started_event_is_no_longer_available_to_people() {
    let mut started = ticket("t1", "RustConf, day 1", "available");
    started.details.starts_at = Some("2026-11-22T10:15:00Z".parse().unwrap());
    let list = |format| {
        let fake = fake::terminal_of(100, false);
        printer(&fake, format).list(&[started.clone()]).unwrap();
        fake.out.text()
    };
    let (table, json) = (list(Format::Table), list(Format::Json));
    assert!(table.contains("Sales ended") && !table.contains("Available"), "{table}");
    assert!(json.contains(r#""status": "available""#), "{json}");
}

#[test]
fn seats_of_one_title_differ_on_a_narrow_terminal() {
    let seat = |seat: &str, title: &str| {
        let mut ticket = ticket("t1", title, "available");
        ticket.details.seat = Some(seat.into());
        ticket.details.starts_at = Some("2026-12-24T19:30:00+01:00".parse().unwrap());
        ticket
    };
    let rows = |width, title| {
        let fake = fake::terminal_of(width, false);
        printer(&fake, Format::Table)
            .list(&[seat("Row 1 seat 2", title), seat("Row 1 seat 3", title)])
            .unwrap();
        fake.out.text()
    };
    let wide = rows(80, "Opera");
    assert!(wide.contains("2026-12-24 19:30 +01:00  Row 1 seat 2"), "{wide}");
    // The time of the listing is dropped before a title is cut, and the start before the seat.
    let long = rows(80, "Opera under the stars, with a title that is longer than most");
    assert!(!long.contains("CREATED AT") && long.contains("Row 1 seat 3"), "{long}");
    let narrow = rows(60, "Opera under the stars, with a long title");
    assert!(narrow.contains("…1 seat 2") && narrow.contains("…1 seat 3"), "{narrow}");
}

#[test]
fn table_fits_its_terminal() {
    let fake = fake::terminal_of(60, false);
    let long = "a title that goes on and on ".repeat(5);
    printer(&fake, Format::Table).list(&[ticket("t1", &long, "available")]).unwrap();
    let lines: Vec<String> = fake.out.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "one line a ticket: {lines:?}");
    assert!(lines.iter().all(|line| line.chars().count() <= 60), "{lines:?}");
    assert!(lines[1].contains('…'));
}

fn order(status: &str) -> ticketing_sdk::Order {
    serde_json::from_value(serde_json::json!({
        "id": "01a203b9-d806-71eb-8d06-dbab9285e702", "userId": "u", "status": status, "version": 0,
        "expiresAt": "2026-11-22T10:29:00Z",
        "ticket": {"id": "t", "title": "RustConf in Zürich, day 1", "price": 149.99},
    }))
    .unwrap()
}

/// Returns the header and the first row of a table of orders at a width.
fn orders_at(width: u16, status: &str) -> [String; 2] {
    let fake = fake::terminal_of(width, false);
    printer(&fake, Format::Table).list(&[order(status)]).unwrap();
    let text = fake.out.text();
    assert!(text.lines().all(|line| line.chars().count() <= usize::from(width)), "{text}");
    text.lines().map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn narrow_table_drops_columns_before_it_cuts_id_and_title() {
    for (width, columns, title) in [
        (120, "ID STATUS TITLE PRICE", "RustConf in Zürich, day 1"),
        (49, "ID STATUS TITLE PRICE", "RustConf in Zürich"),
        (48, "ID STATUS TITLE PRICE", "RustConf in Zürich"),
        (41, "ID STATUS TITLE PRICE", "RustConf in…"),
        (37, "ID STATUS TITLE PRICE", "RustCon…"),
        (36, "ID TITLE PRICE", "RustConf in Züri…"),
        (27, "ID TITLE PRICE", "RustCon…"),
        (26, "ID TITLE", "RustConf in Zür…"),
        (20, "ID TITLE", "RustConf …"),
    ] {
        let [header, row] = orders_at(width, "created");
        assert_eq!(header.split_whitespace().collect::<Vec<_>>().join(" "), columns, "{width}");
        assert!(row.starts_with("9285e702 ") && row.contains(title), "{width}: {row}");
    }
    assert!(orders_at(80, "awaiting:payment")[0].contains("PRICE"));
}

#[test]
fn status_has_its_time_where_no_column_is_dropped_for_it() {
    for (width, has_time) in [(120, true), (80, true), (62, true), (61, false), (49, false)] {
        let [_, row] = orders_at(width, "created");
        assert_eq!(row.contains("Reserved · 14:00 left"), has_time, "{width}: {row}");
        assert!(row.contains("$149.99"), "{width}: {row}");
    }
}

#[test]
fn order_has_its_label_for_people_and_its_status_for_programs() {
    for (status, label) in [
        ("created", "Reserved · 14:00 left"),
        ("awaiting:payment", "Being paid"),
        ("complete", "Paid"),
        ("cancelled", "Cancelled"),
    ] {
        assert!(orders_at(120, status)[1].contains(&format!("  {label:6}  RustConf")), "{status}");
        let order = order(status);
        let terminal = fake::terminal(&[]);
        printer(&terminal, Format::Table).one(&order).unwrap();
        let shown = terminal.out.text();
        let has_label =
            |line: &str| line.strip_prefix("status").is_some_and(|value| value.trim_start() == label);
        assert!(shown.lines().any(has_label), "{shown}");
        for (format, field) in [(Format::Tsv, format!("\t{status}\t")), (Format::Csv, format!(",{status},"))]
        {
            let pipe = fake::pipe("");
            printer(&pipe, format).list(std::slice::from_ref(&order)).unwrap();
            assert!(pipe.out.text().contains(&field), "{}", pipe.out.text());
        }
    }
}

#[test]
fn order_past_its_deadline_is_expired() {
    let mut order = order("created");
    order.expires_at = "2026-11-22T10:15:00Z".parse().unwrap();
    let fake = fake::terminal(&[]);
    printer(&fake, Format::Table).one(&order).unwrap();
    assert!(fake.out.text().contains("status     Expired\n"), "{}", fake.out.text());
}

#[test]
fn coloured_line_is_never_wider_than_the_terminal() {
    for width in [40, 80] {
        let fake = fake::terminal_of(width, true);
        printer(&fake, Format::Table).list(&[order("created"), order("complete")]).unwrap();
        let mut terminal = vt100::Parser::new(24.try_into().unwrap(), width.try_into().unwrap(), 0);
        terminal.process(fake.out.text().replace('\n', "\r\n").as_bytes());
        let shown = terminal.screen().contents();
        assert_eq!(shown.trim_end().lines().count(), 3, "{width}: {shown}");
    }
}

#[test]
fn only_unusual_statuses_have_a_colour_and_prices_are_bold() {
    let fake = fake::terminal_of(80, true);
    let statuses = ["available", "reserved", "sold"].map(|status| ticket("t1", "Opera", status));
    printer(&fake, Format::Table).list(&statuses).unwrap();
    printer(&fake, Format::Table).list(&[order("complete")]).unwrap();
    printer(&fake, Format::Table).one(&statuses[0]).unwrap();
    let text = fake.out.text();
    for part in ["\u{1b}[33mReserved", "\u{1b}[2mSold", "\u{1b}[1m$149.99"] {
        assert!(text.contains(part), "{part:?} in {text:?}");
    }
    assert!(!text.contains("\u{1b}[32m"), "{text:?}");
    assert!(!list_tickets(&fake::terminal_of(80, false), Format::Table).contains('\u{1b}'));
}

#[test]
fn pipe_gets_tabs_without_a_header() {
    let details = "\t".repeat(DetailField::ALL.len() + 1);
    assert_eq!(
        list_tickets(&fake::pipe(""), Format::Tsv),
        format!(
            "t1\tRustConf, day 1\t149.99\tavailable\tu1\t\t2\t2026-11-22T10:00:00.000Z\t2026-11-22T10:14:00.000Z{details}\n\
             t2\tRust[31mConf, \"day\" 1 2J\t149.99\tsold\tu1\t\t2\t2026-11-22T10:00:00.000Z\t2026-11-22T10:14:00.000Z{details}\n"
        )
    );
}

#[test]
fn json_is_the_wire_type_and_safe_to_look_at() {
    for fake in [fake::pipe(""), fake::terminal(&[])] {
        let text = list_tickets(&fake, Format::Json);
        assert!(!text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')));
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        let tickets: Vec<Ticket> = serde_json::from_value(list["items"].clone()).unwrap();
        assert_eq!((tickets[1].title.as_str(), &list["hasMore"]), (HOSTILE, &false.into()));
    }
    let lines = list_tickets(&fake::pipe(""), Format::Jsonl);
    let tickets: Vec<Ticket> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(tickets[1].title, HOSTILE);
}

#[test]
fn csv_quotes_what_needs_it_and_is_stripped_on_a_terminal() {
    let text = list_tickets(&fake::pipe(""), Format::Csv);
    assert!(
        text.starts_with(
            "id,title,price,status,userId,orderId,version,createdAt,updatedAt,venue,startsAt,seat"
        )
    );
    assert!(text.contains("\nt1,\"RustConf, day 1\",149.99,available,u1,,2,"));
    assert!(text.contains(&HOSTILE.replace('"', "\"\"")));
    assert!(!list_tickets(&fake::terminal(&[]), Format::Csv).contains('\u{1b}'));
}

#[test]
fn one_thing_by_itself_shows_every_field_that_people_read() {
    let fake = fake::terminal(&[]);
    printer(&fake, Format::Table).one(&ticket("t1", "RustConf", "reserved")).unwrap();
    assert_eq!(
        fake.out.text(),
        "id         t1\n\
         title      RustConf\n\
         price      $149.99\n\
         status     Reserved\n\
         createdAt  2026-11-22 10:00:00 UTC (15 min ago)\n\
         updatedAt  2026-11-22 10:14:00 UTC (1 min ago)\n"
    );
    let pipe = fake::pipe("");
    printer(&pipe, Format::Json).one(&ticket("t1", "RustConf", "reserved")).unwrap();
    assert!(pipe.out.text().starts_with("{\"id\":\"t1\","));
}

#[test]
fn empty_list_is_reported_on_stderr_and_is_empty_data() {
    let fake = fake::terminal(&[]);
    printer(&fake, Format::Table).list::<Ticket>(&[]).unwrap();
    assert_eq!((fake.out.text(), fake.err.text()), (String::new(), "nothing to show\n".to_owned()));
    let pipe = fake::pipe("");
    printer(&pipe, Format::Json).list::<Ticket>(&[]).unwrap();
    assert_eq!(pipe.out.text(), "{\"items\":[],\"hasMore\":false}\n");
}

#[test]
fn format_follows_the_stream_unless_set() {
    let whole = Select::default();
    let default =
        |words: &str, terminal| Invocation::new(words.to_owned(), |_| false).default_format(terminal);
    assert_eq!(default("tickets list", true), Format::Table);
    assert_eq!(default("tickets list", false), Format::Tsv);
    assert_eq!(default("checkin", false), Format::Jsonl);
    assert_eq!(whole.choose_format(None, Format::Tsv), Format::Tsv);
    assert_eq!(whole.choose_format(Some(Format::Table), Format::Tsv), Format::Table);
    assert_eq!(whole.choose_format(Some(Format::Json), Format::Table), Format::Json);
    let selected = Select { jq: Some(".".to_owned()), ..Select::default() };
    assert_eq!(selected.choose_format(None, Format::Table), Format::Json);
    assert_eq!(selected.choose_format(Some(Format::Yaml), Format::Table), Format::Yaml);
}

#[test]
fn event_time_is_local_to_its_place_and_exact_for_programs() {
    let mut event = ticket("t1", "Opera", "available");
    event.details = ticketing_sdk::fixtures::details();
    let terminal = fake::terminal_of(160, false);
    printer(&terminal, Format::Table).list(std::slice::from_ref(&event)).unwrap();
    let text = terminal.out.text();
    assert!(text.contains("STARTS AT") && text.contains("2026-12-24 19:30 +01:00"), "{text}");
    assert!(text.contains("Palais de Tokyo"), "{text}");
    let pipe = fake::pipe("");
    printer(&pipe, Format::Tsv).list(std::slice::from_ref(&event)).unwrap();
    assert!(
        pipe.out.text().contains("\tPalais de Tokyo\t2026-12-24T19:30:00+01:00\tRow 4"),
        "{}",
        pipe.out.text()
    );
    let card = fake::terminal(&[]);
    printer(&card, Format::Table).one(&event).unwrap();
    assert!(card.out.text().contains("Row 4"), "{}", card.out.text());
}

#[test]
fn passes_of_one_title_show_what_differs() {
    let pass = |id: &str, seat: &str| -> ticketing_sdk::Pass {
        let json = serde_json::json!({
            "id": id, "ticketId": "t1", "issuerId": "u1", "title": "Opera, premiere", "serial": 1, "status": "valid",
            "version": 0, "issuedAt": "2026-11-22T10:00:00.000Z", "venue": "City Hall", "seat": seat,
            "startsAt": "2026-12-24T19:30:00+01:00",
        });
        serde_json::from_value(json).unwrap()
    };
    let passes = [pass("p1", "Row 4, 1"), pass("p2", "Row 4, 2")];
    for width in [80, 120] {
        let terminal = fake::terminal_of(width, false);
        printer(&terminal, Format::Table).list(&passes).unwrap();
        let text = terminal.out.text();
        for part in ["Row 4, 1", "Row 4, 2", "City Hall", "2026-12-24 19:30"] {
            assert!(text.contains(part), "{part} at {width}: {text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= usize::from(width)), "{text}");
    }
}

fn selected(select: &Select, format: Format) -> String {
    let fake = fake::pipe("");
    let tickets = [ticket("t1", "Opera", "available"), ticket("t2", "Gig", "sold")];
    let printer = Printer { select: Some(select), ..printer(&fake, format) };
    printer.page(&tickets, true).unwrap();
    printer.one(&tickets[0]).unwrap();
    printer.next(&tickets[1]).unwrap();
    fake.out.text()
}

#[test]
fn selected_fields_are_an_array_or_an_object() {
    let select = Select { fields: Some(vec!["title".to_owned(), "orderId".to_owned()]), ..Select::default() };
    let (one, two) = (r#"{"orderId":null,"title":"Opera"}"#, r#"{"orderId":null,"title":"Gig"}"#);
    assert_eq!(selected(&select, Format::Json), format!("[{one},{two}]\n{one}\n{two}\n"));
    let twice = Select { fields: Some(["title", "title"].map(str::to_owned).to_vec()), ..Select::default() };
    assert!(selected(&twice, Format::Jsonl).starts_with("{\"title\":\"Opera\"}\n"));
    assert_eq!(selected(&select, Format::Jsonl), format!("{one}\n{two}\n{one}\n{two}\n"));
    let yaml = selected(&select, Format::Yaml);
    assert!(
        yaml.starts_with("- orderId: null\n  title: Opera\n- ")
            && yaml.ends_with("---\norderId: null\ntitle: Gig\n")
    );
}

#[test]
fn filter_and_template_read_the_document_of_the_command() {
    let jq = |filter: &str| Select { jq: Some(filter.to_owned()), ..Select::default() };
    assert_eq!(selected(&jq(".hasMore, .title"), Format::Json), "true\nnull\nnull\nOpera\nnull\nGig\n");
    let text = "{{ items | map(attribute='title') | join('+') }}{{ title }}\n".to_owned();
    let select = Select { template: Some(text), ..Select::default() };
    assert_eq!(selected(&select, Format::Json), "Opera+Gig\nOpera\nGig\n".replace('\n', ""));
}

#[test]
fn yaml_has_the_fields_of_the_json() {
    let text = list_tickets(&fake::pipe(""), Format::Yaml);
    let list: serde_json::Value = serde_yaml_ng::from_str(&text).unwrap();
    assert_eq!((&list["items"][1]["title"], &list["hasMore"]), (&HOSTILE.into(), &false.into()));
    let terminal = list_tickets(&fake::terminal(&[]), Format::Yaml);
    assert!(!terminal.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{terminal}");
}

#[test]
fn long_values_of_a_record_are_wrapped_on_a_terminal_only() {
    let mut order = order("complete");
    order.ticket.title = "Nine sentences about one evening that no terminal shows on one line".to_owned();
    let (narrow, pipe) = (fake::terminal_of(60, false), fake::pipe(""));
    printer(&narrow, Format::Table).one(&order).unwrap();
    let title = "title     Nine sentences about one evening that no terminal\n          shows on one line\n";
    assert!(narrow.out.text().contains(title), "{}", narrow.out.text());
    printer(&pipe, Format::Table).one(&order).unwrap();
    assert!(pipe.out.text().contains(&order.ticket.title), "{}", pipe.out.text());
}

#[test]
fn prices_have_commas_for_people_and_digits_for_programs() {
    let mut order = order("complete");
    order.ticket.price = ticketing_sdk::Money::MAX;
    let shown = |format| {
        let terminal = fake::terminal_of(120, false);
        printer(&terminal, format).list(std::slice::from_ref(&order)).unwrap();
        terminal.out.text()
    };
    assert!(shown(Format::Table).contains("  $999,999.99"), "{}", shown(Format::Table));
    for format in [Format::Tsv, Format::Csv, Format::Json, Format::Yaml] {
        assert!(shown(format).contains("999999.99") && !shown(format).contains('$'), "{}", shown(format));
    }
}

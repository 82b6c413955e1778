//! The rows of lists: title, seat, start and price are there at every width that has room for them.

use ticketing_sdk::{EventTime, OrderStatus, Pass, PassStatus, Ticket, TicketDetails, TicketStatus};
use ticketing_tui::Colours;

use crate::support::{Harness, fixtures};

/// Titles of 30 and more letters, wide ones, and emoji.
const TITLES: [&str; 5] = [
    "The Magic Flute, first evening",
    "An endless evening of words that goes on until the last listener leaves",
    "日本語のコンサート、東京ドーム、二日目、アリーナ席、前から三列目",
    "🎫🎸 Open air 👩‍👩‍👧‍👦 family 🇨🇭 with a title that is long",
    "unbrokenunbrokenunbrokenunbrokenunbrokenunbroken",
];
const SEATS: [&str; 2] = ["Row 3, seat 12", "Dress circle, left side, row 3, seat 12"];
const SIZES: [(u16, u16); 5] = [(60, 40), (80, 40), (100, 40), (120, 40), (200, 60)];

fn details(seat: &str) -> TicketDetails {
    let starts_at: EventTime = "2027-06-04T20:30:00+02:00".parse().unwrap();
    TicketDetails::default().venue("Boathouse").starts_at(starts_at).seat(seat)
}

/// A ticket of each title and seat, at the highest price.
fn tickets() -> Vec<Ticket> {
    let pairs = TITLES.iter().flat_map(|title| SEATS.map(|seat| (title, seat)));
    let ticket = |(number, (title, seat)): (usize, (&&str, &str))| {
        let mut ticket = fixtures::ticket(&format!("t{number}"), title, "999999.99", number as i64);
        ticket.details = details(seat);
        ticket
    };
    pairs.enumerate().map(ticket).collect()
}

/// Fails unless each row has the start of its title, its seat number, and all of `parts`.
fn assert_rows(mut harness: Harness, parts: &[&str]) {
    let screen = harness.screen();
    for title in TITLES {
        let start: String = title.chars().take(3).collect();
        let is_row = |line: &&str| line.trim_start_matches(['▌', ' ']).starts_with(&start);
        let rows: Vec<&str> = screen.lines().filter(is_row).collect();
        assert_eq!(rows.len(), SEATS.len(), "{title}:\n{screen}");
        for row in rows {
            for part in parts.iter().chain(&["seat 12"]) {
                assert!(row.contains(part), "{part} is not in {row:?}:\n{screen}");
            }
        }
    }
}

#[test]
fn market_row_has_title_seat_start_and_price() {
    for size in SIZES {
        for status in [TicketStatus::Available, TicketStatus::Reserved] {
            let mut harness = Harness::new(size, Colours::True);
            harness.server.market =
                tickets().iter().map(|ticket| fixtures::next_version(ticket, status)).collect();
            harness.sign_in();
            let word = if status == TicketStatus::Reserved { "Reserved" } else { "" };
            assert_rows(harness, &["4 Jun", "20:30", "$999,999.99", word]);
        }
    }
}

#[test]
fn long_title_has_its_columns_before_seat_and_status_are_whole() {
    let mut harness = Harness::new((80, 24), Colours::True);
    harness.server.orders = tickets()
        .iter()
        .take(4)
        .map(|ticket| fixtures::order(ticket.id.as_str(), ticket, OrderStatus::Created))
        .collect();
    harness.sign_in();
    harness.press("2");
    harness.answer_reads();
    for title in ["The Magic Flute, first ", "An endless evening of wo"] {
        assert_eq!(harness.screen().matches(title).count(), 2, "{}", harness.screen());
    }
}

#[test]
fn order_row_has_title_seat_start_and_price() {
    for size in SIZES {
        let mut harness = Harness::new(size, Colours::True);
        let orders = tickets().into_iter().enumerate();
        harness.server.orders = orders
            .map(|(number, ticket)| fixtures::order(&format!("o{number}"), &ticket, OrderStatus::Created))
            .collect();
        harness.sign_in();
        harness.press("2");
        harness.answer_reads();
        // A list of 60 columns has no room for the time and the word beside a reservation at the highest price, and one of 80
        // has none for the word beside a long title.
        let parts: &[&str] = match size.0 {
            60 | 100 => &["4 Jun", "15:00 left"],
            80 | 120 => &["4 Jun", "20:30", "15:00 left"],
            _ => &["4 Jun", "20:30", "Reserved · 15:00 left"],
        };
        assert_rows(harness, &[parts, &["$999,999.99"]].concat());
    }
}

#[test]
fn pass_row_has_title_seat_and_start() {
    let pass = |(number, ticket): (usize, Ticket)| -> Pass {
        fixtures::pass(&format!("p{number}"), &ticket.title)
            .details(ticket.details)
            .status(PassStatus::Offered)
    };
    for size in SIZES {
        let mut harness = Harness::new(size, Colours::True);
        harness.server.passes = tickets().into_iter().enumerate().map(pass).collect();
        harness.sign_in();
        harness.press("6");
        harness.answer_reads();
        assert_rows(harness, &["4 Jun", "20:30", "For resale"]);
    }
}

/// A ticket of an event that starts at this time.
fn recital(id: &str, starts_at: &str) -> Ticket {
    let mut ticket = fixtures::ticket(id, "Recital", "5", 1);
    ticket.details.starts_at = starts_at.parse().ok();
    ticket
}

#[test]
fn every_start_has_its_offset_where_they_differ() {
    let starts = ["2027-01-18T20:30:00+01:00", "2027-06-04T20:30:00+02:00", "2027-06-05T20:00:00+09:00"];
    let shown = [("18 Jan", "20:30 +01:00"), ("4 Jun", "20:30 +02:00"), ("5 Jun", "20:00 +09:00")];
    for size in [(60, 40), (80, 40), (100, 40), (120, 40), (200, 60)] {
        let mut harness = Harness::new(size, Colours::True);
        harness.server.market = starts.map(|starts| recital(starts, starts)).to_vec();
        harness.server.orders = harness
            .server
            .market
            .iter()
            .map(|ticket| fixtures::order(ticket.id.as_str(), ticket, OrderStatus::Complete))
            .collect();
        harness.sign_in();
        for tab in ["1", "2"] {
            harness.press(tab);
            harness.answer_reads();
            let screen = harness.screen();
            for (date, time) in shown {
                let is_row = |line: &str| {
                    line.split("$5.00").next().is_some_and(|row| {
                        row.contains(date) && row.contains(time) && row.contains("Recital")
                    })
                };
                assert!(screen.lines().any(is_row), "{size:?}: {date}, {time}:\n{screen}");
            }
        }
    }
}

#[test]
fn offset_that_all_rows_share_is_in_the_heading() {
    for (size, heading) in [((40, 20), "TITLE, WHEN (+09:00)"), ((80, 20), "WHEN (+09:00)")] {
        let mut harness = Harness::new(size, Colours::True);
        harness.server.market = ["t1", "t2"].map(|id| recital(id, "2027-06-05T20:00:00+09:00")).to_vec();
        harness.sign_in();
        harness.assert_shows(heading);
        assert_eq!(harness.screen().matches("+09:00").count(), 1);
        harness.assert_shows("5 Jun, 20:00  $5.00");
    }
}

#[test]
fn start_in_a_later_year_has_its_time_below_the_offset() {
    let mut harness = Harness::new((80, 20), Colours::True);
    let starts = ["2027-06-05T20:00:00+09:00", "2031-12-24T19:30:00+09:00"];
    harness.server.market = starts.map(|starts| recital(starts, starts)).to_vec();
    harness.sign_in();
    harness.assert_shows("WHEN (+09:00)");
    for start in [" 5 Jun, 20:00       $5.00", "24 Dec 2031, 19:30  $5.00"] {
        harness.assert_shows(start);
    }
}

#[test]
fn narrow_row_has_its_start_where_there_is_room() {
    let mut harness = Harness::new((40, 12), Colours::True);
    harness.server.market = vec![recital("t1", "2027-06-04T20:30:00+02:00")];
    harness.sign_in();
    harness.assert_shows("Recital           4 Jun, 20:30  $5.00");
    harness.server.market[0].title = "A recital of songs".to_owned();
    harness.press("r");
    harness.answer_reads();
    harness.assert_shows("A recital of songs       4 Jun  $5.00");
}

/// Returns the rows of the list of a tab, at each size from 40 columns on, for tickets at a price.
fn rows_of(tab: &str, price: &str, status: OrderStatus) -> Vec<((u16, u16), Vec<String>)> {
    let widths = [40, 50, 60, 72, 80, 100];
    let sizes = widths.iter().flat_map(|width| [12, 20, 24].map(|height| (*width, height)));
    let rows = |size: (u16, u16)| {
        let mut harness = Harness::new(size, Colours::True);
        let tickets = tickets().into_iter().map(|ticket| ticket.price(price.parse().unwrap()));
        let tickets: Vec<Ticket> = tickets.collect();
        let order =
            |(number, ticket): (usize, &Ticket)| fixtures::order(&format!("o{number}"), ticket, status);
        harness.server.orders = tickets.iter().enumerate().map(order).collect();
        harness.server.market =
            tickets.iter().map(|ticket| fixtures::next_version(ticket, TicketStatus::Reserved)).collect();
        harness.sign_in();
        harness.press(tab);
        harness.answer_reads();
        let starts = TITLES.map(|title| title.chars().take(3).collect::<String>());
        let screen = harness.screen();
        let is_row = |line: &&str| {
            let line = line.trim_start_matches(['▌', ' ']);
            starts.iter().any(|start| line.starts_with(start))
        };
        (size, screen.lines().filter(is_row).map(str::to_owned).collect())
    };
    sizes.map(rows).collect()
}

#[test]
fn row_drops_its_least_important_part_first() {
    for (tab, price, shown) in
        [("1", "38", "$38.00"), ("1", "999999.99", "$999,999.99"), ("2", "38", "$38.00")]
    {
        for (size, rows) in rows_of(tab, price, OrderStatus::Created) {
            assert!(rows.len() > 1, "{size:?}");
            for row in rows {
                let has = |part: &str| row.contains(part);
                assert!(has(shown) && has(" left"), "price and status: {size:?}: {row}");
                assert!(has("4 Jun") || !has("seat 12"), "the start before the seat: {size:?}: {row}");
                assert!(has("4 Jun") || price != "38", "the start: {size:?}: {row}");
                assert!(has("seat 12") || size.0 < 60 || price != "38", "the seat: {size:?}: {row}");
            }
        }
    }
}

#[test]
fn usual_status_of_an_order_is_dropped_before_start_and_seat() {
    for (size, rows) in rows_of("2", "38", OrderStatus::Complete) {
        for row in rows {
            for part in ["4 Jun", "seat 12", "$38.00"] {
                assert!(row.contains(part), "{part} at {size:?}: {row}");
            }
            assert!(row.contains("Paid") || size.0 < 72, "{size:?}: {row}");
        }
    }
}

#[test]
fn row_without_a_start_has_its_whole_title() {
    let mut harness = Harness::new((50, 12), Colours::True);
    let title = "The Magic Flute, first";
    harness.server.market =
        vec![recital("t1", "2027-06-04T20:30:00+02:00"), fixtures::ticket("t2", title, "5", 1)];
    harness.sign_in();
    harness.assert_shows(title);
    harness.server.market[0].price = ticketing_sdk::Money::MAX;
    harness.press("r");
    harness.answer_reads();
    harness.assert_shows(title);
}

#[test]
fn line_of_sums_begins_with_what_was_earned() {
    let mut harness = Harness::new((40, 12), Colours::True);
    harness.server.listings =
        tickets().iter().map(|ticket| fixtures::next_version(ticket, TicketStatus::Sold)).collect();
    harness.sign_in();
    harness.press("3");
    harness.answer_reads();
    harness.assert_shows("10 sold for $9,999,999.90, ");
}

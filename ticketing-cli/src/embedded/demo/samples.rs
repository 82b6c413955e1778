//! The tickets of the seller of the demo.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use ticketing_sdk::{EventTime, Money, MoneyError, NewTicket};

use crate::clock;

/// Title, price in cents, venue (or nothing), the seat without its number, the number of the first one, and the start if
/// it is known.
type Sample = (&'static str, i64, &'static str, &'static str, u32, Option<Start>);

/// A start: at least this number of days from today, on this day of the week unless any will do, at this time of the day.
type Start = (i32, Option<Weekday>, &'static str);

const fn day(weekday: Weekday, days: i32, time: &'static str) -> Option<Start> {
    Some((days, Some(weekday), time))
}

const fn any(days: i32, time: &'static str) -> Option<Start> {
    Some((days, None, time))
}

use Weekday::{Friday, Saturday, Sunday, Thursday, Wednesday};

const SAMPLES: [Sample; 36] = [
    ("RustConf, day 1", 14_999, "Congress Hall", "Hall A, seat", 112, day(Thursday, 24, "09:00")),
    ("RustConf, day 2", 14_999, "Congress Hall", "Hall A, seat", 112, day(Friday, 25, "09:00")),
    ("RustConf, both days", 27_500, "Congress Hall", "Hall A, seat", 240, day(Thursday, 24, "09:00")),
    ("Systems programming workshop", 32_000, "Congress Hall", "Room 4, desk", 6, day(Wednesday, 23, "10:00")),
    ("The Magic Flute, stalls", 8_900, "State Opera", "Stalls, row 7, seat", 12, any(11, "19:00")),
    ("The Magic Flute, balcony", 3_450, "State Opera", "Balcony, row 2, seat", 31, any(11, "19:00")),
    ("Swan Lake, first night", 12_050, "State Opera", "Stalls, row 3, seat", 5, day(Friday, 15, "19:30")),
    ("Swan Lake, matinee", 6_400, "State Opera", "Circle, row 1, seat", 9, day(Sunday, 17, "14:00")),
    ("Hamlet, in the park", 2_000, "Park stage", "Bench 3, place", 2, any(9, "20:30")),
    ("Twelfth Night, front row", 5_500, "Old Playhouse", "Row 1, seat", 4, any(6, "19:30")),
    ("Waiting for Godot", 1_999, "Old Playhouse", "Row 9, seat", 17, any(13, "19:30")),
    ("Jazz at the Blue Door", 2_750, "The Blue Door", "Standing, place", 61, any(2, "21:00")),
    ("Jazz at the Blue Door, table for two", 7_200, "The Blue Door", "Table", 6, any(2, "21:00")),
    ("String quartet by candlelight", 4_125, "Chamber Music Hall", "Row 5, seat", 8, any(15, "20:00")),
    ("Organ recital in the cathedral", 1_500, "Cathedral", "Nave, seat", 74, day(Sunday, 3, "18:00")),
    ("Indie night: three bands", 1_850, "The Cellar", "Standing, place", 118, day(Friday, 3, "20:00")),
    ("Stadium tour, standing", 9_500, "Arena", "Standing, place", 2_041, day(Saturday, 29, "19:00")),
    ("Stadium tour, seated", 13_900, "Arena", "Block C, row 14, seat", 22, day(Saturday, 29, "19:00")),
    ("Stadium tour, backstage", 48_000, "Arena", "Backstage, guest", 3, day(Saturday, 29, "17:00")),
    ("Folk festival, weekend", 16_600, "Lakeside meadow", "Camping, place", 88, day(Saturday, 43, "12:00")),
    ("Folk festival, Saturday", 7_900, "Lakeside meadow", "Meadow, place", 310, day(Saturday, 43, "12:00")),
    ("Film club: silent comedies", 800, "Cinema Lumen", "Row F, seat", 6, any(1, "20:15")),
    ("Film premiere with the director", 3_900, "Cinema Lumen", "Row D, seat", 11, day(Thursday, 7, "20:00")),
    ("Night at the museum", 2_200, "City Museum", "Group 2, guest", 7, day(Friday, 8, "22:00")),
    ("Planetarium: rings of Saturn", 1_150, "Planetarium", "Row B, seat", 3, any(4, "17:30")),
    ("Harbour tour at sunset", 2_950, "Pier 3", "Upper deck, seat", 14, any(7, "16:15")),
    ("City marathon, start number", 8_500, "Town Hall square", "Number", 4_217, day(Sunday, 34, "08:30")),
    ("Cup final, north stand", 11_000, "Arena", "Row 21, seat", 40, day(Saturday, 22, "20:45")),
    ("Cup final, south stand", 10_500, "Arena", "Row 12, seat", 7, day(Saturday, 22, "20:45")),
    ("Ice hockey derby", 4_700, "Ice Rink", "Block 5, row 8, seat", 2, any(12, "19:15")),
    ("Chess masters, last round", 1_200, "Old Library", "Gallery, seat", 9, day(Sunday, 14, "15:00")),
    ("Comedy basement", 1_600, "The Cellar", "Table 4, seat", 2, any(2, "21:30")),
    ("Circus under the big top", 3_300, "Fairground", "Row 4, seat", 18, day(Saturday, 11, "16:00")),
    ("Wine tasting, six glasses", 5_900, "Vintners' Cellar", "Table 2, seat", 1, any(19, "18:30")),
    ("Bread baking for beginners", 6_250, "Mill Street Bakery", "Oven", 2, day(Saturday, 16, "08:00")),
    ("Balloon ride at dawn", 21_000, "", "Basket, place", 3, None),
];

/// The time zone of the venues: Central European time.
const ZONE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// Returns a ticket of each sample. Each round has seats of its own, and the demo begins with round 0.
pub(super) fn tickets(round: u32) -> Result<Vec<NewTicket>, MoneyError> {
    let zone = TimeZone::posix(ZONE).unwrap_or(TimeZone::UTC);
    let now = jiff::Timestamp::from_millisecond(clock::now().as_millis()).unwrap_or_default();
    let today = now.to_zoned(zone.clone()).date();
    SAMPLES.iter().map(|sample| ticket(sample, round, today, &zone)).collect()
}

fn ticket(
    &(title, cents, venue, seat, number, start): &Sample,
    round: u32,
    today: Date,
    zone: &TimeZone,
) -> Result<NewTicket, MoneyError> {
    let mut ticket = NewTicket::new(title, Money::from_cents(cents)?);
    ticket.details.venue = (!venue.is_empty()).then(|| venue.to_owned());
    ticket.details.seat = Some(format!("{seat} {}", number + round));
    ticket.details.starts_at = start.and_then(|start| event_time(start, today, zone));
    Ok(ticket)
}

/// Returns a start on the clock of the venues.
fn event_time((days, weekday, time): Start, today: Date, zone: &TimeZone) -> Option<EventTime> {
    let earliest = today.checked_add(days.days()).ok()?;
    let date = match weekday {
        Some(weekday) => earliest.yesterday().ok()?.nth_weekday(1, weekday).ok()?,
        None => earliest,
    };
    let starts = date.to_datetime(time.parse().ok()?).to_zoned(zone.clone()).ok()?;
    starts.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn samples_start_in_the_future_where_they_have_a_time() {
        let now = clock::now();
        for (ticket, sample) in tickets(0).unwrap().iter().zip(SAMPLES) {
            let starts = ticket.details.starts_at.as_ref();
            assert_eq!(starts.is_some(), sample.5.is_some(), "{}", ticket.title);
            assert!(starts.is_none_or(|starts| starts.instant() > now), "{}", ticket.title);
        }
    }

    #[test]
    fn no_two_tickets_of_the_demo_are_for_the_same_seat() {
        let mut seats = HashSet::new();
        for ticket in (0..20).flat_map(|round| tickets(round).unwrap()) {
            let details = &ticket.details;
            let seat = (ticket.title.clone(), details.venue.clone(), details.seat.clone());
            assert!(seats.insert(seat), "{} {:?}", ticket.title, details.seat);
        }
    }

    #[test]
    fn starts_are_on_their_weekday_by_the_clock_of_the_venue() {
        let zone = TimeZone::posix(ZONE).unwrap();
        let start = |start: Option<Start>, today: &str| {
            event_time(start.unwrap(), today.parse().unwrap(), &zone).unwrap().to_string()
        };
        // Monday, in winter; the first Saturday of a day that is one is that day.
        assert_eq!(start(day(Saturday, 5, "20:45"), "2026-11-23"), "2026-11-28T20:45:00+01:00");
        assert_eq!(start(day(Saturday, 6, "20:45"), "2026-11-23"), "2026-12-05T20:45:00+01:00");
        assert_eq!(start(any(4, "08:00"), "2026-06-27"), "2026-07-01T08:00:00+02:00");
    }
}

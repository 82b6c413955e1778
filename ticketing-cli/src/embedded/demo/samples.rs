//! The tickets of the seller of the demo.

use std::time::Duration;

use ticketing_sdk::{Money, MoneyError, NewTicket, Timestamp};

use crate::clock;

/// Title, price in cents, venue, seat, days from today and the time of the day; a text that is empty is left out.
type Sample = (&'static str, i64, &'static str, &'static str, u32, &'static str);

const SAMPLES: [Sample; 36] = [
    ("RustConf, day 1", 14_999, "Congress Hall", "", 24, "09:00"),
    ("RustConf, day 2", 14_999, "Congress Hall", "", 25, "09:00"),
    ("RustConf, both days", 27_500, "Congress Hall", "", 24, "09:00"),
    ("Systems programming workshop", 32_000, "Congress Hall, room 4", "", 23, "10:00"),
    ("The Magic Flute, stalls", 8_900, "State Opera", "Stalls, row 7, seat 12", 11, "19:00"),
    ("The Magic Flute, balcony", 3_450, "State Opera", "Balcony, row 2, seat 31", 11, "19:00"),
    ("Swan Lake, first night", 12_050, "State Opera", "Stalls, row 3, seat 5", 18, "19:30"),
    ("Swan Lake, matinee", 6_400, "State Opera", "Circle, row 1, seat 9", 20, "14:00"),
    ("Hamlet, in the park", 2_000, "Park stage", "", 9, "20:30"),
    ("Twelfth Night, front row", 5_500, "Old Playhouse", "Row 1, seat 4", 6, "19:30"),
    ("Waiting for Godot", 1_999, "Old Playhouse", "Row 9, seat 17", 13, "19:30"),
    ("Jazz at the Blue Door", 2_750, "The Blue Door", "Standing", 2, "21:00"),
    ("Jazz at the Blue Door, table for two", 7_200, "The Blue Door", "Table 6", 2, "21:00"),
    ("String quartet by candlelight", 4_125, "Chamber Music Hall", "Row 5, seat 8", 15, "20:00"),
    ("Organ recital in the cathedral", 1_500, "Cathedral", "", 5, "18:00"),
    ("Indie night: three bands", 1_850, "The Cellar", "Standing", 3, "20:00"),
    ("Stadium tour, standing", 9_500, "Arena", "Standing", 32, "19:00"),
    ("Stadium tour, seated", 13_900, "Arena", "Block C, row 14, seat 22", 32, "19:00"),
    ("Stadium tour, backstage", 48_000, "Arena", "Backstage, 17:00", 32, "19:00"),
    ("Folk festival, weekend", 16_600, "Lakeside meadow", "", 46, "12:00"),
    ("Folk festival, Saturday", 7_900, "Lakeside meadow", "", 46, "12:00"),
    ("Film club: silent comedies", 800, "Cinema Lumen", "Row F, seat 6", 1, "20:15"),
    ("Film premiere with the director", 3_900, "Cinema Lumen", "Row D, seat 11", 8, "20:00"),
    ("Night at the museum", 2_200, "City Museum", "", 10, "22:00"),
    ("Planetarium: rings of Saturn", 1_150, "Planetarium", "Row B, seat 3", 4, "17:30"),
    ("Harbour tour at sunset", 2_950, "Pier 3", "", 7, "19:45"),
    ("City marathon, start number", 8_500, "Town Hall square", "Start block 2", 37, "08:30"),
    ("Cup final, north stand", 11_000, "Arena", "North stand, row 21, seat 40", 29, "20:45"),
    ("Cup final, south stand", 10_500, "Arena", "South stand, row 12, seat 7", 29, "20:45"),
    ("Ice hockey derby", 4_700, "Ice Rink", "Block 5, row 8, seat 2", 12, "19:15"),
    ("Chess masters, last round", 1_200, "Old Library", "", 16, "15:00"),
    ("Comedy basement", 1_600, "The Cellar", "", 2, "21:30"),
    ("Circus under the big top", 3_300, "Fairground", "Row 4, seat 18", 14, "16:00"),
    ("Wine tasting, six glasses", 5_900, "Vintners' Cellar", "Table 2", 19, "18:30"),
    ("Bread baking for beginners", 6_250, "Mill Street Bakery", "", 21, "07:30"),
    ("Balloon ride at dawn", 21_000, "", "", 0, ""),
];

/// The UTC offset of the events.
const OFFSET: &str = "+01:00";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The tickets.
pub(super) fn tickets() -> Result<Vec<NewTicket>, MoneyError> {
    let today = clock::now();
    SAMPLES.iter().map(|sample| ticket(sample, today)).collect()
}

fn ticket(
    &(title, cents, venue, seat, days, time): &Sample,
    today: Timestamp,
) -> Result<NewTicket, MoneyError> {
    let given = |text: &'static str| (!text.is_empty()).then(|| text.to_owned());
    let mut ticket = NewTicket::new(title, Money::from_cents(cents)?);
    let day: String = (today + DAY.saturating_mul(days)).to_string().chars().take(10).collect();
    ticket.details.venue = given(venue);
    ticket.details.seat = given(seat);
    ticket.details.starts_at = format!("{day}T{time}:00{OFFSET}").parse().ok();
    Ok(ticket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_start_in_the_future_where_they_have_a_time() {
        let now = clock::now();
        for (ticket, sample) in tickets().unwrap().iter().zip(SAMPLES) {
            let starts = ticket.details.starts_at.as_ref();
            assert_eq!(starts.is_some(), !sample.5.is_empty(), "{}", ticket.title);
            assert!(starts.is_none_or(|starts| starts.instant() > now), "{}", ticket.title);
        }
    }
}

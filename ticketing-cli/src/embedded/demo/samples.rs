//! What the demo's seller sells.

use ticketing_sdk::{Money, MoneyError, NewTicket};

/// Titles and prices in cents.
const SAMPLES: [(&str, i64); 36] = [
    ("RustConf, day 1", 14_999),
    ("RustConf, day 2", 14_999),
    ("RustConf, both days", 27_500),
    ("Systems programming workshop", 32_000),
    ("The Magic Flute, stalls", 8_900),
    ("The Magic Flute, balcony", 3_450),
    ("Swan Lake, first night", 12_050),
    ("Swan Lake, matinee", 6_400),
    ("Hamlet, in the park", 2_000),
    ("Twelfth Night, front row", 5_500),
    ("Waiting for Godot", 1_999),
    ("Jazz at the Blue Door", 2_750),
    ("Jazz at the Blue Door, table for two", 7_200),
    ("String quartet by candlelight", 4_125),
    ("Organ recital in the cathedral", 1_500),
    ("Indie night: three bands", 1_850),
    ("Stadium tour, standing", 9_500),
    ("Stadium tour, seated", 13_900),
    ("Stadium tour, backstage", 48_000),
    ("Folk festival, weekend", 16_600),
    ("Folk festival, Saturday", 7_900),
    ("Film club: silent comedies", 800),
    ("Film premiere with the director", 3_900),
    ("Night at the museum", 2_200),
    ("Planetarium: rings of Saturn", 1_150),
    ("Harbour tour at sunset", 2_950),
    ("City marathon, start number", 8_500),
    ("Cup final, north stand", 11_000),
    ("Cup final, south stand", 10_500),
    ("Ice hockey derby", 4_700),
    ("Chess masters, last round", 1_200),
    ("Comedy basement", 1_600),
    ("Circus under the big top", 3_300),
    ("Wine tasting, six glasses", 5_900),
    ("Bread baking for beginners", 6_250),
    ("Balloon ride at dawn", 21_000),
];

/// The tickets.
pub(super) fn tickets() -> Result<Vec<NewTicket>, MoneyError> {
    SAMPLES.iter().map(|(title, cents)| Ok(NewTicket::new(*title, Money::from_cents(*cents)?))).collect()
}

//! A market as people would fill it: titles of 10 to 40 characters, a quarter of them with more than ASCII; the same at
//! each run.

use ticketing_sdk::{Money, Ticket, TicketStatus, Timestamp, fixtures};

/// The time of the benchmark, in milliseconds since the Unix epoch.
pub(crate) const NOW: i64 = 1_800_000_000_000;

const ACTS: [&str; 32] = [
    "Jazz at the lake",
    "RustConf",
    "Zürich by night",
    "Night train",
    "The Blue Door quartet",
    "🎷 Saxophone summit",
    "東京フィル 定期演奏会",
    "Opera on the square",
    "아이유 콘서트",
    "Chamber music",
    "Garage bands",
    "Football: final",
    "Stand-up comedy",
    "Cabaret",
    "Щелкунчик",
    "Poetry slam",
    "Film night",
    "Folk evening",
    "Marathon",
    "Organ recital",
    "Improv theatre",
    "Open-air opera",
    "Symphony no. 9",
    "Winter circus",
    "Street circus",
    "Tango festival",
    "Science slam",
    "Magic show",
    "Gospel choir",
    "Ice hockey",
    "Swan Lake",
    "Techno all night",
];

const PLACES: [&str; 20] = [
    "Vienna",
    "Lisbon",
    "Oslo",
    "Warsaw",
    "大阪",
    "New York",
    "Hamburg",
    "Santiago",
    "Toronto",
    "the old mill",
    "Royal Hall",
    "Berlin",
    "Nairobi",
    "the harbour",
    "Seoul",
    "Gothenburg",
    "Melbourne",
    "Cape Town",
    "the castle",
    "Łódź",
];

const ENDS: [&str; 10] = [
    "day 1",
    "day 2",
    "row F",
    "VIP",
    "balcony",
    "stalls",
    "afternoon",
    "2 seats",
    "standing",
    "final night",
];

/// Numbers that look random.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below another.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}

/// So many tickets, the newest first.
pub(crate) fn market(count: usize) -> Vec<Ticket> {
    let mut random = Random::new(7);
    (0..count).map(|n| ticket(n, &mut random)).collect()
}

/// The `n`th ticket, counted from the newest.
pub(crate) fn ticket(n: usize, random: &mut Random) -> Ticket {
    let number = i64::try_from(n).unwrap();
    let title =
        format!("{}, {}, {} {}", random.pick(&ACTS), random.pick(&PLACES), random.pick(&ENDS), n % 1000);
    let cents = i64::try_from(500 + random.below(60_000)).unwrap();
    fixtures::ticket(uuid(n))
        .title(title.chars().take(40).collect::<String>().trim_end().to_owned())
        .price(Money::from_cents(cents).unwrap())
        .user_id(uuid(9_000_000 + random.below(2_000)))
        .version(i64::try_from(random.below(3)).unwrap())
        .status(if random.below(20) == 0 { TicketStatus::Reserved } else { TicketStatus::Available })
        .created_at(Timestamp::from_millis(NOW - number * 61_000))
}

fn uuid(n: usize) -> String {
    format!("0198{:04x}-{:04x}-7{:03x}-8{:03x}-{n:012x}", n >> 16, n & 0xffff, n % 4093, n % 4057)
}

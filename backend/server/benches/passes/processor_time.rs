//! The processor time of a check-in, by the part of the server that takes it. A busy machine changes it less than rates.

use std::collections::HashMap;
use std::fs;

use crate::report::Rounds;

/// The parts of the server, and the beginnings of the names of their threads.
const PARTS: [(&str, &str); 4] = [
    ("HTTP, sessions, signatures, the relay", "tokio-"),
    ("the writer of the tickets service", "tickets-writer"),
    ("the readers of the tickets service", "tickets-reader"),
    ("the stream, and the other services", ""),
];

/// The processor time of the threads of a process so far, in nanoseconds, by their names.
pub(crate) struct ProcessorTime(HashMap<String, u64>);

/// The processor time of each check-in, in microseconds, by [`PARTS`].
pub(crate) type PartTimes = [f64; PARTS.len()];

impl ProcessorTime {
    pub(crate) fn read(process: u32) -> Self {
        let mut times = HashMap::new();
        for thread in fs::read_dir(format!("/proc/{process}/task")).unwrap() {
            let thread = thread.unwrap().path();
            let file = |name: &str| fs::read_to_string(thread.join(name)).unwrap_or_default();
            let taken = file("schedstat").split(' ').next().and_then(|text| text.parse::<u64>().ok());
            *times.entry(file("comm").trim().to_owned()).or_default() += taken.unwrap_or_default();
        }
        Self(times)
    }

    /// Returns the difference to an earlier reading.
    pub(crate) fn subtract(&self, earlier: &Self) -> Self {
        let before = |name: &str| earlier.0.get(name).copied().unwrap_or_default();
        let difference = |(name, taken): (&String, &u64)| (name.clone(), taken.saturating_sub(before(name)));
        Self(self.0.iter().map(difference).collect())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub(crate) fn of_each(&self, count: usize) -> PartTimes {
        let mut parts = [0.0; PARTS.len()];
        for (name, nanos) in &self.0 {
            // The last part has all names.
            let part = PARTS.iter().position(|(_, beginning)| name.starts_with(beginning)).unwrap();
            parts[part] += *nanos as f64 / 1e3 / count as f64;
        }
        parts
    }
}

/// The times of several rounds.
#[derive(Default)]
pub(crate) struct TimeRounds {
    parts: [Rounds; PARTS.len()],
    total: Rounds,
    load: Rounds,
}

impl TimeRounds {
    /// Adds the times of a round: those of the server, and that of the load.
    pub(crate) fn push(&mut self, times: &PartTimes, load: f64) {
        self.load.push(load);
        for (rounds, time) in self.parts.iter_mut().zip(times) {
            rounds.push(*time);
        }
        self.total.push(times.iter().sum());
    }

    pub(crate) fn print(&self) {
        self.total.print("processor time of a check-in, the whole server", "µs");
        for (rounds, (name, _)) in self.parts.iter().zip(PARTS) {
            rounds.print(&format!("    {name}"), "µs");
        }
        self.load.print("processor time of the load for a check-in", "µs");
    }
}

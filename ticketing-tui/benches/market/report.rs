//! The results: median and range.

use std::time::Duration;

/// All figures, in the order in which they came first.
#[derive(Default)]
pub(crate) struct Report {
    times: Vec<Figure<Vec<Duration>>>,
    counts: Vec<Figure<f64>>,
}

/// One figure: what was measured of it in each round.
struct Figure<T> {
    name: &'static str,
    unit: &'static str,
    rounds: Vec<T>,
}

impl Report {
    /// Records the durations of a step, one for each round.
    pub(crate) fn times(&mut self, name: &'static str, measured: Vec<Duration>) {
        add(&mut self.times, name, "ms", measured);
    }

    /// Records another figure, measured once in each round.
    pub(crate) fn count(&mut self, name: &'static str, unit: &'static str, measured: f64) {
        add(&mut self.counts, name, unit, measured);
    }

    /// Prints all figures.
    pub(crate) fn print(&self) {
        println!("\n{:70} {:>9} {:>9} {:>9} {:>7}", "", "p50 ms", "p99 ms", "max ms", "count");
        for Figure { name, rounds, .. } in &self.times {
            let all = sort(rounds.concat());
            let at = |part| millis(percentile(&all, part));
            println!("{name:70} {:9.3} {:9.3} {:9.3} {:7}", at(50), at(99), at(100), all.len());
        }
        println!();
        for Figure { name, unit, rounds } in &self.counts {
            spread(name, unit, rounds.clone());
        }
    }

    /// Prints how the medians of two figures compare, round by round.
    pub(crate) fn ratio(&self, name: &str, one: &str, other: &str) {
        let medians = |wanted: &str| -> Vec<f64> {
            let figures = self.times.iter().filter(|figure| figure.name == wanted);
            let rounds = figures.flat_map(|figure| &figure.rounds);
            rounds.map(|round| millis(percentile(&sort(round.clone()), 50))).collect()
        };
        let pairs = medians(one).into_iter().zip(medians(other));
        spread(name, "×", pairs.map(|(one, other)| one / other).collect());
    }
}

/// Reads the number of rounds from the arguments. `None` if `cargo test --benches` runs the program: then nothing is
/// measured.
pub(crate) fn rounds(default: u32) -> Option<u32> {
    let args: Vec<String> = std::env::args().collect();
    let is_test = args.iter().any(|arg| arg == "--test");
    let rounds = args.iter().position(|arg| arg == "--rounds").and_then(|at| args.get(at + 1)?.parse().ok());
    (!is_test).then(|| rounds.unwrap_or(default))
}

fn add<T>(figures: &mut Vec<Figure<T>>, name: &'static str, unit: &'static str, measured: T) {
    match figures.iter_mut().find(|figure| figure.name == name) {
        Some(figure) => figure.rounds.push(measured),
        None => figures.push(Figure { name, unit, rounds: vec![measured] }),
    }
}

fn spread(name: &str, unit: &str, mut figures: Vec<f64>) {
    figures.sort_by(f64::total_cmp);
    if let (Some(low), Some(high)) = (figures.first(), figures.last()) {
        println!("{name:70} {:9.3} {unit}  ({low:.3} to {high:.3})", figures[figures.len() / 2]);
    }
}

fn sort(mut measured: Vec<Duration>) -> Vec<Duration> {
    measured.sort_unstable();
    measured
}

/// Returns the percentile of the values.
fn percentile(sorted: &[Duration], part: usize) -> Duration {
    let at = (sorted.len() * part).div_ceil(100).max(1) - 1;
    sorted.get(at).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

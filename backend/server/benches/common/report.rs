//! Figures of several rounds: their median and range.

/// One figure, round by round.
#[derive(Default)]
pub(crate) struct Rounds(Vec<f64>);

impl Rounds {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    pub(crate) fn print(&self, name: &str, unit: &str) {
        let (low, middle, high) = spread(self.0.clone());
        println!("{name:58} {middle:10.2} {unit}  ({low:.2} to {high:.2})");
    }

    /// Prints the ratio to `other`, round by round.
    pub(crate) fn ratio(&self, name: &str, other: &Self) {
        let (low, middle, high) =
            spread(self.0.iter().zip(&other.0).map(|(own, other)| own / other).collect());
        println!("{name:58} {middle:10.2} ×  ({low:.2} to {high:.2})");
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

fn spread(mut figures: Vec<f64>) -> (f64, f64, f64) {
    figures.sort_by(f64::total_cmp);
    (figures[0], figures[figures.len() / 2], figures[figures.len() - 1])
}

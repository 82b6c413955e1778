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

fn spread(mut figures: Vec<f64>) -> (f64, f64, f64) {
    figures.sort_by(f64::total_cmp);
    (figures[0], figures[figures.len() / 2], figures[figures.len() - 1])
}

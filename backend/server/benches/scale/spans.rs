//! Durations of repeated measurements: their median and 99th percentile.

use std::time::Duration;

/// The durations of one measurement.
#[derive(Default)]
pub(crate) struct Spans(Vec<Duration>);

impl Spans {
    pub(crate) fn push(&mut self, span: Duration) {
        self.0.push(span);
    }

    /// Returns the median and the 99th percentile, in milliseconds.
    fn quantiles(&self) -> [f64; 2] {
        let mut spans = self.0.clone();
        spans.sort_unstable();
        [50, 99].map(|part| spans[spans.len() * part / 100].as_secs_f64() * 1000.0)
    }

    pub(crate) fn print(&self, name: &str) {
        let [middle, high] = self.quantiles();
        println!("{name:58} {middle:10.2} ms  (p99 {high:.2}, of {})", self.0.len());
    }

    /// Prints the ratio to `other`, of the medians and of the 99th percentiles.
    pub(crate) fn ratio(&self, name: &str, other: &Self) {
        let ([middle, high], [other_middle, other_high]) = (self.quantiles(), other.quantiles());
        println!("{name:58} {:10.2} ×  (p99 {:.2})", middle / other_middle, high / other_high);
    }
}

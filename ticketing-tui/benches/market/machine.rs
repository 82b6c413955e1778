//! The noise of the machine: the time of a fixed loop.

use std::hint::black_box;

use crate::program::time_of;
use crate::report::Report;

pub(crate) fn measure(report: &mut Report) {
    let steps = || {
        let mut sum = 0_u64;
        for n in 0..1_000_000_u64 {
            sum = black_box(sum.wrapping_mul(31).wrapping_add(n));
        }
        black_box(sum);
    };
    report.times(
        "a loop that is always the same: the machine's own noise",
        (0..500).map(|_| time_of(steps)).collect(),
    );
}

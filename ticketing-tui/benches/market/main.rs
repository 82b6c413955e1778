//! `cargo xtask bench tui`, first part: the pure core with 100 000 tickets at 200×60, beside the naive way.
//!
//! Absolute numbers depend on the machine; the ratios, taken round by round, do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run should stop")]

mod frames;
mod intake;
mod keys;
mod live;
mod machine;
mod memory;
mod naive;
mod program;
mod report;
mod tickets;

use report::Report;

/// Tickets in the market.
const TICKETS: usize = 100_000;
/// Tickets in one page, as the driver asks for them.
const PAGE: usize = 500;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, kind] = args.as_slice()
        && flag == "--memory"
    {
        return memory::child(kind);
    }
    report::rounds(3).into_iter().for_each(measure);
}

fn measure(rounds: u32) {
    let market = tickets::market(TICKETS);
    let mut report = Report::default();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        machine::measure(&mut report);
        let mut program = intake::measure(&mut report, &market);
        frames::measure(&mut report, &mut program);
        naive::frames(&mut report, &market);
        keys::filter(&mut report, &mut program);
        naive::filter(&mut report, &market);
        keys::sort(&mut report, &mut program);
        live::measure(&mut report, &mut program, &market);
        intake::reload(&mut report, &mut program, &market);
        memory::measure(&mut report);
    }

    report.print();
    report.ratio("a frame after a move / all rows through `Table`", frames::MOVE, naive::FRAME);
    report.ratio("a letter's result / `to_lowercase().contains`", keys::RESULT, naive::FILTER);
}

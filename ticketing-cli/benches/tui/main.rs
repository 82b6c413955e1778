//! `cargo xtask bench tui`, second part: the real program in a pseudo-terminal, beside a running server.
//!
//! Absolute numbers depend on the machine; the ratios, taken round by round, do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run should stop")]

mod idle;
mod live;
mod process;
mod program;
// The same table as in the first part.
#[path = "../../../ticketing-tui/benches/market/report.rs"]
mod report;
mod server;
mod starts;

use report::Report;
use server::Server;

fn main() {
    report::rounds(3).into_iter().for_each(measure);
}

fn measure(rounds: u32) {
    let server = Server::start();
    let mut report = Report::default();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        starts::measure(&mut report, &server);
        live::measure(&mut report, &server, round);
        idle::measure(&mut report, &server, round);
    }
    report.print();
    report.ratio("first frame / `ticketing --version`", starts::FRAME, starts::VERSION);
    report.ratio("on the screen / received by the SDK's own stream", live::SCREEN, live::STREAM);
}

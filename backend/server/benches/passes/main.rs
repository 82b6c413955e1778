//! `cargo xtask bench passes`, first part: check-ins through HTTP against the bare verification of their codes, interleaved
//! in one run on one machine.
//!
//! Absolute figures depend on the machine; the ratios of each round do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot run should stop")]

mod check_ins;
#[path = "../common/cookies.rs"]
mod cookies;
#[path = "../common/http.rs"]
mod http;
#[path = "../marketplace/load.rs"]
#[expect(dead_code, reason = "the benchmark of the marketplace reads lists and pages too")]
mod load;
#[path = "../common/process.rs"]
#[expect(dead_code, reason = "the benchmark of the marketplace measures memory too")]
mod process;
mod processor_time;
#[path = "../common/report.rs"]
mod report;
#[path = "../marketplace/server.rs"]
#[expect(dead_code, reason = "the benchmark of the marketplace measures a bare handler too")]
mod server;

use std::path::Path;

use report::Rounds;
use server::Server;

/// Check-ins in one round.
const CHECK_INS: usize = 4096;
/// Orders of one user: below the limit of unpaid orders.
const ORDERS_PER_USER: usize = 16;
/// The number of passwords that are hashed at a time.
const HASHING_SLOTS: u32 = 1;

fn main() {
    if let Some(rounds) = report::rounds(3) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(measure(Path::new(env!("CARGO_BIN_EXE_ticketing-server")), rounds));
    }
}

async fn measure(program: &Path, rounds: u32) {
    let mut server = Server::start(program);
    let (mut admitted, mut settled, mut verified) = (Rounds::default(), Rounds::default(), Rounds::default());
    let (mut times, mut commits) = (processor_time::TimeRounds::default(), Rounds::default());
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        let codes = check_ins::sell_passes(&mut server, CHECK_INS).await;
        let figures = check_ins::check_in(&server, &codes).await;
        admitted.push(figures.answered);
        settled.push(figures.published);
        times.push(&figures.times, figures.load);
        commits.push(figures.commits);
        verified.push(check_ins::verify(&codes));
    }
    println!();
    times.print();
    commits.print("commits for each check-in, all services and the stream", "commits");
    admitted.print("check-ins through HTTP, 64 connections, durable", "check-ins/s");
    settled.print("the same until every event is in the stream", "check-ins/s");
    verified.print("their codes verified in a bare loop on one core", "codes/s");
    admitted.ratio("check-ins / bare verification", &verified);
}

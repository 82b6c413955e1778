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

use check_ins::Figures;
use report::Rounds;
use server::Server;

/// Check-ins in one round over each number of connections.
const CHECK_INS: usize = 4096;
/// The numbers of connections. With few of them, all wait for the disk at times, and the processors are idle.
const CONNECTIONS: [usize; 2] = [64, 256];
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
    let (mut figures, mut verified) = (CONNECTIONS.map(|_| Figures::default()), Rounds::default());
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        let codes = check_ins::sell_passes(&mut server, CONNECTIONS.len() * CHECK_INS).await;
        for ((connections, codes), figures) in
            CONNECTIONS.into_iter().zip(codes.chunks(CHECK_INS)).zip(&mut figures)
        {
            check_ins::check_in(&server, connections, codes, figures).await;
        }
        verified.push(check_ins::verify(&codes));
    }
    println!();
    verified.print("the codes verified in a bare loop on one core", "codes/s");
    for (connections, figures) in CONNECTIONS.into_iter().zip(&figures) {
        figures.print(connections, &verified);
    }
}

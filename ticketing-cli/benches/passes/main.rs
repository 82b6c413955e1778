//! `cargo xtask bench passes`, second part: `ticketing passes show` beside a running server, against the start of the program.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run should stop")]

#[path = "../../../ticketing-tui/benches/market/report.rs"]
#[expect(dead_code, reason = "the benchmark of the TUI counts too")]
mod report;
#[path = "../tui/server.rs"]
mod server;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use report::Report;
use server::Server;
use ticketing_sdk::{CardToken, PassId};

/// The figures that are compared.
const SHOW: &str = "`ticketing passes show`, from the start to the end";
const VERSION: &str = "`ticketing --version`, from the start to the end";

/// Runs in one round.
const RUNS: usize = 50;
/// How long a pass may take to be issued.
const ISSUE_TIMEOUT: Duration = Duration::from_secs(10);

fn main() {
    report::rounds(3).into_iter().for_each(measure);
}

fn measure(rounds: u32) {
    let server = Server::start();
    let pass = hold_pass(&server);
    let mut report = Report::default();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        let (mut shown, mut versions) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            versions.push(run(&server, &["--version"]));
            shown.push(run(&server, &["passes", "show", pass.as_str(), "--output", "table"]));
        }
        report.times(SHOW, shown);
        report.times(VERSION, versions);
    }
    report.print();
    report.ratio("`passes show` / `--version`", SHOW, VERSION);
}

/// Buys a ticket and gives its pass to the user of the program.
fn hold_pass(server: &Server) -> PassId {
    let buyer = server.buyer(1);
    let (pass, claim_code) = server.runtime.block_on(async {
        let ticket = buyer.tickets().list().limit(1).await.unwrap().items.remove(0);
        let order = buyer.orders().create(&ticket.id).await.unwrap();
        buyer.payments().create(&order.id, CardToken::new("tok_visa")).wait_until_settled().await.unwrap();
        let pass = buyer.passes().wait_for_order(&order.id, ISSUE_TIMEOUT).await.unwrap().unwrap();
        let transfer = buyer.passes().transfer(&pass.id).await.unwrap();
        (pass.id, transfer.claim_code)
    });
    run(server, &["passes", "claim", claim_code.as_str()]);
    pass
}

/// Runs the program to its end, and returns how long that took.
fn run(server: &Server, words: &[&str]) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    command.env_clear().env("TICKETING_HOME", server.home.path()).env("TICKETING_SERVER", &server.url);
    command.args(words).stdin(Stdio::null());
    let began = Instant::now();
    let output = command.output().unwrap();
    let took = began.elapsed();
    assert!(output.status.success() && !output.stdout.is_empty(), "{words:?}: {output:?}");
    took
}

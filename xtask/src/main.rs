//! `cargo xtask`: what a contributor runs.
//!
//! Nothing here depends on the product, so that it starts at once on a fresh machine.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person who runs it"
)]

mod bench;
mod deploy;
mod fuzz;
mod packages;
mod postgres;
mod run;
mod screenshots;
mod storm;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  test          install what the tests need, then check and test everything
  tools         install what the tests need, and nothing else
  deploy        check every file of backend/deploy/ with the program or the schema that will read it
  fuzz          try what schemathesis generates from the API's document on a running server
  web           build the pages of the web client from web/ into backend/client/bundle/, which is committed
  storm [N] [--sellers]
                kill the server in the middle of a storm of writes, N times (20), and check that nothing is lost;
                then once more with a NATS server that is killed too, and with a process for each service;
                with --sellers, sellers edit and withdraw what is being bought
  storm --outage <postgres-read-only|postgres-full|postgres-away|nats-away> [--seconds N] [--replicas N] [--seed N]
                let a server fail for N seconds (45) under a crowd of writers, with N processes of each service (2), and
                check that no event is lost or set aside and that nothing is left to do by hand
  screenshots   make the pictures in docs/images/ anew, from the real program
  bench [N]     measure the stack against bare loops on this machine, N rounds (3), interleaved
  bench feed [N]
                measure what 3 000 watchers of the live feed cost a writer and a reader, N rounds (3)
  bench scale [N]
                measure services in processes of their own on PostgreSQL and NATS against pgbench, a bare publisher and
                bare waits for the disk, N rounds (5), interleaved; about four minutes
  bench tui [N] measure the full-screen program: 100 000 tickets in its core, then itself in a terminal, N rounds (3)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["test"] => test::test(),
        ["tools"] => tools::tools(),
        ["deploy"] => deploy::deploy(),
        ["fuzz"] => fuzz::fuzz(),
        ["web"] => web::web(),
        ["storm"] => storm::storm(&storm::Options::default()),
        ["storm", options @ ..] if options.first() == Some(&"--outage") => storm::outage(options),
        ["storm", options @ ..] => storm::Options::parse(options).and_then(|options| storm::storm(&options)),
        ["screenshots"] => screenshots::screenshots(),
        ["bench"] => bench::bench(3),
        ["bench", "scale"] => bench::scale(5),
        ["bench", "scale", rounds] | ["bench", "scale", "--rounds", rounds] => {
            number(rounds).and_then(bench::scale)
        }
        ["bench", "feed"] => bench::feed(3),
        ["bench", "feed", rounds] | ["bench", "feed", "--rounds", rounds] => {
            number(rounds).and_then(bench::feed)
        }
        ["bench", "tui"] => bench::tui(3),
        ["bench", "tui", rounds] | ["bench", "tui", "--rounds", rounds] => {
            number(rounds).and_then(bench::tui)
        }
        ["bench", rounds] | ["bench", "--rounds", rounds] => number(rounds).and_then(bench::bench),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("error: no such command: {}\n\n{HELP}", args.join(" "));
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number of rounds"))
}

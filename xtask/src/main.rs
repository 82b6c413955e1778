//! `cargo xtask`: the development tasks.
//!
//! The crate depends on no crate of the workspace, so that it builds quickly on a fresh machine.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program prints")]

mod bench;
mod deploy;
mod dist;
mod fuzz;
mod packages;
mod postgres;
mod public_api;
mod run;
mod screenshots;
mod storm;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  test          install missing tools, then run all checks and tests
  tools         install the tools that the tests need
  deploy        validate the files of backend/deploy/ with the programs and schemas that read them
  dist          build the program as it is shipped, with completion scripts and manual pages, into target/dist/
  fuzz          run schemathesis with the OpenAPI document against a running server
  web           build the web client from backend/client/web/ into backend/client/bundle/, which is committed
  storm [N] [--sellers]
                kill the server N times (20) during concurrent writes, and check that no acknowledged write is lost; then
                repeat with a NATS server that is killed too, and with a process for each service; with --sellers,
                sellers edit and withdraw tickets during the purchases
  storm --client [N]
                kill the CLI and its server N times (200), at every step of a purchase and at random, and check that
                nothing is listed, held or charged twice and that the next command states the outcome
  storm --outage <postgres-read-only|postgres-full|postgres-away|nats-away> [--seconds N] [--replicas N] [--seed N]
                make a server fail for N seconds (45) during concurrent writes, with N processes of each service (2), and
                check that no event is lost or dead-lettered and that no manual repair is needed
  public-api    compare the public API of the SDK with ticketing-sdk/public-api.txt
  screenshots   render the images in docs/images/ from the real program
  bench [N]     measure the stack against baselines on this machine, in N interleaved rounds (3)
  bench feed [N]
                measure a writer and a reader with 3 000 watchers of the live feed and without, in N rounds (3)
  bench scale [N]
                measure one process for each service on PostgreSQL and NATS against pgbench, a bare publisher and bare
                fsync calls, in N interleaved rounds (5); about four minutes
  bench passes [N]
                measure check-ins against the verification of their codes alone, and `ticketing passes show` against the
                start of the program, in N interleaved rounds (3)
  bench sdk [N] measure a call of the SDK against the same request with bare reqwest, in N rounds (5)
  bench startup [N]
                measure the start of the program against `git --version`, and `tickets list` against curl, in N interleaved
                rounds (5)
  bench tui [N] measure the TUI: its core with 100 000 tickets, then the program in a terminal, in N rounds (3)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["test"] => test::test(),
        ["tools"] => test::install_tools(),
        ["deploy"] => deploy::deploy(),
        ["dist"] => dist::dist(),
        ["fuzz"] => fuzz::fuzz(),
        ["web"] => web::web(),
        ["storm", options @ ..] => storm::Storm::parse(options).and_then(|storm| storm.run()),
        ["public-api"] => public_api::public_api(),
        ["screenshots"] => screenshots::screenshots(),
        ["bench", options @ ..] => bench::bench(options),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("error: unknown command: {}\n\n{HELP}", args.join(" "));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse_rounds(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number of rounds"))
}

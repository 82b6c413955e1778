//! `cargo xtask bench startup`: the start of the program against that of git, and a list against curl on the same route.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run should stop")]

#[path = "../../../ticketing-tui/benches/market/report.rs"]
#[expect(dead_code, reason = "the benchmark of the TUI counts too")]
mod report;
#[path = "../tui/server.rs"]
#[expect(dead_code, reason = "the benchmark of the TUI looks at titles and has a buyer")]
mod server;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use report::Report;
use server::Server;

/// The figures that are compared.
const VERSION: &str = "`ticketing --version`, from the start to the end";
const HELP: &str = "`ticketing --help`";
const COMMAND_HELP: &str = "`ticketing tickets list --help`";
const GIT: &str = "`git --version`";
const LIST: &str = "`ticketing tickets list`, 20 tickets";
const SIGNED_IN: &str = "`ticketing whoami`";
const CURL: &str = "`curl`, the same route";
const COMPLETION: &str = "the completion of a ticket's id";

/// Runs in one round.
const RUNS: usize = 60;
/// The tickets of a list.
const PAGE: &str = "20";

fn main() {
    report::rounds(5).into_iter().for_each(measure);
}

fn measure(rounds: u32) {
    let server = Server::start();
    let route = format!("{}/api/tickets?limit={PAGE}", server.url);
    let mut report = Report::default();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        let mut figures: Vec<(&'static str, Vec<Duration>)> = Vec::new();
        for _ in 0..RUNS {
            for (name, took) in [
                (GIT, run(Command::new("git").arg("--version"))),
                (VERSION, run(program(&server).arg("--version"))),
                (HELP, run(program(&server).arg("--help"))),
                (COMMAND_HELP, run(program(&server).args(["tickets", "list", "--help"]))),
                (CURL, run(Command::new("curl").args(["--silent", "--fail", &route]))),
                (LIST, run(program(&server).args(["tickets", "list", "-L", PAGE]))),
                (SIGNED_IN, run(program(&server).arg("whoami"))),
                (COMPLETION, run(completion(&mut program(&server)))),
            ] {
                match figures.iter_mut().find(|(figure, _)| *figure == name) {
                    Some((_, times)) => times.push(took),
                    None => figures.push((name, vec![took])),
                }
            }
        }
        figures.into_iter().for_each(|(name, times)| report.times(name, times));
    }
    report.print();
    report.ratio("`--version` / `git --version`", VERSION, GIT);
    report.ratio("`--help` / `git --version`", HELP, GIT);
    report.ratio("`tickets list --help` / `git --version`", COMMAND_HELP, GIT);
    report.ratio("`tickets list` / `curl`", LIST, CURL);
}

/// The program, signed in.
fn program(server: &Server) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    command.env_clear().env("TICKETING_HOME", server.home.path()).env("TICKETING_SERVER", &server.url);
    command
}

/// The call by which bash completes `ticketing tickets get `.
fn completion(command: &mut Command) -> &mut Command {
    command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "3").env("_CLAP_IFS", "\n");
    command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "false");
    command.args(["--", "ticketing", "tickets", "get", ""])
}

/// Runs a command to its end, and returns how long that took.
fn run(command: &mut Command) -> Duration {
    command.stdin(Stdio::null());
    let began = Instant::now();
    let output = command.output().unwrap();
    let took = began.elapsed();
    assert!(output.status.success() && !output.stdout.is_empty(), "{command:?}: {output:?}");
    took
}

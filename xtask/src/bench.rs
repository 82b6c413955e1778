//! `cargo xtask bench`: measures the stack against baselines, the live feed with watchers and without, check-ins against the bare
//! verification of codes, the services on PostgreSQL and NATS against `pgbench` and a bare publisher, the TUI, the SDK, and the
//! start of the program. Each run interleaves its subjects.

use crate::parse_rounds;
use crate::run::{cargo, run};

/// A benchmark, which takes the number of its rounds.
type Bench = fn(u32) -> Result<(), String>;

/// Runs the benchmark that the first option names, or that of the marketplace. The number of rounds may follow.
pub(crate) fn bench(options: &[&str]) -> Result<(), String> {
    let (bench, default, rest): (Bench, u32, _) = match options {
        ["feed", rest @ ..] => (|rounds| measure("feed", rounds), 3, rest),
        ["passes", rest @ ..] => (|rounds| measure("passes", rounds), 3, rest),
        ["scale", rest @ ..] => (scale, 5, rest),
        ["sdk", rest @ ..] => (|rounds| measure("sdk", rounds), 5, rest),
        ["startup", rest @ ..] => (|rounds| measure("startup", rounds), 5, rest),
        ["tui", rest @ ..] => (tui, 3, rest),
        rest => (|rounds| measure("marketplace", rounds), 3, rest),
    };
    match rest {
        [] => bench(default),
        [rounds] | ["--rounds", rounds] => bench(parse_rounds(rounds)?),
        _ => Err(format!("unknown options: {}", rest.join(" "))),
    }
}

/// Measures one process for each service, on durable servers.
fn scale(rounds: u32) -> Result<(), String> {
    crate::postgres::ensure_installed()?;
    crate::tools::nats_server()?;
    measure("scale", rounds)
}

/// Measures the core of the TUI with many tickets, then the program in a pseudo-terminal.
fn tui(rounds: u32) -> Result<(), String> {
    measure("market", rounds)?;
    measure("tui", rounds)
}

/// Runs a benchmark. Cargo builds the program that it starts, too. The whole workspace is selected, as by the test
/// command: the features of the dependencies depend on the selection, and another one compiles them again.
fn measure(bench: &str, rounds: u32) -> Result<(), String> {
    run(cargo()
        .args(["bench", "--workspace", "--bench", bench, "--locked", "--"])
        .args(["--rounds", &rounds.to_string()]))
}

//! `cargo xtask bench`: measures the stack against bare loops, the live feed with watchers and without, the services on PostgreSQL
//! and NATS against `pgbench` and a bare publisher, and the TUI. Each run interleaves its subjects.

use crate::run::{cargo, run};

pub(crate) fn bench(rounds: u32) -> Result<(), String> {
    build_server()?;
    measure("ticketing-server", "marketplace", rounds)
}

/// Measures a writer and a reader, without and with watchers of the live feed.
pub(crate) fn feed(rounds: u32) -> Result<(), String> {
    build_server()?;
    measure("ticketing-server", "feed", rounds)
}

/// Measures one process for each service, on durable servers.
pub(crate) fn scale(rounds: u32) -> Result<(), String> {
    crate::postgres::ensure()?;
    crate::tools::nats_server()?;
    build_server()?;
    measure("ticketing-server", "scale", rounds)
}

/// Builds the server that the benchmark starts.
fn build_server() -> Result<(), String> {
    run(cargo().args(["build", "--release", "--package", "ticketing-server", "--bins", "--locked"]))
}

/// Measures the core of the TUI with many tickets, then the program in a pseudo-terminal.
pub(crate) fn tui(rounds: u32) -> Result<(), String> {
    measure("ticketing-tui", "market", rounds)?;
    run(cargo().args(["build", "--release", "--package", "ticketing-cli", "--bins", "--locked"]))?;
    measure("ticketing-cli", "tui", rounds)
}

fn measure(package: &str, bench: &str, rounds: u32) -> Result<(), String> {
    run(cargo()
        .args(["bench", "--package", package, "--bench", bench, "--locked", "--"])
        .args(["--rounds", &rounds.to_string()]))
}

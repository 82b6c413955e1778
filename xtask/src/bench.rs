//! `cargo xtask bench`: the stack against bare loops, the live feed with watchers against itself without, services on
//! PostgreSQL and NATS against the engines' own programs, and the full-screen program, each interleaved in one run.

use crate::run::{cargo, run};

pub(crate) fn bench(rounds: u32) -> Result<(), String> {
    build_server()?;
    measure("ticketing-server", "marketplace", rounds)
}

/// A writer and a reader, alone and beside watchers of the live feed.
pub(crate) fn feed(rounds: u32) -> Result<(), String> {
    build_server()?;
    measure("ticketing-server", "feed", rounds)
}

/// Services in processes of their own, on servers that wait for the disk.
pub(crate) fn scale(rounds: u32) -> Result<(), String> {
    crate::postgres::ensure()?;
    crate::tools::nats_server()?;
    build_server()?;
    measure("ticketing-server", "scale", rounds)
}

/// The program that is measured, before the one that measures.
fn build_server() -> Result<(), String> {
    run(cargo().args(["build", "--release", "--package", "ticketing-server", "--bins", "--locked"]))
}

/// The pure core with many tickets, then the real program in a pseudo-terminal.
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

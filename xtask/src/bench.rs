//! `cargo xtask bench`: the stack against bare loops, and the full-screen program, each interleaved in one run.

use crate::run::{cargo, run};

pub(crate) fn bench(rounds: u32) -> Result<(), String> {
    // The program that is measured, then the one that measures.
    run(cargo().args(["build", "--release", "--package", "ticketing-server", "--bins", "--locked"]))?;
    measure("ticketing-server", "marketplace", rounds)
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

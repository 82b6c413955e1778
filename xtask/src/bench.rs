//! `cargo xtask bench`: the stack against bare loops, interleaved in one run.

use crate::run::{cargo, run};

pub(crate) fn bench(rounds: u32) -> Result<(), String> {
    // The program that is measured, then the one that measures.
    run(cargo().args(["build", "--release", "--package", "ticketing-server", "--bins", "--locked"]))?;
    run(cargo()
        .args(["bench", "--package", "ticketing-server", "--bench", "marketplace", "--locked", "--"])
        .args(["--rounds", &rounds.to_string()]))
}

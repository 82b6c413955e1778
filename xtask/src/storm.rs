//! `cargo xtask storm`: the storm tests of the suite, as long as one likes.

use crate::run::{cargo, run};
use crate::tools;

pub(crate) fn storm(rounds: u32) -> Result<(), String> {
    tools::nats_server()?;
    // The program that people run, and then a server whose events travel over a NATS server that is killed too.
    for package in ["ticketing-cli", "ticketing-server"] {
        run(cargo()
            .args(["test", "--package", package, "--test", "it", "--locked", "--", "storm", "--nocapture"])
            .env("STORM_ROUNDS", rounds.to_string()))?;
    }
    Ok(())
}

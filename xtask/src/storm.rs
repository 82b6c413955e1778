//! `cargo xtask storm`: the storm test of the suite, as long as one likes.

use crate::run::{cargo, run};

pub(crate) fn storm(rounds: u32) -> Result<(), String> {
    run(cargo()
        .args([
            "test",
            "--package",
            "ticketing-cli",
            "--test",
            "it",
            "--locked",
            "--",
            "storm",
            "--nocapture",
        ])
        .env("STORM_ROUNDS", rounds.to_string()))
}

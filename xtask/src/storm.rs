//! `cargo xtask storm`: the storm tests of the suite, as long as one likes.

use crate::run::{cargo, run};
use crate::tools;

/// How often servers are killed unless another number is given.
const ROUNDS: u32 = 20;

/// What a storm is made of.
#[derive(Debug)]
pub(crate) struct Options {
    rounds: u32,
    /// Variables that the tests read.
    environment: Vec<(&'static str, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: ROUNDS, environment: Vec::new() }
    }
}

impl Options {
    /// Reads the words after `storm`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        for word in words.iter().filter(|word| **word != "--rounds") {
            match *word {
                "--sellers" => options.environment.push(("STORM_SELLERS", "1".to_owned())),
                rounds => {
                    options.rounds =
                        rounds.parse().map_err(|_| format!("no such option of storm: {rounds}"))?;
                }
            }
        }
        Ok(options)
    }
}

pub(crate) fn storm(options: &Options) -> Result<(), String> {
    tools::nats_server()?;
    // The program that people run, then a server whose events travel over a NATS server that is killed too, and processes.
    for (package, test) in [
        ("ticketing-cli", "storm"),
        ("ticketing-server", "storm"),
        ("ticketing-server", "where_any_process_is_killed"),
    ] {
        run(cargo()
            .args(["test", "--package", package, "--test", "it", "--locked", "--", test, "--nocapture"])
            .env("STORM_ROUNDS", options.rounds.to_string())
            .envs(options.environment.iter().map(|(name, value)| (name, value))))?;
    }
    Ok(())
}

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

/// Runs an outage under a crowd of writers. `options` are `--outage <name>`, and `--seconds`, `--replicas`, `--seed` with a
/// number each.
pub(crate) fn outage(options: &[&str]) -> Result<(), String> {
    let mut command = cargo();
    command.args(["test", "--package", "ticketing-server", "--test", "it", "--locked", "--"]);
    command.args(["outage_storm", "--ignored", "--nocapture"]);
    for option in options.chunks(2) {
        let [name, value] = option else { return Err(format!("{} needs a value", option.concat())) };
        let variable = match *name {
            "--outage" => "STORM_OUTAGE",
            "--seconds" => "STORM_SECONDS",
            "--replicas" => "STORM_REPLICAS",
            "--seed" => "STORM_SEED",
            other => return Err(format!("storm has no option {other}")),
        };
        command.env(variable, value);
    }
    tools::nats_server()?;
    run(&mut command)
}

//! `cargo xtask storm`: runs the storm tests with a chosen number of rounds.

use crate::run::{cargo, run};
use crate::tools;

/// The default number of rounds. Each round kills the server once.
const DEFAULT_ROUNDS: u32 = 20;

/// The options of a storm.
#[derive(Debug)]
pub(crate) struct Options {
    rounds: u32,
    /// The environment variables that the tests read.
    environment: Vec<(&'static str, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: DEFAULT_ROUNDS, environment: Vec::new() }
    }
}

impl Options {
    /// Parses the arguments after `storm`.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        for argument in arguments.iter().filter(|argument| **argument != "--rounds") {
            match *argument {
                "--sellers" => options.environment.push(("STORM_SELLERS", "1".to_owned())),
                rounds => {
                    options.rounds =
                        rounds.parse().map_err(|_| format!("unknown option of storm: {rounds}"))?;
                }
            }
        }
        Ok(options)
    }
}

pub(crate) fn storm(options: &Options) -> Result<(), String> {
    tools::nats_server()?;
    // The CLI with its embedded server, then a server with a NATS server that is killed too, then a process for each service.
    for package in ["ticketing-cli", "ticketing-server"] {
        run(cargo()
            .args(["test", "--package", package, "--test", "it", "--locked", "--", "storm", "--nocapture"])
            .env("STORM_ROUNDS", options.rounds.to_string())
            .envs(options.environment.iter().map(|(name, value)| (name, value))))?;
    }
    Ok(())
}

/// Kills the CLI and its server, `kills` times in all, at every step of a purchase and at random.
pub(crate) fn client(kills: u32) -> Result<(), String> {
    run(cargo()
        .args([
            "test",
            "--package",
            "ticketing-cli",
            "--test",
            "it",
            "--locked",
            "--",
            "client_kills",
            "--nocapture",
        ])
        .env("STORM_CLIENT_KILLS", kills.to_string()))
}

/// Runs an outage during concurrent writes. `options` are `--outage <name>`, and `--seconds`, `--replicas`, `--seed`
/// with a number each.
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
            other => return Err(format!("unknown option of storm: {other}")),
        };
        command.env(variable, value);
    }
    tools::nats_server()?;
    run(&mut command)
}

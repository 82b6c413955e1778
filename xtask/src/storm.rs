//! `cargo xtask storm`: runs the storm tests with the chosen options, which the tests read from the environment.

use std::process::Command;

use crate::parse_rounds;
use crate::run::{cargo, run};
use crate::tools;

/// The default number of rounds. Each round kills the server once.
const DEFAULT_ROUNDS: u32 = 20;
/// The default number of kills of the CLI and its server.
const DEFAULT_CLIENT_KILLS: u32 = 200;

/// A storm, as the arguments after `storm` choose it.
#[derive(Debug, PartialEq)]
pub(crate) enum Storm {
    /// Kills the server during concurrent writes.
    Server { rounds: u32, sellers: bool },
    /// Kills the CLI and its server, at every step of a purchase and at random.
    Client { kills: u32 },
    /// Makes a server fail during concurrent writes. The options are variables of the environment.
    Outage(Vec<(&'static str, String)>),
}

impl Storm {
    /// Parses the arguments after `storm`.
    ///
    /// # Errors
    /// If an argument is unknown, or is no number where one is needed.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, String> {
        match arguments {
            ["--client"] => Ok(Self::Client { kills: DEFAULT_CLIENT_KILLS }),
            ["--client", kills] => Ok(Self::Client { kills: parse_rounds(kills)? }),
            ["--outage", ..] => {
                arguments.chunks(2).map(outage_option).collect::<Result<_, _>>().map(Self::Outage)
            }
            [] => Ok(Self::Server { rounds: DEFAULT_ROUNDS, sellers: false }),
            ["--sellers"] => Ok(Self::Server { rounds: DEFAULT_ROUNDS, sellers: true }),
            [rounds] => Ok(Self::Server { rounds: parse_rounds(rounds)?, sellers: false }),
            [rounds, "--sellers"] | ["--sellers", rounds] => {
                Ok(Self::Server { rounds: parse_rounds(rounds)?, sellers: true })
            }
            _ => Err(format!("unknown options of storm: {}", arguments.join(" "))),
        }
    }

    /// Runs the tests.
    ///
    /// # Errors
    /// If a test fails, or the tools of the tests are missing.
    pub(crate) fn run(&self) -> Result<(), String> {
        match self {
            Self::Server { rounds, sellers } => {
                tools::nats_server()?;
                // The CLI with its embedded server, then a server with a NATS server that is killed too, then a process
                // for each service.
                for package in ["ticketing-cli", "ticketing-server"] {
                    let mut command = storm_test(package, "storm");
                    command.env("STORM_ROUNDS", rounds.to_string());
                    command.envs(sellers.then_some(("STORM_SELLERS", "1")));
                    run(&mut command)?;
                }
                Ok(())
            }
            Self::Client { kills } => {
                run(storm_test("ticketing-cli", "client_kills").env("STORM_CLIENT_KILLS", kills.to_string()))
            }
            Self::Outage(environment) => {
                tools::nats_server()?;
                let mut command = storm_test("ticketing-server", "outage_storm");
                run(command.arg("--ignored").envs(environment.iter().map(|(name, value)| (name, value))))
            }
        }
    }
}

/// Converts an option of an outage and its value to a variable of the environment.
fn outage_option(option: &[&str]) -> Result<(&'static str, String), String> {
    let [name, value] = option else { return Err(format!("{} needs a value", option.concat())) };
    let variable = match *name {
        "--outage" => "STORM_OUTAGE",
        "--seconds" => "STORM_SECONDS",
        "--replicas" => "STORM_REPLICAS",
        "--seed" => "STORM_SEED",
        other => return Err(format!("unknown option of storm: {other}")),
    };
    Ok((variable, (*value).to_owned()))
}

/// Returns the command that runs the tests of a package whose names contain `filter`.
fn storm_test(package: &str, filter: &str) -> Command {
    let mut command = cargo();
    command.args(["test", "--package", package, "--test", "it", "--locked", "--", filter, "--nocapture"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_choose_the_storm() {
        let server = |rounds, sellers| Ok(Storm::Server { rounds, sellers });
        assert_eq!(Storm::parse(&[]), server(20, false));
        assert_eq!(Storm::parse(&["5"]), server(5, false));
        assert_eq!(Storm::parse(&["--sellers"]), server(20, true));
        assert_eq!(Storm::parse(&["5", "--sellers"]), server(5, true));
        assert_eq!(Storm::parse(&["--client"]), Ok(Storm::Client { kills: 200 }));
        assert_eq!(Storm::parse(&["--client", "7"]), Ok(Storm::Client { kills: 7 }));
        let outage = [("STORM_OUTAGE", "nats-away".to_owned()), ("STORM_SEED", "3".to_owned())];
        assert_eq!(
            Storm::parse(&["--outage", "nats-away", "--seed", "3"]),
            Ok(Storm::Outage(outage.to_vec()))
        );
    }

    #[test]
    fn unknown_arguments_are_refused() {
        for arguments in [["five"].as_slice(), &["5", "6"], &["--outage"], &["--outage", "a", "--kills", "1"]]
        {
            assert!(Storm::parse(arguments).is_err(), "{arguments:?}");
        }
    }
}

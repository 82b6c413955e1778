//! The command line of `ticketing-server`.

use std::ffi::OsString;

use clap::{Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::Service;
pub use crate::settings::{
    AuthGroups, ClientGroups, NatsGroup, OrdersGroups, ParseError, PaymentsGroups, ServiceGroups,
    StackGroups, StoreGroups, TicketsGroups, parse, with_environment,
};
use crate::settings::{
    DATABASE_URL, DataDirGroup, Group, JWT_KEY, PASS_KEY, SettingsError, StackSettings, nats, variable,
};

/// The services of the ticket marketplace
///
/// Every setting is a flag or a `TICKETING_…` variable; the flag wins. The program checks all of them before it binds a
/// port, and reports all invalid ones (exit code 2). Durations are like 15m, 90s, 1h30m or 500ms. Prefer a variable for
/// a secret: other users can see arguments.
#[derive(Debug, Parser)]
#[command(name = "ticketing-server", version, arg_required_else_help = true)]
struct ServerArgs {
    #[command(subcommand)]
    task: Task,
}

/// The task of a process.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Run every service in this process
    All(AllArgs),
    /// Run auth: accounts and sessions, /api/users
    Auth(AuthGroups),
    /// Run tickets: listings and passes, /api/tickets, /api/passes
    Tickets(TicketsGroups),
    /// Run orders: reservations, /api/orders
    Orders(OrdersGroups),
    /// Run payments, /api/payments
    Payments(PaymentsGroups),
    /// Run expiration: the deadlines of reservations, without routes
    Expiration(ServiceGroups),
    /// Run client: the pages, every path that is not below /api
    Client(ClientGroups),
    /// Migrate the tables and the stream, and exit
    Migrate(StoreGroups),
    /// Rebuild a lost stream: republish the events retained in the outboxes, and exit
    ///
    /// Stop the services first.
    Republish(StoreGroups),
    /// List, replay or discard dead letters: events that a service could not handle
    #[command(subcommand, arg_required_else_help = true)]
    DeadLetters(DeadLetterTask),
}

/// The arguments of every service in one process.
#[derive(Clone, Debug, clap::Args)]
pub struct AllArgs {
    #[command(flatten)]
    data: DataDirGroup,
    #[command(flatten)]
    groups: StackGroups,
}

/// An operation on dead letters.
#[derive(Clone, Debug, Subcommand)]
pub enum DeadLetterTask {
    /// List them: name, event, aggregate, version, attempts and cause, one per line
    List(NatsGroup),
    /// Deliver them again, to the consumers that could not handle them
    Replay {
        /// The settings of the bus.
        #[command(flatten)]
        nats: NatsGroup,
        /// Dead letters as `dead-letters list` names them, like orders-service/17; all if none is given
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Discard them: their events are never handled
    Discard {
        /// The settings of the bus.
        #[command(flatten)]
        nats: NatsGroup,
        /// Dead letters as `dead-letters list` names them, like orders-service/17
        #[arg(value_name = "NAME", required_unless_present = "all")]
        names: Vec<String>,
        /// Discard all of them
        #[arg(long, conflicts_with = "names")]
        all: bool,
    },
}

impl Task {
    /// Returns the service of a process that runs one service.
    pub fn service(&self) -> Option<Service> {
        match self {
            Self::Auth(_) => Some(Service::Auth),
            Self::Tickets(_) => Some(Service::Tickets),
            Self::Orders(_) => Some(Service::Orders),
            Self::Payments(_) => Some(Service::Payments),
            Self::Expiration(_) => Some(Service::Expiration),
            Self::Client(_) => Some(Service::Client),
            Self::All(_) | Self::Migrate(_) | Self::Republish(_) | Self::DeadLetters(_) => None,
        }
    }

    /// Returns the settings of the process.
    ///
    /// # Errors
    /// The errors that follow from several values together.
    pub fn settings(self) -> Result<StackSettings, SettingsError> {
        fn apply_group(group: impl Group) -> Result<StackSettings, SettingsError> {
            let mut settings = StackSettings::new("");
            let mut errors = SettingsError::default();
            group.apply(&mut settings, &mut errors);
            errors.or(settings)
        }
        match self {
            Self::All(AllArgs { data, groups }) => apply_group(data)?.apply(groups),
            Self::Auth(groups) => apply_group(groups),
            Self::Tickets(groups) => apply_group(groups),
            Self::Orders(groups) => apply_group(groups),
            Self::Payments(groups) => apply_group(groups),
            Self::Expiration(groups) => apply_group(groups),
            Self::Client(groups) => apply_group(groups),
            Self::Migrate(groups) | Self::Republish(groups) => apply_group(groups),
            Self::DeadLetters(
                DeadLetterTask::List(nats)
                | DeadLetterTask::Replay { nats, .. }
                | DeadLetterTask::Discard { nats, .. },
            ) => apply_group(nats),
        }
    }
}

/// Returns the command line. A service on its own has no data folder, so its database, bus and keys are required.
pub fn command() -> Command {
    ServerArgs::command().mut_subcommands(|subcommand| match subcommand.get_name() {
        "migrate" => with_required(subcommand, &[DATABASE_URL]),
        "republish" => with_required(subcommand, &[DATABASE_URL, nats::URL]),
        "dead-letters" => subcommand.mut_subcommands(|subcommand| with_required(subcommand, &[nats::URL])),
        "all" => subcommand,
        "tickets" => with_required(subcommand, &[DATABASE_URL, nats::URL, JWT_KEY, PASS_KEY]),
        _ => with_required(subcommand, &[DATABASE_URL, nats::URL, JWT_KEY]),
    })
}

fn with_required(command: Command, variables: &[&str]) -> Command {
    command.mut_args(|arg| {
        let is_required = variables.iter().any(|name| variable(&arg).as_deref() == Some(name));
        if is_required { arg.required(true) } else { arg }
    })
}

/// Parses a command line into its task and the settings of its process.
///
/// # Errors
/// If the command line has another form, or settings are missing or invalid: all of them together.
pub fn parse_task(words: &[OsString]) -> Result<(Task, StackSettings), ParseError> {
    let (matches, errors) = parse(command(), words)?;
    let task = match ServerArgs::from_arg_matches(&matches) {
        Ok(args) => args.task,
        // A required value is missing: `errors` has it.
        Err(error) => return Err(errors.or(error)?.into()),
    };
    let settings = errors.merge(task.clone().settings())?;
    Ok((task, settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Task, ParseError> {
        let words: Vec<OsString> = ["ticketing-server"].iter().chain(words).map(OsString::from).collect();
        parse_task(&words).map(|(task, _)| task)
    }

    const STANDALONE: [&str; 3] = [
        "--database-url=postgres://u@localhost/d",
        "--nats-url=nats://127.0.0.1",
        "--jwt-key=0123456789abcdef0123456789abcdef",
    ];

    fn parse_standalone(words: &[&'static str]) -> Result<Task, ParseError> {
        parse(&words.iter().copied().chain(STANDALONE).collect::<Vec<_>>())
    }

    #[test]
    fn commands_are_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn service_accepts_its_own_settings_and_no_others() {
        assert_eq!(
            parse_standalone(&["orders", "--order-ttl", "1m"]).unwrap().service(),
            Some(Service::Orders)
        );
        assert!(parse_standalone(&["tickets", "--order-ttl", "1m"]).is_err());
        assert!(parse_standalone(&["payments", "--stripe-key", "sk_test_x"]).is_ok());
        assert!(parse_standalone(&["orders", "--stripe-key", "sk_test_x"]).is_err());
        assert!(parse_standalone(&["expiration", "--cookie-name", "x"]).is_err());
        assert!(parse(&["client", "--cookie-secure", "true", "--listen", "127.0.0.1:0"]).is_ok());
        for other in ["--database-url", "--nats-url", "--jwt-key", "--database-migrate", "--stripe-key"] {
            assert!(parse(&["client", other, "x"]).is_err(), "{other}");
        }
        assert!(parse(&["migrate", "--listen", "127.0.0.1:0"]).is_err());
        assert!(parse(&[]).is_err());
    }

    #[test]
    fn dead_letters_are_discarded_by_name_only() {
        let nats = "--nats-url=nats://127.0.0.1";
        let replay = parse(&["dead-letters", "replay", nats, "a/1", "b/2"]).unwrap();
        assert!(
            matches!(replay, Task::DeadLetters(DeadLetterTask::Replay { names, .. }) if names == ["a/1", "b/2"])
        );
        assert!(parse(&["dead-letters", "discard", nats, "--all"]).is_ok());
        assert!(parse(&["dead-letters", "discard", nats]).is_err());
        assert!(parse(&["dead-letters", "discard", nats, "--all", "a/1"]).is_err());
    }

    #[test]
    fn service_alone_reports_every_missing_setting() {
        for (words, needed) in [
            (&["all"][..], &["--data-dir"][..]),
            (&["auth"], &["--database-url", "--nats-url", "--jwt-key"]),
            (&["tickets"], &["--database-url", "--nats-url", "--jwt-key", "--pass-key"]),
            (&["expiration"], &["--database-url", "--nats-url"]),
            (&["migrate"], &["--database-url"]),
            (&["republish"], &["--database-url", "--nats-url"]),
            (&["dead-letters", "list"], &["--nats-url"]),
        ] {
            let message = parse(words).unwrap_err().to_string();
            let named: Vec<&str> = message
                .lines()
                .filter_map(|line| line.split_once(" (").map(|(_, rest)| rest))
                .filter_map(|rest| rest.split(')').next())
                .collect();
            assert_eq!(named, needed, "{message}");
        }
        assert!(parse(&["client"]).is_ok());
    }

    #[test]
    fn every_unreadable_value_is_reported_at_once() {
        let words = ["--listen=nowhere", "--order-ttl=1ms", "--streams=0", "--database-migrate=perhaps"];
        let ParseError::Settings(error) =
            parse(&[&["all", "--data-dir=x"], &words[..]].concat()).unwrap_err()
        else {
            panic!("settings are invalid");
        };
        let names: Vec<&str> = error.invalid.iter().map(|setting| setting.name.as_str()).collect();
        let expected =
            ["LISTEN", "ORDER_TTL", "STREAMS", "DATABASE_MIGRATE"].map(|name| format!("TICKETING_{name}"));
        assert_eq!(names, expected);
        let text = error.to_string();
        assert!(
            text.contains("TICKETING_ORDER_TTL (--order-ttl) is \"1ms\", expected at least 1s"),
            "{text}"
        );
    }
}

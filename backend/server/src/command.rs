//! The command line of `ticketing-server`: what a process can be, and a flag for each of its settings.

use clap::{Arg, ArgAction, ArgMatches, Command};
use ticketing_platform::settings::Source;

use crate::Service;
use crate::settings::{Otherwise, SETTINGS, Setting};

/// What a process is told to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Every service, as one process.
    All,
    /// One service.
    One(Service),
    /// Brings tables, and streams, up to date, and ends.
    Migrate,
    /// Rebuilds a lost stream from the outboxes, and ends.
    Republish,
    /// Shows what was set aside, and ends.
    Letters,
    /// Delivers it again, and ends.
    Replay,
}

/// What a command line asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What to be, or to do.
    pub task: Task,
    /// The environment, with the flags over it.
    pub source: Source,
    /// The dead letters that are named.
    pub letters: Vec<String>,
}

impl Task {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::One(service) => service.name(),
            Self::Migrate => "migrate",
            Self::Republish => "republish",
            Self::Letters => "list",
            Self::Replay => "replay",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::All => "Every service in this process",
            Self::One(Service::Auth) => "Accounts and sessions: /api/users",
            Self::One(Service::Tickets) => "What is for sale: /api/tickets",
            Self::One(Service::Orders) => "Reservations: /api/orders",
            Self::One(Service::Payments) => "Payments: /api/payments",
            Self::One(Service::Expiration) => "The deadlines of reservations; it has no routes",
            Self::One(Service::Client) => "The pages for a browser: everything that is not below /api",
            Self::Migrate => "Brings tables and streams up to date, and ends",
            Self::Republish => {
                "Begins a lost stream anew and says everything again that the outboxes hold; best while no service runs"
            }
            Self::Letters => "Shows them: name, event, aggregate, version, tries and cause, a line each",
            Self::Replay => "Delivers them again, to the consumers that could not handle them",
        }
    }

    /// Whether it has to do with what services know and say.
    pub(crate) const fn is_stateful(self) -> bool {
        match self {
            Self::One(service) => service.is_stateful(),
            _ => true,
        }
    }

    /// Those that are commands; the other two are below `dead-letters`.
    pub(crate) fn every() -> impl Iterator<Item = Self> {
        [Self::All].into_iter().chain(Service::ALL.map(Self::One)).chain([Self::Migrate, Self::Republish])
    }

    fn settings(self) -> impl Iterator<Item = &'static Setting> {
        SETTINGS.iter().filter(move |setting| setting.is_of(self))
    }

    fn command(self) -> Command {
        Command::new(self.name())
            .about(self.about())
            .args(self.settings().map(|setting| setting.argument(self)))
    }
}

impl Setting {
    fn argument(&self, task: Task) -> Arg {
        let otherwise = match self.otherwise {
            _ if self.is_needed_by(task) => "[must be given] ".to_owned(),
            Otherwise::Value(value) => format!("[default: {}] ", value()),
            Otherwise::Words("none") => String::new(),
            Otherwise::Words(words) => format!("[default: {words}] "),
        };
        let caution = if self.secret { "better a variable: others see arguments" } else { "" };
        let help = |parts: &[&str]| {
            let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
            // Help is no Markdown.
            let text = parts.join("; ").replace('`', "");
            format!("{} {otherwise}[{}]", capitalised(&text), self.name)
        };
        Arg::new(self.name)
            .long(self.flag())
            .value_name(self.value)
            .help_heading(self.group.title())
            .help(help(&[self.sets]))
            .long_help(help(&[self.sets, self.detail, caution]))
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The whole command line.
#[must_use]
pub fn command() -> Command {
    Command::new("ticketing-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The services of the ticket marketplace")
        .long_about(
            "The services of the ticket marketplace.\n\n\
             Every setting is a flag or a `TICKETING_…` variable; the flag wins. All are read and checked before a port is \
             bound, and what is wrong is said at once (exit code 2).",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(Task::every().map(Task::command))
        .subcommand(
            Command::new(DEAD_LETTERS)
                .about("Events that a service could not handle and has set aside")
                .subcommand_required(true)
                .arg_required_else_help(true)
                .subcommand(Task::Letters.command())
                .subcommand(Task::Replay.command().arg(named())),
        )
}

const DEAD_LETTERS: &str = "dead-letters";
const NAMES: &str = "NAME";

fn named() -> Arg {
    let help = "As `dead-letters list` calls them, like orders-service/17; without one, all there are";
    Arg::new(NAMES).action(ArgAction::Append).help(help)
}

/// What a command line asks for.
#[must_use]
pub fn asked(matches: &ArgMatches) -> Option<Asked> {
    let (name, flags) = match matches.subcommand()? {
        (DEAD_LETTERS, verbs) => verbs.subcommand()?,
        command => command,
    };
    let task = Task::every().chain([Task::Letters, Task::Replay]).find(|task| task.name() == name)?;
    let given = task.settings().filter_map(|setting| {
        flags.get_one::<String>(setting.name).map(|value| (setting.name, value.clone()))
    });
    let source = given.fold(Source::env("TICKETING_"), |source, (name, value)| source.with(name, value));
    let letters = match task {
        Task::Replay => flags.get_many::<String>(NAMES).into_iter().flatten().cloned().collect(),
        _ => Vec::new(),
    };
    Some(Asked { task, source, letters })
}

#[cfg(test)]
mod tests {
    use super::{Service, Task, asked, command};

    #[test]
    fn every_command_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_service_takes_its_own_settings_and_no_others() {
        let take = |words: &[&str]| command().try_get_matches_from([&["ticketing-server"], words].concat());
        let one = asked(&take(&["orders", "--order-ttl", "1m"]).unwrap()).unwrap();
        assert_eq!(one.task, Task::One(Service::Orders));
        let replay = asked(&take(&["dead-letters", "replay", "a/1", "b/2"]).unwrap()).unwrap();
        assert_eq!((replay.task, replay.letters), (Task::Replay, vec!["a/1".to_owned(), "b/2".to_owned()]));
        assert!(take(&["tickets", "--order-ttl", "1m"]).is_err());
        assert!(take(&["payments", "--stripe-key", "sk_test_x"]).is_ok());
        assert!(take(&["orders", "--stripe-key", "sk_test_x"]).is_err());
        assert!(take(&["expiration", "--jwt-key", "x"]).is_err());
        assert!(take(&["client", "--cookie-secure", "true", "--listen", "127.0.0.1:0"]).is_ok());
        for other in ["--database-url", "--nats-url", "--jwt-key", "--database-migrate", "--stripe-key"] {
            assert!(take(&["client", other, "x"]).is_err(), "{other}");
        }
        assert!(take(&["migrate", "--listen", "127.0.0.1:0"]).is_err());
        assert!(take(&[]).is_err());
    }
}

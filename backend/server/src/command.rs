//! The command line of `ticketing-server`: what a process can be, and a flag for each of its settings.

use clap::{Arg, ArgAction, ArgMatches, Command};
use ticketing_platform::settings::Source;

use crate::Service;

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

/// Which tasks a setting is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// Whatever speaks to the bus: everything but the pages.
    Bus,
    /// Whatever speaks to databases.
    Databases,
    /// Whatever answers requests.
    Processes,
    /// Those of them that know and say something.
    Services,
    /// Whatever has sessions.
    Sessions,
    All,
    Auth,
    Orders,
    Payments,
    Client,
}

struct Setting {
    name: &'static str,
    value: &'static str,
    of: &'static [Of],
    help: &'static str,
}

const fn setting(name: &'static str, value: &'static str, of: &'static [Of], help: &'static str) -> Setting {
    Setting { name, value, of, help }
}

/// Every setting there is.
const SETTINGS: [Setting; 24] = [
    setting("TICKETING_LISTEN", "HOST:PORT", &[Of::Processes], "Where to listen [default: 127.0.0.1:3000]"),
    setting(
        "TICKETING_METRICS_LISTEN",
        "HOST:PORT",
        &[Of::Processes],
        "Where to answer GET /metrics, if anywhere",
    ),
    setting("TICKETING_DATA_DIR", "DIR", &[Of::All], "The folder of the databases; must be given"),
    setting(
        "TICKETING_DATABASE_URL",
        "URL",
        &[Of::Databases],
        "The PostgreSQL database, in place of files; must be given to a service on its own. Better a variable: others see \
         arguments",
    ),
    setting(
        "TICKETING_DATABASE_CONNECTIONS",
        "NUMBER",
        &[Of::Databases],
        "Connections that each service of a process keeps at most [default: 12]",
    ),
    setting(
        "TICKETING_DATABASE_MIGRATE",
        "true|false",
        &[Of::Services],
        "Whether tables are brought up to date at start [default: true]",
    ),
    setting(
        "TICKETING_NATS_URL",
        "URL",
        &[Of::Bus],
        "The NATS servers that carry the events, in place of a log in the folder; must be given to a service on its own",
    ),
    setting(
        "TICKETING_NATS_CREDS",
        "FILE",
        &[Of::Bus],
        "Who we are to them: a file with one line user:password, or credentials as NATS writes them",
    ),
    setting(
        "TICKETING_JWT_KEY",
        "KEY",
        &[Of::Sessions],
        "What signs sessions, the same for every service; must be given to a service on its own. Better a variable: others \
         see arguments",
    ),
    setting(
        "TICKETING_SESSION_TTL",
        "DURATION",
        &[Of::All, Of::Auth],
        "How long a session lasts [default: 7d]",
    ),
    setting("TICKETING_COOKIE_NAME", "NAME", &[Of::Sessions], "The name of the cookie [default: session]"),
    setting(
        "TICKETING_COOKIE_SECURE",
        "true|false",
        &[Of::Sessions, Of::Client],
        "Whether the cookie is for TLS alone [default: false on loopback, else true]",
    ),
    setting(
        "TICKETING_ALLOWED_ORIGINS",
        "ORIGINS",
        &[Of::Processes],
        "Other origins that a browser may change state from, with commas",
    ),
    setting(
        "TICKETING_TRUSTED_PROXIES",
        "BLOCKS",
        &[Of::All, Of::Auth],
        "Proxies whose X-Forwarded-For is believed, with commas",
    ),
    setting(
        "TICKETING_SIGNINS_PER_ACCOUNT",
        "NUMBER",
        &[Of::All, Of::Auth],
        "Tries to sign in to one account, a minute [default: 10]",
    ),
    setting(
        "TICKETING_SIGNINS_PER_ADDRESS",
        "NUMBER",
        &[Of::All, Of::Auth],
        "Sign-ins and sign-ups from one address, a minute [default: 300]",
    ),
    setting(
        "TICKETING_ORDER_TTL",
        "DURATION",
        &[Of::All, Of::Orders],
        "How long a reservation lasts [default: 15m]",
    ),
    setting(
        "TICKETING_OPEN_ORDERS",
        "NUMBER",
        &[Of::All, Of::Orders],
        "Unpaid orders that one user may have [default: 20]",
    ),
    setting(
        "TICKETING_STRIPE_KEY",
        "KEY",
        &[Of::All, Of::Payments],
        "The secret key of the account at Stripe that charges cards; without it cards are simulated. Better a variable: \
         others see arguments",
    ),
    setting(
        "TICKETING_STRIPE_API_BASE",
        "URL",
        &[Of::All, Of::Payments],
        "Where the API of Stripe is [default: https://api.stripe.com]",
    ),
    setting(
        "TICKETING_STRIPE_WEBHOOK_SECRET",
        "SECRETS",
        &[Of::All, Of::Payments],
        "What Stripe signs its events with, with commas; without it they are not heard. Better a variable: others see \
         arguments",
    ),
    setting(
        "TICKETING_STRIPE_PUBLISHABLE_KEY",
        "KEY",
        &[Of::All, Of::Client],
        "The key of the same account that the pages show to Stripe, pk_…; without it their form is of simulated cards",
    ),
    setting("TICKETING_LOG", "FILTER", &[Of::Processes], "Which log lines are written [default: info]"),
    setting("TICKETING_LOG_FORMAT", "text|json", &[Of::Processes], "How they are written [default: json]"),
];

impl Task {
    const fn name(self) -> &'static str {
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

    const fn is_stateful(self) -> bool {
        match self {
            Self::One(service) => service.is_stateful(),
            _ => true,
        }
    }

    /// Those that are commands; the other two are below `dead-letters`.
    fn every() -> impl Iterator<Item = Self> {
        [Self::All].into_iter().chain(Service::ALL.map(Self::One)).chain([Self::Migrate, Self::Republish])
    }

    fn settings(self) -> impl Iterator<Item = &'static Setting> {
        SETTINGS.iter().filter(move |setting| setting.of.iter().any(|of| of.includes(self)))
    }

    fn command(self) -> Command {
        Command::new(self.name()).about(self.about()).args(self.settings().map(Setting::argument))
    }
}

impl Of {
    fn includes(self, task: Task) -> bool {
        match self {
            Self::Bus => task.is_stateful(),
            Self::Databases => task.is_stateful() && !matches!(task, Task::Letters | Task::Replay),
            Self::Processes => matches!(task, Task::All | Task::One(_)),
            Self::Services => task.is_stateful() && matches!(task, Task::All | Task::One(_)),
            Self::Sessions => match task {
                Task::One(service) => service.has_sessions(),
                task => task == Task::All,
            },
            Self::All => task == Task::All,
            Self::Auth => task == Task::One(Service::Auth),
            Self::Orders => task == Task::One(Service::Orders),
            Self::Payments => task == Task::One(Service::Payments),
            Self::Client => task == Task::One(Service::Client),
        }
    }
}

impl Setting {
    fn argument(&self) -> Arg {
        let flag = self.name.trim_start_matches("TICKETING_").to_ascii_lowercase().replace('_', "-");
        Arg::new(self.name).long(flag).value_name(self.value).help(format!("{} [{}]", self.help, self.name))
    }
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

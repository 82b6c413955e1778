//! The settings of a process: [`StackSettings`], read from the command line and the environment.

mod error;
mod groups;
pub(crate) mod nats;
#[cfg(test)]
mod reference;
mod value;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, FromArgMatches};
use secrecy::SecretString;
use ticketing_auth::{Hashing, Limits};
use ticketing_bus::JetStreamOptions;
use ticketing_client::PublishableKey;
use ticketing_payments::{PaymentTimeouts, StripeSettings};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::PostgresUrl;
use ticketing_platform::descriptors;
use ticketing_platform::http::{AllowedOrigin, ServeLimits};
use ticketing_platform::limits::{TrustedProxies, WriteRate};
use ticketing_platform::session::CookieSettings;
use ticketing_platform::telemetry::{LogFormat, TraceSettings};

pub use self::error::{InvalidSetting, SettingsError};
pub use self::groups::{
    AuthGroups, ClientGroups, NatsGroup, OrdersGroups, PaymentsGroups, ServiceGroups, StackGroups,
    StoreGroups, TicketsGroups,
};
pub(crate) use self::groups::{DATABASE_URL, DataDirGroup, Group, JWT_KEY};
use self::groups::{PUBLISHABLE_KEY, STRIPE_KEY};
use crate::Service;
use crate::command::{self, ParseError};

/// Files that are reserved for databases, logs and calls of other servers when connections are counted.
const RESERVED_FILES: usize = 96;

/// The default address of a server.
const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3000));

/// How a process writes its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// The filter of the lines.
    pub filter: String,
    /// Their format.
    pub format: LogFormat,
}

impl Default for LogSettings {
    /// JSON, as a deployment collects it.
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Json }
    }
}

/// The settings of a process. Secrets are not shown by `Debug`.
#[derive(Clone, Debug)]
pub struct StackSettings {
    /// Where it listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where it answers `GET /metrics`, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How it writes its log.
    pub logs: LogSettings,
    /// Where its process exports traces, if anywhere.
    pub traces: Option<TraceSettings>,
    /// The folder of its databases, and of what is kept beside them.
    pub data_dir: PathBuf,
    /// The PostgreSQL database whose schemas the services use instead of files in the folder.
    pub database: Option<PostgresUrl>,
    /// The NATS server that carries the events. None: a log in the data directory does.
    pub nats: Option<JetStreamOptions>,
    /// What sessions are signed with; the first signs, all are accepted. None: one made once into the data directory.
    pub jwt_keys: Vec<SecretString>,
    /// How long a reservation lasts.
    pub order_ttl: Duration,
    /// How many unpaid orders one user may have.
    pub open_orders: u32,
    /// How long others come first after each reservation of a ticket that a buyer has given up. Zero: not at all.
    pub reorder_pause: Duration,
    /// How much one account may write in each service.
    pub writes: WriteRate,
    /// How patient payments is with the provider, and with the outcome of a request.
    pub payment_timeouts: PaymentTimeouts,
    /// The account at Stripe that charges cards. None: the simulated provider.
    pub stripe: Option<StripeSettings>,
    /// The same account, as its card form in the pages names it. None: the pages have a form of simulated cards.
    pub stripe_publishable_key: Option<PublishableKey>,
    /// How long a session lasts.
    pub session_ttl: Duration,
    /// The session cookie.
    pub cookie: CookieSettings,
    /// Origins besides its own whose pages may use the API.
    pub allowed_origins: Vec<AllowedOrigin>,
    /// Proxies that may say who a client is, and whether it speaks TLS.
    pub trusted_proxies: TrustedProxies,
    /// How often someone may try to sign in.
    pub limits: Limits,
    /// What hashing a password costs.
    pub hashing: Hashing,
    /// The ceilings of the listener.
    pub serve: ServeLimits,
    /// The time.
    pub clock: Clock,
}

impl StackSettings {
    /// The settings of a stack in `data_dir` that listens on a free port of the loopback interface.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            metrics_listen: None,
            logs: LogSettings::default(),
            traces: None,
            data_dir: data_dir.into(),
            database: None,
            nats: None,
            jwt_keys: Vec::new(),
            order_ttl: ticketing_orders::DEFAULT_TTL,
            open_orders: ticketing_orders::DEFAULT_OPEN_LIMIT,
            reorder_pause: ticketing_orders::DEFAULT_REORDER_PAUSE,
            writes: WriteRate::default(),
            payment_timeouts: PaymentTimeouts::default(),
            stripe: None,
            stripe_publishable_key: None,
            session_ttl: ticketing_platform::session::LIFETIME,
            cookie: CookieSettings::default(),
            allowed_origins: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            limits: Limits::default(),
            hashing: Hashing::default(),
            serve: ServeLimits::default(),
            clock: Clock::system(),
        }
    }

    /// Applies the settings of the whole marketplace, as parsed from a command line.
    ///
    /// # Errors
    /// Every fault that only several values together show.
    pub fn apply(mut self, groups: StackGroups) -> Result<Self, SettingsError> {
        let mut faults = SettingsError::default();
        groups.apply(&mut self, &mut faults);
        self.check_cards(&mut faults);
        faults.or(self)
    }

    /// The settings of the whole marketplace with its data in `data_dir`, from flags and `TICKETING_…` variables; the flags win.
    ///
    /// # Errors
    /// Every invalid setting.
    pub fn from_flags(
        data_dir: impl Into<PathBuf>,
        flags: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Result<Self, ParseError> {
        let arguments = StackGroups::augment_args(clap::Command::new("flags").no_binary_name(true));
        let words: Vec<OsString> = flags.into_iter().map(Into::into).collect();
        let (matches, faults) = command::parse(arguments, &words)?;
        let groups = StackGroups::from_arg_matches(&matches)?;
        Ok(faults.and(Self::new(data_dir).apply(groups))?)
    }

    /// The same, with ceilings that the limit on open files allows. Raises that limit as far as the system lets it.
    #[must_use]
    pub(crate) fn within_open_files(mut self) -> Self {
        if let Err(error) = descriptors::raise_limit() {
            tracing::warn!(%error, "the limit on open files could not be raised");
        }
        let connections = self.database.as_ref().map_or(0, PostgresUrl::connections);
        let reserved = RESERVED_FILES + Service::STATEFUL.len() * connections;
        let files = descriptors::available().saturating_sub(reserved);
        let serve = self.serve.clone().within_files(files);
        if serve.connections < self.serve.connections || serve.streams < self.serve.streams {
            let (connections, streams) = (serve.connections, serve.streams);
            tracing::warn!(connections, streams, "ceilings lowered: the limit on open files is low");
        }
        self.serve = serve;
        self
    }

    /// In one process, the card form of the pages and the provider of payments must fit.
    fn check_cards(&self, faults: &mut SettingsError) {
        let Some(key) = &self.stripe_publishable_key else { return };
        let expected = match &self.stripe {
            None => {
                format!("{STRIPE_KEY} beside it: cards are simulated, and the pages would ask for real ones")
            }
            Some(stripe) if stripe.is_live() != key.is_live() => {
                format!("a key of the same kind as {STRIPE_KEY}, test or live")
            }
            Some(_) => return,
        };
        faults.add(PUBLISHABLE_KEY, Some(key.to_string()), expected);
    }
}

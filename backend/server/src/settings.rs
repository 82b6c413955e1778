//! The settings of a process: [`StackSettings`], read from the command line and the environment.

mod error;
mod groups;
pub(crate) mod nats;
mod parse;
#[cfg(test)]
mod reference;
mod value;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, FromArgMatches};
use secrecy::SecretString;
use ticketing_auth::{HashingSettings, Limits};
use ticketing_bus::JetStreamOptions;
use ticketing_client::PublishableKey;
use ticketing_payments::{PaymentTimeouts, StripeSettings};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::PostgresUrl;
use ticketing_platform::descriptors;
use ticketing_platform::http::{ServeLimits, TrustedProxies, WebOrigin};
use ticketing_platform::limits::WriteRate;
use ticketing_platform::session::CookieSettings;
use ticketing_platform::telemetry::{LogFormat, TraceSettings};
use ticketing_tickets::domain::pass::ResaleCap;

pub use self::error::{InvalidSetting, SettingsError};
pub use self::groups::{
    AuthGroups, ClientGroups, NatsGroup, OrdersGroups, PaymentsGroups, ServiceGroups, StackGroups,
    StoreGroups, TicketsGroups,
};
pub(crate) use self::groups::{DATABASE_URL, DataDirGroup, Group, JWT_KEY, PASS_KEY};
use self::groups::{PUBLISHABLE_KEY, STRIPE_KEY};
pub(crate) use self::parse::variable;
pub use self::parse::{ParseError, parse, with_environment};
use crate::Service;

/// The open files that are reserved for databases, logs and calls of other servers.
const RESERVED_FILES: usize = 96;

/// The default address of a server.
const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3000));

/// The log of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// The filter of its lines.
    pub filter: String,
    /// The format of its lines.
    pub format: LogFormat,
}

impl Default for LogSettings {
    /// JSON, for the collector of a deployment.
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Json }
    }
}

/// The settings of a process. Secrets are not shown by `Debug`.
#[derive(Clone, Debug)]
pub struct StackSettings {
    /// The address of the listener. Port 0 selects a free port.
    pub listen: SocketAddr,
    /// The address that serves `GET /metrics`, if any.
    pub metrics_listen: Option<SocketAddr>,
    /// The log.
    pub logs: LogSettings,
    /// The export of traces, if any.
    pub traces: Option<TraceSettings>,
    /// The folder of the databases, the event log, the session key and the pass key.
    pub data_dir: PathBuf,
    /// The PostgreSQL database of the services. `None`: files in the data folder.
    pub database: Option<PostgresUrl>,
    /// The NATS servers that carry the events. `None`: a log in the data folder.
    pub nats: Option<JetStreamOptions>,
    /// The session keys: the first one signs, all verify. Empty: a key in the data folder, created once.
    pub jwt_keys: Vec<SecretString>,
    /// The keys of the codes of passes: the first one signs, all verify. Empty: a key in the data folder, created once.
    pub pass_keys: Vec<SecretString>,
    /// How much of what its holder has paid a pass may cost when it is sold on.
    pub resale_cap: ResaleCap,
    /// The duration of a reservation.
    pub order_ttl: Duration,
    /// The number of unpaid orders that one user may have.
    pub open_orders: u32,
    /// How long other buyers come first after a buyer gave up a reservation of a ticket, for each time. Zero: no pause.
    pub reorder_pause: Duration,
    /// The rate limit of the writes of one account in each service.
    pub writes: WriteRate,
    /// The timeouts of calls of the provider, and of waits for the outcome of a request.
    pub payment_timeouts: PaymentTimeouts,
    /// The account at Stripe that charges cards. `None`: the simulated provider.
    pub stripe: Option<StripeSettings>,
    /// The publishable key of the same account, for the card form of the pages. `None`: a form of simulated cards.
    pub stripe_publishable_key: Option<PublishableKey>,
    /// The duration of a session.
    pub session_ttl: Duration,
    /// The session cookie.
    pub cookie: CookieSettings,
    /// The address that browsers use, for the pages. `None`: the pages name no address.
    pub public_url: Option<WebOrigin>,
    /// The other origins whose pages may use the API.
    pub allowed_origins: Vec<WebOrigin>,
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: TrustedProxies,
    /// The rate limits of sign-in.
    pub limits: Limits,
    /// The cost of hashing a password.
    pub hashing: HashingSettings,
    /// The limits of the listener.
    pub serve: ServeLimits,
    /// The clock.
    pub clock: Clock,
    /// Whether clients can move the clock: for tests and demonstrations, on a loopback address only.
    pub movable_clock: bool,
}

impl StackSettings {
    /// Returns the settings of a stack in `data_dir` that listens on a free port of the loopback interface.
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
            pass_keys: Vec::new(),
            resale_cap: ResaleCap::default(),
            order_ttl: ticketing_orders::DEFAULT_TTL,
            open_orders: ticketing_orders::DEFAULT_OPEN_LIMIT,
            reorder_pause: ticketing_orders::DEFAULT_REORDER_PAUSE,
            writes: WriteRate::default(),
            payment_timeouts: PaymentTimeouts::default(),
            stripe: None,
            stripe_publishable_key: None,
            session_ttl: ticketing_platform::session::DEFAULT_LIFETIME,
            cookie: CookieSettings::default(),
            public_url: None,
            allowed_origins: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            limits: Limits::default(),
            hashing: HashingSettings::default(),
            serve: ServeLimits::default(),
            clock: Clock::system(),
            movable_clock: false,
        }
    }

    /// Applies the settings of the whole marketplace, as parsed from a command line.
    ///
    /// # Errors
    /// The errors that follow from several values together.
    pub fn apply(mut self, groups: StackGroups) -> Result<Self, SettingsError> {
        let mut errors = SettingsError::default();
        groups.apply(&mut self, &mut errors);
        self.check_cards(&mut errors);
        errors.or(self)
    }

    /// Reads the settings of the whole marketplace with its data in `data_dir`, from flags and `TICKETING_…` variables;
    /// the flags win.
    ///
    /// # Errors
    /// Every invalid setting.
    pub fn from_flags(
        data_dir: impl Into<PathBuf>,
        flags: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Result<Self, ParseError> {
        let arguments = StackGroups::augment_args(clap::Command::new("flags").no_binary_name(true));
        let words: Vec<OsString> = flags.into_iter().map(Into::into).collect();
        let (matches, errors) = parse(arguments, &words)?;
        let groups = StackGroups::from_arg_matches(&matches)?;
        Ok(errors.merge(Self::new(data_dir).apply(groups))?)
    }

    /// Lowers the limits of the listener to what the limit on open files allows, after raising that as far as the
    /// system permits.
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
            tracing::warn!(
                connections,
                streams,
                "limits of the listener lowered: the limit on open files is low"
            );
        }
        self.serve = serve;
        self
    }

    /// Checks that the card form of the pages fits the provider of payments.
    fn check_cards(&self, errors: &mut SettingsError) {
        let Some(key) = &self.stripe_publishable_key else { return };
        let expected = match &self.stripe {
            None => {
                format!(
                    "{STRIPE_KEY} to be set as well: cards are simulated, and the pages would ask for real ones"
                )
            }
            Some(stripe) if stripe.is_live() != key.is_live() => {
                format!("a key of the same kind as {STRIPE_KEY}, test or live")
            }
            Some(_) => return,
        };
        errors.add(PUBLISHABLE_KEY, Some(key.to_string()), expected);
    }
}

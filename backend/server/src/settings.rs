//! What a stack is told.

mod logs;
pub(crate) mod nats;
#[cfg(test)]
mod reference;
mod setting;
mod table;
mod traces;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use secrecy::{ExposeSecret, SecretString};
use ticketing_auth::{Hashing, Limits};
use ticketing_bus::JetStreamOptions;
use ticketing_client::{PublishableKey, PublishableKeyError};
use ticketing_payments::provider::StripeFault;
use ticketing_payments::{PaymentTimeouts, StripeSettings};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{CONNECTIONS, PostgresUrl};
use ticketing_platform::descriptors;
use ticketing_platform::http::{AllowedOrigin, OriginError, ServeLimits};
use ticketing_platform::limits::{TrustedProxies, WriteRate};
use ticketing_platform::session::CookieSettings;
use ticketing_platform::settings::{Reader, SettingsError, Source};
use ticketing_platform::telemetry::TraceSettings;

pub use self::logs::LogSettings;
pub use self::setting::{Otherwise, Setting};
pub use self::table::SETTINGS;
use crate::Service;
use crate::command::Task;

const DATABASE_URL: &str = "TICKETING_DATABASE_URL";
const JWT_KEY: &str = "TICKETING_JWT_KEY";
const PUBLISHABLE_KEY: &str = "TICKETING_STRIPE_PUBLISHABLE_KEY";

/// Files that are kept for databases, logs and calls of other servers when connections are counted.
const RESERVED_FILES: usize = 96;

/// Where a server listens that is not told otherwise.
const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3000));

/// The longest delay of a sign-in: beyond it the owner of an account that is attacked would give up.
const MAX_SIGNIN_DELAY: Duration = Duration::from_secs(10);

/// What a stack is told. Secrets are not shown by `Debug`.
#[derive(Clone, Debug)]
pub struct StackSettings {
    /// Where it listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where it answers `GET /metrics`, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
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

    /// Reads the `TICKETING_…` settings of `source` over the defaults, with `data_dir` where none is named.
    ///
    /// # Errors
    /// Every setting that is not valid, all at once.
    pub fn read(source: &Source, data_dir: PathBuf) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(source);
        let mut settings = Self::new(data_dir);
        settings.read_engines_from(&mut reader);
        settings.read_from(&mut reader);
        settings.check_the_cards(&mut reader);
        reader.finish(|| Some(settings))
    }

    /// The same for a task of `ticketing-server`, which must be told what it cannot do without. Whoever only does something
    /// to the engines reads nothing else.
    ///
    /// # Errors
    /// Every setting that is missing or not valid, all at once.
    pub fn read_for(task: Task, source: &Source) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(source);
        let mut settings = Self::new(PathBuf::new());
        if task.is_stateful() {
            settings.read_engines_from(&mut reader);
        }
        if matches!(task, Task::All | Task::One(_)) {
            settings.read_from(&mut reader);
        }
        if task == Task::All {
            settings.check_the_cards(&mut reader);
        }
        for setting in SETTINGS.iter().filter(|setting| setting.is_needed_by(task)) {
            // It may be a secret; what it has to look like was looked at above.
            reader.required::<SecretString>(setting.name);
        }
        reader.finish(|| Some(settings))
    }

    fn read_engines_from(&mut self, reader: &mut Reader<'_>) {
        self.database = read_database(reader);
        self.nats = nats::read(reader);
    }

    fn read_from(&mut self, reader: &mut Reader<'_>) {
        let settings = self;
        settings.listen = reader.or("TICKETING_LISTEN", LISTEN);
        settings.metrics_listen = reader.optional("TICKETING_METRICS_LISTEN");
        settings.traces = traces::read(reader);
        if let Some(folder) = reader.optional::<String>("TICKETING_DATA_DIR") {
            settings.data_dir = folder.into();
        }
        settings.stripe = read_stripe(reader);
        settings.stripe_publishable_key = read_publishable_key(reader);
        settings.jwt_keys = reader.optional(JWT_KEY).unwrap_or_default();
        if let Err(error) = check_keys(&settings.jwt_keys) {
            reader.report_invalid(JWT_KEY, None, error);
        }
        settings.order_ttl = reader.or("TICKETING_ORDER_TTL", settings.order_ttl);
        if settings.order_ttl < Duration::from_secs(1) {
            let given = ticketing_platform::settings::DisplayDuration(settings.order_ttl).to_string();
            reader.report_invalid("TICKETING_ORDER_TTL", Some(given), "at least 1s");
        }
        settings.open_orders = reader.or("TICKETING_OPEN_ORDERS", settings.open_orders);
        settings.reorder_pause = reader.or("TICKETING_REORDER_PAUSE", settings.reorder_pause);
        settings.writes.per_minute = reader.or("TICKETING_WRITES_PER_MINUTE", settings.writes.per_minute);
        settings.writes.burst = reader.or("TICKETING_WRITE_BURST", settings.writes.burst);
        settings.session_ttl = reader.or("TICKETING_SESSION_TTL", settings.session_ttl);
        settings.limits.signins_per_account =
            reader.or("TICKETING_SIGNINS_PER_ACCOUNT", settings.limits.signins_per_account);
        settings.limits.tries_per_address =
            reader.or("TICKETING_SIGNINS_PER_ADDRESS", settings.limits.tries_per_address);
        settings.limits.signins_before_delay =
            reader.or("TICKETING_SIGNINS_BEFORE_DELAY", settings.limits.signins_before_delay);
        settings.limits.signin_delay = reader.or("TICKETING_SIGNIN_DELAY", settings.limits.signin_delay);
        if settings.limits.signin_delay > MAX_SIGNIN_DELAY {
            let given =
                ticketing_platform::settings::DisplayDuration(settings.limits.signin_delay).to_string();
            reader.report_invalid("TICKETING_SIGNIN_DELAY", Some(given), "at most 10s");
        }
        let slots = reader.or("TICKETING_HASHING_SLOTS", settings.hashing.slots);
        if slots == 0 {
            reader.report_invalid("TICKETING_HASHING_SLOTS", Some(slots.to_string()), "at least 1");
        }
        settings.hashing = settings.hashing.with_slots(slots);
        settings.allowed_origins = read_allowed_origins(reader);
        settings.trusted_proxies = TrustedProxies::new(reader.or("TICKETING_TRUSTED_PROXIES", Vec::new()));
        settings.read_ceilings_from(reader);
        let name = reader.or("TICKETING_COOKIE_NAME", settings.cookie.name().to_owned());
        // Without TLS a `Secure` cookie would never come back.
        let secure = reader.or("TICKETING_COOKIE_SECURE", !settings.listen.ip().is_loopback());
        match CookieSettings::new(name.clone(), secure) {
            Ok(cookie) => settings.cookie = cookie,
            Err(error) => reader.report_invalid("TICKETING_COOKIE_NAME", Some(name), error.to_string()),
        }
    }
}

impl StackSettings {
    fn read_ceilings_from(&mut self, reader: &mut Reader<'_>) {
        let serve = &mut self.serve;
        for (name, ceiling) in [
            ("TICKETING_CONNECTIONS", &mut serve.connections),
            ("TICKETING_CONNECTIONS_PER_ADDRESS", &mut serve.connections_per_address),
            ("TICKETING_STREAMS", &mut serve.streams),
            ("TICKETING_STREAMS_PER_ADDRESS", &mut serve.streams_per_address),
        ] {
            *ceiling = reader.or(name, *ceiling);
            if *ceiling == 0 {
                reader.report_invalid(name, Some(ceiling.to_string()), "at least 1");
            }
        }
        serve.trusted_proxies = self.trusted_proxies.clone();
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

    /// Where pages and payments are one process, the card form and whoever charges the cards must fit each other.
    fn check_the_cards(&self, reader: &mut Reader<'_>) {
        let Some(key) = &self.stripe_publishable_key else { return };
        let expected = match &self.stripe {
            None => {
                "TICKETING_STRIPE_KEY beside it: cards are simulated, and the pages would ask for real ones"
            }
            Some(stripe) if stripe.is_live() != key.is_live() => {
                "a key of the same kind as TICKETING_STRIPE_KEY, test or live"
            }
            Some(_) => return,
        };
        reader.report_invalid(PUBLISHABLE_KEY, Some(key.to_string()), expected);
    }
}

/// Origins whose pages may use the API. One that no browser could send would never match.
fn read_allowed_origins(reader: &mut Reader<'_>) -> Vec<AllowedOrigin> {
    const NAME: &str = "TICKETING_ALLOWED_ORIGINS";
    let given: Vec<String> = reader.optional(NAME).unwrap_or_default();
    let mut origins = Vec::with_capacity(given.len());
    for text in given {
        match text.parse() {
            Ok(origin) => origins.push(origin),
            Err(error) => {
                let error: OriginError = error;
                reader.report_invalid(NAME, Some(text), error.to_string());
            }
        }
    }
    origins
}

/// What the pages tell Stripe of whose cards they ask for.
fn read_publishable_key(reader: &mut Reader<'_>) -> Option<PublishableKey> {
    let text: SecretString = reader.optional(PUBLISHABLE_KEY)?;
    match text.expose_secret().parse() {
        Ok(key) => Some(key),
        Err(error) => {
            // It may be a secret by mistake.
            let error: PublishableKeyError = error;
            reader.report_invalid(PUBLISHABLE_KEY, None, error.to_string());
            None
        }
    }
}

/// Where the services keep what they know, if not in files. The password in the URL is never shown.
fn read_database(reader: &mut Reader<'_>) -> Option<PostgresUrl> {
    let connections = reader.or("TICKETING_DATABASE_CONNECTIONS", CONNECTIONS);
    if connections < 2 {
        reader.report_invalid("TICKETING_DATABASE_CONNECTIONS", Some(connections.to_string()), "at least 2");
    }
    let migrate = reader.or("TICKETING_DATABASE_MIGRATE", true);
    let text: SecretString = reader.optional(DATABASE_URL)?;
    match text.expose_secret().parse::<PostgresUrl>() {
        Ok(url) if migrate => Some(url.with_connections(connections)),
        Ok(url) => Some(url.with_connections(connections).migrated_elsewhere()),
        Err(error) => {
            let like = "a URL like postgres://user:password@host:5432/database";
            reader.report_invalid(DATABASE_URL, None, format!("{like}; {error}"));
            None
        }
    }
}

/// Who charges cards, if not the simulated provider. Secrets are never shown.
fn read_stripe(reader: &mut Reader<'_>) -> Option<StripeSettings> {
    const KEY: &str = "TICKETING_STRIPE_KEY";
    const BASE: &str = "TICKETING_STRIPE_API_BASE";
    const SECRETS: &str = "TICKETING_STRIPE_WEBHOOK_SECRET";
    let key: Option<SecretString> = reader.optional(KEY);
    let base: Option<Uri> = reader.optional(BASE);
    let secrets: Option<Vec<SecretString>> = reader.optional(SECRETS);
    let Some(key) = key else {
        // Nobody who says that much about Stripe means to have cards simulated.
        if base.is_some() || secrets.is_some() {
            reader.report_invalid(
                KEY,
                None,
                format!("{}, since {BASE} or {SECRETS} is set", StripeFault::Key),
            );
        }
        return None;
    };
    let mut stripe = StripeSettings::new(key);
    stripe.webhook_secrets = secrets.unwrap_or_default();
    if let Some(base) = base {
        stripe.api_base = base;
    }
    let faults = stripe.faults();
    for fault in &faults {
        let name = match fault {
            StripeFault::Base | StripeFault::LiveKeyInTheClear => BASE,
            StripeFault::WebhookSecret => SECRETS,
            _ => KEY,
        };
        reader.report_invalid(name, None, fault.to_string());
    }
    faults.is_empty().then_some(stripe)
}

fn check_keys(keys: &[SecretString]) -> Result<(), String> {
    if keys.is_empty() {
        return Ok(());
    }
    ticketing_platform::session::SessionKeys::new(keys).map(drop).map_err(|error| error.to_string())
}

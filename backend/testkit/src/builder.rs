//! The builder of a test stack.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use ticketing_bus::JetStreamOptions;
use ticketing_engines::{NatsServer, PrivateServer, Shape};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::PostgresUrl;
use ticketing_platform::limits::WriteRate;
use ticketing_platform::session::CookieSettings;
use ticketing_server::{Service, StackSettings};

use crate::collector::Collector;
use crate::stripe::FakeStripe;

/// The key that signs the sessions of every test stack.
pub const JWT_KEY: &str = "a key for tests that is long enough";
/// The key of the codes of passes: 32 bytes of zero.
pub const PASS_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// The default number of processes per service.
pub const REPLICAS: usize = 2;

/// Builds a test stack.
#[derive(Debug)]
#[must_use = "a stack is started by `start`"]
pub struct TestStackBuilder {
    pub(crate) settings: StackSettings,
    pub(crate) folder: Option<TempDir>,
    pub(crate) shape: Shape,
    /// Whether every process has fault-injecting links.
    pub(crate) has_links: bool,
    /// The number of processes per service.
    pub(crate) replicas: usize,
    /// The settings of one service, which override those of all. Without a service: of the migrating process.
    pub(crate) service_settings: Vec<(Option<Service>, &'static str, String)>,
    pub(crate) database_url: Option<String>,
}

impl Default for TestStackBuilder {
    fn default() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = StackSettings::new(folder.path());
        settings.jwt_keys = vec![JWT_KEY.into()];
        settings.pass_keys = vec![PASS_KEY.into()];
        settings.cookie = CookieSettings::new("session", false).expect("a cookie name");
        // Weak, but fast.
        (settings.hashing.memory, settings.hashing.passes, settings.hashing.waiting) = (8, 1, 4096);
        settings.limits.signins_per_address = 100_000;
        // A test has few accounts, and its clock can stand still.
        settings.writes = WriteRate::UNLIMITED;
        settings.reorder_pause = Duration::ZERO;
        settings.payment_timeouts.first_retry = Duration::from_millis(20);
        settings.payment_timeouts.longest_retry = Duration::from_millis(200);
        Self {
            settings,
            folder: Some(folder),
            shape: Shape::Embedded,
            has_links: false,
            replicas: REPLICAS,
            service_settings: Vec::new(),
            database_url: None,
        }
    }
}

impl TestStackBuilder {
    /// Sets the infrastructure; the default is embedded.
    pub fn on(mut self, shape: impl Into<Shape>) -> Self {
        self.shape = shape.into();
        self
    }

    /// Sets the duration of a reservation.
    pub fn order_ttl(self, ttl: Duration) -> Self {
        self.with(|settings| settings.order_ttl = ttl)
    }

    /// Sets the clock of the marketplace.
    pub fn clock(self, clock: Clock) -> Self {
        self.with(|settings| settings.clock = clock)
    }

    /// Sets the fake Stripe that charges the cards; the marketplace uses its clock.
    pub fn stripe(self, stripe: &FakeStripe) -> Self {
        self.clock(stripe.clock().clone()).with(|settings| settings.stripe = Some(stripe.settings()))
    }

    /// Sets the collector of the traces.
    pub fn collector(self, collector: &'static Collector) -> Self {
        self.with(|settings| settings.traces = Some(collector.settings()))
    }

    /// Sets a data folder that outlives the stack.
    pub fn data_dir(mut self, folder: &Path) -> Self {
        self.folder = None;
        self.with(|settings| settings.data_dir = folder.to_owned())
    }

    /// Sets the NATS server of the bus.
    pub fn nats_server(self, server: &NatsServer) -> Self {
        let mut options = JetStreamOptions::new(server.url());
        // Unacknowledged events of a killed process are redelivered within the deadlines of tests.
        options.ack_wait = Duration::from_secs(2);
        self.with(|settings| settings.nats = Some(options))
    }

    /// Sets the empty database of this server for the services.
    pub fn postgres_server(mut self, server: &PrivateServer) -> Self {
        self.database_url = Some(server.url());
        let url: PostgresUrl = server.url().parse().expect("a URL");
        self.with(|settings| settings.database = Some(url.with_connections(6)))
    }

    /// Sets a setting of the processes of one service of [`Shape::Processes`]; without a service, of the migrating
    /// process.
    pub fn service_setting(
        mut self,
        service: impl Into<Option<Service>>,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.service_settings.push((service.into(), name, value.into()));
        self
    }

    /// Puts fault-injecting links between every process of [`Shape::Processes`] and its servers (`Cluster::link`).
    pub fn with_links(mut self) -> Self {
        self.has_links = true;
        self
    }

    /// Sets the number of processes per service of [`Shape::Processes`].
    pub fn replicas(mut self, count: usize) -> Self {
        self.replicas = count;
        self
    }

    /// Changes other settings.
    pub fn with(mut self, change: impl FnOnce(&mut StackSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Returns the settings.
    pub fn settings(&self) -> &StackSettings {
        &self.settings
    }
}

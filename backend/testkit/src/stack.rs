//! The marketplace of one test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use ticketing_bus::JetStreamOptions;
use ticketing_engines::{Engine, NatsServer, OwnDatabase, PrivateServer, Shape};
use ticketing_payments::SimulatedProvider;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::PostgresUrl;
use ticketing_platform::limits::WriteRate;
use ticketing_platform::session::CookieSettings;
use ticketing_sdk::Client;
use ticketing_server::audit::{AuditError, Ledger, Report};
use ticketing_server::{Service, Stack, StackSettings};

use crate::cluster::{Cluster, ClusterSettings, OwnSetting, REPLICAS};
use crate::collector::Collector;
use crate::deployment::Deployment;
use crate::eventually;
use crate::raw::Raw;
use crate::session::{PASSWORD, TestSession};
use crate::stripe::FakeStripe;

/// The key that signs the sessions of every test stack.
pub const JWT_KEY: &str = "a key for tests that is long enough";

/// Builds a test stack.
#[derive(Debug)]
#[must_use = "a stack is started by `start`"]
pub struct TestStackBuilder {
    settings: StackSettings,
    folder: Option<TempDir>,
    shape: Shape,
    has_links: bool,
    replicas: usize,
    service_settings: Vec<OwnSetting>,
    database_url: Option<String>,
}

/// A deployment marketplace. It must end with [`finish`](Self::finish), which fails the test if work is unfinished or an
/// invariant is violated.
#[derive(Debug)]
pub struct TestStack {
    // `None` when it is stopped.
    deployment: Option<Deployment>,
    shape: Shape,
    has_links: bool,
    replicas: usize,
    service_settings: Vec<OwnSetting>,
    settings: StackSettings,
    folder: Option<TempDir>,
    database_url: Option<String>,
    database: Option<OwnDatabase>,
    nats: Option<NatsServer>,
    raw: Raw,
    accounts: AtomicU32,
    finished: bool,
}

impl Default for TestStackBuilder {
    fn default() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = StackSettings::new(folder.path());
        settings.jwt_keys = vec![JWT_KEY.into()];
        settings.cookie = CookieSettings::new("session", false).expect("a cookie name");
        // Weak, but fast.
        (settings.hashing.memory, settings.hashing.passes, settings.hashing.waiting) = (8, 1, 4096);
        settings.limits.tries_per_address = 100_000;
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

    /// Sets the limit of unpaid orders per user.
    pub fn open_orders(self, limit: u32) -> Self {
        self.with(|settings| settings.open_orders = limit)
    }

    /// Sets the write rate limit of an account.
    pub fn writes(self, rate: WriteRate) -> Self {
        self.with(|settings| settings.writes = rate)
    }

    /// Sets the pause before a buyer can order a ticket again.
    pub fn reorder_pause(self, pause: Duration) -> Self {
        self.with(|settings| settings.reorder_pause = pause)
    }

    /// Sets how long a payment request waits for its outcome.
    pub fn payment_wait(self, wait: Duration) -> Self {
        self.with(|settings| settings.payment_timeouts.outcome_wait = wait)
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
    pub fn over(self, server: &NatsServer) -> Self {
        let mut options = JetStreamOptions::new(server.url());
        // Unacknowledged events of a killed process are redelivered within the deadlines of tests.
        options.ack_wait = Duration::from_secs(2);
        self.with(|settings| settings.nats = Some(options))
    }

    /// Sets the empty database of this server for the services.
    ///
    /// # Panics
    /// Never: the server has a URL.
    pub fn in_database_of(mut self, server: &PrivateServer) -> Self {
        self.database_url = Some(server.url());
        let url: PostgresUrl = server.url().parse().expect("a URL");
        self.with(|settings| settings.database = Some(url.with_connections(6)))
    }

    /// Sets a setting of the processes of one service of [`Shape::Processes`]; without a service, of the migrating process.
    pub fn service_setting(
        mut self,
        service: impl Into<Option<Service>>,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.service_settings.push((service.into(), name, value.into()));
        self
    }

    /// Puts fault-injecting links between every process of [`Shape::Processes`] and its servers ([`Cluster::link`]).
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
    #[must_use]
    pub fn settings(&self) -> &StackSettings {
        &self.settings
    }

    /// Starts the stack.
    ///
    /// # Panics
    /// Panics if it does not start, or a server is missing.
    pub async fn start(mut self) -> TestStack {
        let mut nats = None;
        if self.shape.has_nats() && self.settings.nats.is_none() {
            let server = NatsServer::begin().await;
            self = self.over(&server);
            nats = Some(server);
        }
        let mut database = None;
        if self.shape.engine() == Engine::Postgres && self.database_url.is_none() {
            let service_settings = OwnDatabase::create();
            let url: PostgresUrl = service_settings.url().parse().expect("a URL");
            // Many stacks share the server.
            self.settings.database = Some(url.with_connections(6));
            self.database_url = Some(service_settings.url().to_owned());
            database = Some(service_settings);
        }
        let Self { settings, folder, shape, has_links, replicas, service_settings, database_url } = self;
        let mut stack = TestStack {
            deployment: None,
            shape,
            has_links,
            replicas,
            service_settings,
            settings,
            folder,
            database_url,
            database,
            nats,
            raw: Raw::new(""),
            accounts: AtomicU32::new(0),
            finished: false,
        };
        Box::pin(stack.run()).await;
        stack
    }
}

impl TestStack {
    /// Starts a stack with default settings.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Starts a stack on this infrastructure.
    pub async fn start_on(shape: impl Into<Shape>) -> Self {
        Self::builder().on(shape).start().await
    }

    /// Returns a builder of a stack.
    pub fn builder() -> TestStackBuilder {
        TestStackBuilder::default()
    }

    /// Returns the infrastructure.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns the simulated card provider.
    ///
    /// # Panics
    /// Panics if cards are not simulated.
    #[must_use]
    pub fn provider(&self) -> &SimulatedProvider {
        self.stack().simulated().expect("simulated cards")
    }

    /// Returns the stack.
    ///
    /// # Panics
    /// Panics if it is stopped, or runs in processes of its own.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        match self.deployment() {
            Deployment::InProcess(stack) => stack,
            Deployment::Cluster(_) => panic!("it runs in processes of its own"),
        }
    }

    /// Returns its processes.
    ///
    /// # Panics
    /// Panics if it is stopped, or runs in this process.
    pub fn cluster(&mut self) -> &mut Cluster {
        match self.deployment.as_mut().expect("a deployment stack") {
            Deployment::Cluster(cluster) => cluster,
            Deployment::InProcess(_) => panic!("it runs in this process"),
        }
    }

    fn deployment(&self) -> &Deployment {
        self.deployment.as_ref().expect("a deployment stack")
    }

    /// Reads the ledger of the card provider.
    ///
    /// # Panics
    /// Panics if the ledger cannot be read.
    pub async fn ledger(&self) -> Ledger {
        self.deployment().ledger().await
    }

    /// Returns its URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.deployment().url()
    }

    /// Returns the folder of its databases.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.settings.data_dir.clone()
    }

    /// Returns the URL of its PostgreSQL database.
    ///
    /// # Panics
    /// Panics if it has none.
    #[must_use]
    pub fn database_url(&self) -> &str {
        self.database_url.as_deref().expect("a PostgreSQL database")
    }

    /// Runs a statement on that database; returns its rows, columns separated by `|`.
    ///
    /// # Panics
    /// Panics if it has none, or the statement fails.
    pub fn psql(&self, sql: &str) -> String {
        self.database.as_ref().expect("a database on the shared server").psql(sql)
    }

    /// Returns its NATS server.
    ///
    /// # Panics
    /// Panics if it has none.
    pub fn nats(&mut self) -> &mut NatsServer {
        self.nats.as_mut().expect("a NATS server of its service_settings")
    }

    /// Returns a client without a session.
    ///
    /// # Panics
    /// Never: the address is valid.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.url()).expect("a client")
    }

    /// Signs a new user up; returns the client.
    ///
    /// # Panics
    /// Panics if the sign-up fails.
    pub async fn user(&self, name: &str) -> Client {
        let client = self.client();
        client.auth().sign_up(self.email(name), PASSWORD).await.expect("a user signs up");
        client
    }

    /// Signs a new user up, for raw requests.
    pub async fn session(&self, name: &str) -> TestSession {
        TestSession::sign_up(&self.raw, self.email(name)).await
    }

    /// Returns a client for raw requests.
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// Returns a client for raw requests of each process of `service`, without the ingress.
    ///
    /// # Panics
    /// Panics if it is stopped.
    #[must_use]
    pub fn raw_of_each(&self, service: Service) -> Vec<Raw> {
        self.deployment().urls(service).into_iter().map(Raw::new).collect()
    }

    /// Returns an unused e-mail address.
    pub fn email(&self, name: &str) -> String {
        format!("{name}-{}@example.com", self.accounts.fetch_add(1, Ordering::Relaxed))
    }

    /// Returns the clock of the marketplace.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.stack().clock()
    }

    /// Returns whether no work is pending. A bus that cannot be read counts as pending.
    ///
    /// # Panics
    /// Panics if the databases cannot be read.
    pub async fn is_settled(&self) -> bool {
        match self.deployment().is_settled().await {
            Err(AuditError::Bus(_)) => false,
            settled => settled.expect("the databases can be read"),
        }
    }

    /// Waits until no work is pending.
    pub async fn settle(&self) {
        eventually!(self.is_settled().await, seconds 20);
    }

    /// Runs the audit.
    ///
    /// # Panics
    /// Panics if the audit fails.
    pub async fn report(&self) -> Report {
        self.deployment().audit().await.expect("the databases can be read")
    }

    /// Fails the test if an invariant is violated.
    ///
    /// # Panics
    /// Panics if one is.
    pub async fn audit(&self) {
        let report = self.report().await;
        assert!(report.is_clean(), "\n{report}");
    }

    /// Restarts the stack in the same folder, at the same time of the marketplace, on another port.
    ///
    /// # Panics
    /// Panics if it does not stop gracefully, or does not start.
    pub async fn restart(&mut self) {
        self.restart_with(|_| {}).await;
    }

    /// Restarts the stack with changed settings.
    ///
    /// # Panics
    /// Panics if it does not stop gracefully, or does not start.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut StackSettings)) {
        self.stop().await;
        change(&mut self.settings);
        self.run().await;
    }

    async fn run(&mut self) {
        let nats = self.settings.nats.as_ref().map_or("", |options| &options.url);
        let database = self.database_url.as_deref().unwrap_or_default();
        let (has_links, replicas, service_settings) =
            (self.has_links, self.replicas, self.service_settings.as_slice());
        let cluster = ClusterSettings {
            settings: &self.settings,
            database,
            nats,
            has_links,
            replicas,
            service_settings,
        };
        let deployment = Box::pin(Deployment::start(self.shape, cluster)).await;
        self.raw = Raw::new(deployment.url());
        self.deployment = Some(deployment);
    }

    /// Stops the stack gracefully; its folder stays for [`restart`](Self::restart).
    ///
    /// # Panics
    /// Panics if requests or tasks were cut.
    pub async fn stop(&mut self) {
        if let Some(deployment) = self.deployment.take() {
            assert!(deployment.stop().await, "requests or tasks were cut");
        }
    }

    /// Waits until no work is pending, audits, and stops.
    ///
    /// # Panics
    /// Panics if work stays pending, an invariant is violated, or requests were cut.
    pub async fn finish(mut self) {
        if self.deployment.is_some() {
            self.settle().await;
            self.audit().await;
        }
        self.stop().await;
        self.finished = true;
    }

    /// Stops without an audit: for tests that violate invariants.
    pub async fn discard(mut self) {
        self.stop().await;
        self.finished = true;
    }
}

impl Drop for TestStack {
    fn drop(&mut self) {
        // A test that has failed already needs no second panic.
        drop(self.folder.take());
        assert!(self.finished || std::thread::panicking(), "a test must end with `stack.finish().await`");
    }
}

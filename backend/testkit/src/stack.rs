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

use crate::cluster::{Cluster, Ground, OwnSetting, REPLICAS};
use crate::collector::Collector;
use crate::eventually;
use crate::raw::Raw;
use crate::running::Running;
use crate::session::{PASSWORD, TestSession};
use crate::stripe::FakeStripe;

/// What the sessions of every test stack are signed with.
pub const JWT_KEY: &str = "a key for tests that is long enough";

/// How a stack is made.
#[derive(Debug)]
#[must_use = "a stack is started by `start`"]
pub struct TestStackBuilder {
    settings: StackSettings,
    folder: Option<TempDir>,
    shape: Shape,
    linked: bool,
    replicas: usize,
    own: Vec<OwnSetting>,
    database_url: Option<String>,
}

/// A running marketplace. It must be given back with [`finish`](Self::finish), which fails the test if anything is
/// left undone or an invariant is broken.
#[derive(Debug)]
pub struct TestStack {
    // Empty once it was stopped.
    running: Option<Running>,
    shape: Shape,
    linked: bool,
    replicas: usize,
    own: Vec<OwnSetting>,
    settings: StackSettings,
    folder: Option<TempDir>,
    database_url: Option<String>,
    database: Option<OwnDatabase>,
    nats: Option<NatsServer>,
    raw: Raw,
    people: AtomicU32,
    given_back: bool,
}

impl Default for TestStackBuilder {
    fn default() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = StackSettings::new(folder.path());
        settings.jwt_keys = vec![JWT_KEY.into()];
        settings.cookie = CookieSettings::new("session", false).expect("a cookie name");
        // No protection, but quick.
        (settings.hashing.memory, settings.hashing.passes, settings.hashing.waiting) = (8, 1, 4096);
        settings.limits.tries_per_address = 100_000;
        // A test has few accounts, and its clock may stand still.
        settings.writes = WriteRate::UNLIMITED;
        settings.reorder_pause = Duration::ZERO;
        settings.payment_timeouts.first_retry = Duration::from_millis(20);
        settings.payment_timeouts.longest_retry = Duration::from_millis(200);
        Self {
            settings,
            folder: Some(folder),
            shape: Shape::Embedded,
            linked: false,
            replicas: REPLICAS,
            own: Vec::new(),
            database_url: None,
        }
    }
}

impl TestStackBuilder {
    /// Which engines it stands on: files, unless it is told otherwise.
    pub fn on(mut self, shape: impl Into<Shape>) -> Self {
        self.shape = shape.into();
        self
    }

    /// How long a reservation lasts.
    pub fn order_ttl(self, ttl: Duration) -> Self {
        self.with(|settings| settings.order_ttl = ttl)
    }

    /// How many unpaid orders one user may have.
    pub fn open_orders(self, limit: u32) -> Self {
        self.with(|settings| settings.open_orders = limit)
    }

    /// How much one account may write.
    pub fn writes(self, rate: WriteRate) -> Self {
        self.with(|settings| settings.writes = rate)
    }

    /// How long others come first after each reservation of a ticket that a buyer has given up.
    pub fn reorder_pause(self, pause: Duration) -> Self {
        self.with(|settings| settings.reorder_pause = pause)
    }

    /// How long a payment request waits for its outcome.
    pub fn payment_wait(self, wait: Duration) -> Self {
        self.with(|settings| settings.payment_timeouts.outcome_wait = wait)
    }

    /// The marketplace's time.
    pub fn clock(self, clock: Clock) -> Self {
        self.with(|settings| settings.clock = clock)
    }

    /// Cards are charged by this stand-in for Stripe, whose time is the marketplace's.
    pub fn stripe(self, stripe: &FakeStripe) -> Self {
        self.clock(stripe.clock().clone()).with(|settings| settings.stripe = Some(stripe.settings()))
    }

    /// Its processes send their traces to this collector, whichever they are.
    pub fn traced(self, collector: &'static Collector) -> Self {
        self.with(|settings| settings.traces = Some(collector.settings()))
    }

    /// A folder that outlives the stack.
    pub fn data_dir(mut self, folder: &Path) -> Self {
        self.folder = None;
        self.with(|settings| settings.data_dir = folder.to_owned())
    }

    /// This NATS server carries the events.
    pub fn over(self, server: &NatsServer) -> Self {
        let mut options = JetStreamOptions::new(server.url());
        // What was under way when something was killed comes again before a test loses its patience.
        options.ack_wait = Duration::from_secs(2);
        self.with(|settings| settings.nats = Some(options))
    }

    /// The empty database of this server holds what the services know.
    ///
    /// # Panics
    /// Never: the server has a URL.
    pub fn in_database_of(mut self, server: &PrivateServer) -> Self {
        self.database_url = Some(server.url());
        let url: PostgresUrl = server.url().parse().expect("a URL");
        self.with(|settings| settings.database = Some(url.with_connections(6)))
    }

    /// Of the processes of [`Shape::Processes`], those of one service are told this besides; without a service, whoever
    /// makes tables and streams.
    pub fn telling(
        mut self,
        whom: impl Into<Option<Service>>,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.own.push((whom.into(), name, value.into()));
        self
    }

    /// Every process of [`Shape::Processes`] has links to its servers that can go wrong ([`Cluster::link`]).
    pub fn with_links(mut self) -> Self {
        self.linked = true;
        self
    }

    /// How many processes [`Shape::Processes`] has of each service.
    pub fn replicas(mut self, count: usize) -> Self {
        self.replicas = count;
        self
    }

    /// Anything else.
    pub fn with(mut self, change: impl FnOnce(&mut StackSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// What the stack will be told.
    #[must_use]
    pub fn settings(&self) -> &StackSettings {
        &self.settings
    }

    /// Starts it.
    ///
    /// # Panics
    /// When it does not start, or an engine is not there.
    pub async fn start(mut self) -> TestStack {
        let mut nats = None;
        if self.shape.has_nats() && self.settings.nats.is_none() {
            let server = NatsServer::begin().await;
            self = self.over(&server);
            nats = Some(server);
        }
        let mut database = None;
        if self.shape.engine() == Engine::Postgres && self.database_url.is_none() {
            let own = OwnDatabase::create();
            let url: PostgresUrl = own.url().parse().expect("a URL");
            // Many stacks share the server.
            self.settings.database = Some(url.with_connections(6));
            self.database_url = Some(own.url().to_owned());
            database = Some(own);
        }
        let Self { settings, folder, shape, linked, replicas, own, database_url } = self;
        let mut stack = TestStack {
            running: None,
            shape,
            linked,
            replicas,
            own,
            settings,
            folder,
            database_url,
            database,
            nats,
            raw: Raw::new(""),
            people: AtomicU32::new(0),
            given_back: false,
        };
        Box::pin(stack.run()).await;
        stack
    }
}

impl TestStack {
    /// A stack with a folder of its own.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// The same on these engines.
    pub async fn start_on(shape: impl Into<Shape>) -> Self {
        Self::builder().on(shape).start().await
    }

    /// A stack that differs.
    pub fn builder() -> TestStackBuilder {
        TestStackBuilder::default()
    }

    /// What it stands on.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The simulated card provider.
    ///
    /// # Panics
    /// When cards are not simulated.
    #[must_use]
    pub fn provider(&self) -> &SimulatedProvider {
        self.stack().simulated().expect("simulated cards")
    }

    /// The stack itself.
    ///
    /// # Panics
    /// When it was stopped, or runs in processes of its own.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        match self.running() {
            Running::Here(stack) => stack,
            Running::Cluster(_) => panic!("it does not run in this process"),
        }
    }

    /// Its processes.
    ///
    /// # Panics
    /// When it was stopped, or runs in this process.
    pub fn cluster(&mut self) -> &mut Cluster {
        match self.running.as_mut().expect("a running stack") {
            Running::Cluster(cluster) => cluster,
            Running::Here(_) => panic!("it runs in this process"),
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("a running stack")
    }

    /// What the card provider has done.
    ///
    /// # Panics
    /// When its book cannot be read.
    pub async fn ledger(&self) -> Ledger {
        self.running().ledger().await
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        self.running().url()
    }

    /// Where its databases are.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.settings.data_dir.clone()
    }

    /// The URL of its PostgreSQL database.
    ///
    /// # Panics
    /// When it has none.
    #[must_use]
    pub fn database_url(&self) -> &str {
        self.database_url.as_deref().expect("a PostgreSQL database")
    }

    /// Runs a command by hand on that database; answers its rows, columns separated by `|`.
    ///
    /// # Panics
    /// When it has none, or the command is refused.
    pub fn psql(&self, sql: &str) -> String {
        self.database.as_ref().expect("a database on the shared server").psql(sql)
    }

    /// The NATS server of its shape.
    ///
    /// # Panics
    /// When it has none.
    pub fn nats(&mut self) -> &mut NatsServer {
        self.nats.as_mut().expect("a NATS server of its own")
    }

    /// A client that nobody is signed in with.
    ///
    /// # Panics
    /// Never: the address is valid.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.url()).expect("a client")
    }

    /// A client of somebody who has just signed up.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn user(&self, name: &str) -> Client {
        let client = self.client();
        client.auth().sign_up(self.email(name), PASSWORD).await.expect("a user signs up");
        client
    }

    /// Somebody who has just signed up, for requests made by hand.
    pub async fn session(&self, name: &str) -> TestSession {
        TestSession::sign_up(&self.raw, self.email(name)).await
    }

    /// A client for exact requests.
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// A client for exact requests of each process that serves `service`, past the ingress.
    ///
    /// # Panics
    /// When it was stopped.
    #[must_use]
    pub fn raw_of_each(&self, service: Service) -> Vec<Raw> {
        self.running().urls(service).into_iter().map(Raw::new).collect()
    }

    /// An e-mail that nobody has used yet.
    pub fn email(&self, name: &str) -> String {
        format!("{name}-{}@example.com", self.people.fetch_add(1, Ordering::Relaxed))
    }

    /// The marketplace's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.stack().clock()
    }

    /// Whether nothing waits. A bus that cannot be asked now is none that nothing waits on.
    ///
    /// # Panics
    /// When the databases cannot be read.
    pub async fn is_settled(&self) -> bool {
        match self.running().is_settled().await {
            Err(AuditError::Bus(_)) => false,
            settled => settled.expect("the databases can be read"),
        }
    }

    /// Waits until nothing waits.
    pub async fn settle(&self) {
        eventually!(self.is_settled().await, seconds 20);
    }

    /// What the audit finds.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn report(&self) -> Report {
        self.running().audit().await.expect("the databases can be read")
    }

    /// Fails the test if an invariant is broken.
    ///
    /// # Panics
    /// When one is.
    pub async fn audit(&self) {
        let report = self.report().await;
        assert!(report.is_clean(), "\n{report}");
    }

    /// Stops the stack and starts it again in the same folder, at the same marketplace's time, on another port.
    ///
    /// # Panics
    /// When it does not stop in an orderly way, or does not start.
    pub async fn restart(&mut self) {
        self.restart_with(|_| {}).await;
    }

    /// The same, told something else.
    ///
    /// # Panics
    /// When it does not stop in an orderly way, or does not start.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut StackSettings)) {
        self.stop().await;
        change(&mut self.settings);
        self.run().await;
    }

    async fn run(&mut self) {
        let nats = self.settings.nats.as_ref().map_or("", |options| &options.url);
        let database = self.database_url.as_deref().unwrap_or_default();
        let (linked, replicas, own) = (self.linked, self.replicas, self.own.as_slice());
        let ground = Ground { settings: &self.settings, database, nats, linked, replicas, own };
        let running = Box::pin(Running::start(self.shape, ground)).await;
        self.raw = Raw::new(running.url());
        self.running = Some(running);
    }

    /// Stops the stack in an orderly way; its folder stays for [`restart`](Self::restart).
    ///
    /// # Panics
    /// When something had to be cut.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            assert!(running.stop().await, "something had to be cut");
        }
    }

    /// Waits until nothing waits, checks every invariant, and stops.
    ///
    /// # Panics
    /// When an event or a step is left, an invariant is broken, or something had to be cut.
    pub async fn finish(mut self) {
        if self.running.is_some() {
            self.settle().await;
            self.audit().await;
        }
        self.stop().await;
        self.given_back = true;
    }

    /// Stops without a look at the invariants: for tests that break them.
    pub async fn discard(mut self) {
        self.stop().await;
        self.given_back = true;
    }
}

impl Drop for TestStack {
    fn drop(&mut self) {
        // The folder goes with the stack; where a test has failed already there is nothing to add.
        drop(self.folder.take());
        assert!(self.given_back || std::thread::panicking(), "a test must end with `stack.finish().await`");
    }
}

//! The marketplace of one test.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ticketing_engines::{DbEngine, NatsServer, OwnDatabase, Shape};
use ticketing_payments::SimulatedProvider;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::PostgresUrl;
use ticketing_sdk::Client;
use ticketing_server::audit::{AuditError, Ledger, Report};
use ticketing_server::{Service, Stack, StackSettings};

use crate::Deadline;
use crate::builder::TestStackBuilder;
use crate::cluster::Cluster;
use crate::deployment::Deployment;
use crate::raw::RawClient;
use crate::session::{PASSWORD, TestSession};

/// A running marketplace. It must end with [`finish`](Self::finish), which fails the test if work is unfinished or an
/// invariant is violated.
#[derive(Debug)]
pub struct TestStack {
    // `None` when it is stopped.
    deployment: Option<Deployment>,
    builder: TestStackBuilder,
    database: Option<OwnDatabase>,
    nats: Option<NatsServer>,
    raw: RawClient,
    accounts: AtomicU32,
    finished: bool,
}

impl TestStackBuilder {
    /// Starts the stack.
    ///
    /// # Panics
    /// Panics if it does not start, or a server is missing.
    pub async fn start(mut self) -> TestStack {
        let mut nats = None;
        if self.shape.has_nats() && self.settings.nats.is_none() {
            let server = NatsServer::begin().await;
            self = self.nats_server(&server);
            nats = Some(server);
        }
        let mut database = None;
        if self.shape.engine() == DbEngine::Postgres && self.database_url.is_none() {
            let own_database = OwnDatabase::create();
            let url: PostgresUrl = own_database.url().parse().expect("a URL");
            // Many stacks share the server.
            self.settings.database = Some(url.with_connections(6));
            self.database_url = Some(own_database.url().to_owned());
            database = Some(own_database);
        }
        let mut stack = TestStack {
            deployment: None,
            builder: self,
            database,
            nats,
            raw: RawClient::new(""),
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
    pub fn shape(&self) -> Shape {
        self.builder.shape
    }

    /// Returns the simulated card provider.
    ///
    /// # Panics
    /// Panics if cards are not simulated.
    pub fn provider(&self) -> &SimulatedProvider {
        self.stack().simulated_provider().expect("simulated cards")
    }

    /// Returns the stack.
    ///
    /// # Panics
    /// Panics if it is stopped, or runs in processes of its own.
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
        match self.deployment.as_mut().expect("a running stack") {
            Deployment::Cluster(cluster) => cluster,
            Deployment::InProcess(_) => panic!("it runs in this process"),
        }
    }

    fn deployment(&self) -> &Deployment {
        self.deployment.as_ref().expect("a running stack")
    }

    /// Reads the ledger of the card provider.
    ///
    /// # Panics
    /// Panics if the ledger cannot be read.
    pub async fn ledger(&self) -> Ledger {
        self.deployment().auditor().ledger().await.expect("the ledger can be read")
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        self.deployment().url()
    }

    /// Returns the folder of its databases.
    pub fn data_dir(&self) -> PathBuf {
        self.builder.settings.data_dir.clone()
    }

    /// Returns the URL of its PostgreSQL database.
    ///
    /// # Panics
    /// Panics if it has none.
    pub fn database_url(&self) -> &str {
        self.builder.database_url.as_deref().expect("a PostgreSQL database")
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
        self.nats.as_mut().expect("a NATS server of its own")
    }

    /// Returns a client without a session.
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
    pub fn raw(&self) -> &RawClient {
        &self.raw
    }

    /// Returns a client for raw requests of each process of `service`, without the ingress.
    ///
    /// # Panics
    /// Panics if it is stopped.
    pub fn raw_of_each(&self, service: Service) -> Vec<RawClient> {
        self.deployment().urls(service).into_iter().map(RawClient::new).collect()
    }

    /// Returns an unused e-mail address.
    pub fn email(&self, name: &str) -> String {
        format!("{name}-{}@example.com", self.accounts.fetch_add(1, Ordering::Relaxed))
    }

    /// Returns the clock of the marketplace.
    pub fn clock(&self) -> &Clock {
        self.stack().clock()
    }

    /// Returns whether no work is pending. A bus that cannot be read counts as pending.
    ///
    /// # Panics
    /// Panics if the databases cannot be read.
    pub async fn is_settled(&self) -> bool {
        match self.deployment().auditor().is_settled().await {
            Err(AuditError::Bus(_)) => false,
            settled => settled.expect("the databases can be read"),
        }
    }

    /// Waits until no work is pending.
    pub async fn settle(&self) {
        self.settle_within(Duration::from_secs(20)).await;
    }

    /// Waits until no work is pending, within this time.
    pub(crate) async fn settle_within(&self, limit: Duration) {
        let deadline = Deadline::from_now(limit);
        while !self.is_settled().await {
            deadline.pause("the marketplace settles").await;
        }
    }

    /// Runs the audit.
    ///
    /// # Panics
    /// Panics if the audit fails.
    pub async fn report(&self) -> Report {
        self.deployment().auditor().audit().await.expect("the databases can be read")
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
        change(&mut self.builder.settings);
        self.run().await;
    }

    async fn run(&mut self) {
        let deployment = Box::pin(Deployment::start(&self.builder)).await;
        self.raw = RawClient::new(deployment.url());
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
        drop(self.builder.folder.take());
        assert!(self.finished || std::thread::panicking(), "a test must end with `stack.finish().await`");
    }
}

//! A marketplace of many processes: at least two of each service, behind the nginx of a deployment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use ticketing_bus::Bus;
use ticketing_engines::Nginx;
use ticketing_payments::StripeProvider;
use ticketing_platform::db::PostgresUrl;
use ticketing_server::audit::{AuditTarget, Auditor};
use ticketing_server::{Service, StackSettings};
use tokio::process::{Child, Command};

use crate::Deadline;
use crate::builder::TestStackBuilder;
use crate::links::{Link, Links};
use crate::process::{self, START_TIMEOUT, wait_until_ended, wait_until_listening};
use crate::proxy::FaultProxy;

/// How long a process may need, under load, to reach a kill point.
const KILL_POINT_TIMEOUT: Duration = Duration::from_secs(120);
/// The configuration of the ingress of a deployment.
const INGRESS: &str = include_str!("../../deploy/nginx.conf");

/// The processes, which are killed on drop.
#[derive(Debug)]
pub struct Cluster {
    program: PathBuf,
    replicas: Vec<Replica>,
    /// The folder of the armed kill points, with a folder per service.
    kill_points_dir: TempDir,
    ingress: Nginx,
    auditor: Auditor,
}

/// One process of a service, and where it listens: the same after a restart.
#[derive(Debug)]
struct Replica {
    service: Service,
    address: SocketAddr,
    environment: Environment,
    links: Option<Links>,
    child: Option<Child>,
}

type Environment = Vec<(&'static str, String)>;

impl Cluster {
    /// Creates the tables and streams, and starts every process and the ingress.
    ///
    /// # Panics
    /// Panics if a process does not start.
    pub(crate) async fn start(builder: &TestStackBuilder) -> Self {
        let settings = &builder.settings;
        let database = builder.database_url.as_deref().expect("a PostgreSQL database");
        let nats = settings.nats.as_ref().expect("a NATS server");
        let program = program();
        let kill_points_dir = tempfile::tempdir().expect("a folder");
        let common = environment(settings, database, &nats.url);
        let environment_of = |service: Option<Service>| {
            let theirs = builder.service_settings.iter().filter(move |(of, ..)| *of == service);
            [common.clone(), theirs.map(|(_, name, value)| (*name, value.clone())).collect()].concat()
        };
        let migrated = command(&program, &environment_of(None)).arg("migrate").status().await;
        assert!(migrated.expect("the program can be started").success(), "tables and streams are created");
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let stripe = settings.stripe.iter().map(|stripe| (Link::Stripe, stripe.api_base.to_string()));
        let mut servers = vec![(Link::Postgres, database.to_owned()), (Link::Nats, nats.url.clone())];
        servers.extend(stripe);
        let mut replicas = Vec::new();
        for service in (0..builder.replicas).flat_map(|_| Service::ALL) {
            let mut environment = environment_of(Some(service));
            let kill_points = kill_points_dir.path().join(service.name());
            std::fs::create_dir_all(&kill_points).expect("a folder");
            environment.push(("TICKETING_KILL_POINTS", kill_points.to_string_lossy().into_owned()));
            let links = if builder.has_links { Some(Links::start(&servers).await) } else { None };
            environment.extend(links.iter().flat_map(Links::environment));
            replicas.push(Replica { service, address: anywhere, environment, links, child: None });
        }
        // All start at once, as in a deployment.
        let starting: Vec<_> = replicas
            .iter()
            .map(|replica| {
                let process = replica.process(&program);
                tokio::spawn(async move { wait_until_listening(process).await.expect("a process listens") })
            })
            .collect();
        for (replica, starting) in replicas.iter_mut().zip(starting) {
            let (child, address) = starting.await.expect("a process starts");
            (replica.child, replica.address) = (Some(child), address);
        }
        let of = |service: Service| {
            let those = replicas.iter().filter(|replica| replica.service == service);
            (service.name(), those.map(|replica| replica.address).collect())
        };
        let public = Service::ALL.into_iter().filter(|service| service.is_public());
        let ingress = Nginx::start(INGRESS, &public.map(of).collect::<Vec<_>>()).await;
        let bus = Bus::jetstream(nats.clone()).await.expect("the bus can be read");
        let url: PostgresUrl = database.parse().expect("a URL");
        let mut target = AuditTarget::new("").with_database(url.with_connections(2)).with_bus(&bus);
        if let Some(stripe) = &settings.stripe {
            let ledger =
                StripeProvider::new(stripe, settings.clock.clone()).expect("the Stripe settings are valid");
            target = target.with_ledger(Arc::new(ledger));
        }
        let auditor = target.auditor().expect("the databases can be read");
        Self { program, replicas, kill_points_dir, ingress, auditor }
    }

    /// Returns the URL of the ingress.
    pub fn url(&self) -> String {
        self.ingress.url()
    }

    /// Returns the auditor of the running marketplace.
    pub fn auditor(&self) -> &Auditor {
        &self.auditor
    }

    /// Returns the numbers of its processes.
    pub fn processes(&self) -> std::ops::Range<usize> {
        0..self.replicas.len()
    }

    /// Returns the numbers of the processes of a service.
    pub fn processes_of(&self, service: Service) -> Vec<usize> {
        self.processes().filter(|number| self.replicas[*number].service == service).collect()
    }

    /// Returns the numbers of the processes of the same service.
    pub fn replicas_of(&self, number: usize) -> Vec<usize> {
        self.processes_of(self.replicas[number].service)
    }

    /// Returns the service of a process.
    pub fn service(&self, number: usize) -> Service {
        self.replicas[number].service
    }

    /// Returns the address of a process.
    pub fn addr(&self, number: usize) -> SocketAddr {
        self.replicas[number].address
    }

    /// Kills a process (SIGKILL).
    ///
    /// # Panics
    /// Panics if it cannot be killed.
    pub async fn kill(&mut self, number: usize) {
        if let Some(mut child) = self.replicas[number].child.take() {
            child.kill().await.expect("a process can be killed");
        }
    }

    /// Terminates a process (SIGTERM), and waits for its end.
    ///
    /// # Panics
    /// Panics if it does not run, or does not end.
    pub async fn terminate(&mut self, number: usize) -> ExitStatus {
        self.signal(number, "-TERM").await;
        self.wait_until_ended(number).await
    }

    /// Waits for the end of a process.
    ///
    /// # Panics
    /// Panics if it does not run, or does not end.
    pub async fn wait_until_ended(&mut self, number: usize) -> ExitStatus {
        wait_until_ended(self.replicas[number].child.take().expect("it runs")).await
    }

    /// Sends a signal to a process: `-STOP` or `-CONT`.
    ///
    /// # Panics
    /// Panics if it does not run.
    pub async fn signal(&self, number: usize, signal: &str) {
        process::signal(self.replicas[number].child.as_ref().expect("it runs"), signal).await;
    }

    /// Arms a kill point: the next process of the service that reaches it is killed.
    ///
    /// # Panics
    /// Panics if the kill point cannot be armed.
    pub fn arm_kill_point(&self, service: Service, point: &str) {
        std::fs::write(self.kill_points_dir.path().join(service.name()).join(point), "")
            .expect("the kill point is armed");
    }

    /// Waits until a process of a service is killed at the armed kill point; returns its number.
    ///
    /// # Panics
    /// Panics if no process reaches the kill point, or a process ends in another way.
    pub async fn wait_until_killed_at(&mut self, service: Service, point: &str) -> usize {
        let kill_points_dir = self.kill_points_dir.path().join(service.name()).join(point);
        let deadline = Deadline::from_now(KILL_POINT_TIMEOUT);
        while kill_points_dir.exists() {
            deadline.pause(&format!("a process of {} to come to {point}", service.name())).await;
        }
        loop {
            for number in self.processes_of(service) {
                let child = self.replicas[number].child.as_mut().expect("it runs");
                if let Some(status) = child.try_wait().expect("the status of a process can be read") {
                    assert_eq!(status.code(), None, "a signal kills it");
                    self.replicas[number].child = None;
                    return number;
                }
            }
            deadline.pause("the end of the killed process").await;
        }
    }

    /// Returns the link of a process to a server.
    ///
    /// # Panics
    /// Panics if the cluster has no fault-injecting links.
    pub fn link(&self, number: usize, link: Link) -> &FaultProxy {
        self.replicas[number].links.as_ref().expect("fault-injecting links").proxy(link)
    }

    /// Returns the links of every process to a server.
    ///
    /// # Panics
    /// As for [`link`](Self::link).
    pub fn links(&self, link: Link) -> impl Iterator<Item = &FaultProxy> {
        self.processes().map(move |number| self.link(number, link))
    }

    /// Starts a process again on its address.
    ///
    /// # Panics
    /// Panics if it does not start.
    pub async fn restart_process(&mut self, number: usize) {
        let replica = &mut self.replicas[number];
        let deadline = Deadline::from_now(START_TIMEOUT);
        loop {
            // Another program can use the port for a moment.
            if let Some((child, _)) = wait_until_listening(replica.process(&self.program)).await {
                replica.child = Some(child);
                return;
            }
            deadline.pause("the process starts again").await;
        }
    }

    /// Shuts every process down gracefully; returns `false` if one fails.
    pub(crate) async fn stop(&mut self) -> bool {
        let running: Vec<usize> =
            self.processes().filter(|number| self.replicas[*number].child.is_some()).collect();
        let mut clean = true;
        for number in &running {
            self.signal(*number, "-TERM").await;
        }
        for number in running {
            clean &= self.wait_until_ended(number).await.success();
        }
        clean
    }
}

impl Replica {
    fn process(&self, program: &Path) -> Child {
        let mut command = command(program, &self.environment);
        command.args([self.service.name(), "--listen", &self.address.to_string()]);
        command.spawn().expect("a process can be started")
    }
}

fn environment(settings: &StackSettings, database: &str, nats: &str) -> Environment {
    let mut environment = vec![
        ("TICKETING_DATABASE_URL", database.to_owned()),
        // Many processes share the server.
        ("TICKETING_DATABASE_CONNECTIONS", "4".to_owned()),
        ("TICKETING_NATS_URL", nats.to_owned()),
        ("TICKETING_JWT_KEY", join_secrets(&settings.jwt_keys)),
        ("TICKETING_PASS_KEY", join_secrets(&settings.pass_keys)),
        ("TICKETING_RESALE_CAP", settings.resale_cap.to_string()),
        ("TICKETING_COOKIE_NAME", settings.cookie.name().to_owned()),
        (
            "TICKETING_ALLOWED_ORIGINS",
            settings.allowed_origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        ),
        ("TICKETING_ORDER_TTL", format!("{}s", settings.order_ttl.as_secs())),
        ("TICKETING_OPEN_ORDERS", settings.open_orders.to_string()),
        ("TICKETING_REORDER_PAUSE", format!("{}s", settings.reorder_pause.as_secs())),
        ("TICKETING_WRITES_PER_MINUTE", settings.writes.per_minute.to_string()),
        ("TICKETING_WRITE_BURST", settings.writes.burst.to_string()),
        ("TICKETING_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        // All clients have one address.
        ("TICKETING_SIGNINS_PER_ADDRESS", "1000000".to_owned()),
        ("TICKETING_LOG", "error".to_owned()),
    ];
    if let Some(traces) = &settings.traces {
        environment.push(("TICKETING_OTLP_ENDPOINT", traces.endpoint.to_string()));
    }
    if let Some(key) = &settings.stripe_publishable_key {
        environment.push(("TICKETING_STRIPE_PUBLISHABLE_KEY", key.to_string()));
    }
    if let Some(stripe) = &settings.stripe {
        environment.extend([
            ("TICKETING_STRIPE_KEY", stripe.key.expose_secret().to_owned()),
            ("TICKETING_STRIPE_API_BASE", stripe.api_base.to_string()),
            ("TICKETING_STRIPE_WEBHOOK_SECRET", join_secrets(&stripe.webhook_secrets)),
        ]);
    }
    environment
}

fn join_secrets(secrets: &[SecretString]) -> String {
    secrets.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>().join(",")
}

/// The program is in the parent folder of the test program.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let program = test.parent().and_then(|deps| deps.parent()).expect("a folder").join("ticketing-server");
    assert!(program.is_file(), "{} is not there: build ticketing-server first", program.display());
    program
}

fn command(program: &Path, environment: &[(&'static str, String)]) -> Command {
    let mut command = process::command(program);
    // The environment of the tests must not configure the services.
    command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

//! A marketplace of many processes: two of each service or more, behind the nginx of a deployment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_engines::Nginx;
use ticketing_payments::StripeProvider;
use ticketing_platform::db::PostgresUrl;
use ticketing_server::audit::{Offline, Watch};
use ticketing_server::{Service, StackSettings};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Patience;
use crate::links::{Link, Links, Servers};
use crate::proxy::FaultProxy;

/// How many processes there are of each service, unless a test wants more.
pub const REPLICAS: usize = 2;
/// Longer than any start and any orderly end.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than it takes, under load, until somebody comes to a point of the code.
const FALLS: Duration = Duration::from_secs(120);
/// The ingress of a deployment, as it is shipped.
const INGRESS: &str = include_str!("../../deploy/nginx.conf");

/// The processes. They are killed when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    program: PathBuf,
    replicas: Vec<Replica>,
    /// Where kill points are armed, a folder for each service.
    armed: TempDir,
    ingress: Nginx,
    watch: Watch,
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

/// What a cluster stands on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'g> {
    /// Of these it takes what a test may change.
    pub(crate) settings: &'g StackSettings,
    /// The URL of the PostgreSQL database.
    pub(crate) database: &'g str,
    /// The URL of the NATS server.
    pub(crate) nats: &'g str,
    /// Whether every process has links that can go wrong.
    pub(crate) linked: bool,
    /// How many processes there are of each service.
    pub(crate) replicas: usize,
    /// What is told to some and not to all.
    pub(crate) own: &'g [OwnSetting],
}

/// A setting of one service, over what all are told. Without a service: of whoever makes tables and streams.
pub(crate) type OwnSetting = (Option<Service>, &'static str, String);

impl Cluster {
    /// Makes the tables and streams, starts every process and the ingress.
    ///
    /// # Panics
    /// When something does not start.
    pub(crate) async fn start(ground: Ground<'_>) -> Self {
        let Ground { settings, database, nats, linked, replicas: count, own } = ground;
        let program = program();
        let armed = tempfile::tempdir().expect("a folder");
        let common = environment(settings, database, nats);
        let told = |whom: Option<Service>| {
            let theirs = own.iter().filter(move |(of, ..)| *of == whom);
            [common.clone(), theirs.map(|(_, name, value)| (*name, value.clone())).collect()].concat()
        };
        let migrated = command(&program, &told(None)).arg("migrate").status().await;
        assert!(migrated.expect("the program can be started").success(), "tables and streams are made");
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let stripe = settings.stripe.as_ref().map(|stripe| stripe.api_base.to_string());
        let servers = Servers { database, nats, stripe: stripe.as_deref() };
        let mut replicas = Vec::new();
        for service in (0..count).flat_map(|_| Service::ALL) {
            let mut environment = told(Some(service));
            let kill_points = armed.path().join(service.name());
            std::fs::create_dir_all(&kill_points).expect("a folder");
            environment.push(("TICKETING_KILL_POINTS", kill_points.to_string_lossy().into_owned()));
            let links = if linked { Some(Links::to(servers).await) } else { None };
            environment.extend(links.iter().flat_map(|links| links.environment(servers)));
            replicas.push(Replica { service, address: anywhere, environment, links, child: None });
        }
        // All at once, as in a deployment.
        let starting: Vec<_> = replicas
            .iter()
            .map(|replica| {
                let process = replica.process(&program);
                tokio::spawn(async move { started(process, PATIENCE).await.expect("a process listens") })
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
        let options = settings.nats.clone().unwrap_or_else(|| JetStreamOptions::new(nats));
        let bus = Bus::jetstream(options).await.expect("the bus can be looked at");
        let url: PostgresUrl = database.parse().expect("a URL");
        let mut offline = Offline::at("").on(url.with_connections(2)).over(&bus);
        if let Some(stripe) = &settings.stripe {
            let books =
                StripeProvider::new(stripe, settings.clock.clone()).expect("the account can be asked");
            offline = offline.against(Arc::new(books));
        }
        let watch = offline.watch().expect("the databases can be looked at");
        Self { program, replicas, armed, ingress, watch }
    }

    /// Where the ingress listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.ingress.url()
    }

    /// A look at it from outside.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The numbers of its processes.
    #[must_use]
    pub fn processes(&self) -> std::ops::Range<usize> {
        0..self.replicas.len()
    }

    /// The numbers of the processes of a service.
    #[must_use]
    pub fn of(&self, service: Service) -> Vec<usize> {
        self.processes().filter(|number| self.replicas[*number].service == service).collect()
    }

    /// The numbers of the processes of the same service.
    #[must_use]
    pub fn beside(&self, number: usize) -> Vec<usize> {
        self.of(self.replicas[number].service)
    }

    /// The service of a process.
    #[must_use]
    pub fn service(&self, number: usize) -> Service {
        self.replicas[number].service
    }

    /// Where a process listens.
    #[must_use]
    pub fn addr(&self, number: usize) -> SocketAddr {
        self.replicas[number].address
    }

    /// Kills a process where it stands (SIGKILL).
    ///
    /// # Panics
    /// When it cannot be killed.
    pub async fn kill(&mut self, number: usize) {
        if let Some(mut child) = self.replicas[number].child.take() {
            child.kill().await.expect("a process can be killed");
        }
    }

    /// Asks a process to end, and waits for that.
    ///
    /// # Panics
    /// When it does not run, or does not end.
    pub async fn terminate(&mut self, number: usize) -> ExitStatus {
        self.signal(number, "-TERM").await;
        self.ended(number).await
    }

    /// Waits for the end of a process.
    ///
    /// # Panics
    /// When it does not run, or does not end.
    pub async fn ended(&mut self, number: usize) -> ExitStatus {
        let mut child = self.replicas[number].child.take().expect("it runs");
        let ended = timeout(PATIENCE, child.wait()).await;
        ended.expect("the process ends in time").expect("its end can be heard of")
    }

    /// Sends a process a signal, as `kill` knows it: `-STOP`, and `-CONT`.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn signal(&self, number: usize, signal: &str) {
        let pid = self.replicas[number].child.as_ref().and_then(Child::id).expect("it runs").to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().await;
        assert!(sent.expect("signals can be sent").success());
    }

    /// Lets a process of a service die where it next comes to this point of the code.
    ///
    /// # Panics
    /// When the point cannot be armed.
    pub fn arm(&self, service: Service, point: &str) {
        std::fs::write(self.armed.path().join(service.name()).join(point), "").expect("a point is armed");
    }

    /// Waits until a process of a service has died at the point that was armed; answers its number.
    ///
    /// # Panics
    /// When nobody comes to that point, or a process ends in another way.
    pub async fn fallen(&mut self, service: Service, point: &str) -> usize {
        let armed = self.armed.path().join(service.name()).join(point);
        let patience = Patience::lasting(FALLS);
        while armed.exists() {
            patience.pause(&format!("a process of {} to come to {point}", service.name())).await;
        }
        loop {
            for number in self.of(service) {
                let child = self.replicas[number].child.as_mut().expect("it runs");
                if let Some(status) = child.try_wait().expect("a process can be looked at") {
                    assert_eq!(status.code(), None, "it was to be killed by a signal");
                    self.replicas[number].child = None;
                    return number;
                }
            }
            patience.pause("the end of a process that was to die").await;
        }
    }

    /// The link of a process to a server.
    ///
    /// # Panics
    /// When the cluster was started without links that can go wrong.
    #[must_use]
    pub fn link(&self, number: usize, link: Link) -> &FaultProxy {
        self.replicas[number].links.as_ref().expect("links that can go wrong").of(link)
    }

    /// The links of every process to a server.
    ///
    /// # Panics
    /// As for [`link`](Self::link).
    pub fn links(&self, link: Link) -> impl Iterator<Item = &FaultProxy> {
        self.processes().map(move |number| self.link(number, link))
    }

    /// Starts a process again, where it listened.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_again(&mut self, number: usize) {
        let replica = &mut self.replicas[number];
        let patience = Patience::lasting(PATIENCE);
        loop {
            // Somebody else may use the port for a moment.
            if let Some((child, _)) = started(replica.process(&self.program), PATIENCE).await {
                replica.child = Some(child);
                return;
            }
            patience.pause("a process starts again").await;
        }
    }

    /// Ends every process in an orderly way. `false` where one of them did not.
    pub(crate) async fn stop(&mut self) -> bool {
        let running: Vec<usize> =
            self.processes().filter(|number| self.replicas[*number].child.is_some()).collect();
        let mut clean = true;
        for number in &running {
            self.signal(*number, "-TERM").await;
        }
        for number in running {
            clean &= self.ended(number).await.success();
        }
        clean
    }
}

impl Replica {
    fn process(&self, program: &PathBuf) -> Child {
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
        ("TICKETING_JWT_KEY", joined(&settings.jwt_keys)),
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
        // All the clients come from one address.
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
            ("TICKETING_STRIPE_WEBHOOK_SECRET", joined(&stripe.webhook_secrets)),
        ]);
    }
    environment
}

fn joined(secrets: &[SecretString]) -> String {
    secrets.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>().join(",")
}

/// The program lies beside the folder of the tests.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let program = test.parent().and_then(|deps| deps.parent()).expect("a folder").join("ticketing-server");
    assert!(program.is_file(), "{} is not there: build ticketing-server first", program.display());
    program
}

fn command(program: &PathBuf, environment: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(program);
    // Nothing of whoever runs the tests may change what the services do.
    command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    command
}

/// The process, once it says where it listens; nothing if it ends before.
async fn started(mut child: Child, within: Duration) -> Option<(Child, SocketAddr)> {
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    let first = timeout(within, lines.next_line()).await.ok()?.ok()??;
    let address = first.strip_prefix("listening on http://")?.parse().ok()?;
    // Whatever else it prints must not stop it.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Some((child, address))
}

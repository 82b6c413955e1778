//! A marketplace of many processes: two of each service, behind the nginx of a deployment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_engines::Nginx;
use ticketing_payments::StripeProvider;
use ticketing_platform::db::PostgresUrl;
use ticketing_server::audit::{Offline, Watch};
use ticketing_server::{Service, StackSettings};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::{JWT_KEY, Patience};

/// How many processes there are of each service.
pub const REPLICAS: usize = 2;
/// Longer than any start and any orderly end.
const PATIENCE: Duration = Duration::from_secs(30);
/// The ingress of a deployment, as it is shipped.
const INGRESS: &str = include_str!("../../deploy/nginx.conf");

/// The processes. They are killed when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    program: PathBuf,
    environment: Vec<(&'static str, String)>,
    replicas: Vec<Replica>,
    ingress: Nginx,
    watch: Watch,
}

/// One process of a service, and where it listens: the same after a restart.
#[derive(Debug)]
struct Replica {
    service: Service,
    address: SocketAddr,
    child: Option<Child>,
}

impl Cluster {
    /// Makes the tables and streams, starts every process and the ingress. Of the settings it takes what a test may
    /// change.
    ///
    /// # Panics
    /// When something does not start.
    pub(crate) async fn start(settings: &StackSettings, database: &str, nats: &str) -> Self {
        let program = program();
        let environment = environment(settings, database, nats);
        let migrated = command(&program, &environment).arg("migrate").status().await;
        assert!(migrated.expect("the program can be started").success(), "tables and streams are made");
        let services = || (0..REPLICAS).flat_map(|_| Service::ALL);
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        // All at once, as in a deployment.
        let starting: Vec<_> = services()
            .map(|service| {
                let process = process(&program, &environment, service, anywhere);
                tokio::spawn(async move { started(process, PATIENCE).await.expect("a process listens") })
            })
            .collect();
        let mut replicas = Vec::new();
        for (service, starting) in services().zip(starting) {
            let (child, address) = starting.await.expect("a process starts");
            replicas.push(Replica { service, address, child: Some(child) });
        }
        let of = |service: Service| {
            let those = replicas.iter().filter(|replica| replica.service == service);
            (service.name(), those.map(|replica| replica.address).collect())
        };
        let public = Service::ALL.into_iter().filter(|service| service.is_public());
        let ingress = Nginx::start(INGRESS, &public.map(of).collect::<Vec<_>>()).await;
        let bus = Bus::jetstream(JetStreamOptions::new(nats)).await.expect("the bus can be looked at");
        let url: PostgresUrl = database.parse().expect("a URL");
        let mut offline = Offline::at("").on(url.with_connections(2)).over(&bus);
        if let Some(stripe) = &settings.stripe {
            let books =
                StripeProvider::new(stripe, settings.clock.clone()).expect("the account can be asked");
            offline = offline.against(Arc::new(books));
        }
        let watch = offline.watch().expect("the databases can be looked at");
        Self { program, environment, replicas, ingress, watch }
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
        let mut child = self.replicas[number].child.take().expect("it runs");
        let pid = child.id().expect("it runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(asked.expect("signals can be sent").success());
        let ended = timeout(PATIENCE, child.wait()).await;
        ended.expect("the process ends in time").expect("its end can be heard of")
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
            let process = process(&self.program, &self.environment, replica.service, replica.address);
            if let Some((child, _)) = started(process, PATIENCE).await {
                replica.child = Some(child);
                return;
            }
            patience.pause("a process starts again").await;
        }
    }

    /// Ends every process in an orderly way. `false` where one of them did not.
    pub(crate) async fn stop(&mut self) -> bool {
        let mut clean = true;
        for number in self.processes() {
            if self.replicas[number].child.is_some() {
                clean &= self.terminate(number).await.success();
            }
        }
        clean
    }
}

fn environment(settings: &StackSettings, database: &str, nats: &str) -> Vec<(&'static str, String)> {
    let mut environment = vec![
        ("TICKETING_DATABASE_URL", database.to_owned()),
        // Many processes share the server.
        ("TICKETING_DATABASE_CONNECTIONS", "4".to_owned()),
        ("TICKETING_NATS_URL", nats.to_owned()),
        ("TICKETING_JWT_KEY", JWT_KEY.to_owned()),
        ("TICKETING_COOKIE_NAME", settings.cookie.name().to_owned()),
        ("TICKETING_ORDER_TTL", format!("{}s", settings.order_ttl.as_secs())),
        ("TICKETING_OPEN_ORDERS", settings.open_orders.to_string()),
        ("TICKETING_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        // All the clients come from one address.
        ("TICKETING_SIGNINS_PER_ADDRESS", "1000000".to_owned()),
        ("TICKETING_LOG", "error".to_owned()),
    ];
    if let Some(key) = &settings.stripe_publishable_key {
        environment.push(("TICKETING_STRIPE_PUBLISHABLE_KEY", key.to_string()));
    }
    if let Some(stripe) = &settings.stripe {
        let secrets: Vec<&str> = stripe.webhook_secrets.iter().map(ExposeSecret::expose_secret).collect();
        environment.extend([
            ("TICKETING_STRIPE_KEY", stripe.key.expose_secret().to_owned()),
            ("TICKETING_STRIPE_API_BASE", stripe.api_base.to_string()),
            ("TICKETING_STRIPE_WEBHOOK_SECRET", secrets.join(",")),
        ]);
    }
    environment
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

fn process(
    program: &PathBuf,
    environment: &[(&'static str, String)],
    service: Service,
    address: SocketAddr,
) -> Child {
    let mut command = command(program, environment);
    command
        .args([service.name(), "--listen", &address.to_string()])
        .spawn()
        .expect("a process can be started")
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

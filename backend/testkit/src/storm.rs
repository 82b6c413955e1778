//! Concurrent writes against a server that is killed repeatedly.
//!
//! Many clients list, edit, withdraw, order, cancel and pay at once, and transfer, claim, resell and check in passes.
//! Each write is retried with the same key until it gets a response, while the server is killed (`kill -9`) at any
//! moment: at work, with its first response, and during its start. In the end every response must hold: the effects
//! exist, nothing happened twice, every event is consumed, and the audit of the data directory is clean.

mod client;
mod client_pool;
mod cluster;
mod connection;
mod events;
mod fresh;
mod outage;
mod server;
mod verify;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ticketing_engines::NatsServer;
use ticketing_server::audit::Report;
use tokio::time::sleep;

pub use self::client::SellerActivity;
pub use self::client_pool::ClientPool;
pub use self::cluster::CLUSTER_ORDER_TTL;
pub use self::fresh::FRESH_PURCHASE;
pub use self::outage::{OutageStorm, OutageSummary};

use self::events::Events;
use self::server::Server;
use crate::Deadline;
use fastrand::Rng;

/// The duration of a reservation: some expire in the storm.
const ORDER_TTL: &str = "2s";
/// How long the consumers may need to process all events.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The server: a program that takes `--listen`, `--data-dir` and `--order-ttl` and prints its address.
#[derive(Clone, Debug)]
pub struct Program {
    /// The path of the program.
    pub path: PathBuf,
    /// The arguments before those.
    pub args: Vec<OsString>,
}

/// A storm: against one server, or against the processes of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// The number of rounds with a kill.
    pub rounds: u32,
    /// The number of concurrent clients.
    pub clients: u64,
    /// The activity of sellers during the purchases of their tickets.
    pub sellers: SellerActivity,
    /// The seed of the random choices.
    pub seed: u64,
}

/// The result of a storm.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The seed.
    pub seed: u64,
    /// The number of kills at work.
    pub killed_at_work: u32,
    /// The number of kills during a start.
    pub killed_at_start: u32,
    /// The number of writes.
    pub writes: u64,
    /// The number of writes with a 2xx response.
    pub succeeded: u64,
    /// The number of retries.
    pub retried: u64,
    /// The report of the audit of the data directory.
    pub audit: Report,
    /// The duration.
    pub took: Duration,
}

impl Storm {
    /// Runs the storm against a program in `data_dir`; calls `report` after each round.
    ///
    /// # Panics
    /// Panics if a response does not hold, or the server fails.
    pub async fn run(&self, program: &Program, data_dir: &Path, report: impl FnMut(String)) -> Summary {
        self.run_with(program, data_dir, Events::Embedded, report).await
    }

    /// Runs the storm with the events on a NATS server, which is killed during the rounds. The program also takes
    /// `--nats-url`.
    ///
    /// # Panics
    /// Panics if a response does not hold, or a server fails.
    pub async fn run_with_nats(
        &self,
        program: &Program,
        data_dir: &Path,
        nats: &mut NatsServer,
        report: impl FnMut(String),
    ) -> Summary {
        self.run_with(program, data_dir, Events::nats(nats).await, report).await
    }

    async fn run_with(
        &self,
        program: &Program,
        data_dir: &Path,
        mut events: Events<'_>,
        mut report: impl FnMut(String),
    ) -> Summary {
        let began = Instant::now();
        let program = events.configure(program);
        let mut clients = ClientPool::without_server(self.clients, self.seed, self.sellers);
        let (mut killed_at_work, mut killed_at_start) = (0, 0);
        for round in 1..=self.rounds {
            let mut rng = self.rng_of_round(round);
            // The first start creates the databases: incomplete ones must not prevent the next start.
            let starts = if round == 1 { 3 } else { u32::from(rng.u64(..100) < 40) };
            for _ in 0..starts {
                kill_at_start(&program, data_dir, &mut rng).await;
            }
            killed_at_start += starts;
            let answers = if rng.u64(..100) < 25 { rng.u64(..4) } else { 20 + rng.u64(..500) };
            let server = start_and_wait(&program, data_dir, &mut clients, answers).await;
            if rng.u64(..100) < 50 {
                events.restart_nats().await;
                clients.wait_for_responses(rng.u64(..100)).await;
            }
            server.kill().await;
            clients.connection().mark_stopped();
            killed_at_work += 1;
            let [writes, succeeded, retried] = clients.counts();
            report(format!(
                "round {round}: killed after {answers} responses; {writes} writes so far, {succeeded} succeeded, {retried} retried"
            ));
        }

        let server = start_and_wait(&program, data_dir, &mut clients, 200).await;
        let counts = clients.stop_and_verify().await;
        settle(&events, data_dir).await;
        let status = server.terminate().await;
        assert!(status.success(), "the server ended with {status}");
        let audit = events.audit(data_dir).await;
        assert!(audit.is_clean(), "the audit of the data directory finds:\n{audit}");
        let [writes, succeeded, retried] = counts;
        let took = began.elapsed();
        Summary { seed: self.seed, killed_at_work, killed_at_start, writes, succeeded, retried, audit, took }
    }

    fn rng_of_round(&self, round: u32) -> Rng {
        Rng::with_seed(self.seed.wrapping_add(1_000_000 + u64::from(round)))
    }

    /// Kills `times` servers, each while it creates its databases in a folder of its own, and starts each again.
    ///
    /// # Panics
    /// Panics if one of them does not start again.
    pub async fn interrupt_first_starts(&self, program: &Program, folder: &Path, times: u32) {
        let began = Instant::now();
        let server = Server::start(program, &folder.join("whole"), ORDER_TTL).await;
        let whole = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        server.kill().await;
        let mut rng = Rng::with_seed(self.seed);
        for time in 0..times {
            let data_dir = folder.join(time.to_string());
            let mut child = server::spawn(program, &data_dir, ORDER_TTL);
            sleep(Duration::from_micros(rng.u64(..whole.max(1)))).await;
            child.kill().await.expect("the server can be killed");
            Server::start(program, &data_dir, ORDER_TTL).await.kill().await;
        }
    }
}

async fn kill_at_start(program: &Program, data_dir: &Path, rng: &mut Rng) {
    let mut child = server::spawn(program, data_dir, ORDER_TTL);
    sleep(Duration::from_millis(rng.u64(..200))).await;
    child.kill().await.expect("the server can be killed");
}

/// Starts the server and waits until the clients have received this number of responses.
async fn start_and_wait(
    program: &Program,
    data_dir: &Path,
    clients: &mut ClientPool,
    answers: u64,
) -> Server {
    let server = Server::start(program, data_dir, ORDER_TTL).await;
    clients.connection().connect(&server.url);
    clients.wait_for_responses(answers).await;
    server
}

/// Waits until the audit of the running server is clean.
async fn settle(events: &Events<'_>, data_dir: &Path) {
    let deadline = Deadline::from_now(SETTLE_TIMEOUT);
    loop {
        let report = events.audit_beside_server(data_dir).await;
        if report.as_ref().is_some_and(Report::is_clean) {
            return;
        }
        let found = report.map_or_else(|| "the bus cannot be read".to_owned(), |report| report.to_string());
        deadline.pause(&format!("a clean audit, which still finds\n{found}")).await;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, killed_at_work, killed_at_start, writes, succeeded, retried, audit, took } = self;
        let seconds = took.as_secs_f64();
        writeln!(
            f,
            "seed {seed}: killed {killed_at_work} times at work and {killed_at_start} times at start"
        )?;
        writeln!(f, "{writes} writes in {seconds:.1} s: {succeeded} answered 2xx, {retried} sent again")?;
        write!(f, "{audit}")
    }
}

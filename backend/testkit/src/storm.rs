//! A storm of writes against a server that is killed in the middle of it, again and again.
//!
//! Many clients list, edit, withdraw, order, cancel and pay at once. Each write is sent until it is answered, with the
//! same key, while the server is killed (`kill -9`) at any moment: at work, with its first answer, and while it starts.
//! In the end every answer must have been true: what was answered is there, nothing happened twice, everything that
//! was said was heard, and the audit of the data directory finds nothing.

mod client;
mod cluster;
mod crowd;
mod dice;
mod events;
mod fresh;
mod line;
mod outage;
mod sellers;
mod server;
mod verdict;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ticketing_engines::NatsServer;
use ticketing_server::audit::Report;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub use self::cluster::{CLUSTER_ORDER_TTL, ClusterStorm};
pub use self::crowd::Crowd;
pub use self::fresh::FRESH_PURCHASE;
pub use self::outage::{OutageStorm, OutageSummary};
pub use self::sellers::SellerActivity;

use self::client::{Client, Memory, Shared};
use self::dice::Dice;
use self::events::Events;
use self::line::Line;
use self::server::Server;
use crate::Patience;

/// How long a reservation lasts: some run out in the storm.
const ORDER_TTL: &str = "2s";
/// The clients must get so many answers in this time.
const WORKS: Duration = Duration::from_secs(120);
/// How long it may take until everything that was said was heard.
const SETTLES: Duration = Duration::from_secs(60);

/// The server: a program that takes `--listen`, `--data-dir` and `--order-ttl` and says where it listens.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program.
    pub path: PathBuf,
    /// Arguments before those.
    pub args: Vec<OsString>,
}

/// A storm.
#[derive(Clone, Debug)]
pub struct Storm {
    /// What is under the storm.
    pub program: Program,
    /// How often it is killed.
    pub rounds: u32,
    /// How many clients write at once.
    pub clients: u64,
    /// What sellers do with tickets that are being bought.
    pub sellers: SellerActivity,
    /// What the choices are made from.
    pub seed: u64,
}

/// What happened in a storm.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The seed.
    pub seed: u64,
    /// How often the server was killed at work.
    pub killed_at_work: u32,
    /// How often it was killed while it started.
    pub killed_at_start: u32,
    /// Writes.
    pub writes: u64,
    /// Those that were answered 2xx.
    pub good: u64,
    /// How often one had to be sent again.
    pub repeated: u64,
    /// What the audit of the data directory says.
    pub audit: Report,
    /// How long it took.
    pub took: Duration,
}

impl Storm {
    /// Runs the storm in `data_dir`; tells of each round by `tell`.
    ///
    /// # Panics
    /// When an answer was not true, or the server does not do what it must.
    pub async fn run(&self, data_dir: &Path, tell: impl FnMut(String)) -> Summary {
        self.run_with(data_dir, Events::Here, tell).await
    }

    /// The same with the events on a NATS server, which is killed in the middle of the rounds. The program takes
    /// `--nats-url` too.
    ///
    /// # Panics
    /// When an answer was not true, or a server does not do what it must.
    pub async fn run_on(&self, data_dir: &Path, nats: &mut NatsServer, tell: impl FnMut(String)) -> Summary {
        self.run_with(data_dir, Events::over(nats).await, tell).await
    }

    async fn run_with(
        &self,
        data_dir: &Path,
        mut events: Events<'_>,
        mut tell: impl FnMut(String),
    ) -> Summary {
        let began = Instant::now();
        let program = events.tell(&self.program);
        let shared =
            Arc::new(Shared { line: Line::new(), board: Mutex::default(), over: AtomicBool::new(false) });
        let dice = Dice::new(self.seed);
        let mut clients = JoinSet::new();
        for number in 0..self.clients {
            clients.spawn(Client::new(number, dice.of(number), shared.clone(), self.sellers).run());
        }

        let (mut killed_at_work, mut killed_at_start) = (0, 0);
        for round in 1..=self.rounds {
            let mut dice = dice.of(1_000_000 + u64::from(round));
            // The first start makes the databases: whatever is half made must not stop the next one.
            let starts = if round == 1 { 3 } else { u32::from(dice.percent(40)) };
            for _ in 0..starts {
                kill_at_start(&program, data_dir, &mut dice).await;
            }
            killed_at_start += starts;
            let answers = if dice.percent(25) { dice.below(4) } else { 20 + dice.below(500) };
            let server = work(&program, data_dir, &shared, &mut clients, answers).await;
            if dice.percent(50) {
                events.die().await;
                go_on(&shared, &mut clients, dice.below(100)).await;
            }
            server.kill().await;
            shared.line.cut();
            killed_at_work += 1;
            tell(format!(
                "round {round}: killed after {answers} answers; {} writes so far, {} good, {} repeated",
                shared.line.sent.load(Ordering::Relaxed),
                shared.line.good.load(Ordering::Relaxed),
                shared.line.repeated.load(Ordering::Relaxed),
            ));
        }

        let server = work(&program, data_dir, &shared, &mut clients, 200).await;
        shared.over.store(true, Ordering::Relaxed);
        let mut memories: Vec<Memory> = Vec::new();
        while let Some(client) = clients.join_next().await {
            memories.push(unwind(client));
        }
        verdict::check(&shared.line, &memories).await;
        settle(&events, data_dir).await;
        let status = server.terminate().await;
        assert!(status.success(), "the server ended with {status}");
        let audit = events.audit(data_dir).await;
        assert!(audit.is_clean(), "the audit of the data directory finds:\n{audit}");
        Summary {
            seed: self.seed,
            killed_at_work,
            killed_at_start,
            writes: shared.line.sent.load(Ordering::Relaxed),
            good: shared.line.good.load(Ordering::Relaxed),
            repeated: shared.line.repeated.load(Ordering::Relaxed),
            audit,
            took: began.elapsed(),
        }
    }

    /// Kills `times` servers, each while it makes its databases in a folder of its own, and starts each once more.
    ///
    /// # Panics
    /// When one of them does not start again.
    pub async fn interrupt_first_starts(&self, folder: &Path, times: u32) {
        let began = Instant::now();
        let server = Server::start(&self.program, &folder.join("whole"), ORDER_TTL).await;
        let whole = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        server.kill().await;
        let mut dice = Dice::new(self.seed);
        for time in 0..times {
            let data_dir = folder.join(time.to_string());
            let mut child = server::spawn(&self.program, &data_dir, ORDER_TTL);
            sleep(Duration::from_micros(dice.below(whole))).await;
            child.kill().await.expect("the server can be killed");
            Server::start(&self.program, &data_dir, ORDER_TTL).await.kill().await;
        }
    }
}

async fn kill_at_start(program: &Program, data_dir: &Path, dice: &mut Dice) {
    let mut child = server::spawn(program, data_dir, ORDER_TTL);
    sleep(Duration::from_millis(dice.below(200))).await;
    child.kill().await.expect("the server can be killed");
}

/// Starts the server and lets the clients have it until so many writes were answered.
async fn work(
    program: &Program,
    data_dir: &Path,
    shared: &Shared,
    clients: &mut JoinSet<Memory>,
    answers: u64,
) -> Server {
    let server = Server::start(program, data_dir, ORDER_TTL).await;
    shared.line.connect(&server.url);
    go_on(shared, clients, answers).await;
    server
}

/// Waits until so many writes more were answered.
async fn go_on(shared: &Shared, clients: &mut JoinSet<Memory>, answers: u64) {
    let mut answered = shared.line.answered.subscribe();
    let enough = *answered.borrow() + answers;
    tokio::select! {
        // A client ends before the storm is over only when it has found something.
        Some(client) = clients.join_next() => drop(unwind(client)),
        worked = timeout(WORKS, answered.wait_for(|count| *count >= enough)) => {
            drop(worked.expect("the server answers").expect("the line outlives the storm"));
        }
    }
}

/// Waits until nothing is under way, while the server still runs.
async fn settle(events: &Events<'_>, data_dir: &Path) {
    let patience = Patience::lasting(SETTLES);
    loop {
        let report = events.audit_beside_server(data_dir).await;
        if report.as_ref().is_some_and(Report::is_clean) {
            return;
        }
        let found = report.map_or_else(|| "no bus".to_owned(), |report| report.to_string());
        patience.pause(&format!("a clean audit, which still finds\n{found}")).await;
    }
}

/// What a client has to say; what stopped it stops the storm.
fn unwind(client: Result<Memory, tokio::task::JoinError>) -> Memory {
    match client {
        Ok(memory) => memory,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => panic!("a client was lost: {error}"),
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, killed_at_work, killed_at_start, writes, good, repeated, audit, took } = self;
        let seconds = took.as_secs_f64();
        writeln!(
            f,
            "seed {seed}: killed {killed_at_work} times at work and {killed_at_start} times at start"
        )?;
        writeln!(f, "{writes} writes in {seconds:.1} s: {good} answered 2xx, {repeated} sent again")?;
        write!(f, "{audit}")
    }
}

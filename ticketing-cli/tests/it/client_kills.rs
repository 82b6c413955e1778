//! `kill -9` of the program at every step of its writes, and of its server: nothing is listed, held or charged twice, and the next
//! command states the outcome.
//!
//! `STORM_CLIENT_KILLS` sets the number of kills and prints each; `STORM_SEED` repeats the delays of another run.

mod resume;

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use ticketing_testkit::{Method, ProxiedRequest, ProxyAction, RequestProxy, RequestStage};

use crate::support::{Cli, Run, Server, eventually, finish, number, program, say, text};

/// Longer than any step of a command.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);
/// About as long as a command takes.
const COMMAND_MILLIS: u64 = 150;
/// How often a command is repeated until its outcome is known.
const MOST_RUNS: u32 = 10;
/// The ticket of the step in a plan, which has no ticket yet.
const TICKET: &str = "TICKET";

/// The process to kill, and when.
#[derive(Clone, Debug)]
enum Kill {
    /// The client, with its request or the answer to it lost or still on its way.
    Client(ProxiedRequest, ProxyAction),
    /// The client, somewhere.
    ClientAtRandom,
    /// The server, while it has a request or its answer is on its way.
    Server(ProxiedRequest, ProxyAction),
    /// The server, somewhere.
    ServerAtRandom,
}

/// A marketplace behind a proxy, with a seller, a buyer, and the buyer once more with a home of their own.
struct Stage {
    data: TempDir,
    server: Option<Server>,
    proxy: RequestProxy,
    seller: Cli,
    buyer: Cli,
    observer: Cli,
    seed: u64,
}

/// The outcome.
#[derive(Debug, Default)]
struct Figures {
    client_kills: u32,
    server_kills: u32,
    /// Commands that were over before the kill.
    late: u32,
    /// Kills that left a note in the journal, and so caused a notice.
    notices: u32,
    /// Commands that were repeated.
    repeats: u32,
    /// Repeated commands that found their work done.
    found_done: u32,
}

#[test]
fn client_or_server_killed_at_any_step_does_nothing_twice() {
    let mut stage = Stage::new();
    say(&format!("STORM_SEED={}", stage.seed));
    let plan = stage.plan();
    let kills = number("STORM_CLIENT_KILLS").map_or(plan.len(), |kills| usize::try_from(kills).unwrap());
    let (began, mut figures) = (Instant::now(), Figures::default());
    for (round, kill) in plan.iter().cycle().take(kills).enumerate() {
        let is_listing = matches!(kill, Kill::Client(step, _) if step.path == "/api/tickets");
        if is_listing {
            stage.interrupt_listing(round, kill, &mut figures);
        } else {
            stage.interrupt_purchase(round, kill, &mut figures);
        }
        say(&format!("{}/{kills} {kill:?}", round + 1));
    }
    stage.audit();
    say(&format!("{kills} kills in {:.1?}: {figures:?}", began.elapsed()));
}

impl Stage {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start_in(data.path(), &[]);
        let proxy = RequestProxy::start(&server.url);
        let url = proxy.url();
        let (seller, buyer) = (
            Cli::for_server(&url).sign_up("seller@example.com"),
            Cli::for_server(&url).sign_up("buyer@example.com"),
        );
        let observer = Cli::for_server(&url);
        let words = ["auth", "signin", "--email", "buyer@example.com", "--password-stdin"];
        assert_eq!(observer.run_with(&words, "correct horse\n").code, 0);
        let seed = number("STORM_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) % 1_000_000_000);
        Self { data, server: Some(server), proxy, seller, buyer, observer, seed }
    }

    /// Every step of a purchase and of a listing with each kind of kill, the writes of a purchase for the server, and a few
    /// at random.
    fn plan(&self) -> Vec<Kill> {
        let ticket = self.seller.ticket("The first", "20");
        let _ = self.proxy.take_requests();
        assert_eq!(Run::from_child(self.begin_to_buy(&ticket)).code, 0);
        let mut steps = Vec::new();
        for step in self.proxy.take_requests() {
            let step = ProxiedRequest { path: step.path.replace(&ticket, TICKET), ..step };
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        let writes: Vec<_> = steps.iter().filter(|step| step.method == Method::POST).cloned().collect();
        assert_eq!(writes.len(), 4, "an order and a payment, at two points each: {steps:?}");
        assert!(steps.len() > writes.len(), "the ticket is read first: {steps:?}");
        let listing = [RequestStage::Arrived, RequestStage::Answered]
            .map(|point| ProxiedRequest::new(Method::POST, "/api/tickets", point));
        let fates = |step: ProxiedRequest| {
            [ProxyAction::Drop, ProxyAction::Continue].map(|fate| (step.clone(), fate))
        };
        let of_client =
            steps.into_iter().chain(listing).flat_map(fates).map(|(step, fate)| Kill::Client(step, fate));
        let of_server = writes.into_iter().flat_map(fates).map(|(step, fate)| Kill::Server(step, fate));
        let random = [Kill::ClientAtRandom, Kill::ServerAtRandom, Kill::ClientAtRandom, Kill::ClientAtRandom];
        of_client.chain(random).chain(of_server).collect()
    }

    fn interrupt_purchase(&mut self, round: usize, kill: &Kill, figures: &mut Figures) {
        let ticket = self.seller.ticket(&format!("Ticket {round}"), "20");
        let title = format!("{round}: {kill:?} of {ticket}");
        self.interrupt(round, kill, &ticket, |stage| stage.begin_to_buy(&ticket), figures);
        // Every second time, what was delivered late meets the next command.
        if round.is_multiple_of(2) {
            self.check_notice(&self.buyer, &title, figures);
        }
        let paid = self.repeat(&title, figures, || Run::from_child(self.begin_to_buy(&ticket)));
        // The payment that this command or the interrupted one has made.
        assert!(paid.err.contains(&format!("paid $20.00 for Ticket {round}")), "{title}: {paid:?}");
        let mut orders = Vec::new();
        eventually("the order is complete", || {
            orders = self.orders_of(&ticket);
            orders.iter().any(|order| order["status"] == "complete")
        });
        assert_eq!(orders.len(), 1, "{title}: {orders:?}");
        let payments = self.observer.json(&["payments", "list", "--all"]);
        let of_order: Vec<&Value> = payments
            .as_array()
            .unwrap()
            .iter()
            .filter(|payment| payment["orderId"] == orders[0]["id"])
            .collect();
        assert_eq!(of_order.len(), 1, "{title}: {of_order:?}");
        assert_eq!(
            (&of_order[0]["status"], &of_order[0]["amount"]),
            (&"succeeded".into(), &20.into()),
            "{title}"
        );
        let shown: Value = serde_json::from_str(&paid.out).unwrap();
        assert_eq!(shown["id"], of_order[0]["id"], "{title}");
        assert_eq!(notes_of(&self.buyer), 0, "{title}");
    }

    fn interrupt_listing(&mut self, round: usize, kill: &Kill, figures: &mut Figures) {
        let title = format!("Listing {round}");
        let words = ["--output", "json", "tickets", "create", "--title", &title, "--price", "20"];
        self.interrupt(round, kill, "", |stage| stage.seller.command(&words).spawn().unwrap(), figures);
        self.check_notice(&self.seller, &title, figures);
        let listed = self.repeat(&title, figures, || self.seller.run(&words));
        assert_eq!(listed.code, 0, "{title}: {listed:?}");
        let own = self.seller.json(&["tickets", "list", "--mine", "--status", "all", "--all"]);
        let of_title: Vec<&Value> =
            own.as_array().unwrap().iter().filter(|ticket| ticket["title"] == title.as_str()).collect();
        assert_eq!(of_title.len(), 1, "{title}: {of_title:?}");
        assert_eq!(serde_json::from_str::<Value>(&listed.out).unwrap()["id"], of_title[0]["id"], "{title}");
        assert_eq!(notes_of(&self.seller), 0, "{title}");
    }

    /// Begins a command, and kills it or the server.
    fn interrupt(
        &mut self,
        round: usize,
        kill: &Kill,
        ticket: &str,
        begin: impl Fn(&Self) -> Child,
        figures: &mut Figures,
    ) {
        let delay = self.random(round);
        match kill {
            Kill::Client(step, fate) => {
                let hold = self
                    .proxy
                    .hold_at(ProxiedRequest { path: step.path.replace(TICKET, ticket), ..step.clone() });
                let mut client = begin(self);
                let held = hold.wait(STEP_TIMEOUT).unwrap_or_else(|| panic!("{kill:?} is never reached"));
                client.kill().unwrap();
                client.wait().unwrap();
                held.release(*fate);
                figures.client_kills += 1;
            }
            Kill::ClientAtRandom => {
                let mut client = begin(self);
                let ended = wait_for_exit(&mut client, delay);
                client.kill().unwrap();
                client.wait().unwrap();
                figures.client_kills += u32::from(!ended);
                figures.late += u32::from(ended);
            }
            Kill::Server(step, fate) => {
                let hold = self
                    .proxy
                    .hold_at(ProxiedRequest { path: step.path.replace(TICKET, ticket), ..step.clone() });
                let client = begin(self);
                let held = hold.wait(STEP_TIMEOUT).unwrap_or_else(|| panic!("{kill:?} is never reached"));
                self.restart_server();
                held.release(*fate);
                Run::from_child(client);
                figures.server_kills += 1;
            }
            Kill::ServerAtRandom => {
                let mut client = begin(self);
                let ended = wait_for_exit(&mut client, delay);
                self.restart_server();
                Run::from_child(client);
                figures.server_kills += 1;
                figures.late += u32::from(ended);
            }
        }
    }

    /// `kill -9`, and a new process on the same data.
    fn restart_server(&mut self) {
        drop(self.server.take());
        let server = Server::start_in(self.data.path(), &[]);
        self.proxy.set_upstream(&server.url);
        self.server = Some(server);
    }

    fn begin_to_buy(&self, ticket: &str) -> Child {
        let words = ["--output", "json", "buy", ticket, "--token", "tok_visa", "--yes"];
        self.buyer.command(&words).spawn().unwrap()
    }

    /// Checks that the next command reports an interrupted write if and only if there is one.
    fn check_notice(&self, cli: &Cli, title: &str, figures: &mut Figures) {
        let interrupted = notes_of(cli) > 0;
        let run = cli.ok(&["orders", "list"]);
        let is_reported = run.err.contains("was interrupted, and it is not known whether it was done");
        assert_eq!(is_reported, interrupted, "{title}: {run:?}");
        figures.notices += u32::from(is_reported);
        assert!(!cli.ok(&["orders", "list"]).err.contains("interrupted"), "{title}: it is reported once");
    }

    /// Repeats a command until its outcome is known.
    fn repeat(&self, title: &str, figures: &mut Figures, run: impl Fn() -> Run) -> Run {
        for _ in 0..MOST_RUNS {
            let run = run();
            figures.repeats += 1;
            match run.code {
                0 => {
                    figures.found_done += u32::from(run.err.contains("already; nothing is charged again"));
                    return run;
                }
                // The server is starting, or another attempt is on its way: the words may not claim an outcome.
                1 | 5 | 7 => {
                    let is_open = ["not known whether", "cannot be reached", "being taken", "first try"];
                    assert!(is_open.iter().any(|words| run.err.contains(words)), "{title}: {run:?}");
                }
                _ => panic!("{title}: {run:?}"),
            }
        }
        panic!("{title}: its outcome is not known after {MOST_RUNS} runs");
    }

    /// The buyer's orders of a ticket that hold it or have paid for it.
    fn orders_of(&self, ticket: &str) -> Vec<Value> {
        let orders = self.observer.json(&["orders", "list", "--all"]);
        let orders = orders.as_array().unwrap().iter();
        let of_ticket =
            orders.filter(|order| text(&order["ticket"]["id"]) == ticket && order["status"] != "cancelled");
        of_ticket.cloned().collect()
    }

    /// Every invariant holds, by the databases and by the ledger of the card provider.
    fn audit(mut self) {
        assert!(self.server.take().unwrap().terminate().success());
        let mut command = program();
        command.env("TICKETING_HOME", self.data.path()).args(["audit", "--data-dir"]).arg(self.data.path());
        let run = finish(command, "");
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        say(&run.out);
    }

    /// A time of this round, the same for the same seed.
    fn random(&self, round: usize) -> Duration {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((self.seed, round));
        Duration::from_micros(hash % (COMMAND_MILLIS * 1000))
    }
}

/// Waits for the end of a process until a timeout. Returns whether it has ended.
fn wait_for_exit(child: &mut Child, delay: Duration) -> bool {
    let until = Instant::now() + delay;
    loop {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::park_timeout(left.min(Duration::from_millis(1)));
    }
}

/// Returns the number of journal entries of this user. A settled entry is emptied before it is deleted.
fn notes_of(cli: &Cli) -> usize {
    let Ok(notes) = std::fs::read_dir(cli.home.path().join("journal")) else { return 0 };
    let notes = notes.map(|note| note.unwrap());
    let is_open = |note: &std::fs::DirEntry| {
        note.path().extension().is_some_and(|extension| extension == "json")
            && note.metadata().unwrap().len() > 0
    };
    notes.filter(is_open).count()
}

//! `cargo xtask bench`: compares the running stack with baselines, interleaved in one run on one machine.
//!
//! Absolute figures depend on the machine; the ratios of each round do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot run should stop")]

mod bare_handler;
mod bare_sql;
#[path = "../common/cookies.rs"]
mod cookies;
#[path = "../common/http.rs"]
mod http;
mod load;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/report.rs"]
mod report;
mod server;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use report::Rounds;
use server::Server;

/// Orders in one round.
const ORDERS: usize = 8192;
/// Orders of one user: below the limit of unpaid orders.
const ORDERS_PER_USER: usize = 16;
/// Sign-ins before the rounds, which show the memory of hashing.
const SIGNINS: usize = 600;
/// The number of passwords that are hashed at a time.
const HASHING_SLOTS: u32 = 4;
/// Tickets in the list.
const LIST_LENGTH: usize = 20;
/// The duration of the reads of lists in one round.
const READ_TIME: Duration = Duration::from_secs(3);
/// Requests for each file of a page in one round.
const PAGE_REQUESTS: usize = 4000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, body] = args.as_slice()
        && flag == "--bare-handler"
    {
        return bare_handler::serve(body);
    }
    if let Some(rounds) = report::rounds(3) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(measure(Path::new(env!("CARGO_BIN_EXE_ticketing-server")), rounds));
    }
}

/// The time to the first byte of a file of a page, beside a bare handler.
struct PageLatency {
    path: String,
    own: Rounds,
    bare: Rounds,
}

impl PageLatency {
    fn new(path: &str) -> Self {
        Self { path: path.to_owned(), own: Rounds::default(), bare: Rounds::default() }
    }

    async fn visit(&mut self, address: SocketAddr) {
        let bare = server::start_bare_handler(&load::save_page(address, &self.path).await);
        self.own.push(load::first_byte(address, &self.path, PAGE_REQUESTS).await);
        self.bare.push(load::first_byte(bare.address, "/", PAGE_REQUESTS).await);
    }

    fn print(&self, name: &str) {
        self.own.print(&format!("first byte of {name}, one connection"), "µs");
        self.bare.print("a bare axum handler that answers the same bytes", "µs");
        self.own.ratio(&format!("{name} / bare handler"), &self.bare);
    }
}

/// Returns the path of the module of a page.
fn script(page: &str) -> String {
    let (_, module) = page.split_once("type=\"module\"").expect("the page loads a module");
    let mut named = module.split('"').filter(|word| word.starts_with("/assets/") && word.ends_with(".js"));
    named.next().expect("the bundle has the module").to_owned()
}

async fn measure(program: &Path, rounds: u32) {
    let mut server = Server::start(program);
    let idle = server.stack.memory_mib("VmRSS");
    let signins = load::sign_in(&server, SIGNINS).await;
    let hashing = server.stack.memory_mib("VmHWM");
    let mut orders = Rounds::default();
    let mut one_commit = Rounds::default();
    let mut batched = Rounds::default();
    let mut settled = Rounds::default();
    let mut commits = Rounds::default();
    let mut lists = Rounds::default();
    let mut bare_lists = Rounds::default();
    let script = script(&server::get(server.stack.address(), "/").await);
    let mut pages = PageLatency::new("/");
    let mut scripts = PageLatency::new(&script);

    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        let tickets = load::create_tickets(&mut server, ORDERS).await;
        let before = server.commits().await;
        let (rate, drained) = load::order(&mut server, &tickets).await;
        orders.push(rate);
        settled.push(drained);
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        commits.push((server.commits().await - before) as f64 / ORDERS as f64);
        one_commit.push(bare_sql::orders(ORDERS / 4, 1));
        batched.push(bare_sql::orders(ORDERS, 64));

        let body = load::prepare_list(&mut server, LIST_LENGTH).await;
        let address = server.stack.address();
        lists.push(load::read(address, "/api/tickets", READ_TIME).await);
        let bare = server::start_bare_handler(&body);
        bare_lists.push(load::read(bare.address, "/api/tickets", READ_TIME).await);
        pages.visit(address).await;
        scripts.visit(address).await;
    }

    println!();
    orders.print("orders through HTTP, 64 connections", "orders/s");
    settled.print("the same until every event has taken effect", "orders/s");
    one_commit.print("the same SQL in a bare loop, one commit each", "orders/s");
    batched.print("the same SQL in a bare loop, 64 a commit", "orders/s");
    orders.ratio("orders / one commit each", &one_commit);
    orders.ratio("orders / batched loop", &batched);
    commits.print("commits per order, all services and the bus", "commits");
    lists.print("GET /api/tickets, 20 tickets, 64 connections", "lists/s");
    bare_lists.print("a bare axum handler that answers the same bytes", "lists/s");
    lists.ratio("lists / bare handler", &bare_lists);
    pages.print("the page");
    scripts.print("its script");
    println!(
        "{:58} {signins:10.1} sign-ins/s",
        format!("{SIGNINS} sign-ins, {HASHING_SLOTS} slots, 64 connections")
    );
    println!("{:58} {idle:10.1} MiB", "memory of the whole stack, idle");
    let bound = idle + f64::from(HASHING_SLOTS) * 20.0;
    println!("{:58} {hashing:10.1} MiB  (aim: at most {bound:.1})", "after the sign-ins, at its peak");
    println!("{:58} {:10.1} MiB", "memory of the whole stack, peak", server.stack.memory_mib("VmHWM"));
}

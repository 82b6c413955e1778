//! `cargo xtask bench feed`: the cost of watchers of the live feed for a writer and a reader.
//!
//! One writer creates listings and one reader reads them, first alone and then beside watchers, in one run on one
//! machine. The watchers run in a process of their own on the same processors, so the ratio is the meaningful figure.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot run should stop")]

#[path = "../common/cookies.rs"]
mod cookies;
#[expect(dead_code, reason = "other benchmarks use the rest")]
#[path = "../common/http.rs"]
mod http;
#[path = "../common/process.rs"]
mod process;
mod processes;
#[path = "../common/report.rs"]
mod report;
mod watchers;

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use http::{Connection, per_second, post};
use process::Stack;
use processes::Watchers;
use report::Rounds;

/// The number of watchers.
const WATCHERS: u16 = 3000;
/// The duration of each measurement, alone and beside watchers.
const SPAN: Duration = Duration::from_secs(5);
/// The pause of the reader between two reads.
const READ_INTERVAL: Duration = Duration::from_millis(2);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [watch, address, count, number] = args.as_slice()
        && (watch.as_str(), count.as_str()) == ("--watch", "--count")
    {
        return watchers::run(address.parse().unwrap(), number.parse().unwrap());
    }
    if let Some(rounds) = report::rounds(3) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(measure(Path::new(env!("CARGO_BIN_EXE_ticketing-server")), rounds));
    }
}

/// The figures of one measurement.
struct SpanFigures {
    listings: f64,
    /// The latency of a read: the median and the 99th percentile, in milliseconds.
    reads: (f64, f64),
    count: usize,
}

async fn measure(program: &Path, rounds: u32) {
    let (mut alone, mut beside, mut lag) = (Rounds::default(), Rounds::default(), Rounds::default());
    let mut reads: [Rounds; 4] = Default::default();
    let mut memory = Rounds::default();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        let server = Stack::start(program, &[("TICKETING_STREAMS_PER_ADDRESS", "100000")]);
        let own = span(&server, "alone").await;
        alone.push(own.listings);
        let idle = server.memory_mib("VmRSS");
        let mut watchers = Watchers::start(server.address(), WATCHERS.into());
        memory.push((server.memory_mib("VmRSS") - idle) * 1024.0 / f64::from(WATCHERS));
        let seen = span(&server, "beside").await;
        beside.push(seen.listings);
        lag.push(watchers.wait_for(seen.count).as_secs_f64() * 1e3);
        for (rounds, figure) in reads.iter_mut().zip([own.reads.0, own.reads.1, seen.reads.0, seen.reads.1]) {
            rounds.push(figure);
        }
    }
    println!();
    let [alone_p50, alone_p99, beside_p50, beside_p99] = reads;
    alone.print("listings of one writer, no watchers", "listings/s");
    beside.print(&format!("the same beside {WATCHERS} watchers"), "listings/s");
    beside.ratio("beside / alone", &alone);
    alone_p50.print("GET of a ticket, no watchers, median", "ms");
    alone_p99.print("the same, 99th percentile", "ms");
    beside_p50.print(&format!("GET of a ticket beside {WATCHERS} watchers, median"), "ms");
    beside_p99.print("the same, 99th percentile", "ms");
    lag.print("until every watcher has every change, after the last", "ms");
    memory.print("memory of a watcher", "KiB");
}

/// Lists and reads tickets for [`SPAN`].
async fn span(server: &Stack, name: &str) -> SpanFigures {
    let cookie = server.cookies.cookie("seller");
    let ticket = list(server.address(), &cookie, &format!("{name}-first")).await;
    let began = Instant::now();
    let writing = async {
        let mut connection = Connection::open(server.address()).await;
        let mut count = 0;
        while began.elapsed() < SPAN {
            let request = listing(&cookie, &format!("{name}-{count}"));
            assert_eq!(connection.send(&request).await.0, 201);
            count += 1;
        }
        (count, began.elapsed())
    };
    let reading = read(server.address(), &ticket, began);
    let ((count, took), reads) = tokio::join!(writing, reading);
    SpanFigures { listings: per_second(count, took), reads, count: count + 1 }
}

fn listing(cookie: &str, key: &str) -> Vec<u8> {
    post("/api/tickets", cookie, key, r#"{"title":"A concert of the summer","price":20.5}"#)
}

async fn list(address: SocketAddr, cookie: &str, key: &str) -> String {
    let mut connection = Connection::open(address).await;
    let (status, body) = connection.send(&listing(cookie, key)).await;
    assert_eq!(status, 201);
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    body["id"].as_str().unwrap().to_owned()
}

async fn read(address: SocketAddr, ticket: &str, began: Instant) -> (f64, f64) {
    let request = format!("GET /api/tickets/{ticket} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes();
    let mut connection = Connection::open(address).await;
    let mut taken = Vec::new();
    while began.elapsed() < SPAN {
        let sent = Instant::now();
        assert_eq!(connection.send(&request).await.0, 200);
        taken.push(sent.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(READ_INTERVAL).await;
    }
    taken.sort_by(f64::total_cmp);
    (taken[taken.len() / 2], taken[taken.len() * 99 / 100])
}

//! `cargo xtask bench sdk`: what a call of the SDK costs over the same request with bare reqwest.
//!
//! Both read the same list of 20 tickets from a server in this process and decode it into the same types, one request after the
//! other on one connection, with the same headers and the same time limit. Short blocks of both alternate, and so does which comes
//! first, so that both see the same machine.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run should stop")]

use std::time::{Duration, Instant};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use axum::routing::get;
use ticketing_sdk::{Client, Ticket, fixtures, reqwest};

/// The tickets of the list.
const LIST_LENGTH: usize = 20;
/// The requests of one block.
const BLOCK: u32 = 100;
/// The blocks of each side in one round.
const BLOCKS: u32 = 40;
/// The same on both sides.
const USER_AGENT: &str = "bench/1.0";
/// The limit of a request with its body: the default of the SDK.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The limit of a connection attempt, and of a connection without requests: those of the SDK.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` passes it to every bench target: nothing is measured.
    if args.iter().any(|arg| arg == "--test") {
        return;
    }
    let rounds = match args.iter().position(|arg| arg == "--rounds") {
        Some(at) => args[at + 1].parse().unwrap(),
        None => 5,
    };
    let url = serve();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut ratios = runtime.block_on(measure(&url, rounds));
    ratios.sort_by(f64::total_cmp);
    let (lowest, median, highest) = (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
    println!("SDK over bare reqwest: {median:.3} ({lowest:.3} to {highest:.3})");
}

/// Serves the list on a thread of its own, and returns its address.
fn serve() -> String {
    let tickets: Vec<Ticket> = (0..LIST_LENGTH).map(|index| fixtures::ticket(format!("t-{index}"))).collect();
    let body = serde_json::to_string(&tickets).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let answer = move || std::future::ready(([(CONTENT_TYPE, "application/json")], body.clone()));
        let app = Router::new().route("/api/tickets", get(answer));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, app).await.unwrap();
        });
    });
    url
}

/// Returns the ratio of each round.
async fn measure(url: &str, rounds: u32) -> Vec<f64> {
    let client = Client::builder(url).user_agent(USER_AGENT).timeout(TIMEOUT).build().unwrap();
    // The server uses plain HTTP, so the client loads no root certificates.
    let no_certificates = ticketing_sdk::rustls::RootCertStore::empty();
    let provider = std::sync::Arc::new(ticketing_sdk::rustls::crypto::ring::default_provider());
    let tls = ticketing_sdk::rustls::ClientConfig::builder_with_provider(provider);
    let tls = tls.with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(no_certificates).with_no_client_auth();
    let accept = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let builder = reqwest::Client::builder().no_proxy().tcp_nodelay(true).tls_backend_preconfigured(tls);
    let builder = builder.connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT).pool_idle_timeout(IDLE_TIMEOUT);
    let bare = builder.user_agent(USER_AGENT).default_headers(accept).build().unwrap();
    let address = format!("{url}/api/tickets?limit=20");
    let mut ratios = Vec::new();
    // The first round opens the connections and is not counted.
    for round in 0..=rounds {
        let (mut by_sdk, mut by_bare) = (Duration::ZERO, Duration::ZERO);
        for block in 0..BLOCKS {
            // The order alternates, because the second of a pair finds warmer caches.
            if block % 2 == 0 {
                by_bare += read_bare(&bare, &address).await;
                by_sdk += read_by_sdk(&client).await;
            } else {
                by_sdk += read_by_sdk(&client).await;
                by_bare += read_bare(&bare, &address).await;
            }
        }
        if round > 0 {
            let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(BLOCK * BLOCKS);
            println!(
                "round {round}: SDK {:.1} µs, bare reqwest {:.1} µs a request",
                each(by_sdk),
                each(by_bare)
            );
            ratios.push(by_sdk.as_secs_f64() / by_bare.as_secs_f64());
        }
    }
    ratios
}

/// Reads the list by bare reqwest, and returns how long a block takes.
async fn read_bare(client: &reqwest::Client, address: &str) -> Duration {
    let started = Instant::now();
    for _ in 0..BLOCK {
        let body = client.get(address).send().await.unwrap().bytes().await.unwrap();
        let tickets: Vec<Ticket> = serde_json::from_slice(&body).unwrap();
        assert_eq!(tickets.len(), LIST_LENGTH);
    }
    started.elapsed()
}

/// Reads the list by the SDK, and returns how long a block takes.
async fn read_by_sdk(client: &Client) -> Duration {
    let started = Instant::now();
    for _ in 0..BLOCK {
        let tickets = client.tickets().list().limit(20).await.unwrap().into_items();
        assert_eq!(tickets.len(), LIST_LENGTH);
    }
    started.elapsed()
}

//! Reads the list of tickets as fast as it can, and prints the rate and the latencies.
//!
//! `load_generator http://127.0.0.1:3000 1000 16`: a thousand requests, sixteen at a time

use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ticketing_sdk::{Client, RetryPolicy};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let requests: usize = arguments.next().context("how many requests? 1000, for example")?.parse()?;
    let parallel: usize = arguments.next().context("how many at a time? 16, for example")?.parse()?;
    // A retry would hide a failure, and count its wait as latency.
    let client = Client::builder(server).retry_policy(RetryPolicy::never()).build()?;

    let started = Instant::now();
    let calls = stream::iter(0..requests).map(|_| async {
        let sent = Instant::now();
        client.tickets().list().limit(20).await.map(|_| sent.elapsed())
    });
    let mut latencies: Vec<Duration> = calls.buffer_unordered(parallel.max(1)).try_collect().await?;
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    let percentile =
        |percent: usize| latencies.get(latencies.len() * percent / 100).copied().unwrap_or_default();
    println!("{requests} requests, {:.0} a second", requests as f64 / elapsed.as_secs_f64());
    println!("p50 {:?}, p99 {:?}", percentile(50), percentile(99));
    Ok(())
}

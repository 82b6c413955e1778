//! What operators watch: how far a consumer lags behind, what it has not answered, and its dead letters.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::link::Link;
use super::topology::{DEAD, LETTERS, STREAM};
use super::{JetStreamError, consumer};

/// How often they are read.
const EVERY: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Question<'q> {
    subjects_filter: &'q str,
}

/// How many letters a consumer has.
#[derive(Deserialize)]
struct Answer {
    /// Absent where there is none.
    #[serde(default)]
    total: u64,
}

/// Reads and shows them until it is ended.
pub(super) async fn run(link: Link, durable: &'static str) {
    loop {
        if let Err(error) = show(&link, durable).await {
            tracing::debug!(durable, %error, "the gauges of a consumer cannot be read now");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn show(link: &Link, durable: &'static str) -> Result<(), JetStreamError> {
    let info = consumer::info(link, STREAM, durable).await?;
    let subjects = format!("{DEAD}.{durable}.*");
    let question = Question { subjects_filter: &subjects };
    let letters: Answer = link.api(&format!("STREAM.INFO.{LETTERS}"), &question).await?;
    for (name, value) in [
        ("bus_lag", info.num_pending),
        ("bus_unanswered", info.num_ack_pending as u64),
        ("bus_dead_letters", letters.total),
    ] {
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        metrics::gauge!(name, "consumer" => durable).set(f64::from(value));
    }
    Ok(())
}

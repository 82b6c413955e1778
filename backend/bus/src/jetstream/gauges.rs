//! The gauges of a consumer: its lag, its unacknowledged deliveries, and its dead letters.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::connection::Connection;
use super::message::EVENT_STREAM;
use super::topology::{DEAD_LETTER_PREFIX, DEAD_LETTER_STREAM};
use super::{JetStreamError, consumer};

/// The interval of updates.
const REFRESH_INTERVAL: Duration = Duration::from_secs(10);

/// The number of dead letters of a consumer.
#[derive(Deserialize)]
struct SubjectTotals {
    /// Absent if there is none.
    #[serde(default)]
    total: u64,
}

/// Updates the gauges until the task is aborted.
pub(super) async fn run(connection: Connection, durable: &'static str) {
    loop {
        if let Err(error) = update(&connection, durable).await {
            tracing::debug!(durable, %error, "updating the gauges of a consumer failed; retrying");
        }
        tokio::time::sleep(REFRESH_INTERVAL).await;
    }
}

async fn update(connection: &Connection, durable: &'static str) -> Result<(), JetStreamError> {
    let info = consumer::info(connection, EVENT_STREAM, durable).await?;
    let request = json!({ "subjects_filter": format!("{DEAD_LETTER_PREFIX}.{durable}.*") });
    let dead_letters: SubjectTotals =
        connection.api(&format!("STREAM.INFO.{DEAD_LETTER_STREAM}"), &request).await?;
    for (name, value) in [
        ("bus_lag", info.num_pending),
        ("bus_ack_pending", info.num_ack_pending as u64),
        ("bus_dead_letters", dead_letters.total),
    ] {
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        metrics::gauge!(name, "consumer" => durable).set(f64::from(value));
    }
    Ok(())
}

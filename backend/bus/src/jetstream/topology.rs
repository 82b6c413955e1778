//! The streams of the bus, which are created or checked at the start.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType};
use serde_json::json;

use super::connection::Connection;
use super::message::{EVENT_PREFIX, EVENT_STREAM, token};
use super::{JetStreamError, JetStreamOptions};
use crate::outbox::STREAM_RETENTION;

/// The stream of the dead letters.
pub(super) const DEAD_LETTER_STREAM: &str = "TICKETING_DEAD";
/// The stream of the server's advisories about terminated events and events beyond `max_deliver`.
pub(super) const ADVISORY_STREAM: &str = "TICKETING_ADVISORIES";
/// The prefix of the subjects of replays to one consumer.
pub(super) const REPLAY_PREFIX: &str = "ticketing-replay";
/// The prefix of the subjects of dead letters.
pub(super) const DEAD_LETTER_PREFIX: &str = "ticketing-dead";
/// The gap between the sequences of a lost stream and the new one. Other replicas may have seen higher ones.
const SEQUENCE_GAP: u64 = 1_000_000;

/// Returns the configurations of the streams.
pub(super) fn streams(options: &JetStreamOptions) -> [Config; 3] {
    let stream = |name: &str, subjects: &[String]| Config {
        name: name.to_owned(),
        subjects: subjects.to_vec(),
        storage: StorageType::File,
        discard: DiscardPolicy::Old,
        max_age: STREAM_RETENTION,
        max_bytes: -1,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_message_size: -1,
        max_consumers: -1,
        num_replicas: 1,
        allow_direct: true,
        duplicate_window: options.duplicate_window,
        ..Config::default()
    };
    let advisories = ["MAX_DELIVERIES", "MSG_TERMINATED"]
        .map(|kind| format!("$JS.EVENT.ADVISORY.CONSUMER.{kind}.{EVENT_STREAM}.*"));
    [
        Config {
            retention: RetentionPolicy::Limits,
            allow_atomic_publish: true,
            ..stream(EVENT_STREAM, &[format!("{EVENT_PREFIX}.*.*.*"), format!("{REPLAY_PREFIX}.*.*")])
        },
        Config {
            // One dead letter for each consumer and event. It stays until an operator replays or discards it.
            max_messages_per_subject: 1,
            max_age: Duration::ZERO,
            retention: RetentionPolicy::Limits,
            ..stream(DEAD_LETTER_STREAM, &[format!("{DEAD_LETTER_PREFIX}.*.*")])
        },
        Config { retention: RetentionPolicy::WorkQueue, ..stream(ADVISORY_STREAM, &advisories) },
    ]
}

pub(super) fn replay_subject(durable: &str, seq: i64) -> String {
    format!("{REPLAY_PREFIX}.{}.{seq}", token(durable))
}

pub(super) fn dead_letter_subject(durable: &str, seq: i64) -> String {
    format!("{DEAD_LETTER_PREFIX}.{}.{seq}", token(durable))
}

/// Creates missing streams and checks existing ones.
///
/// # Errors
/// If one has another configuration, the server refuses, or JetStream is not enabled.
pub(super) async fn ensure_streams(connection: &Connection) -> Result<(), JetStreamError> {
    for wanted in streams(&connection.options) {
        let found = match info(connection, &wanted.name).await {
            Err(error) if error.is(ErrorCode::STREAM_NOT_FOUND) => create(connection, &wanted).await?,
            found => found?,
        };
        ensure_match(&wanted, &found.config)?;
    }
    Ok(())
}

pub(super) async fn info(connection: &Connection, stream: &str) -> Result<Info, JetStreamError> {
    let info: Result<Info, JetStreamError> =
        connection.api(&format!("STREAM.INFO.{stream}"), &json!({})).await;
    if let Ok(info) = &info {
        connection.record_sequence(stream, info.state.last_sequence);
    }
    match info {
        Err(JetStreamError::NoResponders(_)) => Err(JetStreamError::NotEnabled),
        Err(error)
            if error.is(ErrorCode::JETSTREAM_NOT_ENABLED)
                || error.is(ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT) =>
        {
            Err(JetStreamError::NotEnabled)
        }
        answer => answer,
    }
}

async fn create(connection: &Connection, wanted: &Config) -> Result<Info, JetStreamError> {
    let mut wanted = wanted.clone();
    let highest = connection.highest_sequence();
    if wanted.name == EVENT_STREAM && highest > 0 {
        // Events that a consumer had not received are missing; the outboxes retain them.
        tracing::error!(
            "the event stream was lost; it is recreated, and has to be rebuilt from the outboxes"
        );
        // An ack of the lost stream must not settle an event of the new one, nor a dead letter replace another: no sequence
        // is reused.
        wanted.first_sequence = Some(highest + SEQUENCE_GAP);
    } else {
        tracing::info!(stream = wanted.name, "creating a stream");
    }
    match connection.api(&format!("STREAM.CREATE.{}", wanted.name), &wanted).await {
        // Another replica has created the stream first.
        Err(error) if error.is(ErrorCode::STREAM_NAME_EXIST) => info(connection, &wanted.name).await,
        made => made,
    }
}

/// Checks the fields on which the bus relies. The operator chooses replicas, placement, limits and the duplicate
/// window: inboxes detect duplicates for longer.
fn ensure_match(wanted: &Config, found: &Config) -> Result<(), JetStreamError> {
    let compared: [(&'static str, String, String); 7] = [
        ("subjects", sort_and_join(&found.subjects), sort_and_join(&wanted.subjects)),
        ("storage", format!("{:?}", found.storage), format!("{:?}", wanted.storage)),
        ("retention", format!("{:?}", found.retention), format!("{:?}", wanted.retention)),
        ("max_age", format!("{:?}", found.max_age), format!("{:?}", wanted.max_age)),
        ("allow_atomic", found.allow_atomic_publish.to_string(), wanted.allow_atomic_publish.to_string()),
        ("allow_direct", found.allow_direct.to_string(), wanted.allow_direct.to_string()),
        (
            "max_msgs_per_subject",
            found.max_messages_per_subject.to_string(),
            wanted.max_messages_per_subject.to_string(),
        ),
    ];
    match compared.into_iter().find(|(_, found, expected)| found != expected) {
        None => Ok(()),
        Some((field, found, expected)) => {
            Err(JetStreamError::StreamMismatch { stream: wanted.name.clone(), field, found, expected })
        }
    }
}

fn sort_and_join(subjects: &[String]) -> String {
    subjects.iter().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Config, Duration, JetStreamError, JetStreamOptions, ensure_match, streams};

    #[test]
    fn stream_mismatch_names_the_stream_and_the_field() {
        let [wanted, ..] = streams(&JetStreamOptions::new("nats://127.0.0.1"));
        let duplicate_window = Duration::from_secs(600);
        ensure_match(&wanted, &Config { num_replicas: 3, max_bytes: 7, duplicate_window, ..wanted.clone() })
            .unwrap();
        let other = Config { max_age: Duration::from_secs(60), ..wanted.clone() };
        let error = ensure_match(&wanted, &other).unwrap_err();
        assert!(matches!(error, JetStreamError::StreamMismatch { field: "max_age", .. }));
        assert_eq!(
            error.to_string(),
            "the stream TICKETING exists with max_age = 60s, but 691200s is needed; edit or delete the stream"
        );
    }
}

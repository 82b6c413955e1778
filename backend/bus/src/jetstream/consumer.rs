//! The durable consumer of a service: created or extended at start, and checked while it is used.

use std::collections::BTreeSet;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::{AckPolicy, Config, DeliverPolicy, Info};
use serde_json::json;
use ticketing_events::EventName;

use super::connection::Connection;
use super::message::{EVENT_PREFIX, EVENT_STREAM, subjects_of, token};
use super::topology::{ADVISORY_STREAM, REPLAY_PREFIX};
use super::{JetStreamError, JetStreamOptions, dead_letters, scan};

/// The metadata key of the subjects whose missed events must still be delivered to the consumer.
const MISSED: &str = "ticketing.missed";
/// The maximum number of reads of the configuration at a start. Each read after the first two follows a write of another
/// replica.
const MAX_READS: u32 = 32;

/// Returns the configuration of the consumer `durable` of these subjects, which all replicas of a service share.
fn config(durable: &str, filters: &BTreeSet<String>, options: &JetStreamOptions) -> Config {
    Config {
        durable_name: Some(durable.to_owned()),
        name: Some(durable.to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: options.ack_wait,
        // A delivery is not an attempt, so the server must not limit deliveries.
        max_deliver: -1,
        max_ack_pending: options.in_flight,
        filter_subjects: filters.iter().cloned().collect(),
        ..Config::default()
    }
}

/// Returns the configuration of the consumer of the advisories about `durable`.
fn advisory_config(durable: &str, options: &JetStreamOptions) -> Config {
    config(
        durable,
        &BTreeSet::from([format!("$JS.EVENT.ADVISORY.CONSUMER.*.{EVENT_STREAM}.{durable}")]),
        options,
    )
}

/// Returns the subjects of a replica that handles these events.
pub(super) fn subjects(durable: &str, names: &[EventName]) -> BTreeSet<String> {
    let replays = format!("{REPLAY_PREFIX}.{}.*", token(durable));
    names.iter().map(|name| subjects_of(*name)).chain([replays]).collect()
}

/// Creates the consumer of a service, or extends it by missing subjects. It never removes a subject: during an upgrade
/// an older replica must not take events from a newer one, and after a rollback the events of the newer version are
/// retried, not skipped.
///
/// Earlier events of a new subject are delivered, too, because the service that publishes them may have been upgraded
/// first. The metadata of the consumer record this until it is done.
///
/// The server has no compare-and-set for a consumer: replicas that start together may overwrite each other. So a replica
/// writes only if something has to change, and reads again after each write until nothing has to change.
/// [`wait_until_filter_narrowed`] detects a write that is overwritten later.
///
/// # Errors
/// If the server refuses, does not respond, or other replicas keep changing the consumer.
pub(super) async fn ensure(
    connection: &Connection,
    durable: &str,
    needed: &BTreeSet<String>,
) -> Result<(), JetStreamError> {
    // The subjects whose missed events this call has delivered.
    let mut delivered = BTreeSet::new();
    for _ in 0..MAX_READS {
        let found = match info(connection, EVENT_STREAM, durable).await {
            Err(error) if error.is(ErrorCode::CONSUMER_NOT_FOUND) => {
                let created = config(durable, needed, &connection.options);
                write(connection, EVENT_STREAM, &created, Some("create")).await?;
                continue;
            }
            found => found?.config,
        };
        let known = filters(&found);
        let added: BTreeSet<String> = needed.difference(&known).cloned().collect();
        delivered.retain(|subject| !added.contains(subject));
        let mut missed: BTreeSet<String> = missed_subjects(&found).difference(&delivered).cloned().collect();
        missed.extend(added);
        let mut wanted = config(durable, &known.union(needed).cloned().collect(), &connection.options);
        if !missed.is_empty() {
            let subjects: Vec<&str> = missed.iter().map(String::as_str).collect();
            wanted.metadata.insert(MISSED.to_owned(), subjects.join(" "));
        }
        if differs(&found, &wanted) {
            write(connection, EVENT_STREAM, &wanted, Some("update")).await?;
        } else if missed.is_empty() {
            let advisories = advisory_config(durable, &connection.options);
            return write(connection, ADVISORY_STREAM, &advisories, None).await;
        } else {
            deliver_missed(connection, durable, &missed).await?;
            delivered.append(&mut missed);
        }
    }
    Err(JetStreamError::Contended(durable.to_owned()))
}

fn filters(config: &Config) -> BTreeSet<String> {
    config.filter_subjects.iter().cloned().collect()
}

fn missed_subjects(config: &Config) -> BTreeSet<String> {
    let missed = config.metadata.get(MISSED).map(String::as_str).unwrap_or_default();
    missed.split_whitespace().map(str::to_owned).collect()
}

/// Compares the fields that the bus sets. The operator and the server set the others.
fn differs(found: &Config, wanted: &Config) -> bool {
    filters(found) != filters(wanted)
        || missed_subjects(found) != missed_subjects(wanted)
        || found.ack_wait != wanted.ack_wait
        || found.max_deliver != wanted.max_deliver
        || found.max_ack_pending != wanted.max_ack_pending
}

/// Delivers missed events to the consumer. Its inbox skips those that it has processed.
async fn deliver_missed(
    connection: &Connection,
    durable: &str,
    subjects: &BTreeSet<String>,
) -> Result<(), JetStreamError> {
    let passed = info(connection, EVENT_STREAM, durable).await?.delivered.stream_sequence;
    for subject in subjects.iter().filter(|subject| subject.starts_with(&format!("{EVENT_PREFIX}."))) {
        let mut events = Vec::new();
        scan::scan(connection, EVENT_STREAM, subject, 1, |stored| {
            if stored.seq <= passed {
                events.extend(stored.envelope().map(|envelope| (stored.event_sequence(), envelope)));
            }
        })
        .await?;
        tracing::info!(
            durable,
            subject,
            events = events.len(),
            "events that are new to the consumer are delivered"
        );
        for (seq, envelope) in events {
            dead_letters::redeliver(connection, durable, seq, envelope, &format!("missed:{durable}:{seq}"))
                .await?;
        }
    }
    Ok(())
}

/// Writes a configuration. The action `create` fails if the consumer exists with another one, `update` if it does not
/// exist; without an action the server overwrites a consumer that another replica has created meanwhile. It is not an
/// error if another replica has created or deleted the consumer meanwhile: the caller reads again.
async fn write(
    connection: &Connection,
    stream: &str,
    config: &Config,
    action: Option<&str>,
) -> Result<(), JetStreamError> {
    let name = config.name.as_deref().unwrap_or_default();
    let mut request = json!({ "stream_name": stream, "config": config });
    if let Some(action) = action {
        request["action"] = action.into();
    }
    match connection.api::<Info>(&format!("CONSUMER.CREATE.{stream}.{name}"), &request).await {
        Ok(_) => tracing::debug!(stream, durable = name, "the consumer is configured"),
        Err(error)
            if error.is(ErrorCode::CONSUMER_ALREADY_EXISTS)
                || error.is(ErrorCode::CONSUMER_DOES_NOT_EXIST) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

pub(super) async fn info(
    connection: &Connection,
    stream: &str,
    durable: &str,
) -> Result<Info, JetStreamError> {
    connection.api(&format!("CONSUMER.INFO.{stream}.{durable}"), &json!({})).await
}

/// Returns when the consumer lacks a `needed` subject, because another replica or an operator has overwritten its
/// configuration. The server skips the events of missing subjects, so it must be extended again.
pub(super) async fn wait_until_filter_narrowed(
    connection: Connection,
    durable: &'static str,
    needed: BTreeSet<String>,
) {
    loop {
        tokio::time::sleep(connection.options.ack_wait).await;
        match info(&connection, EVENT_STREAM, durable).await {
            Ok(found) if !needed.is_subset(&filters(&found.config)) => return,
            Ok(_) => {}
            Err(error) => tracing::debug!(durable, %error, "reading the consumer failed; retrying"),
        }
    }
}

//! The JetStream transport against real servers: versions, permissions, crashes, lost streams and advisories.

mod dead_letters;
mod faults;
mod publishing;
mod replicas;
mod start;
mod users;

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::Client;
use ticketing_bus::{Bus, ServiceCore};
use ticketing_events::{Envelope, EventName};
use ticketing_platform::args;
use ticketing_platform::db::DbError;

use crate::support::{Fixture, ticket_created, ticket_updated};

/// Returns a plain NATS client, as an operator has it.
async fn raw(fixture: &Fixture) -> Client {
    let url = fixture.nats.as_ref().expect("a NATS server").url();
    async_nats::connect(url).await.unwrap()
}

/// Sends a request to the JetStream API.
async fn api(client: &Client, name: &str, request: &str) -> serde_json::Value {
    let answer = client.request(format!("$JS.API.{name}"), request.to_owned().into()).await.unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}

/// Appends the first `versions` versions of a ticket in one transaction.
async fn append_history(core: &ServiceCore, ticket: &str, versions: i64) {
    let (outbox, ticket) = (core.outbox.clone(), ticket.to_owned());
    let appended = core.db.write(move |tx| {
        outbox.append(tx, &ticket_created(&ticket))?;
        (1..versions).try_for_each(|version| outbox.append(tx, &ticket_updated(&ticket, version)).map(drop))
    });
    appended.await.map_err(|error: DbError| error).unwrap();
}

/// Returns the identifiers in an outbox, in order.
async fn outbox_ids(core: &ServiceCore) -> Vec<String> {
    let ids = core.db.read(|tx| tx.query("SELECT id FROM outbox ORDER BY id", args![], |row| row.text("id")));
    ids.await.map_err(|error: DbError| error).unwrap()
}

/// Fails the test unless the notes hold versions `0..versions` of each of `tickets` tickets once and in order.
fn assert_whole(notes: &[String], tickets: usize, versions: i64) {
    let mut applied: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in notes {
        let (ticket, version) = note.split_once('/').unwrap();
        applied.entry(ticket).or_default().push(version);
    }
    let expected: Vec<String> = (0..versions).map(|version| version.to_string()).collect();
    assert_eq!(applied.len(), tickets);
    for (ticket, versions) in applied {
        assert_eq!(versions, expected, "of {ticket}");
    }
}

/// Fails the test unless the events of each aggregate lie in the log in the order of their versions.
fn assert_in_order(events: &[Envelope]) {
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for event in events {
        let before = last.insert(&event.aggregate, event.version);
        assert!(
            before.is_none_or(|before| before < event.version),
            "{} of {}",
            event.version,
            event.aggregate
        );
    }
}

const CREATED: [EventName; 1] = [EventName::TicketCreated];

/// Returns a bus whose server forgets the identifiers of events soon.
async fn forgetful(fixture: &Fixture, window: Duration) -> Bus {
    let options = ticketing_bus::JetStreamOptions { duplicate_window: window, ..fixture.options() };
    Bus::jetstream(options).await.unwrap()
}

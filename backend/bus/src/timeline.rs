//! The events of an order that the outbox and the inbox of a service retain.

use ticketing_events::Envelope;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, TimelineEntry, TimelineKind, Timestamp};

use crate::rows;

/// An event of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedEvent {
    /// The event.
    pub envelope: Envelope,
    /// When the relay marked it as published; `None` while it waits.
    pub published_at: Option<Timestamp>,
}

impl PublishedEvent {
    /// Returns the entry of a timeline: the event happened in `service`.
    pub fn to_entry(&self, service: &str) -> TimelineEntry {
        let Envelope { id, name, aggregate, version, time, .. } = &self.envelope;
        let outcome = if self.published_at.is_some() { "published" } else { "waiting" };
        let mut entry = TimelineEntry::new(*time, service, TimelineKind::Event, name.as_str());
        entry.event_id = Some(id.clone());
        entry.aggregate = Some(aggregate.clone());
        entry.version = Some(*version);
        entry.outcome = Some(outcome.to_owned());
        entry
    }
}

/// Returns the statement that reads the events of an aggregate. Its condition on the name is that of the index.
fn published_sql() -> String {
    let columns = rows::ENVELOPE_COLUMNS;
    format!(
        "SELECT {columns}, published_at FROM outbox WHERE aggregate = $1 AND name <> 'pass:admitted' ORDER BY id"
    )
}

/// Reads the retained events of an order, a payment, a ticket or a pass, in the order of their identifiers, without admissions.
///
/// # Errors
/// If the statement fails.
pub fn read_published(tx: &mut Tx<'_>, aggregate: &str) -> Result<Vec<PublishedEvent>, DbError> {
    tx.query(&published_sql(), args![aggregate], |row| {
        let published_at = row.column("published_at")?;
        Ok(PublishedEvent { envelope: rows::read_envelope(row)?, published_at })
    })
}

/// Reads the events of an order that `service` has consumed, and those whose handling fails.
///
/// # Errors
/// If a statement fails.
pub fn read_received(
    tx: &mut Tx<'_>,
    service: &str,
    order: &OrderId,
    now: Timestamp,
) -> Result<Vec<TimelineEntry>, DbError> {
    let sql = "SELECT event_id, name, version, event_time, received_at, deliveries, duplicates FROM inbox \
               WHERE order_id = $1 ORDER BY received_at, event_id";
    let mut entries = tx.query(sql, args![order], |row| {
        let name = row.text("name")?;
        let at = row.column("received_at")?;
        let mut entry = TimelineEntry::new(at, service, TimelineKind::Delivery, name);
        entry.event_id = Some(row.text("event_id")?);
        entry.version = row.column("version")?;
        entry.event_time = row.column("event_time")?;
        entry.deliveries = Some(row.int("deliveries")? + row.int("duplicates")?);
        entry.outcome = Some("applied".to_owned());
        Ok(entry)
    })?;
    let sql = "SELECT event_id, name, failures, unfinished FROM delivery_failures WHERE order_id = $1 ORDER BY event_id";
    entries.extend(tx.query(sql, args![order], |row| {
        let name = row.text("name")?;
        let mut entry = TimelineEntry::new(now, service, TimelineKind::Delivery, name);
        entry.event_id = Some(row.text("event_id")?);
        entry.deliveries = Some(row.int("failures")? + row.int("unfinished")?);
        entry.outcome = Some("failing".to_owned());
        Ok(entry)
    })?);
    Ok(entries)
}

/// Reads what `service` has published of these aggregates and consumed of the order. Each service sorts its own part:
/// what was consumed comes before what it caused.
///
/// # Errors
/// If a statement fails.
pub fn read_events(
    tx: &mut Tx<'_>,
    service: &str,
    order: &OrderId,
    aggregates: &[&str],
    now: Timestamp,
) -> Result<Vec<TimelineEntry>, DbError> {
    let mut entries = read_received(tx, service, order, now)?;
    for aggregate in aggregates {
        entries.extend(read_published(tx, aggregate)?.iter().map(|event| event.to_entry(service)));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use ticketing_engines::{DbEngine, TestDatabases, on_both};
    use ticketing_platform::clock::Clock;
    use ticketing_platform::db::Dialect;

    use super::*;
    use crate::ServiceCore;

    on_both! {
        #[tokio::test]
        events_of_an_aggregate_are_read_through_the_index;
    }

    async fn events_of_an_aggregate_are_read_through_the_index(engine: DbEngine) {
        let databases = TestDatabases::on(engine);
        let core = ServiceCore::open(databases.database("s"), Clock::system(), &[]).unwrap();
        let plan = core.db.read(|tx| {
            let (explain, column) = match tx.dialect() {
                Dialect::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
                Dialect::Postgres => {
                    // The planner reads a table without rows as a whole.
                    tx.execute("SET LOCAL enable_seqscan TO off", &[])?;
                    ("EXPLAIN", "QUERY PLAN")
                }
            };
            let sql = published_sql().replace("$1", "'t-1'");
            tx.query(&format!("{explain} {sql}"), &[], |row| row.text(column))
        });
        let plan = plan.await.map_err(|error: DbError| error).unwrap().join("\n");
        assert!(plan.contains("outbox_timeline"), "{plan}");
    }
}

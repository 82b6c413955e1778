//! The columns of the entries of a timeline, for programs: `output/timeline.rs` draws it for people.

use ticketing_sdk::TimelineEntry;

use crate::output::timeline::holder_label;
use crate::output::{Cell, Columns, Record};

impl Record for TimelineEntry {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("at", |it, _| Cell::Time(it.at));
        columns.add_whole("service", |it, _| Cell::text(&it.service));
        columns.add_whole("kind", |it, _| Cell::text(&it.kind));
        columns.add_whole("name", |it, _| Cell::text(&it.name));
        columns.add_whole("version", |it, _| Cell::opt(it.version));
        columns.add_whole("outcome", |it, _| Cell::opt(it.outcome.as_ref()));
        columns.add_whole("detail", |it, _| Cell::text(&detail(it)));
        columns.add_hidden("aggregate", |it, _| Cell::opt(it.aggregate.as_ref()));
        columns.add_hidden("eventId", |it, _| Cell::opt(it.event_id.as_ref()));
        columns.add_hidden("deliveries", |it, _| Cell::opt(it.deliveries));
        columns.add_hidden("attempt", |it, _| Cell::opt(it.attempt));
        columns.add_hidden("requestIds", |it, _| Cell::text(&it.request_ids.join(" ")));
        columns.add_hidden("idempotencyKey", |it, _| Cell::opt(it.idempotency_key.as_ref()));
        columns.add_hidden("holder", |it, _| Cell::opt(it.holder));
    }
}

/// Joins what only some entries have.
fn detail(entry: &TimelineEntry) -> String {
    let mut parts = Vec::new();
    parts.extend(entry.detail.clone());
    parts.extend(entry.holder.map(|holder| holder_label(holder).to_owned()));
    parts.extend(entry.deliveries.filter(|times| *times > 1).map(|times| format!("delivered {times} times")));
    parts.extend(entry.attempt.map(|attempt| match entry.calls {
        Some(calls) => format!("attempts {attempt} to {}", attempt + calls - 1),
        None => format!("attempt {attempt}"),
    }));
    parts.extend(entry.request_ids.iter().cloned());
    parts.join(", ")
}

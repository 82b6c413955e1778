//! The columns of the entries of a timeline, for programs: `output/timeline.rs` draws it for people.

use ticketing_sdk::{TimelineEntry, Timestamp};

use crate::output::timeline::holder_label;
use crate::output::{Cell, Column, Record};

impl Record for TimelineEntry {
    const COLUMNS: &'static [Column] = &[
        Column::whole("at"),
        Column::whole("service"),
        Column::whole("kind"),
        Column::whole("name"),
        Column::whole("version"),
        Column::whole("outcome"),
        Column::whole("detail"),
        Column::hidden("aggregate"),
        Column::hidden("eventId"),
        Column::hidden("deliveries"),
        Column::hidden("attempt"),
        Column::hidden("requestIds"),
        Column::hidden("idempotencyKey"),
        Column::hidden("holder"),
    ];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![
            Cell::Time(self.at),
            Cell::text(&self.service),
            Cell::text(&self.kind),
            Cell::text(&self.name),
            Cell::opt(self.version),
            Cell::opt(self.outcome.as_ref()),
            Cell::text(&detail(self)),
            Cell::opt(self.aggregate.as_ref()),
            Cell::opt(self.event_id.as_ref()),
            Cell::opt(self.deliveries),
            Cell::opt(self.attempt),
            Cell::text(&self.request_ids.join(" ")),
            Cell::opt(self.idempotency_key.as_ref()),
            Cell::opt(self.holder),
        ]
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

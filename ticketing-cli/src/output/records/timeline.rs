//! The columns of the entries of a timeline.

use ticketing_sdk::{TicketHolder, TimelineEntry, TimelineKind, Timestamp};

use crate::output::{Cell, Column, Record, Tone};

impl Record for TimelineEntry {
    const COLUMNS: &'static [Column] = &[
        Column::whole("at"),
        Column::whole("service").droppable(1),
        Column::whole("kind").droppable(3),
        Column::whole("name"),
        Column::right("version").droppable(4),
        Column::whole("outcome").droppable(2),
        Column::cut("detail"),
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
            Cell::text(&self.at),
            Cell::text(&self.service),
            kind(self.kind),
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

fn kind(kind: TimelineKind) -> Cell {
    let (word, label, tone) = match kind {
        TimelineKind::Command => ("command", "request", Tone::Good),
        TimelineKind::Delivery => ("delivery", "received", Tone::Past),
        TimelineKind::Call => ("call", "provider", Tone::Waiting),
        TimelineKind::Deadline => ("deadline", "deadline", Tone::Waiting),
        _ => ("event", "event", Tone::Good),
    };
    Cell::label(word, label, tone)
}

/// Joins what only some entries have.
fn detail(entry: &TimelineEntry) -> String {
    let mut parts = Vec::new();
    parts.extend(entry.detail.clone());
    parts.extend(entry.holder.map(|holder| match holder {
        TicketHolder::ThisOrder => "held by this order".to_owned(),
        TicketHolder::OtherOrder => "held by another order".to_owned(),
        _ => "held by no order".to_owned(),
    }));
    parts.extend(entry.deliveries.filter(|times| *times > 1).map(|times| format!("delivered {times} times")));
    parts.extend(entry.attempt.map(|attempt| match entry.calls {
        Some(calls) => format!("attempts {attempt} to {}", attempt + calls - 1),
        None => format!("attempt {attempt}"),
    }));
    parts.extend(entry.request_ids.iter().cloned());
    parts.join(", ")
}

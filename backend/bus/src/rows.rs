//! The columns of an envelope in the outbox and the log.

use ticketing_events::Envelope;
use ticketing_platform::db::{DbError, Row};

/// The columns, in the order of the fields of [`Envelope`].
pub(crate) const COLUMNS: &str = "id, name, aggregate, version, time, trace, body";

pub(crate) fn envelope(row: &Row<'_>) -> Result<Envelope, DbError> {
    Ok(Envelope {
        id: row.text("id")?,
        name: row.parse("name")?,
        aggregate: row.text("aggregate")?,
        version: row.int("version")?,
        time: row.time("time")?,
        trace: row.opt_text("trace")?,
        body: row.text("body")?,
    })
}

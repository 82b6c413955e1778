//! The columns of an envelope in the outbox and the log.

use ticketing_events::Envelope;
use ticketing_platform::db::{DbError, Row};

/// The columns of an envelope, in the order of the fields of [`Envelope`].
pub(crate) const ENVELOPE_COLUMNS: &str = "id, name, aggregate, version, time, trace, body";

/// Reads the envelope of a row with [`ENVELOPE_COLUMNS`].
pub(crate) fn read_envelope(row: &Row<'_>) -> Result<Envelope, DbError> {
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

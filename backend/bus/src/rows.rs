//! The columns of an envelope in the outbox and the log.

use ticketing_events::Envelope;
use ticketing_platform::db::{Arg, DbError, Row};
use ticketing_platform::{args, read_row};

/// The columns of an envelope, in the order of the fields of [`Envelope`].
pub(crate) const ENVELOPE_COLUMNS: &str = "id, name, aggregate, version, time, trace, body";

/// Reads the envelope of a row with [`ENVELOPE_COLUMNS`].
pub(crate) fn read_envelope(row: &Row<'_>) -> Result<Envelope, DbError> {
    read_row!(row => Envelope { id, aggregate, version, time, trace, body, name: row.text("name")?.as_str().into() })
}

/// Returns the values of [`ENVELOPE_COLUMNS`].
pub(crate) fn envelope_values(envelope: &Envelope) -> Vec<Arg<'_>> {
    let Envelope { id, name, aggregate, version, time, trace, body } = envelope;
    args![id, name.as_str(), aggregate, *version, *time, trace.as_deref(), body].to_vec()
}

//! A write probe of a database.

use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Tx};
use ticketing_sdk::Timestamp;

/// Writes one row and waits until it is durable.
///
/// # Errors
/// If the database cannot be written.
pub(crate) async fn write(db: &Db, now: Timestamp) -> Result<(), DbError> {
    db.write_probe(move |tx| insert(tx, now)).await
}

/// Checks that a database can be written: by a probe, and by the last writes of this process.
///
/// # Errors
/// If the database cannot be written. An overloaded database counts as writable.
pub(crate) async fn check(db: &Db, now: Timestamp) -> Result<(), DbError> {
    db.check_writable(move |tx| insert(tx, now)).await
}

fn insert(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let sql = "INSERT INTO write_probes (name, written_at) VALUES ('probe', $1) \
               ON CONFLICT (name) DO UPDATE SET written_at = excluded.written_at";
    tx.execute(sql, args![now]).map(drop)
}

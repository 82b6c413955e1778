//! The outbox of a service, as a test reads it.

use ticketing_events::Envelope;
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError};

/// Returns the events in an outbox after one of this id, oldest first, without their traces.
pub async fn outbox_after(db: &Db, id: &str) -> Vec<Envelope> {
    let id = id.to_owned();
    let unit = move |tx: &mut ticketing_platform::db::Tx<'_>| {
        tx.query(
            "SELECT id, name, aggregate, version, time, body FROM outbox WHERE id > $1 ORDER BY id",
            args![&id],
            |row| {
                Ok(Envelope {
                    id: row.text("id")?,
                    name: row.text("name")?.as_str().into(),
                    aggregate: row.text("aggregate")?,
                    version: row.int("version")?,
                    time: row.column("time")?,
                    trace: None,
                    body: row.text("body")?,
                })
            },
        )
    };
    db.read::<_, DbError, _>(unit).await.expect("the outbox is readable")
}

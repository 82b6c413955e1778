//! What is under way: a marketplace is quiet once there is none of it.

use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Tx};
use ticketing_sdk::Timestamp;

/// Events that wait to be published.
pub(super) async fn unpublished(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL").await
}

/// Steps that payments owes the provider.
pub(super) async fn steps_owed(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT COUNT(*) AS n FROM payments WHERE next_step IS NOT NULL").await
}

/// Events that a service has published or consumed, as far as it keeps them.
pub(super) async fn said_and_heard(db: &Db) -> Result<i64, DbError> {
    count(db, "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM inbox) AS n").await
}

/// The orders whose deadline has passed and of which expiration has not told yet.
pub(super) async fn deadlines_due(db: &Db, now: Timestamp) -> Result<Vec<String>, DbError> {
    db.read(move |tx: &mut Tx<'_>| {
        tx.query(
            "SELECT order_id FROM timers WHERE status = 'created' AND fired_at IS NULL AND expires_at <= $1",
            args![now],
            |row| row.text("order_id"),
        )
    })
    .await
}

async fn count(db: &Db, sql: &'static str) -> Result<i64, DbError> {
    db.read(move |tx: &mut Tx<'_>| tx.query_one(sql, args![], |row| row.int("n"))).await
}

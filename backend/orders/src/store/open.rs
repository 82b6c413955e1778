//! How many unpaid orders a user may have.
//!
//! Where one process writes they are counted. A serializable transaction that has counted would be in the way of
//! everybody who orders at the same time, since what it has read is remembered by pages of the index; so where many
//! write, a row for each user is the count, and only that user's own orders meet there.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Dialect, Tx};
use ticketing_sdk::UserId;

/// Whether a user who wants one more must be refused, before anything was written.
pub(super) fn is_full(tx: &mut Tx<'_>, user: &UserId, limit: i64) -> Result<bool, DbError> {
    if tx.dialect() == Dialect::Postgres {
        return Ok(limit <= 0);
    }
    let open = tx.query_one(
        "SELECT COUNT(*) AS open FROM orders WHERE user_id = $1 AND status IN ('created', 'awaiting:payment')",
        args![user],
        |row| row.int("open"),
    )?;
    Ok(open >= limit)
}

/// Makes a statement that inserts an order of `$2`, and ends in its `RETURNING`, count one more for that user. Its row
/// says in `counted` whether it has: 0 where that would be more than `$6`.
pub(super) fn counting(made: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("{made}, 1 AS counted"),
        // One statement, since each is a way to the server and back.
        Dialect::Postgres => format!(
            "WITH made AS ({made}), counted AS (\
             INSERT INTO open_orders (user_id, orders) SELECT $2, 1 FROM made \
             ON CONFLICT (user_id) DO UPDATE SET orders = open_orders.orders + 1 WHERE open_orders.orders < $6 \
             RETURNING user_id) \
             SELECT made.*, (SELECT COUNT(*) FROM counted) AS counted FROM made"
        ),
    }
}

/// Counts one less: it is paid, or was cancelled.
pub(super) fn give_back(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute_deferred(
            "UPDATE open_orders SET orders = orders - 1 WHERE user_id = $1 AND orders > 0",
            args![user],
        )?;
    }
    Ok(())
}

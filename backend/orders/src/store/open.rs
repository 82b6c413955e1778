//! The limit of unpaid orders of a user.
//!
//! On SQLite they are counted. On PostgreSQL a count in a serializable transaction would conflict with all concurrent
//! orders, because predicate locks cover pages of the index. There a row for each user stores the number, so that only
//! orders of the same user conflict.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Dialect, Tx};
use ticketing_sdk::UserId;

/// Returns whether the limit is reached before the insert.
pub(super) fn is_limit_reached(tx: &mut Tx<'_>, user: &UserId, limit: i64) -> Result<bool, DbError> {
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

/// Extends a statement that inserts an order of `$2` and ends in `RETURNING` so that it increments the number of that
/// user. The column `counted` of its row is 0 if the number would exceed `$6`.
pub(super) fn with_count(insert: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("{insert}, 1 AS counted"),
        // One statement needs one round trip.
        Dialect::Postgres => format!(
            "WITH made AS ({insert}), counted AS (\
             INSERT INTO open_orders (user_id, orders) SELECT $2, 1 FROM made \
             ON CONFLICT (user_id) DO UPDATE SET orders = open_orders.orders + 1 WHERE open_orders.orders < $6 \
             RETURNING user_id) \
             SELECT made.*, (SELECT COUNT(*) FROM counted) AS counted FROM made"
        ),
    }
}

/// Decrements the number, because an order is paid or cancelled.
pub(super) fn decrement(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute_deferred(
            "UPDATE open_orders SET orders = orders - 1 WHERE user_id = $1 AND orders > 0",
            args![user],
        )?;
    }
    Ok(())
}

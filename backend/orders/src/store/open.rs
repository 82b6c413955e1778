//! How many unpaid orders a user may have.
//!
//! Where one process writes they are counted. A serializable transaction that has counted would be in the way of everybody
//! who orders at the same time, since what it has read is remembered by pages of the index; so where many write, a row
//! for each user is the count, and only that user's own orders meet there.

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

/// Counts one more; `false` where that is one too many.
pub(super) fn take(tx: &mut Tx<'_>, user: &UserId, limit: i64) -> Result<bool, DbError> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(true);
    }
    let taken = tx.execute(
        "INSERT INTO open_orders (user_id, orders) VALUES ($1, 1) \
         ON CONFLICT (user_id) DO UPDATE SET orders = open_orders.orders + 1 WHERE open_orders.orders < $2",
        args![user, limit],
    )?;
    Ok(taken > 0)
}

/// Counts one less: it is paid, or was cancelled.
pub(super) fn give_back(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("UPDATE open_orders SET orders = orders - 1 WHERE user_id = $1", args![user])?;
    }
    Ok(())
}

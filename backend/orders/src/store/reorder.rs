//! Reservations that a buyer has given up: until a pause is over, others come first.
//!
//! The pause grows with each reservation of the same ticket that was not paid, so that nobody keeps a ticket from
//! others by ordering and cancelling it again and again.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Order, TicketId, Timestamp, UserId};

/// From this number of unpaid reservations on the pause grows no further.
const MAX_TIMES: i64 = 10;
/// How long a reservation that was given up counts.
const RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

/// A condition on an order of `$2` for the ticket `$3` at the time `$5`: the buyer need not wait. `$8` is the pause for
/// each unpaid reservation, in milliseconds.
pub(super) const MAY_ORDER: &str = "NOT EXISTS (SELECT 1 FROM unpaid_reservations \
     WHERE user_id = $2 AND ticket_id = $3 AND ended_at + times * $8 > $5)";

/// Remembers that an order has ended unpaid.
pub(super) fn note(tx: &mut Tx<'_>, order: &Order, now: Timestamp) -> Result<(), DbError> {
    tx.execute_deferred(
        "INSERT INTO unpaid_reservations (user_id, ticket_id, times, ended_at) VALUES ($1, $2, 1, $3) \
         ON CONFLICT (user_id, ticket_id) DO UPDATE SET ended_at = excluded.ended_at, \
         times = CASE WHEN unpaid_reservations.times < $4 THEN unpaid_reservations.times + 1 ELSE $4 END",
        args![&order.user_id, &order.ticket.id, now, MAX_TIMES],
    )
}

/// How long the buyer has to wait before ordering the ticket again; `None` where at once.
pub(super) fn left(
    tx: &mut Tx<'_>,
    user: &UserId,
    ticket: &TicketId,
    pause: Duration,
    now: Timestamp,
) -> Result<Option<Duration>, DbError> {
    let given_up = tx.query_opt(
        "SELECT times, ended_at FROM unpaid_reservations WHERE user_id = $1 AND ticket_id = $2",
        args![user, ticket],
        |row| Ok((row.int("times")?, row.time("ended_at")?)),
    )?;
    let Some((times, ended_at)) = given_up else { return Ok(None) };
    let until = ended_at + pause.saturating_mul(u32::try_from(times).unwrap_or(0));
    Ok((until > now).then(|| until.saturating_since(now)))
}

/// Deletes the reservations that no pause counts any more. Returns their number.
///
/// # Errors
/// If the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM unpaid_reservations WHERE ended_at <= $1", args![now - RETENTION])
}

//! The pause after an unpaid reservation, during which other buyers of the ticket come first.
//!
//! The pause grows with each unpaid reservation of the same ticket, so that no buyer blocks a ticket by ordering and
//! cancelling it repeatedly.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Order, TicketId, Timestamp, UserId};

/// The number of unpaid reservations after which the pause does not grow.
const MAX_RESERVATIONS: i64 = 10;
/// How long an unpaid reservation counts.
const RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

/// The SQL condition that user `$2` may order ticket `$3` at time `$5`. `$8` is the pause for each unpaid reservation, in
/// milliseconds.
pub(super) const MAY_ORDER: &str = "NOT EXISTS (SELECT 1 FROM unpaid_reservations \
     WHERE user_id = $2 AND ticket_id = $3 AND ended_at + times * $8 > $5)";

/// Records that an order has ended unpaid.
pub(super) fn record(tx: &mut Tx<'_>, order: &Order, now: Timestamp) -> Result<(), DbError> {
    tx.execute_deferred(
        "INSERT INTO unpaid_reservations (user_id, ticket_id, times, ended_at) VALUES ($1, $2, 1, $3) \
         ON CONFLICT (user_id, ticket_id) DO UPDATE SET ended_at = excluded.ended_at, \
         times = CASE WHEN unpaid_reservations.times < $4 THEN unpaid_reservations.times + 1 ELSE $4 END",
        args![&order.user_id, &order.ticket.id, now, MAX_RESERVATIONS],
    )
}

/// Returns the remaining pause before the buyer may order the ticket again, if there is any.
pub(super) fn remaining_pause(
    tx: &mut Tx<'_>,
    user: &UserId,
    ticket: &TicketId,
    pause: Duration,
    now: Timestamp,
) -> Result<Option<Duration>, DbError> {
    let given_up = tx.query_opt(
        "SELECT times, ended_at FROM unpaid_reservations WHERE user_id = $1 AND ticket_id = $2",
        args![user, ticket],
        |row| Ok((row.int("times")?, row.column::<Timestamp>("ended_at")?)),
    )?;
    let Some((times, ended_at)) = given_up else { return Ok(None) };
    let until = ended_at + pause.saturating_mul(u32::try_from(times).unwrap_or(0));
    Ok((until > now).then(|| until.saturating_duration_since(now)))
}

/// Deletes the reservations past their retention. Returns their number.
///
/// # Errors
/// If the database fails.
pub fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM unpaid_reservations WHERE ended_at <= $1", args![now - RETENTION])
}

//! What the provider has told by itself: each notice is kept, with its effect, in one transaction.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{PaymentStatus, Timestamp};

use super::{COLUMNS, PaymentRow, find_payment, read};
use crate::provider::Notice;

/// How long a notice is known again: longer than any provider repeats it.
pub(super) const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Keeps a notice; what is owed to the provider for its payment is due now, since the provider has something to say.
/// `false` where the notice is known already, or about no payment of ours.
///
/// The notice decides nothing: the step that is due asks the provider, so that notices may come in any order.
/// `now` is the marketplace's time, `wall` the machine's.
///
/// # Errors
/// When the database fails.
pub fn heard(tx: &mut Tx<'_>, notice: &Notice, now: Timestamp, wall: Timestamp) -> Result<bool, DbError> {
    let Some(payment) = of(tx, notice)? else { return Ok(false) };
    let fresh = tx.execute(
        "INSERT INTO notices (id, payment_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        args![&notice.id, &payment.id, now],
    )?;
    if fresh == 0 {
        return Ok(false);
    }
    if payment.next_step.is_some() {
        let stripe_id = payment.stripe_id.as_deref().unwrap_or(&notice.stripe_id);
        tx.execute(
            "UPDATE payments SET stripe_id = $2, heard = heard + 1, due_at = $3 WHERE id = $1",
            args![&payment.id, stripe_id, payment.due_at.min(wall)],
        )?;
    }
    Ok(true)
}

/// The payment that a notice is about. One whose charge has a name is about that charge alone.
fn of(tx: &mut Tx<'_>, notice: &Notice) -> Result<Option<PaymentRow>, DbError> {
    let named = match &notice.payment_id {
        Some(id) => find_payment(tx, id)?,
        None => None,
    };
    match named {
        Some(payment) if payment.stripe_id.is_none() => {
            Ok((payment.status == PaymentStatus::Pending).then_some(payment))
        }
        _ => tx.query_opt(
            &format!("SELECT {COLUMNS} FROM payments WHERE stripe_id = $1"),
            args![&notice.stripe_id],
            read,
        ),
    }
}

/// Forgets notices that no provider repeats any more.
pub(super) fn prune(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
    tx.execute("DELETE FROM notices WHERE created_at <= $1", args![now.as_millis() - kept])?;
    Ok(())
}

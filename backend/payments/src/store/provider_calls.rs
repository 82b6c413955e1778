//! The calls of the card provider, in SQL.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{PaymentId, TimelineEntry, TimelineKind, Timestamp};

use super::PaymentRow;
use crate::domain::PaymentStep;

/// The attempt from which on the calls of a step share a row.
const LAST_ATTEMPT: i64 = 20;

/// A call of the card provider that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCallRecord {
    /// The payment.
    pub payment_id: PaymentId,
    /// The step.
    pub step: PaymentStep,
    /// The attempt of the step, from 1.
    pub attempt: i64,
    /// When it began, by the clock of the marketplace.
    pub started_at: Timestamp,
    /// When it ended, by the same clock.
    pub ended_at: Timestamp,
    /// The outcome: `done`, `declined`, `needs-owner`, `unavailable`, `busy`, `unknown` or `rejected`.
    pub outcome: &'static str,
    /// The request ids of the provider.
    pub request_ids: Vec<String>,
    /// The provider's message to the cardholder.
    pub message: Option<String>,
}

/// Records a call. Late attempts of a step are counted in one row.
///
/// # Errors
/// Fails if the database fails.
pub fn record_call(tx: &mut Tx<'_>, call: &ProviderCallRecord) -> Result<(), DbError> {
    tx.execute_deferred(
        "INSERT INTO provider_calls \
         (payment_id, step, attempt, calls, started_at, ended_at, outcome, request_ids, message) \
         VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8) \
         ON CONFLICT (payment_id, step, attempt) DO UPDATE SET calls = provider_calls.calls + 1, \
         ended_at = excluded.ended_at, outcome = excluded.outcome, request_ids = excluded.request_ids, \
         message = excluded.message",
        args![
            &call.payment_id,
            call.step.as_str(),
            call.attempt.min(LAST_ATTEMPT),
            call.started_at,
            call.ended_at,
            call.outcome,
            &call.request_ids.join(","),
            call.message.as_deref(),
        ],
    )
}

/// Returns the calls for a payment as entries of a timeline of `service`.
///
/// # Errors
/// Fails if the database fails.
pub(super) fn read_calls(
    tx: &mut Tx<'_>,
    service: &str,
    payment: &PaymentRow,
) -> Result<Vec<TimelineEntry>, DbError> {
    let sql = "SELECT step, attempt, calls, started_at, ended_at, outcome, request_ids, message \
               FROM provider_calls WHERE payment_id = $1 ORDER BY started_at, attempt";
    tx.query(sql, args![&payment.id], |row| {
        let step: PaymentStep = row.column("step")?;
        let at = row.column("started_at")?;
        let mut entry = TimelineEntry::new(at, service, TimelineKind::Call, step.as_str());
        entry.aggregate = Some(payment.id.to_string());
        entry.attempt = Some(row.int("attempt")?);
        entry.calls = Some(row.int("calls")?).filter(|calls| *calls > 1);
        entry.ended_at = Some(row.column("ended_at")?);
        entry.outcome = Some(row.text("outcome")?);
        let ids = row.text("request_ids")?;
        entry.request_ids = ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
        entry.idempotency_key = Some(payment.step_key(step));
        entry.detail = row.column("message")?;
        Ok(entry)
    })
}

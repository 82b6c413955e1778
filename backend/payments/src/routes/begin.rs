//! The start of a payment request: one transaction takes its key and starts a payment, joins one, or refuses.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::http::ApiError;
use ticketing_platform::idempotency::{self, EarlierRequest, KeyedAnswer, KeyedOutcome, KeyedRequest};
use ticketing_sdk::{ErrorCode, PaymentId, Timestamp, UserId};

use super::input::ValidInput;
use crate::App;
use crate::domain::{AdmissionError, PaymentAdmission, PaymentStep, admit};
use crate::store::{self, OrderCopy, PaymentRow, PaymentToInsert};

/// A payment request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) user_id: UserId,
    pub(super) key: Option<String>,
    pub(super) keyed: KeyedRequest,
    pub(super) input: ValidInput,
    pub(super) now: Timestamp,
}

/// The result of starting a request.
#[derive(Debug)]
pub(super) enum BeginResult {
    /// It has a response: a stored one, or a refusal.
    Responded(KeyedOutcome),
    /// It follows this payment.
    Follows(FollowedPayment),
}

/// A payment that a request follows.
#[derive(Debug)]
pub(super) struct FollowedPayment {
    pub(super) id: PaymentId,
    /// The number of failed provider calls after which the request stops waiting.
    pub(super) max_failed_calls: i64,
    /// Whether an earlier request with the key created or joined it; `None` if the request has no key.
    pub(super) replayed: Option<bool>,
}

/// Starts the request, in one transaction; `None` if the order is unknown or has not arrived yet, and nothing was stored.
pub(super) fn begin(tx: &mut Tx<'_>, app: &App, request: &Request) -> Result<Option<BeginResult>, ApiError> {
    match idempotency::claim_key(tx, &request.keyed)? {
        Some(EarlierRequest::Answered(answer)) => {
            return Ok(Some(BeginResult::Responded(Ok(KeyedAnswer::replay(answer)))));
        }
        Some(EarlierRequest::InFlight) => return resume(tx, app, request).map(Some),
        None => {}
    }
    let Some(order) = store::find_order(tx, &request.input.order_id)? else {
        idempotency::release_key(tx, &request.keyed)?;
        return Ok(None);
    };
    let began = match pay(tx, app, request, &order) {
        Ok(payment) => {
            if let Some(key) = &request.key {
                store::bind_request(tx, &request.user_id, key, &payment.id, request.now)?;
            }
            BeginResult::Follows(follow(tx, app, &payment, request.key.is_some().then_some(false))?)
        }
        Err(failure) if failure.status().is_server_error() => return Err(failure),
        // A rule refuses the request.
        Err(refusal) => {
            BeginResult::Responded(idempotency::record_outcome(tx, &request.keyed, Err(refusal))?)
        }
    };
    Ok(Some(began))
}

/// Resumes a request without a final response: it follows the same payment.
fn resume(tx: &mut Tx<'_>, app: &App, request: &Request) -> Result<BeginResult, ApiError> {
    let key = request.key.as_deref().unwrap_or_default();
    let bound = store::bound_payment(tx, &request.user_id, key)?;
    let payment = bound.map(|id| store::find_payment(tx, &id)).transpose()?.flatten();
    let payment = payment.ok_or_else(idempotency::in_flight_error)?;
    follow(tx, app, &payment, Some(true)).map(BeginResult::Follows)
}

/// Returns the payment that the request joins, or creates it.
fn pay(tx: &mut Tx<'_>, app: &App, request: &Request, order: &OrderCopy) -> Result<PaymentRow, ApiError> {
    let Request { user_id, input, now, .. } = request;
    if &order.user_id != user_id {
        return Err(ApiError::not_owner());
    }
    let in_force = store::find_active_payment(tx, &order.id)?;
    // The order is checked first; an invalid token differs from that of the active payment.
    let token = input.card_token();
    let is_same = |payment: &PaymentRow| token.as_ref().is_ok_and(|token| payment.token == *token);
    let known = in_force.as_ref().map(|payment| (payment.status, is_same(payment)));
    match (admit(order.status, order.expires_at, known, *now).map_err(admission_error)?, in_force) {
        (PaymentAdmission::Join, Some(payment)) => Ok(payment),
        (PaymentAdmission::Begin | PaymentAdmission::Join, _) => {
            let id = PaymentId::new(app.core.clock.new_id());
            let due_at = app.worker.wall_now();
            let (token, can_confirm) = (token?, input.can_confirm);
            let wanted = PaymentToInsert { id, token, can_confirm, now: *now, due_at };
            // The index refuses the insert if another replica has inserted a payment first.
            store::insert_payment(tx, &wanted, order)?
                .ok_or_else(|| admission_error(AdmissionError::InProgress))
        }
    }
}

/// Wakes the worker and determines how long the request waits.
fn follow(
    tx: &mut Tx<'_>,
    app: &App,
    payment: &PaymentRow,
    replayed: Option<bool>,
) -> Result<FollowedPayment, ApiError> {
    if payment.next_step == Some(PaymentStep::Authorize) && payment.claimed_until.is_none() {
        advance_due_at(tx, app, payment)?;
    }
    app.worker.wake_on_commit(tx);
    // A running call began before the request, so its failure does not count; the next call does.
    let max_failed_calls = app.timeouts.quick_tries.max(payment.attempts + 1);
    Ok(FollowedPayment { id: payment.id.clone(), max_failed_calls, replayed })
}

/// Makes the step due earlier, because a request waits.
fn advance_due_at(tx: &mut Tx<'_>, app: &App, payment: &PaymentRow) -> Result<(), DbError> {
    let due_at = app.timeouts.earlier_due_at(payment.due_at, app.worker.wall_now());
    if due_at < payment.due_at {
        tx.execute_deferred("UPDATE payments SET due_at = $2 WHERE id = $1", args![&payment.id, due_at])?;
    }
    Ok(())
}

fn admission_error(refusal: AdmissionError) -> ApiError {
    let (code, message) = match refusal {
        AdmissionError::Paid => (ErrorCode::OrderPaid, "The order is paid already"),
        AdmissionError::InProgress => {
            (ErrorCode::PaymentInProgress, "Another payment of this order is being taken")
        }
        AdmissionError::Cancelled => (ErrorCode::OrderCancelled, "Cannot pay for a cancelled order"),
        AdmissionError::Expired => (ErrorCode::OrderExpired, "The reservation has expired"),
    };
    ApiError::rule(code, message)
}

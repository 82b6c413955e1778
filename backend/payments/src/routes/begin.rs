//! How a request to pay begins: one transaction that takes its key and begins a payment, joins one, or refuses.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::http::ApiError;
use ticketing_platform::idempotency::{self, KeyClaim, KeyedAnswer, KeyedOutcome, KeyedRequest};
use ticketing_sdk::{ErrorCode, PaymentId, Timestamp, UserId};

use super::input::Purchase;
use crate::App;
use crate::domain::{Admission, Refusal, Step, admit};
use crate::store::{self, OrderCopy, PaymentRow, Wanted};

/// A request to pay.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) user_id: UserId,
    pub(super) key: Option<String>,
    pub(super) keyed: KeyedRequest,
    pub(super) purchase: Purchase,
    pub(super) now: Timestamp,
}

/// How it began.
#[derive(Debug)]
pub(super) enum Began {
    /// It is answered: it was before, or a rule refuses it.
    Answered(KeyedOutcome),
    /// It follows this payment.
    Follows(Followed),
    /// The order is not known here, or not yet; nothing was done.
    UnknownOrder,
}

/// A payment that a request follows.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) id: PaymentId,
    /// So many calls of the provider, all unanswered, and the request stops waiting for it.
    pub(super) tries: i64,
    /// Whether an earlier request with the key began or joined it; `None` where the request has no key.
    pub(super) replayed: Option<bool>,
}

/// Begins the request, in one transaction.
pub(super) fn begin(tx: &mut Tx<'_>, app: &App, request: &Request) -> Result<Began, ApiError> {
    let begun = idempotency::claim_key(tx, &request.keyed)?;
    match begun {
        KeyClaim::Replay(answer) => return Ok(Began::Answered(Ok(KeyedAnswer::replay(answer)))),
        KeyClaim::InFlight => return resume(tx, app, request),
        KeyClaim::Fresh | KeyClaim::NoKey => {}
    }
    let Some(order) = store::find_order(tx, &request.purchase.order_id)? else {
        idempotency::release_key(tx, &request.keyed)?;
        return Ok(Began::UnknownOrder);
    };
    match pay(tx, app, request, &order) {
        Ok(payment) => {
            if let Some(key) = &request.key {
                store::bind_request(tx, &request.user_id, key, &payment.id, request.now)?;
            }
            follow(tx, app, &payment, request.key.is_some().then_some(false)).map(Began::Follows)
        }
        Err(failure) if failure.status().is_server_error() => Err(failure),
        // A rule refuses it.
        Err(refusal) => Ok(Began::Answered(idempotency::record_outcome(tx, &request.keyed, Err(refusal))?)),
    }
}

/// The request came before and was not answered for good: it follows the same payment.
fn resume(tx: &mut Tx<'_>, app: &App, request: &Request) -> Result<Began, ApiError> {
    let key = request.key.as_deref().unwrap_or_default();
    let bound = store::bound_payment(tx, &request.user_id, key)?;
    let payment = bound.map(|id| store::find_payment(tx, &id)).transpose()?.flatten();
    let payment = payment.ok_or_else(idempotency::in_flight_error)?;
    follow(tx, app, &payment, Some(true)).map(Began::Follows)
}

/// The payment of the order that this request is for.
fn pay(tx: &mut Tx<'_>, app: &App, request: &Request, order: &OrderCopy) -> Result<PaymentRow, ApiError> {
    let Request { user_id, purchase, now, .. } = request;
    if &order.user_id != user_id {
        return Err(ApiError::not_owner());
    }
    let in_force = store::in_force(tx, &order.id)?;
    // The order is judged first; a token without the form of one is not that of the payment in force.
    let token = purchase.card_token();
    let is_same = |payment: &PaymentRow| token.as_ref().is_ok_and(|token| payment.token == *token);
    let known = in_force.as_ref().map(|payment| (payment.status, is_same(payment)));
    match (admit(order.status, order.expires_at, known, *now).map_err(refused)?, in_force) {
        (Admission::Join, Some(payment)) => Ok(payment),
        (Admission::Begin | Admission::Join, _) => {
            let id = PaymentId::new(app.core.clock.new_id());
            let due_at = app.driver.wall_now();
            let (token, can_confirm) = (token?, purchase.can_confirm);
            let wanted = Wanted { id, token, can_confirm, now: *now, due_at };
            // Where the index refuses it, another replica was quicker.
            store::insert_payment(tx, &wanted, order)?.ok_or_else(|| refused(Refusal::InProgress))
        }
    }
}

/// Sees to it that the payment is worked on, and says for how long it is worth waiting.
fn follow(
    tx: &mut Tx<'_>,
    app: &App,
    payment: &PaymentRow,
    replayed: Option<bool>,
) -> Result<Followed, ApiError> {
    if payment.next_step == Some(Step::Authorize) && payment.claimed_until.is_none() {
        hurry(tx, app, payment)?;
    }
    app.driver.wake_after(tx);
    let running = i64::from(payment.claimed_until.is_none());
    let tries = app.pace.quick_tries.max(payment.attempts + running);
    Ok(Followed { id: payment.id.clone(), tries, replayed })
}

/// Someone waits: a long pause becomes a short one.
fn hurry(tx: &mut Tx<'_>, app: &App, payment: &PaymentRow) -> Result<(), DbError> {
    let due_at = app.pace.hurried(payment.due_at, app.driver.wall_now());
    if due_at < payment.due_at {
        tx.execute_deferred("UPDATE payments SET due_at = $2 WHERE id = $1", args![&payment.id, due_at])?;
    }
    Ok(())
}

fn refused(refusal: Refusal) -> ApiError {
    let (code, message) = match refusal {
        Refusal::Paid => (ErrorCode::OrderPaid, "The order is paid already"),
        Refusal::InProgress => (ErrorCode::PaymentInProgress, "Another payment of this order is being taken"),
        Refusal::Cancelled => (ErrorCode::OrderCancelled, "Cannot pay for a cancelled order"),
        Refusal::Expired => (ErrorCode::OrderExpired, "The reservation has expired"),
    };
    ApiError::rule(code, message)
}

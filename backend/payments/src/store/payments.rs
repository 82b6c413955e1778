//! The payments in SQL.

use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_platform::telemetry::TraceContext;
use ticketing_platform::{args, read_row};
use ticketing_sdk::{ClientSecret, Money, OrderId, Payment, PaymentId, PaymentStatus, Timestamp, UserId};

use crate::domain::{CardToken, PaymentState, PaymentStep};
use crate::provider::{AuthorizeRequest, Confirmation};
use crate::store::OrderCopy;

/// A stored payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// The id.
    pub id: PaymentId,
    /// The order it pays for.
    pub order_id: OrderId,
    /// The buyer.
    pub user_id: UserId,
    /// The card.
    pub token: CardToken,
    /// The root of the idempotency keys of its provider calls.
    pub provider_key: String,
    /// The provider's id of the charge, once it has one.
    pub stripe_id: Option<String>,
    /// The amount.
    pub amount: Money,
    /// The currency, ISO 4217 in lower case.
    pub currency: String,
    /// The status.
    pub status: PaymentStatus,
    /// The next step at the provider.
    pub next_step: Option<PaymentStep>,
    /// The number of attempts of that step.
    pub attempts: i64,
    /// The number of these attempts that certainly did not reach the provider.
    pub unreached: i64,
    /// When the step is due, by the system clock.
    pub due_at: Timestamp,
    /// Until when the step is claimed, by the system clock.
    pub claimed_until: Option<Timestamp>,
    /// The provider's code of a decline.
    pub failure_code: Option<String>,
    /// The provider's message of a decline.
    pub failure_message: Option<String>,
    /// The version, which rises by one with each transition.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// The number of webhook events about it.
    pub webhook_event_count: i64,
    /// The trace context of the operation that made its next step due.
    pub trace: Option<String>,
    /// Whether the client can let the cardholder confirm it.
    pub can_confirm: bool,
    /// The secret for that, while the payment waits for the confirmation.
    pub client_secret: Option<ClientSecret>,
}

pub(crate) const COLUMNS: &str = "id, order_id, user_id, token, provider_key, stripe_id, amount, currency, status, \
     next_step, attempts, unreached, due_at, claimed_until, failure_code, failure_message, version, created_at, webhook_event_count, trace, \
     can_confirm, client_secret";

impl PaymentRow {
    /// Returns its state in the state machine.
    pub fn state(&self) -> PaymentState {
        PaymentState { status: self.status, next: self.next_step }
    }

    /// Returns whether the due step can have reached the provider.
    pub fn is_attempted(&self) -> bool {
        self.attempts > self.unreached
    }

    /// Returns the idempotency key of `step`.
    pub fn step_key(&self, step: PaymentStep) -> String {
        format!("{}:{}", self.provider_key, step.as_str())
    }

    /// Returns the authorization request. `order_is_open`: whether the order can still be paid.
    pub fn authorize_request(&self, order_is_open: bool) -> AuthorizeRequest {
        AuthorizeRequest {
            amount: self.amount,
            currency: self.currency.clone(),
            token: self.token.clone(),
            order_id: self.order_id.clone(),
            payment_id: self.id.clone(),
            begun_at: self.created_at,
            known: self.stripe_id.clone(),
            confirmation: match (self.can_confirm, order_is_open) {
                (false, _) => Confirmation::Impossible,
                (true, true) => Confirmation::Possible,
                (true, false) => Confirmation::TooLate,
            },
        }
    }

    /// Converts it to the wire type.
    pub fn to_wire(&self) -> Payment {
        let mut payment = Payment::new(&self.id)
            .order_id(&self.order_id)
            .amount(self.amount)
            .currency(&self.currency)
            .status(self.status)
            .created_at(self.created_at);
        payment.stripe_id.clone_from(&self.stripe_id);
        payment.client_secret.clone_from(&self.client_secret);
        payment
    }
}

ticketing_platform::columns!(
    String: PaymentStep, CardToken => |text: String| text.parse().map_err(|_| format!("{text:?} is stored"))
);

pub(crate) fn read(row: &Row<'_>) -> Result<PaymentRow, DbError> {
    read_row!(row => PaymentRow {
        id, order_id, user_id, token, provider_key, stripe_id, amount, currency, status, next_step, attempts, unreached, due_at,
        claimed_until, failure_code, failure_message, version, created_at, trace, can_confirm,
        webhook_event_count: row.int("webhook_event_count")?,
        client_secret: row.column::<Option<String>>("client_secret")?.map(ClientSecret::new),
    })
}

/// Returns a payment by its id.
///
/// # Errors
/// Fails if the database fails.
pub fn find_payment(tx: &mut Tx<'_>, id: &PaymentId) -> Result<Option<PaymentRow>, DbError> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM payments WHERE id = $1"), args![id], read)
}

/// Returns the active payment of an order: pending, authorized or succeeded. The index allows one.
///
/// # Errors
/// Fails if the database fails.
pub fn find_active_payment(tx: &mut Tx<'_>, order_id: &OrderId) -> Result<Option<PaymentRow>, DbError> {
    tx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM payments \
             WHERE order_id = $1 AND (status = 'pending' OR status = 'authorized' OR status = 'succeeded')"
        ),
        args![order_id],
        read,
    )
}

/// Lists the payments of a user, or those of one order of the user, after `after`, oldest first.
///
/// # Errors
/// Fails if the database fails.
pub fn list_payments(
    tx: &mut Tx<'_>,
    user_id: &UserId,
    order: Option<&OrderId>,
    after: Option<&PaymentId>,
    limit: u32,
) -> Result<Vec<PaymentRow>, DbError> {
    let after = after.map_or("", PaymentId::as_str);
    // Both begin with an index of the user.
    let select = |condition: &str| {
        format!(
            "SELECT {COLUMNS} FROM payments WHERE user_id = $1 AND id > $2{condition} ORDER BY id LIMIT $3"
        )
    };
    match order {
        None => tx.query(&select(""), args![user_id, after, limit], read),
        Some(order) => tx.query(&select(" AND order_id = $4"), args![user_id, after, limit, order], read),
    }
}

/// A payment to insert.
#[derive(Clone, Debug)]
pub struct PaymentToInsert {
    /// The id.
    pub id: PaymentId,
    /// The card.
    pub token: CardToken,
    /// Whether the client can let the cardholder confirm it.
    pub can_confirm: bool,
    /// The time, by the clock of the marketplace.
    pub now: Timestamp,
    /// The time, by the system clock.
    pub due_at: Timestamp,
}

/// Inserts the payment of an order, with the idempotency key of its provider calls; `None` if the order has an active
/// one.
///
/// # Errors
/// Fails if the database fails.
pub fn insert_payment(
    tx: &mut Tx<'_>,
    new: &PaymentToInsert,
    order: &OrderCopy,
) -> Result<Option<PaymentRow>, DbError> {
    let PaymentState { status, next } = PaymentState::INITIAL;
    tx.query_opt(
        &format!(
            "INSERT INTO payments (id, order_id, user_id, token, provider_key, amount, currency, status, next_step, \
             attempts, due_at, version, created_at, updated_at, trace, can_confirm) \
             VALUES ($1, $2, $3, $4, $1, $5, 'usd', $6, $7, 0, $8, 0, $9, $9, $10, $11) \
             ON CONFLICT DO NOTHING RETURNING {COLUMNS}"
        ),
        args![
            &new.id,
            &order.id,
            &order.user_id,
            new.token.as_str(),
            order.price,
            status.as_str(),
            next.map(PaymentStep::as_str),
            new.due_at,
            new.now,
            TraceContext::current_traceparent().as_deref(),
            i64::from(new.can_confirm),
        ],
        read,
    )
}

/// Sets the state of a payment: the new step is due at once. Returns `false` if its version has changed.
pub(crate) fn update_state(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    to: PaymentState,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DbError> {
    let updated = tx.execute(
        "UPDATE payments SET status = $3, next_step = $4, attempts = 0, unreached = 0, due_at = $5, claimed_until = NULL, \
         client_secret = NULL, version = version + 1, updated_at = $6, trace = $7 WHERE id = $1 AND version = $2",
        args![
            &payment.id,
            payment.version,
            to.status.as_str(),
            to.next.map(PaymentStep::as_str),
            due_at,
            now,
            TraceContext::current_traceparent().as_deref(),
        ],
    )?;
    Ok(updated > 0)
}

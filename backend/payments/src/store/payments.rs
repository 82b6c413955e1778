//! The payments.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_platform::telemetry::TraceContext;
use ticketing_sdk::{ClientSecret, Money, OrderId, Payment, PaymentId, PaymentStatus, Timestamp, UserId};

use crate::domain::{CardToken, Position, Step};
use crate::provider::{Authorization, Confirmation};
use crate::store::OrderCopy;

/// A payment as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// The payment.
    pub id: PaymentId,
    /// What it pays for.
    pub order_id: OrderId,
    /// Whose it is.
    pub user_id: UserId,
    /// The card.
    pub token: CardToken,
    /// The root of the idempotency keys under which the provider is called.
    pub provider_key: String,
    /// The provider's name for the charge, once it has one.
    pub stripe_id: Option<String>,
    /// How much.
    pub amount: Money,
    /// In which currency, ISO 4217 in small letters.
    pub currency: String,
    /// How far it is.
    pub status: PaymentStatus,
    /// What we owe the provider.
    pub next_step: Option<Step>,
    /// How often that step was begun.
    pub attempts: i64,
    /// How many of these attempts surely did not reach the provider.
    pub unreached: i64,
    /// When the step is due, by the machine's clock.
    pub due_at: Timestamp,
    /// Until when the step belongs to whoever began it last, by the machine's clock.
    pub claimed_until: Option<Timestamp>,
    /// The provider's word for a refusal.
    pub failure_code: Option<String>,
    /// The provider's message about a refusal.
    pub failure_message: Option<String>,
    /// Rises by one with each change of its position.
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// How many notices of the provider were about it.
    pub heard: i64,
    /// The trace context of what has made its next step due.
    pub trace: Option<String>,
    /// Whether its client can have the owner of the card confirm it.
    pub can_confirm: bool,
    /// What the client needs for that, while the payment waits for it.
    pub client_secret: Option<ClientSecret>,
}

pub(crate) const COLUMNS: &str = "id, order_id, user_id, token, provider_key, stripe_id, amount, currency, status, \
     next_step, attempts, unreached, due_at, claimed_until, failure_code, failure_message, version, created_at, heard, trace, \
     can_confirm, client_secret";

impl PaymentRow {
    /// Its place in the state machine.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { status: self.status, next: self.next_step }
    }

    /// Whether the step that is due may have reached the provider: an attempt is under way, or was not surely in vain.
    #[must_use]
    pub fn is_begun(&self) -> bool {
        self.attempts > self.unreached
    }

    /// The key under which the provider is asked for `step`.
    #[must_use]
    pub fn step_key(&self, step: Step) -> String {
        format!("{}:{}", self.provider_key, step.as_str())
    }

    /// What the provider is asked to hold. `order_is_open`: whether the order can still be won.
    #[must_use]
    pub fn authorization(&self, order_is_open: bool) -> Authorization {
        Authorization {
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

    /// As its owner sees it.
    #[must_use]
    pub fn to_wire(&self) -> Payment {
        Payment {
            id: self.id.clone(),
            order_id: Some(self.order_id.clone()),
            stripe_id: self.stripe_id.clone(),
            amount: Some(self.amount),
            currency: Some(self.currency.clone()),
            status: Some(self.status),
            created_at: Some(self.created_at),
            client_secret: self.client_secret.clone(),
        }
    }
}

pub(crate) fn read(row: &Row<'_>) -> Result<PaymentRow, DbError> {
    Ok(PaymentRow {
        id: row.parse("id")?,
        order_id: row.parse("order_id")?,
        user_id: row.parse("user_id")?,
        token: row.parse("token")?,
        provider_key: row.text("provider_key")?,
        stripe_id: row.opt_text("stripe_id")?,
        amount: row.money("amount")?,
        currency: row.text("currency")?,
        status: row.parse("status")?,
        next_step: row.opt_parse("next_step")?,
        attempts: row.int("attempts")?,
        unreached: row.int("unreached")?,
        due_at: row.time("due_at")?,
        claimed_until: row.opt_int("claimed_until")?.map(Timestamp::from_millis),
        failure_code: row.opt_text("failure_code")?,
        failure_message: row.opt_text("failure_message")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        heard: row.int("heard")?,
        trace: row.opt_text("trace")?,
        can_confirm: row.int("can_confirm")? != 0,
        client_secret: row.opt_text("client_secret")?.map(ClientSecret::new),
    })
}

/// A payment by its id.
///
/// # Errors
/// When the database fails.
pub fn find_payment(tx: &mut Tx<'_>, id: &PaymentId) -> Result<Option<PaymentRow>, DbError> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM payments WHERE id = $1"), args![id], read)
}

/// The payment of an order that is being taken or was: at most one, by the index.
///
/// # Errors
/// When the database fails.
pub fn in_force(tx: &mut Tx<'_>, order_id: &OrderId) -> Result<Option<PaymentRow>, DbError> {
    tx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM payments \
             WHERE order_id = $1 AND status IN ('pending', 'authorized', 'succeeded')"
        ),
        args![order_id],
        read,
    )
}

/// A user's payments in the order in which they were begun, those after `after`.
///
/// # Errors
/// When the database fails.
pub fn list_payments(
    tx: &mut Tx<'_>,
    user_id: &UserId,
    after: Option<&PaymentId>,
    limit: i64,
) -> Result<Vec<PaymentRow>, DbError> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM payments WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        args![user_id, after.map_or("", PaymentId::as_str), limit],
        read,
    )
}

/// A payment that is to be begun.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its id.
    pub id: PaymentId,
    /// The card.
    pub token: CardToken,
    /// Whether the client can have the owner of the card confirm it.
    pub can_confirm: bool,
    /// The time, by the marketplace's clock.
    pub now: Timestamp,
    /// The time, by the machine's clock.
    pub due_at: Timestamp,
}

/// Begins the payment of an order, with the key under which the provider will be called; `None` where the order has
/// one in force.
///
/// # Errors
/// When the database fails.
pub fn insert_payment(
    tx: &mut Tx<'_>,
    wanted: &Wanted,
    order: &OrderCopy,
) -> Result<Option<PaymentRow>, DbError> {
    let Position { status, next } = Position::BEGUN;
    tx.query_opt(
        &format!(
            "INSERT INTO payments (id, order_id, user_id, token, provider_key, amount, currency, status, next_step, \
             attempts, due_at, version, created_at, updated_at, trace, can_confirm) \
             VALUES ($1, $2, $3, $4, $1, $5, 'usd', $6, $7, 0, $8, 0, $9, $9, $10, $11) \
             ON CONFLICT DO NOTHING RETURNING {COLUMNS}"
        ),
        args![
            &wanted.id,
            &order.id,
            &order.user_id,
            wanted.token.as_str(),
            order.price,
            status.as_str(),
            next.map(Step::as_str),
            wanted.due_at,
            wanted.now,
            TraceContext::current_traceparent().as_deref(),
            i64::from(wanted.can_confirm),
        ],
        read,
    )
}

/// Moves a payment from one position to another: the new step is due at once. `false` where it is elsewhere by now.
pub(crate) fn apply(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    to: Position,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DbError> {
    let moved = tx.execute(
        "UPDATE payments SET status = $3, next_step = $4, attempts = 0, unreached = 0, due_at = $5, claimed_until = NULL, \
         client_secret = NULL, version = version + 1, updated_at = $6, trace = $7 WHERE id = $1 AND version = $2",
        args![
            &payment.id,
            payment.version,
            to.status.as_str(),
            to.next.map(Step::as_str),
            due_at,
            now,
            TraceContext::current_traceparent().as_deref(),
        ],
    )?;
    Ok(moved > 0)
}

//! What the simulated provider does and writes down, each call under its idempotency key.

use serde::{Deserialize, Serialize};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::Timestamp;

use super::{Call, SimulatedProvider};
use crate::provider::{Authorization, Charge, ProviderError};

/// One call as it enters the book.
pub(super) struct Entry {
    pub(super) key: String,
    /// What is asked, in full: another question under the same key is an error.
    pub(super) question: String,
    /// For a charge, should one come of it.
    pub(super) id: String,
    pub(super) now: Timestamp,
}

/// What was answered, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Settled {
    Done { id: String },
    Declined { code: String, message: String },
    Rejected { reason: String },
}

impl Settled {
    pub(super) fn into_result(self) -> Result<String, ProviderError> {
        match self {
            Self::Done { id } => Ok(id),
            Self::Declined { code, message } => Err(ProviderError::Declined { code, message }),
            Self::Rejected { reason } => Err(ProviderError::Rejected(reason)),
        }
    }

    fn declined(code: &str, message: impl Into<String>) -> Self {
        Self::Declined { code: code.to_owned(), message: message.into() }
    }

    fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into() }
    }
}

/// Answers as before where the key is known, else has the effect and keeps its answer.
pub(super) fn once(
    tx: &mut Tx<'_>,
    entry: &Entry,
    effect: &impl Fn(&mut Tx<'_>, &Entry) -> Result<Settled, DbError>,
) -> Result<Settled, DbError> {
    let known = tx.query_opt(
        "SELECT question, answer FROM requests WHERE idempotency_key = $1",
        args![&entry.key],
        |row| Ok((row.text("question")?, row.text("answer")?)),
    )?;
    if let Some((question, answer)) = known {
        if question != entry.question {
            return Ok(Settled::rejected(format!("the key {} was used for another request", entry.key)));
        }
        return serde_json::from_str(&answer).map_err(|error| DbError::Statement(error.to_string()));
    }
    let settled = effect(tx, entry)?;
    let answer = serde_json::to_string(&settled).map_err(|error| DbError::Statement(error.to_string()))?;
    tx.execute(
        "INSERT INTO requests (idempotency_key, question, answer, created_at) VALUES ($1, $2, $3, $4)",
        args![&entry.key, &entry.question, &answer, entry.now],
    )?;
    Ok(settled)
}

pub(super) fn authorize(tx: &mut Tx<'_>, entry: &Entry, request: &Authorization) -> Result<Settled, DbError> {
    let token = request.token.as_str();
    match token {
        "tok_visa" | "tok_mastercard" | "tok_amex" | CAPTURE_FAILS => {}
        "tok_chargeDeclined" => return Ok(Settled::declined("card_declined", "Your card was declined.")),
        "tok_chargeDeclinedInsufficientFunds" => {
            return Ok(Settled::declined("insufficient_funds", "Your card has insufficient funds."));
        }
        unknown => return Ok(Settled::declined("resource_missing", format!("No such token: {unknown}"))),
    }
    let id = format!("{}{}", SimulatedProvider::MARK, entry.id.replace('-', ""));
    tx.execute(
        "INSERT INTO charges (id, order_id, token, currency, state, authorized, captured, voided, refunded, \
         captures, created_at) VALUES ($1, $2, $3, $4, 'authorized', $5, 0, 0, 0, 0, $6)",
        args![&id, &request.order_id, token, &request.currency, request.amount, entry.now],
    )?;
    Ok(Settled::Done { id })
}

const CAPTURE_FAILS: &str = "tok_chargeCustomerFail";

/// Captures, voids or refunds the whole of a charge.
pub(super) fn move_charge(tx: &mut Tx<'_>, call: Call, charge: &Charge) -> Result<Settled, DbError> {
    let id = &charge.stripe_id;
    let found =
        tx.query_opt("SELECT state, token, authorized FROM charges WHERE id = $1", args![id], |row| {
            Ok((row.text("state")?, row.text("token")?, row.int("authorized")?))
        })?;
    let Some((state, token, authorized)) = found else {
        return Ok(Settled::rejected(format!("No such charge: {id}")));
    };
    if authorized != charge.amount.cents() {
        return Ok(Settled::rejected(format!("{id} was authorised for another amount")));
    }
    let change = match (call, state.as_str()) {
        (Call::Capture, "authorized") if token == CAPTURE_FAILS => {
            tx.execute("UPDATE charges SET state = 'failed' WHERE id = $1", args![id])?;
            return Ok(Settled::declined("card_declined", "Your card was declined."));
        }
        (Call::Capture, "authorized") => "state = 'captured', captured = authorized, captures = captures + 1",
        (Call::Void, "authorized") => "state = 'voided', voided = authorized",
        (Call::Refund, "captured") => "state = 'refunded', refunded = captured",
        (_, state) => return Ok(Settled::rejected(format!("{id} is {state}: it cannot {}", call.as_str()))),
    };
    tx.execute(&format!("UPDATE charges SET {change} WHERE id = $1"), args![id])?;
    Ok(Settled::Done { id: id.clone() })
}

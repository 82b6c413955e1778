//! The calls of the simulated provider, each stored with its response under its idempotency key.

use serde::{Deserialize, Serialize};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::Timestamp;

use super::SimulatedProvider;
use crate::domain::PaymentStep;
use crate::provider::{AuthorizeRequest, Charge, Decline, ProviderError};

/// One call as it is stored.
pub(super) struct CallRecord {
    pub(super) key: String,
    /// The whole request: another request with the same key is an error.
    pub(super) request_text: String,
    /// The id of the charge, if the call creates one.
    pub(super) id: String,
    pub(super) now: Timestamp,
}

/// A response as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum StoredResponse {
    Done { id: String },
    Declined(Decline),
    Rejected { reason: String },
}

impl StoredResponse {
    pub(super) fn into_result(self) -> Result<String, ProviderError> {
        match self {
            Self::Done { id } => Ok(id),
            Self::Declined(decline) => Err(decline.into()),
            Self::Rejected { reason } => Err(ProviderError::Rejected(reason)),
        }
    }

    fn declined(code: &str, message: impl Into<String>) -> Self {
        Self::Declined(Decline { code: code.to_owned(), message: message.into() })
    }

    fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into() }
    }
}

/// Returns the stored response of a known key; otherwise executes the call and stores its response.
pub(super) fn run_once(
    tx: &mut Tx<'_>,
    record: &CallRecord,
    effect: &impl Fn(&mut Tx<'_>, &CallRecord) -> Result<StoredResponse, DbError>,
) -> Result<StoredResponse, DbError> {
    let stored = tx.query_opt(
        "SELECT request, response FROM requests WHERE idempotency_key = $1",
        args![&record.key],
        |row| Ok((row.text("request")?, row.text("response")?)),
    )?;
    if let Some((request, response)) = stored {
        if request != record.request_text {
            return Ok(StoredResponse::rejected(format!(
                "the key {} was used for another request",
                record.key
            )));
        }
        return Ok(serde_json::from_str(&response)?);
    }
    let settled = effect(tx, record)?;
    let response = serde_json::to_string(&settled)?;
    tx.execute(
        "INSERT INTO requests (idempotency_key, request, response, created_at) VALUES ($1, $2, $3, $4)",
        args![&record.key, &record.request_text, &response, record.now],
    )?;
    Ok(settled)
}

pub(super) fn authorize(
    tx: &mut Tx<'_>,
    record: &CallRecord,
    request: &AuthorizeRequest,
) -> Result<StoredResponse, DbError> {
    let token = request.token.as_str();
    match token {
        "tok_visa" | "tok_mastercard" | "tok_amex" | CAPTURE_FAILS => {}
        "tok_chargeDeclined" => {
            return Ok(StoredResponse::declined("card_declined", "Your card was declined."));
        }
        "tok_chargeDeclinedInsufficientFunds" => {
            return Ok(StoredResponse::declined("insufficient_funds", "Your card has insufficient funds."));
        }
        unknown => {
            return Ok(StoredResponse::declined("resource_missing", format!("No such token: {unknown}")));
        }
    }
    let id = format!("{}{}", SimulatedProvider::MARK, record.id.replace('-', ""));
    tx.execute(
        "INSERT INTO charges (id, order_id, token, currency, state, authorized, captured, voided, refunded, \
         captures, created_at) VALUES ($1, $2, $3, $4, 'authorized', $5, 0, 0, 0, 0, $6)",
        args![&id, &request.order_id, token, &request.currency, request.amount, record.now],
    )?;
    Ok(StoredResponse::Done { id })
}

const CAPTURE_FAILS: &str = "tok_chargeCustomerFail";

/// Captures, voids or refunds a whole charge.
pub(super) fn apply_to_charge(
    tx: &mut Tx<'_>,
    call: PaymentStep,
    charge: &Charge,
) -> Result<StoredResponse, DbError> {
    let id = &charge.stripe_id;
    let found =
        tx.query_opt("SELECT state, token, authorized FROM charges WHERE id = $1", args![id], |row| {
            Ok((row.text("state")?, row.text("token")?, row.int("authorized")?))
        })?;
    let Some((state, token, authorized)) = found else {
        return Ok(StoredResponse::rejected(format!("No such charge: {id}")));
    };
    if authorized != charge.amount.cents() {
        return Ok(StoredResponse::rejected(format!("{id} was authorized for another amount")));
    }
    let change = match (call, state.as_str()) {
        (PaymentStep::Capture, "authorized") if token == CAPTURE_FAILS => {
            tx.execute("UPDATE charges SET state = 'failed' WHERE id = $1", args![id])?;
            return Ok(StoredResponse::declined("card_declined", "Your card was declined."));
        }
        (PaymentStep::Capture, "authorized") => {
            "state = 'captured', captured = authorized, captures = captures + 1"
        }
        (PaymentStep::Void, "authorized") => "state = 'voided', voided = authorized",
        (PaymentStep::Refund, "captured") => "state = 'refunded', refunded = captured",
        (_, state) => {
            return Ok(StoredResponse::rejected(format!("{id} is {state}: it cannot {}", call.as_str())));
        }
    };
    tx.execute(&format!("UPDATE charges SET {change} WHERE id = $1"), args![id])?;
    Ok(StoredResponse::Done { id: id.clone() })
}

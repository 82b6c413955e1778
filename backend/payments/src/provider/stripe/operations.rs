//! Capture, cancel and refund of an intent. Stripe's state allows each of them once, so another key is safe after a
//! failure without effect has used up a key.

use super::StripeProvider;
use super::outcome::{self, ApiOutcome};
use super::wire::{Intent, IntentStatus, UpdatedObject, form};
use crate::provider::{Charge, ProviderError};

/// An operation on an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChargeOperation {
    Capture,
    Cancel,
    Refund,
}

/// The state of an operation on an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OperationState {
    /// It has been executed.
    Done,
    /// It can be executed.
    Possible,
    /// It can never be executed.
    Impossible,
    /// The intent is not decided.
    Open,
}

/// The number of keys that one call may use up.
const MAX_KEYS_PER_CALL: u32 = 4;

impl ChargeOperation {
    fn path(self, id: &str) -> String {
        match self {
            Self::Capture => format!("/v1/payment_intents/{id}/capture"),
            Self::Cancel => format!("/v1/payment_intents/{id}/cancel"),
            Self::Refund => "/v1/refunds".to_owned(),
        }
    }

    fn form(self, charge: &Charge) -> String {
        let cents = charge.amount.cents().to_string();
        match self {
            Self::Capture => form([("amount_to_capture", cents.as_str())]),
            Self::Cancel => form([("cancellation_reason", "abandoned")]),
            Self::Refund => form([("payment_intent", charge.stripe_id.as_str()), ("amount", cents.as_str())]),
        }
    }

    /// Returns whether this status means that the operation is done. A pending refund counts.
    fn is_done_by(self, status: Option<&str>) -> bool {
        match self {
            Self::Capture => status == Some("succeeded"),
            Self::Cancel => status == Some("canceled"),
            Self::Refund => matches!(status, Some("succeeded" | "pending")),
        }
    }

    fn state(self, intent: &Intent, charge: &Charge) -> OperationState {
        match (self, intent.parsed_status()) {
            (Self::Capture, IntentStatus::Captured) | (Self::Cancel, IntentStatus::Canceled) => {
                OperationState::Done
            }
            (Self::Refund, IntentStatus::Captured) if intent.refunded_cents() >= charge.amount.cents() => {
                OperationState::Done
            }
            (Self::Capture, IntentStatus::Authorized) | (Self::Refund, IntentStatus::Captured) => {
                OperationState::Possible
            }
            (
                Self::Cancel,
                IntentStatus::Authorized | IntentStatus::NeedsConfirmation | IntentStatus::Refused,
            ) => OperationState::Possible,
            (_, IntentStatus::Open) => OperationState::Open,
            _ => OperationState::Impossible,
        }
    }
}

impl StripeProvider {
    /// Executes an operation, or finds that it has been executed.
    pub(super) async fn execute(
        &self,
        operation: ChargeOperation,
        key: &str,
        charge: &Charge,
    ) -> Result<(), ProviderError> {
        let id = validate_id(&charge.stripe_id)?;
        for attempt in 1..=MAX_KEYS_PER_CALL {
            let key = if attempt == 1 { key.to_owned() } else { format!("{key}:{attempt}") };
            let response = self.api.post(&operation.path(id), &key, operation.form(charge)).await?;
            let outcome = outcome::read::<UpdatedObject>(&response)?;
            if let ApiOutcome::Done(updated) = &outcome
                && operation.is_done_by(updated.status.as_deref())
            {
                return Ok(());
            }
            // The intent is authoritative, whatever the response was.
            let state = operation.state(&self.retrieve(id).await?, charge);
            match (state, outcome) {
                (OperationState::Done, _) => return Ok(()),
                // A declined capture ends the authorization.
                (OperationState::Possible, ApiOutcome::Declined(decline))
                    if operation == ChargeOperation::Capture =>
                {
                    self.abandon(&key, id).await?;
                    return Err(decline.into());
                }
                (
                    OperationState::Impossible,
                    ApiOutcome::Declined(decline) | ApiOutcome::Refused(decline),
                ) if operation == ChargeOperation::Capture => {
                    return Err(decline.into());
                }
                (OperationState::Impossible, ApiOutcome::Failed { .. })
                    if operation == ChargeOperation::Capture =>
                {
                    let message = "The hold on the card has ended; the card was not charged";
                    return Err(ProviderError::declined("canceled", message));
                }
                // The first call with this key failed without effect: the key will never have one.
                (OperationState::Possible, ApiOutcome::Failed { kept: true }) => {}
                (
                    OperationState::Possible | OperationState::Impossible,
                    ApiOutcome::Declined(decline) | ApiOutcome::Refused(decline),
                ) => {
                    return Err(ProviderError::Rejected(format!("{}: {}", decline.code, decline.message)));
                }
                _ => return Err(ProviderError::Unknown(format!("Stripe answered {}", response.status))),
            }
        }
        Err(ProviderError::Unknown(format!("Stripe failed with each of {MAX_KEYS_PER_CALL} keys")))
    }

    /// Cancels an intent that will not be captured.
    pub(super) async fn abandon(&self, key: &str, id: &str) -> Result<(), ProviderError> {
        let path = ChargeOperation::Cancel.path(validate_id(id)?);
        let form = form([("cancellation_reason", "abandoned")]);
        let response = self.api.post(&path, &format!("{key}:abandon"), form).await?;
        if let ApiOutcome::Done(updated) = outcome::read::<UpdatedObject>(&response)?
            && ChargeOperation::Cancel.is_done_by(updated.status.as_deref())
        {
            return Ok(());
        }
        match self.retrieve(id).await?.parsed_status() {
            IntentStatus::Canceled => Ok(()),
            _ => Err(ProviderError::Unknown(format!("{id} is not canceled yet"))),
        }
    }

    /// Reads the intent with its charge.
    pub(super) async fn retrieve(&self, id: &str) -> Result<Intent, ProviderError> {
        let path = format!("/v1/payment_intents/{}", validate_id(id)?);
        let response = self.api.get(&path, &form([("expand[]", "latest_charge")])).await?;
        match outcome::read::<Intent>(&response)? {
            ApiOutcome::Done(intent) => Ok(intent),
            ApiOutcome::Declined(decline) | ApiOutcome::Refused(decline) => {
                Err(ProviderError::Rejected(format!("{}: {}", decline.code, decline.message)))
            }
            ApiOutcome::Failed { .. } => {
                Err(ProviderError::Unknown(format!("Stripe answered {}", response.status)))
            }
        }
    }
}

/// Checks that an id can be a part of a path.
fn validate_id(id: &str) -> Result<&str, ProviderError> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(id) } else { Err(ProviderError::Rejected("not a Stripe id".to_owned())) }
}

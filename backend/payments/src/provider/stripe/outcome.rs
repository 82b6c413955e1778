//! What an answer of Stripe means: done, declined, refused, a failure of its own, or nothing yet.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::wire::ErrorBody;
use crate::provider::ProviderError;

/// An answer, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Whether Stripe has kept it since the first call with this key.
    pub(super) replayed: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome<T> {
    /// It is done.
    Done(T),
    /// The card's bank refuses, for good.
    Declined(Refusal),
    /// The request is refused, for good: as things stand it cannot be done.
    Refused(Refusal),
    /// Stripe failed, and what it did is not known. `kept`: it answers this for ever under the same key.
    Failed { kept: bool },
}

/// Why something is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
}

impl From<Refusal> for ProviderError {
    fn from(Refusal { code, message }: Refusal) -> Self {
        Self::Declined { code, message }
    }
}

/// How long Stripe is left alone when it does not say.
const REST: Duration = Duration::from_secs(1);

/// Reads an answer.
///
/// # Errors
/// When it decides nothing: the same call with the same key is the way on.
pub(super) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<Outcome<T>, ProviderError> {
    if (200..300).contains(&answer.status) {
        return serde_json::from_slice(&answer.body)
            .map(Outcome::Done)
            .map_err(|error| ProviderError::Unknown(format!("an answer that is not Stripe's: {error}")));
    }
    let unknown = || ProviderError::Unknown(format!("Stripe answered {}", answer.status));
    let said = serde_json::from_slice::<ErrorBody>(&answer.body);
    match (answer.status, said) {
        (429, _) => Err(ProviderError::Busy { after: answer.retry_after.unwrap_or(REST) }),
        // Its message repeats a part of the key.
        (401 | 403, _) => {
            Err(ProviderError::Rejected(format!("Stripe does not accept the secret key ({})", answer.status)))
        }
        (500.., _) => Ok(Outcome::Failed { kept: answer.replayed }),
        // A proxy's page, say.
        (_, Err(_)) => Err(unknown()),
        (_, Ok(said)) if said.error.kind == "idempotency_error" => {
            let in_use = said.error.code.as_deref() == Some("idempotency_key_in_use");
            // The first call with this key asked in other words: an older version of ours did. What came of it counts.
            if in_use { Err(unknown()) } else { Ok(Outcome::Failed { kept: true }) }
        }
        (402, Ok(said)) => Ok(Outcome::Declined(said.error.refusal())),
        (409, Ok(_)) => Err(unknown()),
        (400 | 404, Ok(said)) if !said.error.kind.is_empty() => Ok(Outcome::Refused(said.error.refusal())),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(status: u16, body: &Value) -> Result<Outcome<Value>, ProviderError> {
        read(&Answer { status, body: body.to_string().into_bytes(), ..Answer::default() })
    }

    fn error(kind: &str, code: &str, message: &str) -> Value {
        json!({ "error": { "type": kind, "code": code, "message": message } })
    }

    fn refusal(code: &str, message: &str) -> Refusal {
        Refusal { code: code.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn a_decline_keeps_the_providers_words() {
        let body = error("card_error", "expired_card", "Your card has expired.");
        let expected = refusal("expired_card", "Your card has expired.");
        assert_eq!(said(402, &body), Ok(Outcome::Declined(expected)));
        let mut body = error("card_error", "card_declined", "Your card has insufficient funds.");
        body["error"]["decline_code"] = json!("insufficient_funds");
        let expected = refusal("insufficient_funds", "Your card has insufficient funds.");
        assert_eq!(said(402, &body), Ok(Outcome::Declined(expected)));
        body["error"]["decline_code"] = json!("generic_decline");
        assert!(
            matches!(said(402, &body), Ok(Outcome::Declined(Refusal { code, .. })) if code == "card_declined")
        );
    }

    #[test]
    fn what_cannot_be_done_is_refused_for_good() {
        let body = error("invalid_request_error", "amount_too_small", "Amount must be at least $0.50 usd");
        let expected = refusal("amount_too_small", "Amount must be at least $0.50 usd");
        assert_eq!(said(400, &body), Ok(Outcome::Refused(expected)));
        let body = error("invalid_request_error", "resource_missing", "No such token: 'tok_x'");
        assert!(matches!(said(404, &body), Ok(Outcome::Refused(_))));
    }

    #[test]
    fn what_decides_nothing_is_asked_again() {
        let too_many = Answer { status: 429, retry_after: Some(Duration::from_secs(7)), ..Answer::default() };
        let busy = ProviderError::Busy { after: Duration::from_secs(7) };
        assert_eq!(read::<Value>(&too_many), Err(busy));
        let unsaid = read::<Value>(&Answer { status: 429, ..Answer::default() });
        assert_eq!(unsaid, Err(ProviderError::Busy { after: REST }));
        for (status, body) in [
            (409, error("idempotency_error", "idempotency_key_in_use", "in use")),
            (409, error("invalid_request_error", "lock_timeout", "locked")),
            (400, json!("a proxy's page")),
            (404, json!({})),
            (302, json!({})),
        ] {
            assert!(matches!(said(status, &body), Err(ProviderError::Unknown(_))), "{status} {body}");
        }
        let garbled = Answer { status: 200, body: b"{\"id\":".to_vec(), ..Answer::default() };
        assert!(matches!(read::<Value>(&garbled), Err(ProviderError::Unknown(_))));
    }

    #[test]
    fn a_failure_of_its_own_is_told_apart_from_its_echo() {
        let failed = Answer { status: 500, ..Answer::default() };
        assert_eq!(read::<Value>(&failed), Ok(Outcome::Failed { kept: false }));
        let echo = Answer { replayed: true, ..failed };
        assert_eq!(read::<Value>(&echo), Ok(Outcome::Failed { kept: true }));
        let other =
            error("idempotency_error", "", "Keys for idempotent requests can only be used with the same");
        assert_eq!(said(400, &other), Ok(Outcome::Failed { kept: true }));
    }

    #[test]
    fn a_refused_key_is_not_repeated_to_anybody() {
        let body = error("invalid_request_error", "", "Invalid API Key provided: sk_test_***hush");
        let Err(ProviderError::Rejected(reason)) = said(401, &body) else { panic!("not rejected") };
        assert!(!reason.contains("hush"), "{reason}");
    }
}

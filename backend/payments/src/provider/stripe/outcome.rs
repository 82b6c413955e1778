//! Classifies a response of Stripe: done, declined, refused, failed, or undecided.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::wire::ErrorBody;
use crate::provider::{Decline, ProviderError};

/// A raw response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ApiResponse {
    pub(super) status: u16,
    /// Whether Stripe returned the stored response of an earlier call with this key.
    pub(super) replayed: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// The meaning of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ApiOutcome<T> {
    /// It is done.
    Done(T),
    /// The bank declines finally.
    Declined(Decline),
    /// Stripe refuses the request finally: the state does not allow it.
    Refused(Decline),
    /// Stripe failed, and the effect is unknown. `kept`: Stripe returns this failure for every retry with the key.
    Failed { kept: bool },
}

/// The pause after a rate limit without `Retry-After`.
const DEFAULT_BUSY_PAUSE: Duration = Duration::from_secs(1);

/// Classifies a response.
///
/// # Errors
/// Fails if the response decides nothing; the same call with the same key is retried.
pub(super) fn read<T: DeserializeOwned>(response: &ApiResponse) -> Result<ApiOutcome<T>, ProviderError> {
    if (200..300).contains(&response.status) {
        return serde_json::from_slice(&response.body)
            .map(ApiOutcome::Done)
            .map_err(|error| ProviderError::Unknown(format!("a response that is not Stripe's: {error}")));
    }
    let unknown = || ProviderError::Unknown(format!("Stripe answered {}", response.status));
    let error_body = serde_json::from_slice::<ErrorBody>(&response.body);
    match (response.status, error_body) {
        (429, _) => Err(ProviderError::Busy { after: response.retry_after.unwrap_or(DEFAULT_BUSY_PAUSE) }),
        // The message repeats a part of the key.
        (401 | 403, _) => Err(ProviderError::Rejected(format!(
            "Stripe does not accept the secret key ({})",
            response.status
        ))),
        (500.., _) => Ok(ApiOutcome::Failed { kept: response.replayed }),
        // For example the page of a proxy.
        (_, Err(_)) => Err(unknown()),
        (_, Ok(error_body)) if error_body.error.kind == "idempotency_error" => {
            let in_use = error_body.error.code.as_deref() == Some("idempotency_key_in_use");
            // The first call with this key had another body: another version sent it. Its effect counts.
            if in_use { Err(unknown()) } else { Ok(ApiOutcome::Failed { kept: true }) }
        }
        (402, Ok(error_body)) => Ok(ApiOutcome::Declined(error_body.error.into_decline())),
        (409, Ok(_)) => Err(unknown()),
        (400 | 404, Ok(error_body)) if !error_body.error.kind.is_empty() => {
            Ok(ApiOutcome::Refused(error_body.error.into_decline()))
        }
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn outcome_of(status: u16, body: &Value) -> Result<ApiOutcome<Value>, ProviderError> {
        read(&ApiResponse { status, body: body.to_string().into_bytes(), ..ApiResponse::default() })
    }

    fn error(kind: &str, code: &str, message: &str) -> Value {
        json!({ "error": { "type": kind, "code": code, "message": message } })
    }

    fn refusal(code: &str, message: &str) -> Decline {
        Decline { code: code.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn decline_keeps_code_and_message() {
        let body = error("card_error", "expired_card", "Your card has expired.");
        let expected = refusal("expired_card", "Your card has expired.");
        assert_eq!(outcome_of(402, &body), Ok(ApiOutcome::Declined(expected)));
        let mut body = error("card_error", "card_declined", "Your card has insufficient funds.");
        body["error"]["decline_code"] = json!("insufficient_funds");
        let expected = refusal("insufficient_funds", "Your card has insufficient funds.");
        assert_eq!(outcome_of(402, &body), Ok(ApiOutcome::Declined(expected)));
        body["error"]["decline_code"] = json!("generic_decline");
        assert!(
            matches!(outcome_of(402, &body), Ok(ApiOutcome::Declined(Decline { code, .. })) if code == "card_declined")
        );
    }

    #[test]
    fn invalid_request_is_refused_finally() {
        let body = error("invalid_request_error", "amount_too_small", "Amount must be at least $0.50 usd");
        let expected = refusal("amount_too_small", "Amount must be at least $0.50 usd");
        assert_eq!(outcome_of(400, &body), Ok(ApiOutcome::Refused(expected)));
        let body = error("invalid_request_error", "resource_missing", "No such token: 'tok_x'");
        assert!(matches!(outcome_of(404, &body), Ok(ApiOutcome::Refused(_))));
    }

    #[test]
    fn undecided_response_is_an_error_to_retry() {
        let too_many =
            ApiResponse { status: 429, retry_after: Some(Duration::from_secs(7)), ..ApiResponse::default() };
        let busy = ProviderError::Busy { after: Duration::from_secs(7) };
        assert_eq!(read::<Value>(&too_many), Err(busy));
        let unsaid = read::<Value>(&ApiResponse { status: 429, ..ApiResponse::default() });
        assert_eq!(unsaid, Err(ProviderError::Busy { after: DEFAULT_BUSY_PAUSE }));
        for (status, body) in [
            (409, error("idempotency_error", "idempotency_key_in_use", "in use")),
            (409, error("invalid_request_error", "lock_timeout", "locked")),
            (400, json!("a proxy's page")),
            (404, json!({})),
            (302, json!({})),
        ] {
            assert!(matches!(outcome_of(status, &body), Err(ProviderError::Unknown(_))), "{status} {body}");
        }
        let garbled = ApiResponse { status: 200, body: b"{\"id\":".to_vec(), ..ApiResponse::default() };
        assert!(matches!(read::<Value>(&garbled), Err(ProviderError::Unknown(_))));
    }

    #[test]
    fn stored_failure_differs_from_first_failure() {
        let failed = ApiResponse { status: 500, ..ApiResponse::default() };
        assert_eq!(read::<Value>(&failed), Ok(ApiOutcome::Failed { kept: false }));
        let echo = ApiResponse { replayed: true, ..failed };
        assert_eq!(read::<Value>(&echo), Ok(ApiOutcome::Failed { kept: true }));
        let other =
            error("idempotency_error", "", "Keys for idempotent requests can only be used with the same");
        assert_eq!(outcome_of(400, &other), Ok(ApiOutcome::Failed { kept: true }));
    }

    #[test]
    fn rejected_secret_key_is_not_in_the_error() {
        let body = error("invalid_request_error", "", "Invalid API Key provided: sk_test_***hush");
        let Err(ProviderError::Rejected(reason)) = outcome_of(401, &body) else { panic!("not rejected") };
        assert!(!reason.contains("hush"), "{reason}");
    }
}

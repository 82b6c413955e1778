//! The final answers, which are stored under an idempotency key: those that a repeated request cannot change.

use http::StatusCode;
use ticketing_sdk::ErrorCode;

/// Returns whether an answer with this status and code is final, so that it is stored under the key.
///
/// A success is final, except 202, whose outcome is open. A refusal is final only if it had an effect (a declined card
/// is a failed payment) or is permanent (a cancelled order stays cancelled). Every other refusal releases the key:
/// another hold may end, a limit may reset, a service may recover. A code that is not listed here is not final.
pub fn is_final(status: StatusCode, code: Option<&ErrorCode>) -> bool {
    if status.is_success() {
        return status != StatusCode::ACCEPTED;
    }
    if status.is_server_error() || matches!(status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS) {
        return false;
    }
    matches!(
        code,
        Some(
            ErrorCode::NotOwner
                | ErrorCode::OrderExpired
                | ErrorCode::OrderCancelled
                | ErrorCode::OrderPaid
                | ErrorCode::CardDeclined
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of the API, its status, and whether it is final.
    const TABLE: &[(ErrorCode, u16, bool)] = &[
        (ErrorCode::MalformedRequest, 400, false),
        (ErrorCode::UriTooLong, 414, false),
        (ErrorCode::HeaderFieldsTooLarge, 431, false),
        (ErrorCode::InsecureTransport, 400, false),
        (ErrorCode::InvalidSignature, 400, false),
        (ErrorCode::InvalidJson, 400, false),
        (ErrorCode::InvalidInput, 400, false),
        (ErrorCode::PayloadTooLarge, 413, false),
        (ErrorCode::UnsupportedMediaType, 415, false),
        (ErrorCode::MethodNotAllowed, 405, false),
        (ErrorCode::RequestTimeout, 408, false),
        (ErrorCode::NotSignedIn, 401, false),
        (ErrorCode::NotOwner, 401, true),
        (ErrorCode::OtherUser, 409, false),
        (ErrorCode::NotFound, 404, false),
        (ErrorCode::CrossOrigin, 403, false),
        (ErrorCode::EmailInUse, 400, false),
        (ErrorCode::InvalidCredentials, 400, false),
        (ErrorCode::TicketReserved, 400, false),
        (ErrorCode::TicketPast, 400, false),
        (ErrorCode::PriceChanged, 409, false),
        (ErrorCode::ReorderTooSoon, 429, false),
        (ErrorCode::NotYetVisible, 503, false),
        (ErrorCode::OrderExpired, 400, true),
        (ErrorCode::OrderCancelled, 400, true),
        (ErrorCode::OrderPaid, 400, true),
        (ErrorCode::PaymentInProgress, 400, false),
        (ErrorCode::CardDeclined, 400, true),
        (ErrorCode::ProviderUnavailable, 503, false),
        (ErrorCode::TooManyOpenOrders, 429, false),
        (ErrorCode::PassNotValid, 400, false),
        (ErrorCode::ClaimInvalid, 400, false),
        (ErrorCode::AlreadyAdmitted, 409, false),
        (ErrorCode::PassInvalid, 400, false),
        (ErrorCode::PassSuperseded, 400, false),
        (ErrorCode::PassOffered, 400, false),
        (ErrorCode::PassOtherDay, 400, false),
        (ErrorCode::TooManyRequests, 429, false),
        (ErrorCode::IdempotencyKeyReused, 422, false),
        (ErrorCode::IdempotencyKeyInFlight, 409, false),
        (ErrorCode::OutcomeUnknown, 503, false),
        (ErrorCode::VersionMismatch, 412, false),
        (ErrorCode::Unavailable, 503, false),
        (ErrorCode::Internal, 500, false),
    ];

    #[test]
    fn finality_is_decided_for_every_code_of_the_api() {
        for code in ErrorCode::KNOWN {
            assert!(TABLE.iter().any(|(listed, ..)| listed == code), "{code} is not in the table");
        }
        for (code, status, kept) in TABLE {
            let status = StatusCode::from_u16(*status).unwrap();
            assert_eq!(is_final(status, Some(code)), *kept, "{code}");
        }
    }

    #[test]
    fn conflicts_limits_and_failures_are_never_final() {
        for status in [409, 429, 500, 502, 503, 504] {
            let status = StatusCode::from_u16(status).unwrap();
            for code in ErrorCode::KNOWN {
                assert!(!is_final(status, Some(code)), "{status} {code}");
            }
        }
    }

    #[test]
    fn success_is_final_unless_its_outcome_is_open() {
        for (status, kept) in [(200, true), (201, true), (204, true), (202, false)] {
            assert_eq!(is_final(StatusCode::from_u16(status).unwrap(), None), kept, "{status}");
        }
        assert!(!is_final(StatusCode::BAD_REQUEST, None), "a refusal without a code");
        assert!(!is_final(StatusCode::BAD_REQUEST, Some(&ErrorCode::from("of_next_year"))));
    }
}

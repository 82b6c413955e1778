//! The categories of errors: one mapping of codes and statuses, from which programs derive exit codes and messages.
//!
//! `tests/cases/errors.json` lists the category of every code.

use http::StatusCode;

use super::Error;
use crate::ErrorCode;
use crate::types::words;

/// The category of an error. Its name is stable.
///
/// ```
/// use ticketing_sdk::{ErrorCategory, ErrorCode, StatusCode};
///
/// let exit_code = |category| match category {
///     ErrorCategory::InvalidInput => 2,
///     ErrorCategory::NotFound => 3,
///     ErrorCategory::NotAllowed => 4,
///     ErrorCategory::Conflict => 5,
///     ErrorCategory::Declined => 6,
///     ErrorCategory::Unreachable => 7,
///     ErrorCategory::Failed => 1,
/// };
/// assert_eq!(exit_code(ErrorCategory::NotFound), 3);
/// assert_eq!(ErrorCategory::of_code(&ErrorCode::OrderPaid), ErrorCategory::Conflict);
/// assert_eq!(ErrorCategory::of_status(StatusCode::BAD_GATEWAY), ErrorCategory::Unreachable);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorCategory {
    /// The input is wrong.
    InvalidInput,
    /// The resource does not exist.
    NotFound,
    /// No user is signed in, or the user may not do it.
    NotAllowed,
    /// The state of things does not permit it: reserved, expired, paid already.
    Conflict,
    /// The card was declined.
    Declined,
    /// The server cannot be reached, or a proxy before it cannot reach it.
    Unreachable,
    /// Anything else.
    Failed,
}

words!(ErrorCategory, "error category", {
    InvalidInput => "invalid_input", NotFound => "not_found", NotAllowed => "not_allowed", Conflict => "conflict",
    Declined => "declined", Unreachable => "unreachable", Failed => "failed",
});

impl ErrorCategory {
    /// The category of an error answer of the contract.
    #[must_use]
    pub fn of_code(code: &ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidJson | ErrorCode::InvalidInput => Self::InvalidInput,
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::NotSignedIn
            | ErrorCode::NotOwner
            | ErrorCode::OtherUser
            | ErrorCode::CrossOrigin
            | ErrorCode::InsecureTransport
            | ErrorCode::InvalidCredentials => Self::NotAllowed,
            ErrorCode::EmailInUse
            | ErrorCode::TicketReserved
            | ErrorCode::TicketPast
            | ErrorCode::PriceChanged
            | ErrorCode::ReorderTooSoon
            | ErrorCode::OrderExpired
            | ErrorCode::OrderCancelled
            | ErrorCode::OrderPaid
            | ErrorCode::PaymentInProgress
            | ErrorCode::PassNotValid
            | ErrorCode::ClaimInvalid
            | ErrorCode::AlreadyAdmitted
            | ErrorCode::PassInvalid
            | ErrorCode::PassSuperseded
            | ErrorCode::PassOffered
            | ErrorCode::PassOtherDay
            | ErrorCode::VersionMismatch
            | ErrorCode::IdempotencyKeyReused
            | ErrorCode::IdempotencyKeyInFlight => Self::Conflict,
            ErrorCode::CardDeclined => Self::Declined,
            _ => Self::Failed,
        }
    }

    /// The category of an answer of which only the status is known, and that is not a success.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 | 403 => Self::NotAllowed,
            404 => Self::NotFound,
            409 | 412 => Self::Conflict,
            // The response of a proxy whose upstream server is unavailable.
            502..=504 => Self::Unreachable,
            _ => Self::Failed,
        }
    }
}

impl Error {
    /// Returns the category of the error.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::ErrorCategory;
    ///
    /// if let Err(error) = client.orders().create("t-1").await
    ///     && error.category() == ErrorCategory::Conflict
    /// {
    ///     println!("too late: {}", error.user_message());
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn category(&self) -> ErrorCategory {
        match self {
            Self::UnknownOutcome { cause, .. } => match cause.category() {
                ErrorCategory::Unreachable => ErrorCategory::Unreachable,
                _ => ErrorCategory::Failed,
            },
            Self::Api(answer) => match &answer.code {
                Some(code) => ErrorCategory::of_code(code),
                None => ErrorCategory::of_status(answer.status),
            },
            // It says nothing of the things of the marketplace, nor of who may do what with them.
            Self::Unexpected(answer) => match ErrorCategory::of_status(answer.status) {
                ErrorCategory::Unreachable => ErrorCategory::Unreachable,
                _ => ErrorCategory::Failed,
            },
            Self::Unreachable { .. }
            | Self::Untrusted { .. }
            | Self::Timeout { .. }
            | Self::Interrupted { .. } => ErrorCategory::Unreachable,
            Self::InvalidInput { .. } => ErrorCategory::InvalidInput,
            _ => ErrorCategory::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// A case of the table.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        status: u16,
        /// Without one, only the status is known.
        code: Option<String>,
        category: String,
    }

    #[test]
    fn categories_are_those_of_the_table() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/cases/errors.json")).unwrap();
        for case in &cases {
            let category = match &case.code {
                Some(code) => ErrorCategory::of_code(&ErrorCode::from(code.as_str())),
                None => ErrorCategory::of_status(StatusCode::from_u16(case.status).unwrap()),
            };
            assert_eq!(category.as_str(), case.category, "{} {:?}", case.status, case.code);
        }
        let is_listed =
            |code: &&ErrorCode| cases.iter().any(|case| case.code.as_deref() == Some(code.as_str()));
        let missing: Vec<_> = ErrorCode::KNOWN.iter().filter(|code| !is_listed(code)).collect();
        assert!(missing.is_empty(), "not in the table: {missing:?}");
    }
}

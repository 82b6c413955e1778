//! The errors of calls, as the screens show them.

use ticketing_sdk::text::sanitize;
use ticketing_sdk::{Error, ErrorCode, Money, SafeToRepeat, StatusCode};

use crate::text::sentence;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// The kind of the error, for decisions.
    pub kind: CallErrorKind,
    /// The message for the user.
    pub message: String,
    /// The hint, if there is one.
    pub hint: Option<String>,
    /// The invalid fields, with what is wrong with each.
    pub fields: Vec<(String, String)>,
    /// The current price, if the ticket was ordered at another.
    pub new_price: Option<Money>,
}

/// The kind of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallErrorKind {
    /// The server was not reached, and nothing has changed.
    Offline,
    /// A write was sent, and it is not known whether it took effect. The hint says whether to try again.
    Unknown(SafeToRepeat),
    /// No user is signed in, or the session has ended.
    SignedOut,
    /// The server refused.
    Refused(ErrorCode),
    /// Anything else.
    Other,
}

impl CallError {
    /// An error of the client itself.
    pub fn other(message: impl Into<String>) -> Self {
        Self {
            kind: CallErrorKind::Other,
            message: message.into(),
            hint: None,
            fields: Vec::new(),
            new_price: None,
        }
    }

    /// The error on one line.
    pub(crate) fn to_line(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}. {hint}", self.message.trim_end_matches('.')),
            None => self.message.clone(),
        }
    }

    /// Returns whether the server refused with this code.
    #[must_use]
    pub fn is(&self, code: &ErrorCode) -> bool {
        matches!(&self.kind, CallErrorKind::Refused(refused) if refused == code)
    }

    /// Returns the error of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, message)| message.as_str())
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<&Error> for CallError {
    fn from(error: &Error) -> Self {
        let of = |kind, message: String| Self { kind, ..Self::other(message) };
        let message = sentence(&error.user_message());
        match error {
            Error::UnknownOutcome { safe_to_repeat, .. } => {
                of(CallErrorKind::Unknown(*safe_to_repeat), message).hint(match safe_to_repeat {
                    SafeToRepeat::Always => "Try again: it is not done twice",
                    SafeToRepeat::IfServerKeepsKeys => {
                        "Try again: it is sent only if the server can tell that it is the same"
                    }
                    _ => "Look whether it was done before you try again: this server may do it twice",
                })
            }
            Error::Unreachable { .. } => {
                of(CallErrorKind::Offline, message).hint(sentence(&error.root_cause()))
            }
            Error::Timeout { .. } | Error::Interrupted { .. } => of(CallErrorKind::Offline, message),
            Error::Unexpected(answer) => of(
                if answer.status.is_server_error() { CallErrorKind::Offline } else { CallErrorKind::Other },
                message,
            )
            .hint("Is it the right address?"),
            Error::Api(answer) => {
                let code = answer.code.clone();
                let fields = answer.details.iter().filter_map(|detail| {
                    Some((detail.field.clone()?, sanitize(&detail.message).into_owned()))
                });
                let kind = match (&code, answer.status) {
                    (Some(ErrorCode::NotSignedIn), _) => CallErrorKind::SignedOut,
                    (None, StatusCode::UNAUTHORIZED) => CallErrorKind::SignedOut,
                    (Some(code), _) => CallErrorKind::Refused(code.clone()),
                    (None, _) => CallErrorKind::Other,
                };
                let retry =
                    answer.retry_after.map(|after| format!("Try again in {} s", after.as_secs().max(1)));
                let new_price = error.new_price();
                let advice = || code.as_ref().and_then(advice).map(str::to_owned);
                let fields = fields.collect();
                Self { kind, message, hint: retry.or_else(advice), fields, new_price }
            }
            _ => of(CallErrorKind::Other, message),
        }
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// Returns the hint for a refusal that has none.
fn advice(code: &ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::ClaimInvalid => {
            "A claim code works once, for seven days, unless it is replaced or taken back. Ask for a new one"
        }
        ErrorCode::PassNotValid => {
            "It was used, claimed or offered for resale meanwhile. Reload your tickets"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_passes_say_what_to_do_next() {
        for code in [ErrorCode::ClaimInvalid, ErrorCode::PassNotValid] {
            assert!(advice(&code).is_some(), "{code:?}");
        }
        assert_eq!(advice(&ErrorCode::NotFound), None);
    }
}

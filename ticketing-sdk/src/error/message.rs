//! The messages of errors for people, which every client shows.

use super::{Error, root_cause};
use crate::types::ErrorCode;
use crate::types::text::card_declined;

impl Error {
    /// Returns the error as one phrase for people: lower case, without a full stop, without the method and the path.
    ///
    /// [`Display`](std::fmt::Display) is for logs. Text of the server is part of the phrase and is not sanitized.
    ///
    /// ```
    /// use ticketing_sdk::Error;
    ///
    /// let error = Error::Unreachable { server: "http://127.0.0.1:3000".into(), source: "connection refused".into() };
    /// assert_eq!(error.user_message(), "the server at http://127.0.0.1:3000 cannot be reached");
    /// assert_eq!(error.root_cause(), "connection refused");
    /// ```
    #[must_use]
    pub fn user_message(&self) -> String {
        match self {
            Self::UnknownOutcome { cause, .. } => format!("it is not known whether this was done: {cause}"),
            Self::Unreachable { server, .. } => format!("the server at {server} cannot be reached"),
            Self::Unexpected(answer) => {
                format!("the server answered {}, but not as a marketplace does", answer.status)
            }
            Self::Api(answer) if answer.code == Some(ErrorCode::CardDeclined) => {
                card_declined(answer.details.first().map(|detail| detail.message.as_str()))
            }
            Self::Api(answer) => match answer.code.as_ref().and_then(ErrorCode::user_message) {
                Some(message) => message.to_owned(),
                None => self.to_string(),
            },
            other => other.to_string(),
        }
    }

    /// The innermost cause, where the reason usually is: "Connection refused (os error 111)". See [`Error::user_message`].
    #[must_use]
    pub fn root_cause(&self) -> String {
        root_cause(self)
    }
}

impl ErrorCode {
    /// The phrase for a person, where the message of the contract says less or names a field that no person filled in.
    ///
    /// ```
    /// use ticketing_sdk::ErrorCode;
    ///
    /// assert_eq!(ErrorCode::NotSignedIn.user_message(), Some("you are not signed in"));
    /// ```
    #[must_use]
    pub fn user_message(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotSignedIn => "you are not signed in",
            Self::InvalidCredentials => "the e-mail or the password is wrong",
            Self::EmailInUse => "an account with this e-mail exists already",
            Self::NotFound => "it does not exist, or no longer",
            Self::VersionMismatch => "it was changed by someone else in between",
            Self::TooManyOpenOrders => "you have as many unpaid orders as the server allows",
            _ => return None,
        })
    }
}

//! Failures of session stores.

use super::BoxError;

/// A session store failed.
///
/// ```
/// use ticketing_sdk::SessionError;
///
/// let error = SessionError::new("the cabinet is stuck");
/// assert_eq!(error.to_string(), "the cabinet is stuck");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SessionError {
    message: String,
    source: Option<BoxError>,
}

impl SessionError {
    /// An error with its message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// An error with its message and cause.
    ///
    /// ```
    /// use ticketing_sdk::SessionError;
    ///
    /// let read = std::fs::read("no such file").map_err(|error| SessionError::with_source("cannot read the session", error));
    /// assert!(read.is_err());
    /// ```
    pub fn with_source(message: impl Into<String>, source: impl Into<BoxError>) -> Self {
        Self { message: message.into(), source: Some(source.into()) }
    }
}

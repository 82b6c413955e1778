//! The accessors of an error.

use std::time::Duration;

use http::StatusCode;

use super::{ApiError, Error, SafeToRepeat};
use crate::{ErrorCode, ErrorDetail, IdempotencyKey, Money};

/// The details of an error.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use ticketing_sdk::ErrorCode;
///
/// let Err(error) = client.orders().create_at_price("t-1", "20".parse()?).await else { return Ok(()) };
/// match error.code() {
///     Some(ErrorCode::PriceChanged) => println!("it costs {:?} now", error.new_price()),
///     _ if error.is_unauthenticated() => println!("sign in first"),
///     _ if error.is_not_found() => println!("the ticket is gone"),
///     _ if error.is_unknown_outcome() => println!("it may have been ordered"),
///     _ if error.is_unreachable() => println!("is the server running?"),
///     _ => println!("{:?}, again in {:?}", error.status(), error.retry_after()),
/// }
/// for detail in error.details() {
///     println!("{}: {}", detail.field.as_deref().unwrap_or("request"), detail.message);
/// }
/// eprintln!("{error} (request {})", error.request_id().unwrap_or("unknown"));
/// # Ok(()) }
/// ```
impl Error {
    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.innermost() {
            Self::Api(api) => Some(api.status),
            Self::Unexpected(answer) => Some(answer.status),
            Self::Redirected { status, .. } | Self::Decode { status, .. } => Some(*status),
            _ => None,
        }
    }

    fn api(&self) -> Option<&ApiError> {
        match self.innermost() {
            Self::Api(api) => Some(api),
            _ => None,
        }
    }

    /// Returns the code of the error.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api()?.code.as_ref()
    }

    /// Every error that the server lists for the request.
    #[must_use]
    pub fn details(&self) -> &[ErrorDetail] {
        self.api().map_or(&[], |api| &api.details)
    }

    /// Returns the id of the request in the logs of the server.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self.innermost() {
            Self::Api(api) => api.request_id.as_deref(),
            Self::Unexpected(answer) => answer.request_id.as_deref(),
            _ => None,
        }
    }

    /// Returns the `Retry-After` of the response.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after
    }

    /// Returns the current price of the ticket, if an order was refused with `price_changed`.
    #[must_use]
    pub fn new_price(&self) -> Option<Money> {
        self.details().iter().find_map(|detail| detail.price)
    }

    /// The key to repeat a write of unknown outcome with.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// if let Err(error) = client.orders().create("t-1").await
    ///     && let Some(key) = error.idempotency_key()
    /// {
    ///     client.orders().create("t-1").idempotency_key(key.clone()).resumed(true).await?;
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        match self {
            Self::UnknownOutcome { key, .. } => key.as_ref(),
            _ => None,
        }
    }

    /// Returns whether the marketplace answered that the resource does not exist. A 404 of another program does not count.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.innermost(), Self::Api(answer) if answer.status == StatusCode::NOT_FOUND)
    }

    /// Returns whether the request needs a session, or that of another user.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Returns whether no answer came, and nothing is known to have changed. Not true of a write of unknown outcome.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. } | Self::Interrupted { .. })
    }

    /// Returns whether the same read may succeed later: the server, or a proxy before it, was not reached, is overloaded or
    /// failed. A program that follows a resource continues after such an error.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let order = loop {
    ///     match client.orders().get("o-1").await {
    ///         Err(error) if error.is_transient() => continue,
    ///         order => break order?,
    ///     }
    /// };
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.status() {
            Some(status) => {
                status.is_server_error()
                    || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
            None => self.is_unreachable(),
        }
    }

    /// Returns whether a write was sent, and it is not known whether it took effect.
    #[must_use]
    pub fn is_unknown_outcome(&self) -> bool {
        matches!(self, Self::UnknownOutcome { .. })
    }

    /// Returns whether the key of the write must be kept: the outcome is not known, and a later attempt with the same
    /// key can find it out. Programs that store keys delete a key only if this is false.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::IdempotencyKey;
    ///
    /// let key = IdempotencyKey::generate();
    /// let order = client.orders().create("t-1").idempotency_key(key.clone()).await;
    /// if order.is_err_and(|error| error.must_keep_key()) {
    ///     std::fs::write("unsettled", key.as_str())?;
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn must_keep_key(&self) -> bool {
        match self {
            Self::UnknownOutcome { key, safe_to_repeat, .. } => {
                key.is_some() && *safe_to_repeat != SafeToRepeat::Never
            }
            // Not an answer of the marketplace: the server that answered may have forwarded the write.
            Self::Unexpected(_) | Self::Redirected { .. } | Self::TooLarge { .. } | Self::Decode { .. } => {
                true
            }
            _ => false,
        }
    }
}

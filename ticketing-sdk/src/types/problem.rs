//! Problems: the common format of error responses, and their machine-readable codes.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{EventTime, Money, Timestamp, setters, tolerant};

/// The body of an error response: all errors of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Problem {
    /// One entry for each error.
    pub errors: Vec<ErrorDetail>,
}

impl Problem {
    /// Creates the body of an error response.
    ///
    /// ```
    /// use ticketing_sdk::{ErrorCode, ErrorDetail, Problem};
    ///
    /// let problem = Problem::new([ErrorDetail::new("Ticket is already reserved").code(ErrorCode::TicketReserved)]);
    /// let json = r#"{"errors":[{"message":"Ticket is already reserved","code":"ticket_reserved"}]}"#;
    /// assert_eq!(serde_json::to_string(&problem)?, json);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(errors: impl Into<Vec<ErrorDetail>>) -> Self {
        Self { errors: errors.into() }
    }
}

/// One error of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorDetail {
    /// The message for people.
    pub message: String,
    /// The invalid field, if the error is of one field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The code for programs. The teaching versions send none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// With the code `price_changed`: the current price of the ticket, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// With the code `already_admitted`: when the pass was admitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_at: Option<Timestamp>,
    /// With the code `already_admitted`: the device that admitted the pass, if it gave a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// With a refused upload of an admission: whether the pass was for sale. The upload has withdrawn its listing; an order
    /// whose payment is in progress prevails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_withdrawn: Option<bool>,
    /// With the code `pass_other_day`: the title of the pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// With the code `pass_other_day`: when the event of the pass starts.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "tolerant")]
    pub starts_at: Option<EventTime>,
}

setters!(ErrorDetail {
    field: some_into String, code: some ErrorCode, price: some Money, admitted_at: some Timestamp,
    device: some_into String, offer_withdrawn: some bool, title: some_into String, starts_at: some EventTime,
});

impl ErrorDetail {
    /// Creates an error of the whole request, without a code.
    ///
    /// ```
    /// use ticketing_sdk::{ErrorCode, ErrorDetail};
    ///
    /// let error = ErrorDetail::new("Title is required").field("title").code(ErrorCode::InvalidInput);
    /// assert_eq!(error.field.as_deref(), Some("title"));
    /// ```
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}

/// Declares the codes with their names on the wire.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $word:literal),+ $(,)?) => {
        /// The code of an error: a stable name, unlike the message.
        ///
        /// ```
        /// use ticketing_sdk::ErrorCode;
        ///
        /// assert_eq!(ErrorCode::from("card_declined"), ErrorCode::CardDeclined);
        /// assert_eq!(ErrorCode::from("of_tomorrow"), ErrorCode::Other("of_tomorrow".to_owned()));
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)+
            /// A code that this version of the SDK does not know.
            Other(String),
        }

        impl ErrorCode {
            /// Every code of this version.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name on the wire.
            ///
            /// ```
            /// assert_eq!(ticketing_sdk::ErrorCode::CardDeclined.as_str(), "card_declined");
            /// ```
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

codes! {
    /// The request is not valid HTTP.
    MalformedRequest => "malformed_request",
    /// The path and query are longer than the server reads.
    UriTooLong => "uri_too_long",
    /// The header fields exceed the limits of the server.
    HeaderFieldsTooLarge => "header_fields_too_large",
    /// The body is not JSON.
    InvalidJson => "invalid_json",
    /// A field is missing or wrong.
    InvalidInput => "invalid_input",
    /// The body is larger than 64 KiB.
    PayloadTooLarge => "payload_too_large",
    /// The body is not declared as JSON.
    UnsupportedMediaType => "unsupported_media_type",
    /// The route exists, the method does not.
    MethodNotAllowed => "method_not_allowed",
    /// The request took too long to arrive.
    RequestTimeout => "request_timeout",
    /// There is no valid session.
    NotSignedIn => "not_signed_in",
    /// The resource belongs to another user.
    NotOwner => "not_owner",
    /// The request names another user than the one who is signed in.
    OtherUser => "other_user",
    /// The resource does not exist.
    NotFound => "not_found",
    /// The request came from another origin.
    CrossOrigin => "cross_origin",
    /// The server sets `Secure` cookies, which a browser drops on plain HTTP.
    InsecureTransport => "insecure_transport",
    /// The event of the card provider is not signed with the secret of the server.
    InvalidSignature => "invalid_signature",
    /// Another account has this e-mail.
    EmailInUse => "email_in_use",
    /// The e-mail or the password is wrong.
    InvalidCredentials => "invalid_credentials",
    /// An order reserves the ticket.
    TicketReserved => "ticket_reserved",
    /// The event of the ticket has started.
    TicketPast => "ticket_past",
    /// The price of the ticket differs from that of the request; the error names the new price.
    PriceChanged => "price_changed",
    /// The buyer gave up a reservation of the ticket recently, and other buyers come first; see `Retry-After`.
    ReorderTooSoon => "reorder_too_soon",
    /// The resource was created a moment ago, and the service has not received its event yet; see `Retry-After`.
    NotYetVisible => "not_yet_visible",
    /// The reservation expired.
    OrderExpired => "order_expired",
    /// The order was cancelled.
    OrderCancelled => "order_cancelled",
    /// The order is paid already.
    OrderPaid => "order_paid",
    /// A payment of the order is in progress.
    PaymentInProgress => "payment_in_progress",
    /// The card provider refused the card.
    CardDeclined => "card_declined",
    /// The card provider cannot be reached; a retry is safe.
    ProviderUnavailable => "provider_unavailable",
    /// The buyer has reached the limit of unpaid orders.
    TooManyOpenOrders => "too_many_open_orders",
    /// The pass is not valid: it is for sale, used or void.
    PassNotValid => "pass_not_valid",
    /// The claim code is unknown, expired, used or taken back.
    ClaimInvalid => "claim_invalid",
    /// The pass was admitted before; the detail names the time and the device.
    AlreadyAdmitted => "already_admitted",
    /// The code of the pass is forged, garbled, or of another issuer.
    PassInvalid => "pass_invalid",
    /// The pass has another holder since the code was made.
    PassSuperseded => "pass_superseded",
    /// The pass is for sale.
    PassOffered => "pass_offered",
    /// The event of the pass starts earlier or later than the door admits; the detail names its title and start.
    PassOtherDay => "pass_other_day",
    /// A rate limit was exceeded; see `Retry-After`.
    TooManyRequests => "too_many_requests",
    /// The idempotency key was used with another body.
    IdempotencyKeyReused => "idempotency_key_reused",
    /// The first request with this idempotency key is in progress.
    IdempotencyKeyInFlight => "idempotency_key_in_flight",
    /// The connection to the database was lost during the commit, so the outcome of the write is unknown. Retry it with
    /// the same idempotency key.
    OutcomeUnknown => "outcome_unknown",
    /// `If-Match` names another version than the current one.
    VersionMismatch => "version_mismatch",
    /// The service is unavailable; see `Retry-After`.
    Unavailable => "unavailable",
    /// The service failed.
    Internal => "internal",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ErrorCode {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(Self::from(word))
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(Cow::<'de, str>::deserialize(deserializer)?.as_ref()))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ErrorCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        // Not an enumeration in the document: codes may be added, and clients must expect that.
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("What is wrong, for programs. More codes may be added."))
            .examples(Self::KNOWN.iter().map(|code| serde_json::Value::from(code.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ErrorCode {}

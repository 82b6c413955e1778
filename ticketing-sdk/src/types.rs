//! The wire types: what travels between a client and the services, without I/O.
//!
//! Every struct is camelCase JSON. Reading is tolerant, so that another backend of the same contract is
//! understood too: unknown fields are ignored, and what that backend does not send is optional or derived.

mod decimal;
mod details;
mod event_time;
mod ids;
mod money;
mod order;
mod pass;
mod password;
mod payment;
mod price_bound;
mod problem;
pub mod text;
mod ticket;
mod time;
mod timeline;
mod user;

pub use details::{DetailError, DetailField, DetailsUpdate, FieldUpdate, TicketDetails, tolerant};
pub use event_time::{EventTime, EventTimeError};
pub use ids::{OrderId, PassId, PaymentId, TicketId, UserId};
pub use money::{Money, MoneyError};
pub use order::{CancelReason, NewOrder, Order, OrderStatus, OrderedTicket};
pub use pass::{
    Admission, ClaimCode, NewCheckIn, NewClaim, NewResale, Pass, PassCode, PassKey, PassKeys, PassStatus,
    PassTransfer,
};
pub use password::{PASSWORD_LENGTHS, is_valid_password};
pub use payment::{ClientSecret, NewPayment, Payment, PaymentStatus};
pub use price_bound::PriceBound;
pub use problem::{ErrorCode, ErrorDetail, Problem};
pub use ticket::{NewTicket, Ticket, TicketChange, TicketChangeKind, TicketStatus, TicketUpdate};
pub use time::{Timestamp, TimestampError};
pub use timeline::{ServiceTimeline, TicketHolder, TimelineEntry, TimelineKind};
pub use user::{CurrentUser, CurrentUserAnswer, User};

/// A word that is not one of the values of an enumeration of the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} \"{word}\", expected one of: {expected}")]
pub struct ParseEnumError {
    what: &'static str,
    word: String,
    expected: String,
}

/// Gives an enumeration its words: `ALL`, `as_str`, `Display`, `FromStr` and serde, from one list.
macro_rules! words {
    ($name:ident, $what:literal, { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $name {
            /// Every value, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::types::ParseEnumError;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::types::ParseEnumError::new($what, word, &[$($word),+])),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize<'de>>::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use words;

impl ParseEnumError {
    pub(crate) fn new(what: &'static str, word: &str, expected: &[&str]) -> Self {
        Self { what, word: word.to_owned(), expected: expected.join(", ") }
    }
}

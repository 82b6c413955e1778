//! The words of enumerations: their text on the wire, and the handling of a value that this version does not know.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};

/// A word that is not one of the values of an enumeration of the wire.
///
/// ```
/// let error = "gone".parse::<ticketing_sdk::TicketStatus>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown ticket status \"gone\", expected one of: available, reserved, sold");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} \"{word}\", expected one of: {expected}")]
pub struct ParseEnumError {
    what: &'static str,
    word: String,
    expected: String,
}

impl ParseEnumError {
    pub(crate) fn new(what: &'static str, word: &str, expected: &[&str]) -> Self {
        Self { what, word: word.to_owned(), expected: expected.join(", ") }
    }
}

/// A value of an enumeration of the wire that this version of the SDK does not know, as the server sent it.
///
/// Values of the contract have at most [`Self::MAX_BYTES`] bytes; a longer one is cut.
///
/// ```
/// use ticketing_sdk::TicketStatus;
///
/// let status: TicketStatus = serde_json::from_str("\"in_auction\"")?;
/// assert!(matches!(status, TicketStatus::Other(_)));
/// assert_eq!(status.as_str(), "in_auction");
/// assert!("in_auction".parse::<TicketStatus>().is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue {
    bytes: [u8; Self::MAX_BYTES],
    length: u8,
}

impl UnknownValue {
    /// The longest value that is kept whole, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 31;

    pub(crate) fn new(word: &str) -> Self {
        let kept = &word.as_bytes()[..word.floor_char_boundary(Self::MAX_BYTES)];
        let mut bytes = [0; Self::MAX_BYTES];
        bytes[..kept.len()].copy_from_slice(kept);
        Self { bytes, length: u8::try_from(kept.len()).unwrap_or(0) }
    }

    /// The value, as on the wire: text of the server, to be sanitised before it reaches a terminal.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Reads a value of an enumeration strictly, for services: a value that this version does not know is an error. For
/// `#[serde(deserialize_with = "…")]`.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Filter {
///     #[serde(deserialize_with = "ticketing_sdk::deserialize_known")]
///     #[expect(dead_code)]
///     status: ticketing_sdk::TicketStatus,
/// }
///
/// assert!(serde_json::from_str::<Filter>(r#"{"status": "in_auction"}"#).is_err());
/// ```
///
/// # Errors
/// When the value is no text, or one that is not known.
pub fn deserialize_known<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err = ParseEnumError>,
    D: Deserializer<'de>,
{
    let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    word.parse().map_err(D::Error::custom)
}

/// Gives an enumeration its words: `ALL`, `Display`, `FromStr` and `Serialize`, from one list.
macro_rules! common_words {
    ($name:ident, $what:literal, { $($variant:ident => $word:literal),+ $(,)? }) => {
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
    };
}
pub(crate) use common_words;

/// The words of a closed enumeration: one of this program, whose values are all known.
#[cfg(feature = "client")]
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

        $crate::types::common_words!($name, $what, { $($variant => $word),+ });

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::types::deserialize_known(deserializer)
            }
        }
    };
}
#[cfg(feature = "client")]
pub(crate) use words;

/// Declares an enumeration of the wire, to which a later server may add: it has the variant `Other`. Reading JSON keeps an
/// unknown word there; parsing text refuses it. A variant has its word, and in an enumeration for people its label.
macro_rules! wire_words {
    ($(#[$meta:meta])+ $name:ident, $what:literal {
        $($(#[doc = $doc:literal])+ $variant:ident = $word:literal, $label:literal;)+
    }) => {
        $crate::types::wire_words! { $(#[$meta])+ $name, $what { $($(#[doc = $doc])+ $variant = $word;)+ } }

        impl $name {
            /// Returns the value as people read it.
            ///
            /// ```
            $(#[doc = concat!("assert_eq!(ticketing_sdk::", stringify!($name), "::", stringify!($variant), ".label(), \"", $label, "\");")])+
            /// ```
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                    Self::Other(_) => "Unknown",
                }
            }
        }
    };
    ($(#[$meta:meta])+ $name:ident, $what:literal {
        $($(#[doc = $doc:literal])+ $variant:ident = $word:literal;)+
    }) => {
        $(#[$meta])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])+ $variant,)+
            /// A value that this version does not know.
            Other($crate::types::UnknownValue),
        }

        impl $name {
            /// Every value that this version knows, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word.as_str(),
                }
            }

            /// The value of a word on the wire, as a client reads it: `Other` if this version does not know it.
            #[must_use]
            pub fn from_wire(word: &str) -> Self {
                word.parse().unwrap_or_else(|_| Self::Other($crate::types::UnknownValue::new(word)))
            }
        }

        $crate::types::common_words!($name, $what, { $($variant => $word),+ });

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize<'de>>::deserialize(deserializer)?;
                Ok(Self::from_wire(&word))
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
pub(crate) use wire_words;

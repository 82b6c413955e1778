//! The details of an event. The table at the end of this file is the only list of the fields: the wire types, the
//! checks of the services, the columns of the database and the forms of the clients are derived from it.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::types::EventTime;
use crate::types::text::{has_visible, normalize, single_line};

/// An invalid value of a field of the details.
///
/// ```
/// use ticketing_sdk::{DetailError, DetailField, DetailsUpdate};
///
/// let refused = DetailsUpdate::default().set(DetailField::StartsAt, "tomorrow");
/// assert_eq!(refused, Err(DetailError::NotATime(DetailField::StartsAt)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetailError {
    /// It has no visible character.
    #[error("{} must not be empty", .0.label())]
    Empty(DetailField),
    /// It has more characters than the field may have.
    #[error("{} must be at most {} characters", .0.label(), .0.max_chars())]
    TooLong(DetailField),
    /// It holds U+0000, which not every database keeps.
    #[error("{} must not contain U+0000", .0.label())]
    Nul(DetailField),
    /// It is not a time in RFC 3339.
    #[error("{} must be a time with its offset like 2026-12-24T19:30:00+01:00", .0.label())]
    NotATime(DetailField),
}

/// A change of one optional field: of its JSON, an absent field stays as it is and `null` clears it.
///
/// ```
/// use ticketing_sdk::FieldUpdate;
///
/// assert_eq!(FieldUpdate::from(Some(1)), FieldUpdate::Set(1));
/// assert_eq!(FieldUpdate::from(None::<i32>), FieldUpdate::Keep);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FieldUpdate<T> {
    /// The field stays as it is.
    #[default]
    Keep,
    /// The field is removed.
    Clear,
    /// The field gets this value.
    Set(T),
}

impl<T> FieldUpdate<T> {
    /// Returns whether the field stays as it is.
    ///
    /// ```
    /// assert!(ticketing_sdk::FieldUpdate::<String>::default().is_keep());
    /// ```
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T: Clone> FieldUpdate<T> {
    fn apply_to(&self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value.clone()),
        }
    }
}

impl<T> From<Option<T>> for FieldUpdate<T> {
    /// Sets a value that is given, and keeps the field otherwise.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

impl<T: Serialize> Serialize for FieldUpdate<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => serializer.serialize_some(value),
            Self::Keep | Self::Clear => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FieldUpdate<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Reads an optional field; a value that cannot be read counts as absent, since another backend of the contract may
/// give the field another meaning. For `#[serde(deserialize_with = "…")]`.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Reply {
///     #[serde(default, deserialize_with = "ticketing_sdk::tolerant")]
///     price: Option<ticketing_sdk::Money>,
/// }
///
/// let reply: Reply = serde_json::from_str(r#"{"price": "on request"}"#)?;
/// assert_eq!(reply.price, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the value is not JSON.
pub fn tolerant<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    Ok(T::deserialize(serde_json::Value::deserialize(deserializer)?).ok())
}

/// A value of a field, parsed from user input.
trait DetailValue: Sized {
    fn read(field: DetailField, text: &str) -> Result<Self, DetailError>;
}

impl DetailValue for String {
    fn read(field: DetailField, text: &str) -> Result<Self, DetailError> {
        let mut text = normalize(text);
        if text.contains('\0') {
            return Err(DetailError::Nul(field));
        }
        if field != DetailField::Description {
            text = single_line(&text);
        }
        if !has_visible(&text) {
            return Err(DetailError::Empty(field));
        }
        if text.chars().count() > field.max_chars() {
            return Err(DetailError::TooLong(field));
        }
        Ok(text)
    }
}

impl DetailValue for EventTime {
    fn read(field: DetailField, text: &str) -> Result<Self, DetailError> {
        let text = text.trim();
        let read = text.parse().or_else(|error| match text.split_at_checked(MINUTES) {
            Some((minutes, offset)) if offset.starts_with(['Z', 'z', '+', '-']) => {
                format!("{minutes}:00{offset}").parse()
            }
            _ => Err(error),
        });
        read.map_err(|_| DetailError::NotATime(field))
    }
}

/// The length of a date and a time without seconds, which ISO 8601 allows: `2026-12-24T19:30`.
const MINUTES: usize = 16;

macro_rules! details {
    ($($(#[doc = $doc:literal])+ $(#[schema($($schema:tt)*)])? $field:ident: $type:ty =
        $variant:ident, $name:literal, $label:literal, $max:literal;)+) => {
        /// The details of an event. Each field is optional, and absent if the seller has not given it.
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct TicketDetails {
            $(
                $(#[doc = $doc])+
                #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "tolerant")]
                $(#[cfg_attr(feature = "openapi", schema($($schema)*))])?
                pub $field: Option<$type>,
            )+
        }

        /// A change of the details: an absent field stays as it is, `null` clears it.
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct DetailsUpdate {
            $(
                $(#[doc = $doc])+
                #[serde(default, skip_serializing_if = "FieldUpdate::is_keep")]
                #[cfg_attr(feature = "openapi", schema(value_type = Option<$type>, $($($schema)*)?))]
                pub $field: FieldUpdate<$type>,
            )+
        }

        /// A field of the details.
        ///
        /// ```
        /// use ticketing_sdk::{DetailField, fixtures};
        ///
        /// for (field, text) in fixtures::details().given_fields() {
        ///     println!("{}: {text}", field.label());
        /// }
        /// assert_eq!((DetailField::StartsAt.name(), DetailField::Seat.max_chars()), ("startsAt", 60));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DetailField {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl DetailField {
            /// Every field, in the order of forms.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The name at the beginning of a sentence.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// Returns the maximum number of characters of the field.
            #[must_use]
            pub const fn max_chars(self) -> usize {
                match self { $(Self::$variant => $max),+ }
            }
        }

        /// The fields together.
        ///
        /// ```
        /// use ticketing_sdk::{DetailField, DetailsUpdate, EventTime, TicketDetails};
        ///
        /// let mut details = TicketDetails::default().venue("Tivoli").seat("Row 4");
        /// assert_eq!((details.get(DetailField::Venue), details.given_fields().count()), (Some("Tivoli"), 2));
        /// let mut update = DetailsUpdate::default();
        /// update.set(DetailField::Seat, "Row 1")?;
        /// details.apply(&update);
        /// assert_eq!(details, TicketDetails::default().venue("Tivoli").seat("Row 1"));
        /// let details = TicketDetails::default().starts_at("2026-12-24T19:30:00+01:00".parse::<EventTime>()?);
        /// assert!(details.has_started("2026-12-24T18:30:00Z".parse()?) && !details.is_empty());
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        impl TicketDetails {
            /// Returns whether the event has started. `now` is the server's time.
            #[must_use]
            pub fn has_started(&self, now: crate::Timestamp) -> bool {
                self.starts_at.as_ref().is_some_and(|start| start.instant() <= now)
            }

            $(
                $(#[doc = $doc])+
                #[must_use]
                pub fn $field(mut self, value: impl Into<$type>) -> Self {
                    self.$field = Some(value.into());
                    self
                }
            )+

            /// The field as text, if it is given.
            #[must_use]
            pub fn get(&self, field: DetailField) -> Option<&str> {
                match field { $(DetailField::$variant => self.$field.as_ref().map(AsRef::as_ref)),+ }
            }

            /// The fields that are given, as text.
            pub fn given_fields(&self) -> impl Iterator<Item = (DetailField, &str)> {
                DetailField::ALL.iter().filter_map(|field| Some((*field, self.get(*field)?)))
            }

            /// Changes the fields that `update` names.
            pub fn apply(&mut self, update: &DetailsUpdate) {
                $(update.$field.apply_to(&mut self.$field);)+
            }

            /// Returns whether no field is given.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.given_fields().next().is_none()
            }
        }

        /// Changes of single fields.
        ///
        /// ```
        /// use ticketing_sdk::{DetailField, DetailsUpdate, FieldUpdate};
        ///
        /// let mut update = DetailsUpdate::default();
        /// update.set(DetailField::Venue, " Tivoli ")?;
        /// assert_eq!(update.venue, FieldUpdate::Set("Tivoli".to_owned()));
        /// update.clear(DetailField::Venue);
        /// assert_eq!(update.venue, FieldUpdate::Clear);
        /// # Ok::<(), ticketing_sdk::DetailError>(())
        /// ```
        impl DetailsUpdate {
            /// Sets a field from user input: trimmed, composed (NFC), with a visible character. Only a description has
            /// lines: in other fields line breaks and other control characters become a space. A start without seconds
            /// (`2026-12-24T19:30+01:00`) gets them.
            ///
            /// # Errors
            /// When the text cannot be a value of the field.
            pub fn set(&mut self, field: DetailField, text: &str) -> Result<(), DetailError> {
                match field {
                    $(DetailField::$variant => self.$field = FieldUpdate::Set(DetailValue::read(field, text)?),)+
                }
                Ok(())
            }

            /// Clears a field.
            pub fn clear(&mut self, field: DetailField) {
                match field { $(DetailField::$variant => self.$field = FieldUpdate::Clear),+ }
            }
        }

        impl From<TicketDetails> for DetailsUpdate {
            /// Sets the fields that are given, and keeps the others.
            fn from(details: TicketDetails) -> Self {
                Self { $($field: details.$field.into()),+ }
            }
        }

        impl super::NewTicket {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub fn $field(mut self, value: impl Into<$type>) -> Self {
                    self.details.$field = Some(value.into());
                    self
                }
            )+
        }

        impl super::TicketUpdate {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub fn $field(mut self, value: impl Into<$type>) -> Self {
                    self.details.$field = FieldUpdate::Set(value.into());
                    self
                }
            )+
        }
    };
}

details! {
    /// The venue of the event: 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120, pattern = r"[^\s\x00-\x1f\x7f-\x9f]")]
    venue: String = Venue, "venue", "Venue", 120;
    /// The start of the event, in RFC 3339 with the offset of the place, kept as given. Sales end at the start.
    starts_at: EventTime = StartsAt, "startsAt", "StartsAt", 35;
    /// The seat or standing area: 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60, pattern = r"[^\s\x00-\x1f\x7f-\x9f]")]
    seat: String = Seat, "seat", "Seat", 60;
    /// The description of the event, in plain text: 1 to 2 000 characters.
    #[schema(min_length = 1, max_length = 2000, pattern = r"[^\s\x00-\x1f\x7f-\x9f]")]
    description: String = Description, "description", "Description", 2_000;
}

#[cfg(test)]
mod tests;

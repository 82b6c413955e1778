//! Money: a price in US dollars, kept as an integer count of cents.

mod decimal;
mod price_bound;

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use decimal::Decimal;
pub use price_bound::PriceBound;

/// A price in US dollars, from 0.01 to 999 999.99.
///
/// Never a float inside: 19.99 is exactly 1999 cents. In JSON it is a number with at most two decimals (`20`,
/// `20.5`, `149.99`); a numeric string is read too, as JavaScript's `Number` reads it (`".5"`, `"20."`, `"1e3"`).
///
/// ```
/// use ticketing_sdk::Money;
///
/// let price: Money = "19.99".parse()?;
/// assert_eq!(price.cents(), 1999);
/// assert_eq!(Money::from_cents(2050)?.to_string(), "20.50");
/// # Ok::<(), ticketing_sdk::MoneyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(
        value_type = f64,
        minimum = 0.01,
        maximum = 999_999.99,
        example = 149.99,
        description = "An amount in US dollars with at most two decimals; on input a numeric string is accepted too."
    )
)]
pub struct Money(i64);

/// An invalid price.
///
/// ```
/// use ticketing_sdk::{Money, MoneyError};
///
/// assert_eq!("19.999".parse::<Money>(), Err(MoneyError::TooPrecise));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Not a decimal number.
    #[error("not an amount of money: expected a number like 20 or 149.99")]
    NotANumber,
    /// Zero or less.
    #[error("an amount must be greater than 0")]
    NotPositive,
    /// More than 999 999.99.
    #[error("an amount must be at most 999999.99")]
    TooLarge,
    /// A fraction of a cent.
    #[error("an amount has at most two decimals")]
    TooPrecise,
}

impl Money {
    /// The smallest amount: one cent.
    pub const MIN: Self = Self(1);
    /// The largest amount: 999 999.99.
    pub const MAX: Self = Self(99_999_999);

    /// An amount from its count of cents, 1 to 99 999 999.
    ///
    /// # Errors
    /// [`MoneyError::NotPositive`] and [`MoneyError::TooLarge`].
    pub fn from_cents(cents: i64) -> Result<Self, MoneyError> {
        if cents < Self::MIN.0 {
            Err(MoneyError::NotPositive)
        } else if cents > Self::MAX.0 {
            Err(MoneyError::TooLarge)
        } else {
            Ok(Self(cents))
        }
    }

    /// An amount from a JSON number or string, read from its text: a float never stands between.
    ///
    /// ```
    /// let value: Box<serde_json::value::RawValue> = serde_json::from_str("149.99")?;
    /// assert_eq!(ticketing_sdk::Money::from_json(&value)?.cents(), 14_999);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError`]; any other JSON value is [`MoneyError::NotANumber`].
    pub fn from_json(value: &RawValue) -> Result<Self, MoneyError> {
        match value.get().as_bytes().first() {
            Some(b'"') => {
                let text: String = serde_json::from_str(value.get()).map_err(|_| MoneyError::NotANumber)?;
                text.parse()
            }
            _ => value.get().parse(),
        }
    }

    /// The count of cents.
    #[must_use]
    pub fn cents(self) -> i64 {
        self.0
    }
}

#[cfg(feature = "openapi")]
impl Money {
    /// The schema of an amount in a request: a number, or a text that holds one.
    ///
    /// ```
    /// let schema = ticketing_sdk::Money::input_schema();
    /// ```
    #[must_use]
    pub fn input_schema() -> utoipa::openapi::schema::Schema {
        use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};
        let number = ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(0.01))
            .maximum(Some(999_999.99))
            .multiple_of(Some(0.01));
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^0*([1-9][0-9]{0,5}(\.[0-9]{0,2}0*)?|\.(0[1-9]|[1-9][0-9]?)0*)$"))
            .description(Some(
                "The number as text; spaces around it, a sign and an exponent are read as well.",
            ));
        AnyOfBuilder::new().item(number).item(text).build().into()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let amount = Decimal::read(text)?;
        if amount.is_negative || amount.is_zero() {
            return Err(MoneyError::NotPositive);
        }
        Self::from_cents(amount.cents()?)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            return serializer.serialize_i64(self.0 / 100);
        }
        // One division of two exact integers rounds once, to the double nearest to the decimal, and the
        // shortest text of that double is the decimal itself.
        #[expect(clippy::cast_precision_loss, reason = "at most 99 999 999, exact in a double")]
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_json(&value).map_err(D::Error::custom)
    }
}

//! Money: a price in US dollars, kept as an integer count of cents.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// A price in US dollars, from 0.01 to 999 999.99.
///
/// Never a float inside: 19.99 is exactly 1999 cents. In JSON it is a number with at most two decimals (`20`,
/// `20.5`, `149.99`); a numeric string is read too.
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

/// Why something is not a price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Not a plain decimal number.
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

    /// The count of cents.
    #[must_use]
    pub fn cents(self) -> i64 {
        self.0
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
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(w, d)| (w, Some(d)));
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !numeric(whole) || !decimals.is_none_or(numeric) {
            return Err(MoneyError::NotANumber);
        }
        if negative {
            return Err(MoneyError::NotPositive);
        }
        let decimals = decimals.unwrap_or("");
        if decimals.len() > 2 {
            return Err(MoneyError::TooPrecise);
        }
        // More digits than an i64 holds are certainly too much money.
        let cents = format!("{whole}{decimals:0<2}").parse().map_err(|_| MoneyError::TooLarge)?;
        Self::from_cents(cents)
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
        deserializer.deserialize_any(MoneyVisitor)
    }
}

struct MoneyVisitor;

impl Visitor<'_> for MoneyVisitor {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount in dollars: a number like 20 or 149.99")
    }

    fn visit_u64<E: de::Error>(self, dollars: u64) -> Result<Money, E> {
        self.visit_i64(i64::try_from(dollars).unwrap_or(i64::MAX))
    }

    fn visit_i64<E: de::Error>(self, dollars: i64) -> Result<Money, E> {
        Money::from_cents(dollars.saturating_mul(100)).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, dollars: f64) -> Result<Money, E> {
        if !dollars.is_finite() {
            return Err(E::custom(MoneyError::NotANumber));
        }
        // The shortest text that means this double is what the sender wrote.
        self.visit_str(&dollars.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        text.parse().map_err(E::custom)
    }
}

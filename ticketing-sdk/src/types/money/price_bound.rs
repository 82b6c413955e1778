//! Bounds of a search by price.

use std::fmt;
use std::str::FromStr;

use super::decimal::Decimal;
use super::{Money, MoneyError};

/// A bound of a search by price, in US dollars: 0, or any amount with at most two decimals. It is no stored value, so 0
/// and amounts above [`Money::MAX`] are fine.
///
/// ```
/// use ticketing_sdk::PriceBound;
///
/// let highest: PriceBound = "1000000".parse()?;
/// assert_eq!(highest.cents(), 100_000_000);
/// # Ok::<(), ticketing_sdk::MoneyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriceBound(i64);

impl PriceBound {
    /// The count of cents. Larger amounts than it can hold are the largest one.
    #[must_use]
    pub fn cents(self) -> i64 {
        self.0
    }
}

impl From<Money> for PriceBound {
    fn from(amount: Money) -> Self {
        Self(amount.cents())
    }
}

impl fmt::Display for PriceBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

impl FromStr for PriceBound {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let bound = Decimal::read(text)?;
        if bound.is_negative && !bound.is_zero() {
            return Err(MoneyError::NotPositive);
        }
        match bound.cents() {
            Err(MoneyError::TooLarge) => Ok(Self(i64::MAX)),
            cents => cents.map(Self),
        }
    }
}

//! The cap on the price of a resale.

use ticketing_sdk::{Money, text};

/// The highest price of a resale as a share of the price that its holder has paid, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResaleCap(u32);

/// A text that is no cap on resales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number from 0 to 100 with at most two decimals, like 1.0 or 1.25")]
pub struct ResaleCapError;

impl ResaleCap {
    /// Returns the highest price of a resale, rounded down to the cent; `None` if no price is allowed.
    pub fn limit(self, paid: Money) -> Option<Money> {
        let cents = paid.cents().saturating_mul(i64::from(self.0)) / 100;
        (cents > 0).then(|| Money::from_cents(cents).unwrap_or(Money::MAX))
    }

    /// Checks the price of a resale.
    ///
    /// # Errors
    /// The message for the seller, if the price is above the limit or passes are not sold on.
    pub fn check(self, price: Money, paid: Money) -> Result<(), String> {
        match self.limit(paid) {
            None => Err("Passes are not sold on here".to_owned()),
            Some(limit) if price > limit => {
                let limit = text::price(limit);
                Err(format!("Price must be at most {limit}"))
            }
            Some(_) => Ok(()),
        }
    }
}

impl Default for ResaleCap {
    /// Returns the default: the price that was paid.
    fn default() -> Self {
        Self(100)
    }
}

impl std::fmt::Display for ResaleCap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl std::str::FromStr for ResaleCap {
    type Err = ResaleCapError;

    fn from_str(text: &str) -> Result<Self, ResaleCapError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(whole, 3) || !is_number(decimals, 2) {
            return Err(ResaleCapError);
        }
        let number = |part: &str| part.parse::<u32>().map_err(|_| ResaleCapError);
        let hundredths = number(&format!("{decimals:0<2}"))?;
        match number(whole)? * 100 + hundredths {
            cap @ 0..=10_000 => Ok(Self(cap)),
            _ => Err(ResaleCapError),
        }
    }
}

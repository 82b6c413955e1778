//! Decimal numbers in the forms in which users and programs write amounts.

use super::MoneyError;

/// A decimal number: its significant digits without zeros at either end, and where the point is.
pub(super) struct Decimal {
    pub(super) is_negative: bool,
    digits: String,
    /// The value is `0.digits` × 10^exponent.
    exponent: i64,
}

/// Larger exponents are reduced to this one: no amount has either.
const MAX_EXPONENT: i64 = 1_000_000_000;
/// No `i64` has more zeros at its end.
const MAX_ZEROS: usize = 18;

impl Decimal {
    /// Reads what JavaScript's `Number` reads in base 10: spaces around it, a sign, digits on either side of the point,
    /// an exponent. An empty text is no number here, nor are `0x10` and `Infinity`.
    pub(super) fn read(text: &str) -> Result<Self, MoneyError> {
        let (is_negative, unsigned) = sign(text.trim());
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{decimals}");
        if !is_digits(&all) {
            return Err(MoneyError::NotANumber);
        }
        let digits = all.trim_start_matches('0');
        let point = length(whole) - length(&all) + length(digits);
        Ok(Self {
            is_negative,
            digits: digits.trim_end_matches('0').to_owned(),
            exponent: exponent.saturating_add(point),
        })
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Returns the amount in cents, without the sign.
    pub(super) fn cents(&self) -> Result<i64, MoneyError> {
        if self.is_zero() {
            return Ok(0);
        }
        let zeros = self.exponent.saturating_add(2) - length(&self.digits);
        if zeros < 0 {
            return Err(MoneyError::TooPrecise);
        }
        // A number with more zeros than this does not fit an `i64`.
        let zeros = usize::try_from(zeros).ok().filter(|zeros| *zeros <= MAX_ZEROS);
        let zeros = zeros.ok_or(MoneyError::TooLarge)?;
        format!("{}{}", self.digits, "0".repeat(zeros)).parse().map_err(|_| MoneyError::TooLarge)
    }
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn read_exponent(text: &str) -> Result<i64, MoneyError> {
    let (is_negative, digits) = sign(text);
    if !is_digits(digits) {
        return Err(MoneyError::NotANumber);
    }
    let value = digits.parse().unwrap_or(MAX_EXPONENT).min(MAX_EXPONENT);
    Ok(if is_negative { -value } else { value })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

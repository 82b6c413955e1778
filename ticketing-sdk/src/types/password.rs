//! The rule for new passwords.

use std::ops::RangeInclusive;

/// The number of characters of a new password. No other rule applies, and the password is kept as given.
pub const PASSWORD_LENGTHS: RangeInclusive<usize> = 8..=128;

/// Returns whether a text can be a new password.
///
/// ```
/// use ticketing_sdk::is_valid_password;
///
/// assert!(is_valid_password("correct horse"));
/// assert!(!is_valid_password("short"));
/// ```
#[must_use]
pub fn is_valid_password(text: &str) -> bool {
    PASSWORD_LENGTHS.contains(&text.chars().count())
}

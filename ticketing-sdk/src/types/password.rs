//! The rule for new passwords.

use std::ops::RangeInclusive;

/// How many characters a new password has. Nothing else is asked of it, and it is taken exactly as it is.
pub const PASSWORD_LENGTHS: RangeInclusive<usize> = 8..=128;

/// Whether a text can be a new password.
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

//! Idempotency keys: what makes a write safe to repeat.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::types::Timestamp;

/// A text that cannot be an idempotency key.
///
/// ```
/// use ticketing_sdk::{IdempotencyKey, InvalidIdempotencyKey};
///
/// assert_eq!(IdempotencyKey::new("with a space"), Err(InvalidIdempotencyKey));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 255 visible ASCII characters")]
pub struct InvalidIdempotencyKey;

/// Names one intent to write: however often the request is sent, it takes effect once and is answered alike.
///
/// Keys live 24 hours and belong to a user and a route. A program that must survive a crash notes the key down
/// before it sends, and sends again with the same key.
///
/// ```
/// use ticketing_sdk::IdempotencyKey;
///
/// let key = IdempotencyKey::generate();
/// assert_eq!(key.as_str().len(), 32);
/// let again: IdempotencyKey = key.as_str().parse()?;
/// assert_eq!(again, key);
/// let own = IdempotencyKey::new("import-2026-11-22-line-7")?;
/// # Ok::<(), ticketing_sdk::InvalidIdempotencyKey>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A new key, as 32 hexadecimal digits: the time in milliseconds (12), then 80 random bits. The server's index keeps keys in their
    /// order, so that those of the same moment change the same pages.
    #[must_use]
    pub fn generate() -> Self {
        Self::generate_at(clock::local_now())
    }

    fn generate_at(now: Timestamp) -> Self {
        let mut random = [0_u8; 16];
        crate::retry::fill_random(&mut random[..10]);
        let (millis, random) = (now.as_millis() & 0xffff_ffff_ffff, u128::from_le_bytes(random));
        Self(format!("{millis:012x}{random:020x}"))
    }

    /// A key of the caller's own: 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    /// [`InvalidIdempotencyKey`] for anything else.
    pub fn new(key: impl Into<String>) -> Result<Self, InvalidIdempotencyKey> {
        let key = key.into();
        if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(key))
        } else {
            Err(InvalidIdempotencyKey)
        }
    }

    /// The key, as in the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidIdempotencyKey;

    fn from_str(key: &str) -> Result<Self, InvalidIdempotencyKey> {
        Self::new(key)
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = InvalidIdempotencyKey;

    fn try_from(key: String) -> Result<Self, InvalidIdempotencyKey> {
        Self::new(key)
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_by_their_time() {
        let at = |millis| IdempotencyKey::generate_at(Timestamp::from_millis(millis));
        let keys = [-1_i64, 0, 1, 0xff, 0x0100, 1_795_358_840_000, 0xffff_ffff_ffff].map(at);
        for key in &keys {
            assert_eq!(key.as_str().len(), 32);
            assert!(key.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        }
        // A clock before 1970 makes the last keys.
        assert!(keys[1..].is_sorted_by(|one, next| one.as_str() < next.as_str()));
        assert_ne!(at(1), at(1), "the rest is random");
    }
}

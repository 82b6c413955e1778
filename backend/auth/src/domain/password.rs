//! Passwords: used exactly as received, and never shown.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use ticketing_sdk::is_valid_password;

/// A password of a sign-up. It can be hashed, not shown.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "GivenPassword")]
pub(crate) struct Password(GivenPassword);

/// A password of a sign-in; any text that is not empty.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "SecretText")]
pub(crate) struct GivenPassword(SecretString);

/// A text of a request.
#[derive(Deserialize)]
#[serde(transparent)]
struct SecretText(String);

/// The error of a text that cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a password")]
pub(crate) struct NotAPassword;

impl Password {
    /// The message for a password that is too short or too long.
    pub(crate) const MESSAGE: &'static str = "Password must be between 8 and 128 characters";
}

impl GivenPassword {
    /// The message for a missing password.
    pub(crate) const MESSAGE: &'static str = "You must supply a password";
}

impl TryFrom<GivenPassword> for Password {
    type Error = NotAPassword;

    fn try_from(given: GivenPassword) -> Result<Self, NotAPassword> {
        if is_valid_password(given.expose_secret()) { Ok(Self(given)) } else { Err(NotAPassword) }
    }
}

impl TryFrom<SecretText> for GivenPassword {
    type Error = NotAPassword;

    fn try_from(text: SecretText) -> Result<Self, NotAPassword> {
        if text.0.is_empty() { Err(NotAPassword) } else { Ok(Self(text.0.into())) }
    }
}

impl ExposeSecret<str> for Password {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl ExposeSecret<str> for GivenPassword {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Option<Password> {
        serde_json::from_value(text.into()).ok()
    }

    #[test]
    fn length_is_counted_in_characters() {
        for text in
            ["12345678", "        ", "пароль88", "🎫🎫🎫🎫🎫🎫🎫🎫", &"x".repeat(128), &"é".repeat(128)]
        {
            assert_eq!(password(text).unwrap().expose_secret(), text);
        }
        for text in ["", "1234567", "éééé", &"x".repeat(129)] {
            assert!(password(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn signin_accepts_any_password_but_an_empty_one() {
        let given = |text: &str| serde_json::from_value::<GivenPassword>(text.into()).ok();
        assert!(given("").is_none());
        assert_eq!(given(" x ").unwrap().expose_secret(), " x ");
    }

    #[test]
    fn passwords_are_never_shown() {
        let shown = format!("{:?}", password("correct horse").unwrap());
        assert!(!shown.contains("horse"), "{shown}");
    }
}

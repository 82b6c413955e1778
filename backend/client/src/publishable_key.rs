//! The publishable key of a Stripe account. It identifies the account in a browser and can only create card tokens.

use std::fmt;
use std::str::FromStr;

/// A publishable key, `pk_…`. It is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishableKey(String);

/// The reason why a text is not a publishable key. The message describes the expected form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishableKeyError {
    /// The text does not have the form of a publishable key.
    #[error("a publishable key like pk_test_… or pk_live_…")]
    Form,
    /// The text is a secret key, which must not be sent to browsers.
    #[error(
        "a publishable key like pk_test_… or pk_live_…; this is a secret key, which every visitor would see"
    )]
    Secret,
}

impl PublishableKey {
    /// Returns whether the key belongs to live mode, in which cards are charged.
    pub fn is_live(&self) -> bool {
        self.0.starts_with("pk_live_")
    }
}

impl FromStr for PublishableKey {
    type Err = PublishableKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if ["sk_", "rk_", "whsec_"].iter().any(|secret| text.starts_with(secret)) {
            return Err(PublishableKeyError::Secret);
        }
        let name =
            ["pk_test_", "pk_live_"].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or_default();
        let is_valid = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if name.is_empty() || name.len() > 256 || !is_valid {
            return Err(PublishableKeyError::Form);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{PublishableKey, PublishableKeyError::*};

    #[test]
    fn only_publishable_keys_are_accepted() {
        assert!(!"pk_test_51Habc_D".parse::<PublishableKey>().unwrap().is_live());
        assert!("pk_live_1".parse::<PublishableKey>().unwrap().is_live());
        for (text, error) in [
            ("", Form),
            ("pk_", Form),
            ("pk_test_", Form),
            ("pk_1", Form),
            (r#"pk_test_1"><script>"#, Form),
            ("pk_test_\u{e9}", Form),
            ("sk_test_1", Secret),
            ("rk_live_1", Secret),
            ("whsec_1", Secret),
        ] {
            assert_eq!(text.parse::<PublishableKey>(), Err(error), "{text}");
        }
    }
}

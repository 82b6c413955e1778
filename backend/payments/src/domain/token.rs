//! Card tokens: the card provider's references to cards.

use std::fmt;

/// A card as the provider names it: `tok_…` or `pm_…`. Never a card number; `Debug` redacts it.
#[derive(Clone, PartialEq, Eq)]
pub struct CardToken(String);

/// Why there is no card token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// None was given.
    #[error("Token is required")]
    Missing,
    /// It is a number, a list or an object.
    #[error("Token must be a string")]
    NotText,
    /// The text has not the form of one.
    #[error("Token must be a card token such as tok_visa")]
    Form,
}

const LONGEST: usize = 255;

impl CardToken {
    /// Returns the token as the provider knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for CardToken {
    type Err = TokenError;

    /// Reads a token: `tok_` or `pm_` and at least one character more, 255 characters of visible ASCII at most.
    fn from_str(text: &str) -> Result<Self, TokenError> {
        let name = text.strip_prefix("tok_").or_else(|| text.strip_prefix("pm_")).ok_or(TokenError::Form)?;
        let visible = name.bytes().all(|byte| byte.is_ascii_graphic());
        if name.is_empty() || !visible || text.len() > LONGEST {
            return Err(TokenError::Form);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for CardToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_providers_tokens_are_tokens() {
        for good in ["tok_visa", "pm_card_visa", "tok_1", &format!("tok_{}", "x".repeat(251))] {
            assert_eq!(good.parse::<CardToken>().unwrap().as_str(), good);
        }
        let long = format!("tok_{}", "x".repeat(252));
        for bad in [
            "",
            "tok_",
            "pm_",
            "visa",
            "4242424242424242",
            "TOK_visa",
            " tok_visa",
            "tok_a b",
            "tok_\u{7}",
            "tok_é",
            &long,
        ] {
            assert_eq!(bad.parse::<CardToken>(), Err(TokenError::Form), "{bad:?}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        assert!(!format!("{:?}", "tok_secret".parse::<CardToken>().unwrap()).contains("secret"));
    }
}

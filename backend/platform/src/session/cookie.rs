//! The session cookie: base64 of `{"jwt":"<token>"}` under a name that deployments may choose.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use http::HeaderValue;
use serde::{Deserialize, Serialize};

/// Longer values hold no session of ours and are not decoded.
const MAX_VALUE: usize = 4096;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const ANY_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const ANY_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The cookie's name and whether it is for TLS alone.
#[derive(Debug, Clone)]
pub struct CookieSettings {
    name: String,
    secure: bool,
}

/// A name that no cookie can have, or a value that no header can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CookieError {
    /// The name holds something other than letters, digits and a few signs.
    #[error("not a cookie name: {0:?}")]
    Name(String),
    /// The value could not be written.
    #[error("the session cookie could not be written")]
    Value,
}

#[derive(Serialize, Deserialize)]
struct Contents<'a> {
    #[serde(borrow)]
    jwt: std::borrow::Cow<'a, str>,
}

impl Default for CookieSettings {
    /// `session`, for TLS alone.
    fn default() -> Self {
        Self { name: "session".to_owned(), secure: true }
    }
}

impl CookieSettings {
    /// A cookie of this name. `secure` is false only where the server speaks plain HTTP on loopback.
    ///
    /// # Errors
    /// When a cookie cannot have that name.
    pub fn new(name: impl Into<String>, secure: bool) -> Result<Self, CookieError> {
        let name = name.into();
        // The colon is not in the standard's list, but `express:sess` has one and is understood everywhere.
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_fine) {
            return Err(CookieError::Name(name));
        }
        Ok(Self { name, secure })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same cookie, for TLS alone or not.
    #[must_use]
    pub fn with_secure(self, secure: bool) -> Self {
        Self { secure, ..self }
    }

    /// Whether it is for TLS alone.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The `Set-Cookie` value that carries a token under this name.
    pub(super) fn carry(&self, name: &str, token: &str) -> Result<HeaderValue, CookieError> {
        let contents = serde_json::to_vec(&Contents { jwt: token.into() }).map_err(|_| CookieError::Value)?;
        let text = format!("{name}={}{}", STANDARD.encode(contents), self.attributes());
        let mut value = HeaderValue::try_from(text).map_err(|_| CookieError::Value)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The `Set-Cookie` value that clears the cookie of this name.
    pub(super) fn clear(&self, name: &str) -> HeaderValue {
        let text = format!("{name}={}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT", self.attributes());
        // A checked name and constants: always a valid header value.
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    fn attributes(&self) -> &'static str {
        if self.secure {
            "; HttpOnly; Path=/; SameSite=Lax; Secure"
        } else {
            "; HttpOnly; Path=/; SameSite=Lax"
        }
    }
}

/// The token in a cookie's value.
pub(super) fn token(value: &[u8]) -> Option<String> {
    if value.len() > MAX_VALUE {
        return None;
    }
    let url_safe = value.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let bytes = if url_safe { ANY_URL_SAFE.decode(value) } else { ANY_STANDARD.decode(value) }.ok()?;
    // An array of the fields' values would be read as well.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let contents: Contents<'_> = serde_json::from_slice(&bytes).ok()?;
    Some(contents.jwt.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

    #[test]
    fn every_kind_of_base64_is_understood() {
        // `>>>` and `???` give the signs in which the alphabets differ.
        let json = br#"{"jwt":"a>>>b???c"}"#;
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let value = engine.encode(json);
            assert_eq!(token(value.as_bytes()).as_deref(), Some("a>>>b???c"), "{value}");
        }
    }

    #[test]
    fn anything_else_is_no_session() {
        for value in ["", "%%%", "e30=", "bnVsbA==", "WyJhLmIuYyJd", "\u{e9}", &"A".repeat(5000)] {
            assert_eq!(token(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn names_are_checked_and_secure_is_the_default() {
        assert!(CookieSettings::new("express:sess", false).is_ok());
        for name in ["", "a b", "a=b", "a;b", "a\r\nb"] {
            assert!(CookieSettings::new(name, true).is_err(), "{name:?}");
        }
        let cookie = CookieSettings::default().carry("s", "x").unwrap();
        assert!(cookie.to_str().unwrap().ends_with("; HttpOnly; Path=/; SameSite=Lax; Secure"));
        let cookie = CookieSettings::new("s", false).unwrap().carry("s", "x").unwrap();
        assert!(cookie.to_str().unwrap().ends_with("; HttpOnly; Path=/; SameSite=Lax"));
    }
}

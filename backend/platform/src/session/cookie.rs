//! The session cookie: base64 of `{"jwt":"<token>"}` under a configurable name.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use http::HeaderValue;
use serde::{Deserialize, Serialize};

/// The maximum length of a value in bytes. Longer ones are no session and are not decoded.
const MAX_VALUE_BYTES: usize = 4096;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const ANY_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const ANY_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The name of the cookie and its attribute `Secure`.
#[derive(Debug, Clone)]
pub struct CookieSettings {
    name: String,
    secure: bool,
}

/// Why a cookie cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CookieError {
    /// The name has characters that RFC 6265 excludes.
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
    /// `session`, with the attribute `Secure`.
    fn default() -> Self {
        Self { name: "session".to_owned(), secure: true }
    }
}

impl CookieSettings {
    /// Creates the settings of a cookie. `secure` is false only if the server uses plain HTTP on loopback.
    ///
    /// # Errors
    /// If a cookie cannot have that name.
    pub fn new(name: impl Into<String>, secure: bool) -> Result<Self, CookieError> {
        let name = name.into();
        // RFC 6265 excludes the colon, but `express:sess` has one and all clients accept it.
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_allowed) {
            return Err(CookieError::Name(name));
        }
        Ok(Self { name, secure })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the same cookie, with or without the attribute `Secure`.
    #[must_use]
    pub fn with_secure(self, secure: bool) -> Self {
        Self { secure, ..self }
    }

    /// Returns whether the cookie has the attribute `Secure`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns the `Set-Cookie` value for a token under this name.
    pub(super) fn set(&self, name: &str, token: &str) -> Result<HeaderValue, CookieError> {
        let contents = serde_json::to_vec(&Contents { jwt: token.into() }).map_err(|_| CookieError::Value)?;
        let text = format!("{name}={}{}", STANDARD.encode(contents), self.attributes());
        let mut value = HeaderValue::try_from(text).map_err(|_| CookieError::Value)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Returns the `Set-Cookie` value that deletes the cookie of this name.
    pub(super) fn clear(&self, name: &str) -> HeaderValue {
        let text = format!("{name}={}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT", self.attributes());
        // A checked name and constants are always a valid header value.
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

/// Reads the token in the value of a cookie.
pub(super) fn token(value: &[u8]) -> Option<String> {
    if value.len() > MAX_VALUE_BYTES {
        return None;
    }
    let url_safe = value.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let bytes = if url_safe { ANY_URL_SAFE.decode(value) } else { ANY_STANDARD.decode(value) }.ok()?;
    // serde would also read an array of the values.
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
    fn token_is_read_from_every_base64_variant() {
        // `>>>` and `???` encode to the characters in which the alphabets differ.
        let json = br#"{"jwt":"a>>>b???c"}"#;
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let value = engine.encode(json);
            assert_eq!(token(value.as_bytes()).as_deref(), Some("a>>>b???c"), "{value}");
        }
    }

    #[test]
    fn token_is_not_read_from_other_values() {
        for value in ["", "%%%", "e30=", "bnVsbA==", "WyJhLmIuYyJd", "\u{e9}", &"A".repeat(5000)] {
            assert_eq!(token(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn cookie_names_are_validated_and_secure_is_the_default() {
        assert!(CookieSettings::new("express:sess", false).is_ok());
        for name in ["", "a b", "a=b", "a;b", "a\r\nb"] {
            assert!(CookieSettings::new(name, true).is_err(), "{name:?}");
        }
        let cookie = CookieSettings::default().set("s", "x").unwrap();
        assert!(cookie.to_str().unwrap().ends_with("; HttpOnly; Path=/; SameSite=Lax; Secure"));
        let cookie = CookieSettings::new("s", false).unwrap().set("s", "x").unwrap();
        assert!(cookie.to_str().unwrap().ends_with("; HttpOnly; Path=/; SameSite=Lax"));
    }
}

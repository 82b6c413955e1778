//! The keys that sign sessions: HS256, one signs, all are accepted.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use ticketing_sdk::{Timestamp, UserId};

use super::Session;
use super::hs256;

/// The shortest key, in bytes: as long as the hash, below which HS256 is weaker than it looks.
pub const MIN_KEY_BYTES: usize = 32;

const ISSUER: &str = "ticketing";

/// Servers' clocks differ a little; a token is accepted this many seconds before its beginning and beyond its end.
const LEEWAY: i64 = 5;

/// The keys that all services share.
pub struct SessionKeys {
    signing: EncodingKey,
    accepted: Vec<DecodingKey>,
    validation: Validation,
    /// What tells a token of these keys from others, whatever its claims.
    signature_only: Validation,
    /// A mark of each key, of which nothing of the key can be told.
    marks: Vec<String>,
}

/// Why a list of keys was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is none.
    #[error("no session key is given")]
    None,
    /// One of them is too short.
    #[error("a session key must have at least {MIN_KEY_BYTES} bytes, this one has {0}")]
    Short(usize),
}

/// The claims of a token. The original of the contract has `id`, `email` and `iat` alone.
#[derive(Serialize, Deserialize)]
struct Claims {
    id: UserId,
    email: String,
    iat: i64,
    #[serde(default, deserialize_with = "given")]
    exp: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    iss: Option<String>,
    #[serde(default, deserialize_with = "given")]
    jti: Option<String>,
    /// When the token begins to be valid. Never written here; another issuer that shares the key may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<f64>,
}

/// A claim that is there: `null` is not an absent one.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl SessionKeys {
    /// The first key signs; all of them are accepted, so that a key can be replaced while old sessions last.
    ///
    /// # Errors
    /// When there is no key, or one has fewer than [`MIN_KEY_BYTES`].
    pub fn new(keys: &[SecretString]) -> Result<Self, KeyError> {
        let bytes: Vec<&[u8]> = keys.iter().map(|key| key.expose_secret().as_bytes()).collect();
        if let Some(short) = bytes.iter().find(|key| key.len() < MIN_KEY_BYTES) {
            return Err(KeyError::Short(short.len()));
        }
        hs256::install();
        let signing = EncodingKey::from_secret(bytes.first().ok_or(KeyError::None)?);
        let accepted = bytes.iter().map(|key| DecodingKey::from_secret(key)).collect();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.required_spec_claims.clear();
        // The library would ask the machine for the time; `exp` and `nbf` are checked against the injected clock below.
        validation.validate_exp = false;
        let mut signature_only = Validation::new(Algorithm::HS256);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        let marks = bytes.iter().map(|key| mark(key)).collect();
        Ok(Self { signing, accepted, validation, signature_only, marks })
    }

    /// The token of a session.
    pub(super) fn sign(&self, session: &Session) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            id: session.user_id.clone(),
            email: session.email.clone(),
            iat: session.iat,
            exp: Some(session.exp),
            iss: Some(ISSUER.to_owned()),
            jti: Some(session.jti.clone()),
            nbf: None,
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// Whether one of the keys signed a token, expired or not.
    pub(super) fn has_signed(&self, token: &str) -> bool {
        self.accepted.iter().any(|key| decode::<IgnoredAny>(token, key, &self.signature_only).is_ok())
    }

    /// A short name of each key, that of the signing one first.
    pub(super) fn marks(&self) -> &[String] {
        &self.marks
    }

    /// The session of a token that one of the keys signed, that is valid now, and whose header names no extension that has
    /// to be understood: none is.
    ///
    /// A token of the original has no end and no name. It ends `lifetime` seconds after its beginning, as one that is begun
    /// here, and its name is made of its bytes, so that signing out ends it, too.
    pub(super) fn verify(&self, token: &str, now: Timestamp, lifetime: i64) -> Option<Session> {
        let verified =
            self.accepted.iter().find_map(|key| decode::<Claims>(token, key, &self.validation).ok())?;
        let (header, claims) = (verified.header, verified.claims);
        let now = now.as_millis().div_euclid(1000);
        let (exp, early) = match claims.exp {
            Some(exp) => (exp, false),
            // A beginning that is still to come would move the end as far away.
            None => (claims.iat.saturating_add(lifetime), claims.iat > now.saturating_add(LEEWAY)),
        };
        let over = exp.saturating_add(LEEWAY) <= now;
        let early = early || claims.nbf.is_some_and(|begin| !begins_by(begin, now.saturating_add(LEEWAY)));
        let jti = claims.jti.unwrap_or_else(|| name_of(token));
        let blank = claims.id.as_str().is_empty() || claims.email.is_empty() || jti.is_empty();
        if over || early || blank || header.crit.is_some() {
            return None;
        }
        Some(Session { user_id: claims.id, email: claims.email, jti, iat: claims.iat, exp })
    }
}

/// The name of a session whose token has none: the same for the same claims. A signature can be spelled in several ways, and
/// so is no part of it.
fn name_of(token: &str) -> String {
    let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
    format!("sha256-{}", URL_SAFE_NO_PAD.encode(Sha256::digest(signed)))
}

/// Whether a time of a token, in seconds and possibly fractions of one, is not after `now`.
#[expect(clippy::cast_precision_loss, reason = "seconds of any date in sight are exact in an f64")]
fn begins_by(begin: f64, now: i64) -> bool {
    begin <= now as f64
}

/// Eight hexadecimal digits that differ from key to key.
fn mark(key: &[u8]) -> String {
    // A key of any length will do for HMAC.
    let hash = Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(b"name of the session cookie").finalize().into_bytes());
    hash.map(|hash| hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()).unwrap_or_default()
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKeys([REDACTED; {}])", self.accepted.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_must_be_long_and_are_never_shown() {
        assert_eq!(SessionKeys::new(&[]).unwrap_err(), KeyError::None);
        assert_eq!(SessionKeys::new(&["short".into()]).unwrap_err(), KeyError::Short(5));
        let long = "0123456789abcdef0123456789abcdef";
        assert_eq!(SessionKeys::new(&[long.into(), "x".into()]).unwrap_err(), KeyError::Short(1));
        let keys = SessionKeys::new(&[long.into()]).unwrap();
        assert!(!format!("{keys:?}").contains("0123"));
    }
}

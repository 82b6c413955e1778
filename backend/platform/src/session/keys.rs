//! The keys of sessions (HS256): the first one signs, all of them verify.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use ticketing_sdk::{Timestamp, UserId};

use super::Session;
use super::hs256;

/// The minimum length of a key, in bytes: that of the hash, as RFC 7518 requires.
pub const MIN_KEY_BYTES: usize = 32;

const ISSUER: &str = "ticketing";

/// How many seconds the `iat` of a token without `exp` may be ahead: servers' clocks differ a little, and such a token is
/// used at the moment when it is issued. `exp` and `nbf` have no leeway.
const IAT_LEEWAY: i64 = 5;

/// The keys that all services share.
pub struct SessionKeys {
    signing: EncodingKey,
    accepted: Vec<DecodingKey>,
    validation: Validation,
    /// Verifies only the signature of a token.
    signature_only: Validation,
    /// A short identifier of each key, which does not reveal the key.
    ids: Vec<String>,
}

/// Why a list of keys is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The list is empty.
    #[error("no session key is given")]
    None,
    /// A key is too short.
    #[error("a session key must have at least {MIN_KEY_BYTES} bytes, this one has {0}")]
    Short(usize),
}

/// The claims of a token. Tokens of the original system have only `id`, `email` and `iat`.
#[derive(Serialize, Deserialize)]
struct Claims {
    id: UserId,
    email: String,
    iat: i64,
    #[serde(default, deserialize_with = "present")]
    exp: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    iss: Option<String>,
    #[serde(default, deserialize_with = "present")]
    jti: Option<String>,
    /// The time from which the token is valid. Not written here; another issuer with the key may write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<f64>,
}

/// Reads a claim that is present: unlike a missing one, `null` is an error.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl SessionKeys {
    /// Creates a list of keys. The first one signs, all of them verify, so that a key can be replaced while old
    /// sessions last.
    ///
    /// # Errors
    /// If the list is empty, or a key is shorter than [`MIN_KEY_BYTES`].
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
        // The library reads the time of the machine; `verify` checks `exp` and `nbf` against the injected clock.
        validation.validate_exp = false;
        let mut signature_only = Validation::new(Algorithm::HS256);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        let ids = bytes.iter().map(|key| key_id(key)).collect();
        Ok(Self { signing, accepted, validation, signature_only, ids })
    }

    /// Signs the token of a session.
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

    /// Returns whether one of the keys signed a token, which may be expired.
    pub(super) fn has_signed(&self, token: &str) -> bool {
        self.accepted.iter().any(|key| decode::<IgnoredAny>(token, key, &self.signature_only).is_ok())
    }

    /// Returns a short identifier of each key, that of the signing key first.
    pub(super) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Returns the session of a token that one of the keys signed and that is valid now. A token with a `crit` header
    /// is invalid, because no extension is supported.
    ///
    /// A token of the original system has no `exp` and no `jti`. It expires `lifetime` seconds after its beginning, and
    /// its `jti` is a hash of its claims, so that a sign-out revokes it.
    pub(super) fn verify(&self, token: &str, now: Timestamp, lifetime: i64) -> Option<Session> {
        let verified =
            self.accepted.iter().find_map(|key| decode::<Claims>(token, key, &self.validation).ok())?;
        let (header, claims) = (verified.header, verified.claims);
        let now = now.as_millis().div_euclid(1000);
        let (exp, early) = match claims.exp {
            Some(exp) => (exp, false),
            // A beginning in the future would postpone the expiry.
            None => (claims.iat.saturating_add(lifetime), claims.iat > now.saturating_add(IAT_LEEWAY)),
        };
        let expired = exp <= now;
        let early = early || claims.nbf.is_some_and(|begin| !is_at_most(begin, now));
        let jti = claims.jti.unwrap_or_else(|| derive_jti(token));
        let blank = claims.id.as_str().is_empty() || claims.email.is_empty() || jti.is_empty();
        if expired || early || blank || header.crit.is_some() {
            return None;
        }
        Some(Session { user_id: claims.id, email: claims.email, jti, iat: claims.iat, exp })
    }
}

/// Derives the `jti` of a token without one from its claims. The signature is excluded, because base64 can encode it in
/// several ways.
fn derive_jti(token: &str) -> String {
    let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
    format!("sha256-{}", URL_SAFE_NO_PAD.encode(Sha256::digest(signed)))
}

/// Returns whether a time of a token, in seconds and possibly fractions of a second, is not after `now`.
#[expect(clippy::cast_precision_loss, reason = "seconds of current dates are exact in an f64")]
fn is_at_most(begin: f64, now: i64) -> bool {
    begin <= now as f64
}

/// Derives eight hexadecimal digits from a key.
fn key_id(key: &[u8]) -> String {
    // HMAC accepts a key of any length.
    let hash = Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(b"name of the session cookie").finalize().into_bytes());
    hash.map(|hash| HEXLOWER.encode(&hash[..4])).unwrap_or_default()
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
    fn short_keys_are_refused_and_keys_are_not_shown() {
        assert_eq!(SessionKeys::new(&[]).unwrap_err(), KeyError::None);
        assert_eq!(SessionKeys::new(&["short".into()]).unwrap_err(), KeyError::Short(5));
        let long = "0123456789abcdef0123456789abcdef";
        assert_eq!(SessionKeys::new(&[long.into(), "x".into()]).unwrap_err(), KeyError::Short(1));
        let keys = SessionKeys::new(&[long.into()]).unwrap();
        assert!(!format!("{keys:?}").contains("0123"));
    }
}

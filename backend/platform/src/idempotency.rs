//! Idempotency keys: a repeated request gets the answer of the first one, and has no second effect.

mod answer;
mod finality;
mod key;
mod store;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use answer::{Answer, KeyedAnswer, REPLAYED};
pub use finality::is_final;
pub use key::IdempotencyKey;
pub use store::{
    EarlierRequest, KeyedOutcome, KeyedRequest, MIGRATIONS, RETENTION, claim_key, find, in_flight_error,
    prune, record_outcome, release_key, run_once, write_once,
};

/// The hash of a parsed body, in hexadecimal. Two requests with one key must have the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Hashes a parsed body: the struct and not the bytes, so that white space and unknown fields have no effect.
    ///
    /// # Errors
    /// If the body cannot be written as JSON.
    pub fn from_body<T: Serialize>(body: &T) -> Result<Self, serde_json::Error> {
        Ok(Self(HEXLOWER.encode(&Sha256::digest(serde_json::to_vec(body)?))))
    }

    /// Hashes a body with a secret. `key` prevents that the secret is found by guessing.
    ///
    /// # Errors
    /// If the body cannot be written as JSON.
    pub fn from_body_with_key<T: Serialize>(key: &SecretString, body: &T) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(body)?;
        // HMAC accepts a key of any length, so the plain hash is never used.
        let hash = match Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()) {
            Ok(mac) => mac.chain_update(&body).finalize().into_bytes(),
            Err(_) => Sha256::digest(&body),
        };
        Ok(Self(HEXLOWER.encode(&hash)))
    }

    /// Returns the hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

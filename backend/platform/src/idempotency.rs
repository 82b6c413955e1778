//! Idempotency keys: the same request again gets the first answer again, and has one effect.

mod answer;
mod finality;
mod key;
mod store;

use serde::Serialize;
use sha2::{Digest, Sha256};

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use std::fmt::Write;

pub use answer::{Answer, KeyedAnswer, REPLAYED};
pub use finality::{is_final, is_final_refusal};
pub use key::IdempotencyKey;
pub use store::{
    EarlierRequest, KeyClaim, KeyedOutcome, KeyedRequest, MIGRATIONS, RETENTION, claim_key, find,
    in_flight_error, prune, record_outcome, release_key, run_once,
};

use http::HeaderName;

/// The header by which every answer of the API announces that keys are honoured, and for how long:
/// `Idempotency-Keys: max-age=86400`. A client that has not seen it must not repeat a write whose outcome is unknown.
pub const ANNOUNCEMENT: HeaderName = HeaderName::from_static("idempotency-keys");
/// The value of [`ANNOUNCEMENT`].
pub const ANNOUNCED: &str = "max-age=86400";

/// What tells two requests with one key apart: a hash of the parsed body, as hexadecimal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a parsed body; give it the struct, not the bytes, so that spacing and unknown fields do not matter.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn of<T: Serialize>(body: &T) -> Result<Self, serde_json::Error> {
        Ok(Self(hexadecimal(&Sha256::digest(serde_json::to_vec(body)?))))
    }

    /// Of a body that holds a secret: without `key` nobody can find it by trying.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn keyed<T: Serialize>(key: &SecretString, body: &T) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(body)?;
        // A key of any length will do for HMAC; the plain hash stands in for the error that cannot happen.
        let hash = match Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()) {
            Ok(mac) => mac.chain_update(&body).finalize().into_bytes(),
            Err(_) => Sha256::digest(&body),
        };
        Ok(Self(hexadecimal(&hash)))
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

//! Builds session tokens and cookies, valid and invalid ones.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Returns a token with this header and payload, signed with HMAC-SHA-256 regardless of the header.
pub fn sign_token(key: &str, header: &Value, payload: &Value) -> String {
    let text = unsigned_token(header, payload);
    let text = text.trim_end_matches('.');
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC accepts a key of any length");
    let signature = mac.chain_update(text).finalize().into_bytes();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Returns a token with an empty signature.
pub fn unsigned_token(header: &Value, payload: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.", encode(header), encode(payload))
}

/// Returns the session cookie that carries `token`.
pub fn cookie_of(token: &str) -> String {
    format!("session={}", STANDARD.encode(json!({ "jwt": token }).to_string()))
}

/// Returns the token in a session cookie (`name=value`).
///
/// # Panics
/// Panics if the cookie carries none.
pub fn token_of(cookie: &str) -> String {
    let (_, value) = cookie.split_once('=').expect("a cookie");
    let contents = STANDARD.decode(value).expect("base64");
    let contents: Value = serde_json::from_slice(&contents).expect("JSON");
    contents["jwt"].as_str().expect("a token").to_owned()
}

/// Returns the payload of a token.
///
/// # Panics
/// Panics if the text is no token.
pub fn payload_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("JSON")
}

//! Signatures of forwarded events: HMAC-SHA256 over the time and the body, as Stripe signs its webhooks.
//!
//! The header [`SIGNATURE_HEADER`] is `t=SECONDS,v1=HEX`. `SECONDS` is the Unix time of the signature, and `HEX` is the
//! HMAC-SHA256 of `SECONDS.BODY` under the shared secret. While a secret is replaced there may be several `v1`.
//!
//! ```
//! use ticketing_sdk::Timestamp;
//! use ticketing_sdk::webhook::{DEFAULT_TOLERANCE, sign, verify_signature};
//!
//! let now: Timestamp = "2026-11-22T10:15:00Z".parse()?;
//! let body = br#"{"id":"1"}"#;
//! let header = sign(b"whsec_1", now, body);
//! assert_eq!(verify_signature(b"whsec_1", &header, body, now, DEFAULT_TOLERANCE)?, now);
//! assert!(verify_signature(b"whsec_2", &header, body, now, DEFAULT_TOLERANCE).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::time::Duration;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Timestamp;

/// The name of the header that carries the signature.
pub const SIGNATURE_HEADER: &str = "ticketing-signature";

/// The tolerance that fits most receivers: five minutes.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

/// The length of an HMAC-SHA256, in bytes.
type Tag = [u8; 32];

/// Why a signature is refused.
///
/// ```
/// use ticketing_sdk::Timestamp;
/// use ticketing_sdk::webhook::{DEFAULT_TOLERANCE, SignatureError, verify_signature};
///
/// let now = Timestamp::from_millis(0);
/// let refused = verify_signature(b"whsec_1", "no signature", b"{}", now, DEFAULT_TOLERANCE);
/// assert_eq!(refused, Err(SignatureError::Malformed));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The header is not of the form `t=SECONDS,v1=HEX`.
    #[error("the signature header is malformed")]
    Malformed,
    /// No signature of the header is that of this body, time and secret.
    #[error("the signature does not match")]
    NoMatch,
    /// The time of the signature is further from now than the tolerance: the message may be a repetition.
    #[error("the signature is too old, or from the future")]
    OutsideTolerance,
}

/// Returns the value of [`SIGNATURE_HEADER`] for a body that is sent at a time, in whole seconds.
///
/// ```
/// use ticketing_sdk::{Timestamp, webhook};
///
/// let header = webhook::sign(b"whsec_1", Timestamp::from_millis(1_700_000_000_000), b"{}");
/// assert!(header.starts_with("t=1700000000,v1="));
/// ```
#[must_use]
pub fn sign(secret: &[u8], at: Timestamp, body: &[u8]) -> String {
    let seconds = at.as_millis().div_euclid(1000).to_string();
    let tag = authenticate(secret, &seconds, body).finalize().into_bytes();
    format!("t={seconds},v1={}", HEXLOWER.encode(&tag))
}

/// Verifies the signature of a body, in constant time, and returns the time of the signature.
///
/// `body` is the body as it arrived, byte by byte: JSON that was parsed and written again has another signature. `now` is
/// the time of this machine, for example `Timestamp::from(std::time::SystemTime::now())`.
///
/// ```
/// use std::time::SystemTime;
/// use ticketing_sdk::webhook::{DEFAULT_TOLERANCE, verify_signature};
///
/// fn is_genuine(secret: &[u8], header: &str, body: &[u8]) -> bool {
///     verify_signature(secret, header, body, SystemTime::now().into(), DEFAULT_TOLERANCE).is_ok()
/// }
/// ```
///
/// # Errors
/// [`SignatureError`]; a body whose signature is refused must not be processed.
pub fn verify_signature(
    secret: &[u8],
    header: &str,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<Timestamp, SignatureError> {
    let (mut seconds, mut tags) = (None, Vec::new());
    for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
        match name {
            "t" => seconds = Some(value),
            // One that cannot be decoded matches nothing; another one may.
            "v1" => tags.extend(decode_tag(value)),
            // A signature scheme of another version.
            _ => {}
        }
    }
    let seconds = seconds.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = seconds.ok_or(SignatureError::Malformed)?;
    let millis = seconds.parse().ok().and_then(|seconds: i64| seconds.checked_mul(1000));
    let at = Timestamp::from_millis(millis.ok_or(SignatureError::Malformed)?);
    if tags.is_empty() {
        return Err(SignatureError::Malformed);
    }
    // Each comparison takes the same time wherever the texts differ.
    let is_match = |tag: &Tag| authenticate(secret, seconds, body).verify_slice(tag).is_ok();
    if !tags.iter().any(is_match) {
        return Err(SignatureError::NoMatch);
    }
    if now.saturating_duration_since(at).max(at.saturating_duration_since(now)) > tolerance {
        return Err(SignatureError::OutsideTolerance);
    }
    Ok(at)
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn authenticate(secret: &[u8], seconds: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    hmac.update(seconds.as_bytes());
    hmac.update(b".");
    hmac.update(body);
    hmac
}

fn decode_tag(hex: &str) -> Option<Tag> {
    HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"1"}"#;
    const AT: i64 = 1_700_000_000_000;

    fn verify(header: &str, body: &[u8], now: i64) -> Result<Timestamp, SignatureError> {
        verify_signature(b"secret", header, body, Timestamp::from_millis(now), DEFAULT_TOLERANCE)
    }

    #[test]
    fn signature_is_that_of_the_scheme() {
        // As `printf '1700000000.{"id":"1"}' | openssl dgst -sha256 -hmac secret` computes it.
        let expected = "t=1700000000,v1=086f6aff7bd084c98679825129c5a64dbad88c760016d6d2c0fb123f27951d54";
        assert_eq!(sign(b"secret", Timestamp::from_millis(AT + 999), BODY), expected);
    }

    #[test]
    fn signature_of_another_body_time_or_secret_is_refused() {
        let header = sign(b"secret", Timestamp::from_millis(AT), BODY);
        assert_eq!(verify(&header, BODY, AT), Ok(Timestamp::from_millis(AT)));
        assert_eq!(verify(&header, b"{}", AT), Err(SignatureError::NoMatch));
        assert_eq!(verify(&header.replace("t=17", "t=18"), BODY, AT), Err(SignatureError::NoMatch));
        let other = sign(b"other", Timestamp::from_millis(AT), BODY);
        assert_eq!(verify(&other, BODY, AT), Err(SignatureError::NoMatch));
    }

    #[test]
    fn repetition_outside_the_tolerance_is_refused() {
        let header = sign(b"secret", Timestamp::from_millis(AT), BODY);
        for late in [-300_000, 300_000] {
            assert!(verify(&header, BODY, AT + late).is_ok(), "{late}");
            assert_eq!(verify(&header, BODY, AT + late * 2), Err(SignatureError::OutsideTolerance), "{late}");
        }
    }

    #[test]
    fn any_signature_of_a_rotation_is_enough() {
        let header = sign(b"secret", Timestamp::from_millis(AT), BODY);
        let old = sign(b"old", Timestamp::from_millis(AT), BODY);
        let (_, old) = old.split_once(',').unwrap();
        assert!(verify(&format!("v0=ignored,{old}, {header}"), BODY, AT).is_ok());
    }

    #[test]
    fn signature_beside_one_that_cannot_be_decoded_is_accepted() {
        let header = sign(b"secret", Timestamp::from_millis(AT), BODY);
        for header in [format!("{header},v1=zz"), header.replace("v1=", "v1=00,v1=")] {
            assert!(verify(&header, BODY, AT).is_ok(), "{header}");
        }
    }

    #[test]
    fn malformed_headers_are_refused() {
        let tag = "0".repeat(64);
        for header in [
            "",
            "t=1",
            "v1=00",
            "t=1,v1=00",
            &format!("v1={tag}"),
            &format!("t=,v1={tag}"),
            &format!("t=-1,v1={tag}"),
            &format!("t=99999999999999999999,v1={tag}"),
            &format!("t=1,v1={}", "é".repeat(32)),
        ] {
            assert_eq!(verify(header, BODY, AT), Err(SignatureError::Malformed), "{header}");
        }
    }
}

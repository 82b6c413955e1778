//! The code of a pass: its text, and its verification without a network.
//!
//! The text is `TK1` and, in base45 (RFC 9285), 83 bytes: the version, the identifier of the pass (16), its serial (2,
//! big-endian), and an Ed25519 signature (64) of everything before it, `TK1` included. These 128 characters are all of
//! the alphanumeric set of QR codes.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use uuid::Uuid;

use crate::{PassCode, PassId, PassKey, PassKeys};

/// How each code begins.
pub const PREFIX: &str = "TK1";
/// The length of each code, in characters.
pub const CODE_LENGTH: usize = 128;

const VERSION: u8 = 1;
const SIGNATURE: usize = 64;
const CONTENT: usize = 1 + 16 + 2;
const PUBLIC_KEY: usize = 32;

/// Why a text is not the code of a pass.
///
/// ```
/// use ticketing_sdk::{PassCodeError, PassKeys, PassVerifier};
///
/// let verifier = PassVerifier::new(&PassKeys::default());
/// assert_eq!(verifier.verify(&"a shopping list".into()), Err(PassCodeError::Malformed));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassCodeError {
    /// It is not of the form of a code: garbled, cut, or something else.
    #[error("this is not the code of a pass")]
    Malformed,
    /// A newer version of the service has made it.
    #[error("the code is of version {0}, which is not known")]
    UnknownVersion(u8),
    /// None of the keys has signed it.
    #[error("the signature of the code is not valid")]
    WrongSignature,
    /// The identifier is no UUID, so that no code can hold it.
    #[error("the identifier of the pass is not a UUID")]
    NotAUuid,
}

/// The content of a code. It is authentic only if a [`PassVerifier`] has verified it.
///
/// ```
/// use ticketing_sdk::PassClaim;
///
/// let claim = PassClaim::new("0192f3a4-0000-7000-8000-0000000000a1", 2);
/// # let sign = |_content: &[u8]| [0; 64];
/// let code = claim.encode(sign)?;
/// assert_eq!(PassClaim::decode_unverified(&code)?, claim);
/// # Ok::<(), ticketing_sdk::PassCodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PassClaim {
    /// Identifies the pass.
    pub pass_id: PassId,
    /// The number of changes of holder when the code was made.
    pub serial: u16,
}

impl PassClaim {
    /// Creates the content of a code that is to be signed.
    pub fn new(pass_id: impl Into<PassId>, serial: u16) -> Self {
        Self { pass_id: pass_id.into(), serial }
    }

    /// Makes the code. `sign` makes the Ed25519 signature of the bytes that it gets.
    ///
    /// # Errors
    /// `NotAUuid` for a pass that no code can hold.
    pub fn encode(&self, sign: impl FnOnce(&[u8]) -> [u8; SIGNATURE]) -> Result<PassCode, PassCodeError> {
        let id = Uuid::try_parse(self.pass_id.as_str()).map_err(|_| PassCodeError::NotAUuid)?;
        let mut bytes = Vec::with_capacity(CONTENT + SIGNATURE);
        bytes.push(VERSION);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(&self.serial.to_be_bytes());
        let signature = sign(&signed_part(&bytes));
        bytes.extend_from_slice(&signature);
        Ok(PassCode::new(format!("{PREFIX}{}", base45::encode(bytes))))
    }

    /// Reads a code without verifying it. White space around it and the case of its letters are ignored.
    ///
    /// # Errors
    /// `Malformed`, `UnknownVersion`.
    pub fn decode_unverified(code: &PassCode) -> Result<Self, PassCodeError> {
        Parts::read(code).map(|parts| parts.claim)
    }
}

/// Verifies codes with the public keys of the service; needs no network.
///
/// ```no_run
/// use ticketing_sdk::{Client, PassCode, pass_code::PassVerifier};
///
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = PassVerifier::new(&client.passes().keys().await?);
/// assert!(!verifier.is_empty());
/// let claim = verifier.verify(&PassCode::from("TK1…"))?;
/// println!("{} {}", claim.pass_id, claim.serial);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct PassVerifier {
    keys: Vec<[u8; PUBLIC_KEY]>,
}

impl PassVerifier {
    /// Takes the keys of Ed25519; others, which a later version may add, are ignored.
    #[must_use]
    pub fn new(keys: &PassKeys) -> Self {
        Self { keys: keys.keys.iter().filter_map(public_key).collect() }
    }

    /// Returns whether there is no key, so that no code is valid.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Reads a code and verifies its signature. White space around it and the case of its letters are ignored. Whether the pass admits depends on
    /// its serial and status, of which only the server knows the present ones.
    ///
    /// # Errors
    /// `Malformed`, `UnknownVersion`, `WrongSignature`.
    pub fn verify(&self, code: &PassCode) -> Result<PassClaim, PassCodeError> {
        let Parts { claim, content, signature } = Parts::read(code)?;
        let message = signed_part(&content);
        let verifies = |key: &[u8; PUBLIC_KEY]| {
            UnparsedPublicKey::new(&ED25519, key).verify(&message, &signature).is_ok()
        };
        if self.keys.iter().any(verifies) { Ok(claim) } else { Err(PassCodeError::WrongSignature) }
    }
}

struct Parts {
    claim: PassClaim,
    content: [u8; CONTENT],
    signature: [u8; SIGNATURE],
}

impl Parts {
    fn read(code: &PassCode) -> Result<Self, PassCodeError> {
        // The last character is a digit, so that trimming removes no part of a code.
        // A scanner types lower case where Caps Lock is on.
        let text = code.as_str().trim().to_ascii_uppercase();
        if text.len() != CODE_LENGTH {
            return Err(PassCodeError::Malformed);
        }
        let encoded = text.strip_prefix(PREFIX).ok_or(PassCodeError::Malformed)?;
        let bytes = base45::decode(encoded).map_err(|_| PassCodeError::Malformed)?;
        let malformed = |_| PassCodeError::Malformed;
        let (content, signature) = bytes.split_at_checked(CONTENT).ok_or(PassCodeError::Malformed)?;
        let content: [u8; CONTENT] = content.try_into().map_err(malformed)?;
        let signature: [u8; SIGNATURE] = signature.try_into().map_err(malformed)?;
        let [version, id @ .., high, low] = content;
        if version != VERSION {
            return Err(PassCodeError::UnknownVersion(version));
        }
        let pass_id = PassId::new(Uuid::from_bytes(id).to_string());
        Ok(Self { claim: PassClaim { pass_id, serial: u16::from_be_bytes([high, low]) }, content, signature })
    }
}

/// Returns the signed part: the code before its signature.
fn signed_part(content: &[u8]) -> Vec<u8> {
    [PREFIX.as_bytes(), content].concat()
}

fn public_key(key: &PassKey) -> Option<[u8; PUBLIC_KEY]> {
    if key.kty != "OKP" || key.crv != "Ed25519" {
        return None;
    }
    BASE64_URL_SAFE_NO_PAD.decode(&key.x).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests;

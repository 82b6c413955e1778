//! The keys that sign the codes of passes, and the codes of their transfers.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use ticketing_sdk::pass_code::{PassClaim, PassCodeError, PassVerifier};
use ticketing_sdk::{ClaimCode, PassCode, PassId, PassKey, PassKeys};

/// The length of a seed, in bytes.
const SEED: usize = 32;
/// The characters of a claim code: Crockford's base32, without letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The number of characters of a claim code. Each has 5 bits: 100 bits in total.
const CLAIM_CHARS: usize = 20;
/// The characters between two hyphens.
const CLAIM_GROUP: usize = 4;

/// Why the keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassKeyError {
    /// There is no key.
    #[error("at least one key")]
    None,
    /// A key is not the base64 text of 32 bytes.
    #[error("the base64 text of 32 bytes, or a comma-separated list of such texts")]
    NotASeed,
}

/// Signs pass codes with the first Ed25519 key; verifies with any. Clones share the keys.
#[derive(Clone)]
pub struct PassSigner {
    keys: Arc<Keys>,
}

struct Keys {
    signing: Ed25519KeyPair,
    public: PassKeys,
    verifier: PassVerifier,
    /// Derives claim codes, so that the code of a repeated request need not be stored.
    claims: hmac::Key,
}

impl PassSigner {
    /// Reads the keys: each is the base64 text of a seed of 32 bytes.
    ///
    /// # Errors
    /// If there is none, or a text is not a seed.
    pub fn new(seeds: &[SecretString]) -> Result<Self, PassKeyError> {
        let pairs = seeds.iter().map(|seed| {
            let seed = BASE64_STANDARD.decode(seed.expose_secret().trim()).ok();
            let seed = seed.filter(|seed| seed.len() == SEED).ok_or(PassKeyError::NotASeed)?;
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| PassKeyError::NotASeed)?;
            Ok((pair, seed))
        });
        let pairs: Vec<_> = pairs.collect::<Result<_, PassKeyError>>()?;
        let public = PassKeys::new(pairs.iter().map(|(pair, _)| public_key(pair)).collect::<Vec<_>>());
        let verifier = PassVerifier::new(&public);
        let (signing, seed) = pairs.into_iter().next().ok_or(PassKeyError::None)?;
        let claims = hmac::Key::new(hmac::HMAC_SHA256, &seed);
        Ok(Self { keys: Arc::new(Keys { signing, public, verifier, claims }) })
    }

    /// Generates a seed in the format of [`new`](Self::new).
    ///
    /// # Errors
    /// If the system RNG fails.
    pub fn generate_seed() -> Result<SecretString, ring::error::Unspecified> {
        random().map(|seed: [u8; SEED]| SecretString::from(BASE64_STANDARD.encode(seed)))
    }

    /// Returns the public keys.
    pub fn public(&self) -> &PassKeys {
        &self.keys.public
    }

    /// Signs the code of a pass.
    ///
    /// # Errors
    /// If the identifier is not a UUID.
    pub fn sign(&self, pass_id: &PassId, serial: u16) -> Result<PassCode, PassCodeError> {
        let claim = PassClaim::new(pass_id, serial);
        claim.encode(|content| {
            let mut signature = [0; 64];
            // A signature of Ed25519 has 64 bytes.
            signature.copy_from_slice(self.keys.signing.sign(content).as_ref());
            signature
        })
    }

    /// Reads a code and verifies its signature.
    ///
    /// # Errors
    /// If the code is malformed, or not signed by one of these keys.
    pub fn verify(&self, code: &PassCode) -> Result<PassClaim, PassCodeError> {
        self.keys.verifier.verify(code)
    }

    /// Returns the claim code of a transfer with this nonce. It cannot be guessed from the nonce.
    pub(crate) fn claim_code(&self, nonce: &str) -> ClaimCode {
        let mut context = hmac::Context::with_key(&self.keys.claims);
        context.update(b"claim code\0");
        context.update(nonce.as_bytes());
        let tag = context.sign();
        let mut code = String::with_capacity(CLAIM_CHARS + CLAIM_CHARS / CLAIM_GROUP);
        // The low five bits of each byte, so the 32 characters are equally likely.
        for (place, byte) in tag.as_ref().iter().take(CLAIM_CHARS).enumerate() {
            if place > 0 && place % CLAIM_GROUP == 0 {
                code.push('-');
            }
            code.push(char::from(ALPHABET[usize::from(byte % 32)]));
        }
        ClaimCode::new(code)
    }
}

/// Returns a nonce for [`PassSigner::claim_code`].
pub(crate) fn claim_nonce() -> Result<String, ring::error::Unspecified> {
    random().map(|nonce: [u8; 16]| BASE64_URL_SAFE_NO_PAD.encode(nonce))
}

/// Returns the hash under which a claim code is stored. Case, hyphens, white space and letters that look like digits do
/// not matter. It needs no salt: a code has 100 random bits.
pub(crate) fn claim_hash(code: &ClaimCode) -> String {
    let read = code.as_str().chars().filter(|char| *char != '-' && !char.is_whitespace());
    let canonical: String = read
        .map(|char| match char.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
}

fn random<const N: usize>() -> Result<[u8; N], ring::error::Unspecified> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes)?;
    Ok(bytes)
}

fn public_key(pair: &Ed25519KeyPair) -> PassKey {
    let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
    // RFC 7638: the required members in the order of their names.
    let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    let kid = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, thumbprint.as_bytes()));
    PassKey::new(kid, x)
}

impl fmt::Debug for PassSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassSigner").field("public", &self.keys.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key of RFC 8032, section 7.1, test 1; its thumbprint is that of RFC 8037, appendix A.3.
    const SEED_TEXT: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

    fn signer(seeds: &[&str]) -> Result<PassSigner, PassKeyError> {
        PassSigner::new(&seeds.iter().map(|seed| SecretString::from(*seed)).collect::<Vec<_>>())
    }

    #[test]
    fn keys_have_the_thumbprints_of_the_standard() {
        let signer = signer(&[SEED_TEXT]).unwrap();
        assert_eq!(signer.public().keys[0].kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(signer.public().keys[0].x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    }

    #[test]
    fn first_key_signs_and_all_verify() {
        let other = PassSigner::generate_seed().unwrap();
        let (old, new) =
            (signer(&[SEED_TEXT]).unwrap(), signer(&[other.expose_secret(), SEED_TEXT]).unwrap());
        let id = PassId::new("0192f3a4-0000-7000-8000-0000000000a1");
        let claim = PassClaim::new(&id, 3);
        let (by_old, by_new) = (old.sign(&id, 3).unwrap(), new.sign(&id, 3).unwrap());
        assert_eq!((new.verify(&by_old), new.verify(&by_new)), (Ok(claim.clone()), Ok(claim)));
        assert_eq!(old.verify(&by_new), Err(PassCodeError::WrongSignature));
    }

    #[test]
    fn texts_that_are_no_seeds_are_refused() {
        assert_eq!(signer(&[]).unwrap_err(), PassKeyError::None);
        for text in ["", "x", "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2", "AAAA"] {
            assert_eq!(signer(&[text]).unwrap_err(), PassKeyError::NotASeed, "{text}");
        }
        assert!(!format!("{:?}", signer(&[SEED_TEXT]).unwrap()).contains("nWGx"));
    }

    #[test]
    fn claim_codes_are_read_as_people_write_them() {
        let signer = signer(&[SEED_TEXT]).unwrap();
        let code = signer.claim_code("a nonce");
        let groups: Vec<&str> = code.as_str().split('-').collect();
        assert!(groups.len() == 5 && groups.iter().all(|group| group.len() == 4), "{}", code.as_str());
        assert_eq!(signer.claim_code("a nonce"), code);
        assert_ne!(signer.claim_code("another nonce"), code);
        let hash = claim_hash(&code);
        for text in [
            code.as_str().to_lowercase(),
            code.as_str().replace('-', ""),
            format!(" {} \n", code.as_str().replace('-', " ")),
            code.as_str().replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(claim_hash(&text.as_str().into()), hash, "{text}");
        }
        assert_ne!(claim_hash(&signer.claim_code("another nonce")), hash);
    }
}

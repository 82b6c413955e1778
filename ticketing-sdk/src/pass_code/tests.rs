//! Codes against those of another implementation, and codes that are none.

use super::*;

// Keys and codes made with Python's `cryptography`; the first key is that of RFC 8032, section 7.1, test 1.
const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const OTHER_KEY: &str = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
const PASS: &str = "0192f3a4-0000-7000-8000-0000000000a1";
const CODE: &str = "TK1W50:PI:WKM20%20000000000-FKK00VQBS.AUXHNOL.YAD-SU8CE8QBJR5S4$I5 44R-S6J5MJ86-J9Y7 1Q+%D:$0DSB0+LMC2BK8AEVB4B/KN.RN$ZQK+4B-JA0";
const VECTORS: [(&str, u16, &str); 3] = [
    (PASS, 0, CODE),
    (
        PASS,
        258,
        "TK1W50:PI:WKM20%20000000000.FK3F0QY3GN85-M+VJLYTU9F7+610IN7NK.SO4W.*S-4OR%3NL30IC$.ISDU35CPYC-92UVOJYTLZH+9K0.OM+D*G6GCA+CU-JJD0",
    ),
    (
        "ffffffff-ffff-7fff-bfff-ffffffffffff",
        65535,
        "TK1GB0FGWFGWMDW-EWFGWFGWFGWFGWQBWI0K%S7VR4WWS/FNTTJIZA89QE40ZF2%+EJC4SISMUV*GAA TV/3:AE71KX K-%RGW8 IJY%TWJB3R1V-34J0Q/B 5DMI010",
    ),
];
/// Signed with the other key.
const FOREIGN: &str = "TK1W50:PI:WKM20%20000000000-FK*00X0D8%KQRC32AJ%BR.VAE96CLL51Z8SB41%%KP17JHP6VSCC5GTGR%UZR93HQE%K 6HVXH--SOOM4QV4WMN58BOEVR5SAA50";
/// A code of version 2 with a valid signature.
const NEWER: &str = "TK1IB0:PI:WKM20%20000000000-FK910U94J/64/MFUG-A3X*9-ZJX0HS.7+.7+MB64BYCDNHBAUM9M0N4H5/VCK093S YDH2RKNVKC2NETVH5LYEQ*AW985K8F R80";

fn key(x: &str) -> PassKey {
    PassKey {
        kty: "OKP".to_owned(),
        crv: "Ed25519".to_owned(),
        x: x.to_owned(),
        kid: "k".to_owned(),
        alg: "EdDSA".to_owned(),
        usage: "sig".to_owned(),
    }
}

fn verifier(keys: &[&str]) -> PassVerifier {
    PassVerifier::new(&PassKeys { keys: keys.iter().map(|x| key(x)).collect() })
}

fn claim(pass: &str, serial: u16) -> PassClaim {
    PassClaim { pass_id: pass.into(), serial }
}

#[test]
fn codes_of_another_implementation_verify() {
    let verifier = verifier(&[KEY]);
    for (pass, serial, code) in VECTORS {
        assert_eq!(verifier.verify(&code.into()), Ok(claim(pass, serial)));
        assert_eq!(verifier.verify(&format!("\r\n{code}\n").into()), Ok(claim(pass, serial)));
    }
}

#[test]
fn encoding_gives_the_codes_of_another_implementation() {
    use ring::signature::Ed25519KeyPair;
    let seed =
        base64::prelude::BASE64_STANDARD.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    for (pass, serial, code) in VECTORS {
        let encoded = claim(pass, serial).encode(|bytes| pair.sign(bytes).as_ref().try_into().unwrap());
        assert_eq!(encoded.unwrap().as_str(), code);
    }
    let foreign_id = claim("5ea9b8f0c1d2e3f405162738", 0).encode(|_| [0; SIGNATURE]);
    assert_eq!(foreign_id.unwrap_err(), PassCodeError::NotAUuid);
}

#[test]
fn code_of_another_key_verifies_with_that_key_only() {
    assert_eq!(verifier(&[KEY]).verify(&FOREIGN.into()), Err(PassCodeError::WrongSignature));
    assert_eq!(verifier(&[KEY, OTHER_KEY]).verify(&FOREIGN.into()), Ok(claim(PASS, 0)));
    assert_eq!(verifier(&[]).verify(&CODE.into()), Err(PassCodeError::WrongSignature));
    assert_eq!(PassClaim::decode_unverified(&FOREIGN.into()), Ok(claim(PASS, 0)));
}

#[test]
fn keys_of_other_kinds_are_ignored() {
    let keys = [
        PassKey { kty: "EC".to_owned(), ..key(KEY) },
        PassKey { crv: "Ed448".to_owned(), ..key(KEY) },
        key("too-short"),
        key("not base64!"),
    ];
    assert!(PassVerifier::new(&PassKeys { keys: keys.to_vec() }).is_empty());
    assert!(!verifier(&[KEY]).is_empty());
}

#[test]
fn changing_any_character_invalidates_the_code() {
    let verifier = verifier(&[KEY]);
    for index in 0..CODE.len() {
        for other in ['0', 'A', ':', 'é', 'a'] {
            let mut chars: Vec<char> = CODE.chars().collect();
            if std::mem::replace(&mut chars[index], other).eq_ignore_ascii_case(&other) {
                continue;
            }
            let changed: String = chars.into_iter().collect();
            assert!(verifier.verify(&changed.as_str().into()).is_err(), "{changed}");
        }
    }
}

#[test]
fn scanner_with_caps_lock_reads_the_same_code() {
    assert_eq!(verifier(&[KEY]).verify(&CODE.to_lowercase().as_str().into()), Ok(claim(PASS, 0)));
}

#[test]
fn other_texts_are_malformed() {
    let longer = format!("{CODE}0");
    for text in ["", "TK1", &CODE[..127], &longer, &CODE.replace("TK1", "TK2"), "ü"] {
        assert_eq!(verifier(&[KEY]).verify(&text.into()), Err(PassCodeError::Malformed), "{text}");
    }
    assert_eq!(verifier(&[KEY]).verify(&NEWER.into()), Err(PassCodeError::UnknownVersion(2)));
}

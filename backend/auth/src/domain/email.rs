//! E-mail addresses: stored as received, compared by a normalized key.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::Deserialize;
use ticketing_sdk::text::{fold_case, is_invisible, normalize, sanitize};

/// The longest address that mail can be sent to, in bytes.
const MAX_LEN: usize = 254;
const MAX_LOCAL_LEN: usize = 64;

/// An e-mail address: the text as it was received, and the key of its account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Email {
    text: String,
    key: String,
}

/// The error of a text that is not a valid e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Email::MESSAGE)]
pub(crate) struct InvalidEmail;

impl Email {
    /// The message for a text that is not an address.
    pub(crate) const MESSAGE: &'static str = "Email must be valid";

    /// Returns the address as it was received.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the key of the account: addresses with the same key belong to one account. The domain is in ASCII (IDNA), the
    /// local part is normalized (NFC) and case-folded.
    pub(crate) fn key(&self) -> String {
        self.key.clone()
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        let printable =
            !text.contains(char::is_whitespace) && sanitize(&text) == text && !local.contains(is_invisible);
        if !printable || !is_local_part(&normalize(local)) {
            return Err(InvalidEmail);
        }
        let key = format!("{}@{}", fold_case(local), ascii_domain(domain).ok_or(InvalidEmail)?);
        if key.len() > MAX_LEN {
            return Err(InvalidEmail);
        }
        Ok(Self { text, key })
    }
}

/// Returns the ASCII form of a domain (IDNA), if it is valid. Accepts Unicode and Punycode, in any normalization and case.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    ascii.ok().map(std::borrow::Cow::into_owned).filter(|domain| is_domain(domain))
}

fn is_local_part(local: &str) -> bool {
    let special = |c: char| r#"()<>[]:;,\"@"#.contains(c);
    local.len() <= MAX_LOCAL_LEN && local.split('.').all(|atom| !atom.is_empty() && !atom.contains(special))
}

/// Returns whether an ASCII domain has at least two labels, and the last is not a number, which excludes IPv4 addresses.
fn is_domain(domain: &str) -> bool {
    let last = domain.rsplit_once('.').map(|(_, last)| last);
    last.is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn email(text: &str) -> Result<Email, InvalidEmail> {
        Email::try_from(text.to_owned())
    }

    #[test]
    fn valid_addresses_are_accepted_unchanged() {
        let longest = format!(
            "{}@{}.example",
            "l".repeat(64),
            ["d".repeat(60), "d".repeat(60), "d".repeat(59)].join(".")
        );
        assert_eq!(longest.len(), 254);
        for text in [
            "ada@example.com",
            "Ada.Lovelace+tickets@Sub.Example.co.uk",
            "a@b.c",
            "o'brien_{}|~!#$%&*/=?^`-@x-y.io",
            "jürgen@müller.example",
            "用户@例子.公司",
            "a@1.2.3.com",
            longest.as_str(),
        ] {
            assert_eq!(email(text).map(|email| email.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn invalid_addresses_are_refused() {
        let long_local = format!("{}@example.com", "l".repeat(65));
        let long_label = format!("a@{}.com", "d".repeat(64));
        let too_long = format!("a@{}.com", vec!["d".repeat(63); 4].join("."));
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@b.c",
            "a@b",
            "a@b@c.d",
            "a b@c.d",
            " a@b.c",
            "a@b.c ",
            "a@b .c",
            "a@b.c\n",
            "a\u{0}@b.c",
            "a\u{1b}[31m@b.c",
            "a\u{202e}@b.c",
            "a\u{a0}@b.c",
            ".a@b.c",
            "a.@b.c",
            "a..b@c.d",
            "a@.b.c",
            "a@b.c.",
            "a@b..c",
            "a@-b.c",
            "a@b-.c",
            "a@b_c.d",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "<a@b.c>",
            "\"a\"@b.c",
            "a,b@c.d",
            "a;b@c.d",
            "a\\b@c.d",
            "mailto:a@b.c",
            "ada@xn--a-b.example",
            "ada@\u{1f9ff}\u{ad}a\u{fffd}.example",
            "a\u{200b}da@example.com",
            long_local.as_str(),
            long_label.as_str(),
            too_long.as_str(),
        ] {
            assert_eq!(email(text), Err(InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn key_ignores_the_case_of_an_address() {
        assert_eq!(email("Ada@Example.COM").unwrap().key(), email("ada@example.com").unwrap().key());
        assert_eq!(email("JÜRGEN@x.de").unwrap().key(), email("jürgen@x.de").unwrap().key());
        assert_ne!(email("a.da@example.com").unwrap().key(), email("ada@example.com").unwrap().key());
    }

    #[test]
    fn address_has_one_key_in_every_spelling() {
        let key = |text: &str| email(text).unwrap().key();
        for spelling in [
            "ada@xn--mller-kva.example",
            "ADA@XN--MLLER-KVA.Example",
            "Ada@MÜLLER.example",
            "ada@mu\u{308}ller.example",
            "ada@müller。example",
            "ada@ｍüller.example",
        ] {
            assert_eq!(key(spelling), key("ada@müller.example"), "{spelling}");
        }
        assert_eq!(key("ju\u{308}rgen@x.de"), key("JÜRGEN@x.de"));
        assert_eq!(key("strasse@x.de"), key("STRAßE@x.de"));
        assert_eq!(key("ada@example.com"), "ada@example.com");
        for other in ["ada@muller.example", "ad\u{e1}@müller.example", "ａda@müller.example"] {
            assert_ne!(key(other), key("ada@müller.example"), "{other}");
        }
    }

    proptest! {
        #[test]
        fn accepted_addresses_are_harmless_and_bounded(text in "\\PC{0,12}@?\\PC{0,12}\\.?\\PC{0,5}") {
            if let Ok(email) = email(&text) {
                prop_assert_eq!(email.as_str(), &text);
                prop_assert!(text.len() <= 2 * MAX_LEN);
                prop_assert_eq!(Email::try_from(email.key()).map(|email| email.key()), Ok(email.key()));
                prop_assert_eq!(text.matches('@').count(), 1);
                prop_assert!(!text.contains(|c: char| c.is_whitespace() || c.is_control()));
            }
        }

        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _either = email(&text);
        }
    }
}

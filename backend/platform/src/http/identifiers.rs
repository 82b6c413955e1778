//! The canonical form of an identifier in a path or a body.

use std::borrow::Cow;

use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// Returns the canonical form of an identifier, in which it is stored: a UUID in lower case, any other text unchanged.
pub fn canonical_id(id: &str) -> Cow<'_, str> {
    if id.len() == Hyphenated::LENGTH
        && Uuid::try_parse(id).is_ok()
        && id.bytes().any(|byte| byte.is_ascii_uppercase())
    {
        return Cow::Owned(id.to_ascii_lowercase());
    }
    Cow::Borrowed(id)
}

#[cfg(test)]
mod tests {
    use super::canonical_id;

    #[test]
    fn uuid_is_lower_case_and_other_identifiers_stay() {
        for (given, expected) in [
            ("0199F3C2-7A10-7000-8000-00000000ABCD", "0199f3c2-7a10-7000-8000-00000000abcd"),
            ("0199f3c2-7a10-7000-8000-00000000abcd", "0199f3c2-7a10-7000-8000-00000000abcd"),
            ("5EA9B8F0C1D2E3F405162738", "5EA9B8F0C1D2E3F405162738"),
            ("AbC", "AbC"),
            ("", ""),
        ] {
            assert_eq!(canonical_id(given), expected, "{given}");
        }
    }
}

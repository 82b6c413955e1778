//! Negotiates the content coding of a response from `Accept-Encoding` and its weights.

use http::{HeaderMap, header};
use ticketing_platform::http::weighted_elements;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentCoding {
    Brotli,
    Gzip,
    /// No compression.
    Identity,
}

impl ContentCoding {
    /// In order of preference: among equal weights, the first one is chosen.
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// Returns the name of the coding in headers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// Chooses the coding of highest weight among the available ones, or the identity if the client accepts none of
    /// them.
    pub(crate) fn negotiate(headers: &HeaderMap, is_available: impl Fn(Self) -> bool) -> Self {
        let accepted = weighted_elements(headers, header::ACCEPT_ENCODING);
        let mut best = (Self::Identity, 0);
        for coding in Self::ALL.into_iter().filter(|coding| is_available(*coding)) {
            let weight = coding.weight(&accepted);
            if weight > best.1 {
                best = (coding, weight);
            }
        }
        best.0
    }

    fn weight(self, accepted: &[(String, Option<u16>)]) -> u16 {
        // An element with an invalid weight is ignored.
        let weight_of =
            |name: &str| accepted.iter().filter(|(other, _)| other == name).find_map(|(_, weight)| *weight);
        let named =
            weight_of(self.name()).or_else(|| (self == Self::Gzip).then(|| weight_of("x-gzip")).flatten());
        // The identity is acceptable unless it is excluded, but codings that are named come first.
        named.or_else(|| weight_of("*")).unwrap_or(u16::from(self == Self::Identity))
    }
}

#[cfg(test)]
mod tests {
    use super::ContentCoding::{self, Brotli, Gzip, Identity};
    use http::{HeaderMap, HeaderValue, header};
    use proptest::prelude::*;

    fn negotiate_among_all(value: &[u8]) -> ContentCoding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_bytes(value).unwrap());
        ContentCoding::negotiate(&headers, |_| true)
    }

    #[test]
    fn coding_of_highest_weight_is_chosen() {
        for (value, coding) in [
            ("gzip, deflate, br, zstd", Brotli),
            ("gzip, deflate", Gzip),
            ("GZip;q=1.0", Gzip),
            ("x-gzip", Gzip),
            ("br;q=0.5, gzip;q=0.8", Gzip),
            ("br;q=0, gzip;q=0", Identity),
            ("*", Brotli),
            ("*;q=0.1, br;q=0", Gzip),
            ("gzip;q=0.001", Gzip),
            ("identity, gzip;q=0.5", Identity),
            ("identity;q=0.5, gzip;q=0.5", Gzip),
            ("deflate", Identity),
            ("identity;q=0", Identity),
            ("*;q=0", Identity),
            ("", Identity),
            ("br;q=2", Identity),
            ("br;q=0.0001", Identity),
            ("br;q=x, gzip", Gzip),
            (";;,,;q=1", Identity),
        ] {
            assert_eq!(negotiate_among_all(value.as_bytes()), coding, "{value}");
        }
        assert_eq!(ContentCoding::negotiate(&HeaderMap::new(), |_| true), Identity);
    }

    #[test]
    fn repeated_headers_are_combined() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        assert_eq!(ContentCoding::negotiate(&headers, |_| true), Brotli);
    }

    #[test]
    fn unavailable_coding_is_not_chosen() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip;q=0.1"));
        assert_eq!(ContentCoding::negotiate(&headers, |coding| coding != Brotli), Gzip);
        assert_eq!(ContentCoding::negotiate(&headers, |coding| coding == Identity), Identity);
    }

    proptest! {
        #[test]
        fn arbitrary_header_never_panics(value in "[\\x20-\\x7e\\u{80}-\\u{ff}]{0,60}") {
            negotiate_among_all(value.as_bytes());
        }
    }
}

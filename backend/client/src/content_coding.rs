//! Negotiates the content coding of a response from `Accept-Encoding` and its weights.

use http::{HeaderMap, header};

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
        let accepted = AcceptEncoding::parse(headers);
        let mut best = (Self::Identity, 0);
        for coding in Self::ALL.into_iter().filter(|coding| is_available(*coding)) {
            let weight = accepted.weight(coding);
            if weight > best.1 {
                best = (coding, weight);
            }
        }
        best.0
    }
}

/// The parsed `Accept-Encoding` headers of a request: names in lower case, with weights in thousandths.
struct AcceptEncoding(Vec<(String, u16)>);

impl AcceptEncoding {
    fn parse(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        Self(values.flat_map(|value| value.split(',')).filter_map(parse_entry).collect())
    }

    fn weight(&self, coding: ContentCoding) -> u16 {
        let weight_of =
            |name: &str| self.0.iter().find(|(other, _)| other == name).map(|(_, weight)| *weight);
        let named = weight_of(coding.name())
            .or_else(|| (coding == ContentCoding::Gzip).then(|| weight_of("x-gzip")).flatten());
        match (named, weight_of("*")) {
            (Some(weight), _) | (None, Some(weight)) => weight,
            // The identity is acceptable unless it is excluded, but codings that are named come first.
            (None, None) => u16::from(coding == ContentCoding::Identity),
        }
    }
}

/// Parses one entry, such as `br` or `gzip;q=0.8`. Returns `None` if the entry is invalid.
fn parse_entry(entry: &str) -> Option<(String, u16)> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = match parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))) {
        Some(weight) => parse_weight(weight)?,
        None => 1000,
    };
    Some((name, weight))
}

/// Parses a weight into thousandths: `0.8` is 800. A weight is at most 1 and has at most three decimals.
fn parse_weight(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let rest: u16 = format!("{rest:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1000),
        _ => None,
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

//! Which content coding a browser gets: `Accept-Encoding` with its weights.

use http::{HeaderMap, header};

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Brotli,
    Gzip,
    /// The bytes as they are.
    Identity,
}

impl Coding {
    /// The best first: of equal weights, the earlier one is taken.
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// Its name in headers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// The coding to answer with, of those that there are. Where none of them is wanted it is the identity, which everybody can
    /// read.
    pub(crate) fn wanted(headers: &HeaderMap, there: impl Fn(Self) -> bool) -> Self {
        let offers = Offers::read(headers);
        let mut best = (Self::Identity, 0);
        for coding in Self::ALL.into_iter().filter(|coding| there(*coding)) {
            let weight = offers.weight(coding);
            if weight > best.1 {
                best = (coding, weight);
            }
        }
        best.0
    }
}

/// What a request can read: names in lower case, with weights in thousandths.
struct Offers(Vec<(String, u16)>);

impl Offers {
    fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        Self(values.flat_map(|value| value.split(',')).filter_map(offer).collect())
    }

    fn weight(&self, coding: Coding) -> u16 {
        let of = |name: &str| self.0.iter().find(|(other, _)| other == name).map(|(_, weight)| *weight);
        let named = of(coding.name()).or_else(|| (coding == Coding::Gzip).then(|| of("x-gzip")).flatten());
        match (named, of("*")) {
            (Some(weight), _) | (None, Some(weight)) => weight,
            // Whoever says nothing of the identity takes it, but would rather have what is named.
            (None, None) => u16::from(coding == Coding::Identity),
        }
    }
}

/// One entry: `br`, `gzip;q=0.8`. What cannot be read is no offer.
fn offer(entry: &str) -> Option<(String, u16)> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = match parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))) {
        Some(weight) => thousandths(weight)?,
        None => 1000,
    };
    Some((name, weight))
}

/// `0.8` as 800: at most three digits after the point, and no more than one.
fn thousandths(text: &str) -> Option<u16> {
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
    use super::Coding::{self, Brotli, Gzip, Identity};
    use http::{HeaderMap, HeaderValue, header};
    use proptest::prelude::*;

    fn of_all(value: &[u8]) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_bytes(value).unwrap());
        Coding::wanted(&headers, |_| true)
    }

    #[test]
    fn the_best_of_what_is_wanted_is_taken() {
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
            assert_eq!(of_all(value.as_bytes()), coding, "{value}");
        }
        assert_eq!(Coding::wanted(&HeaderMap::new(), |_| true), Identity);
    }

    #[test]
    fn several_headers_are_one() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        assert_eq!(Coding::wanted(&headers, |_| true), Brotli);
    }

    #[test]
    fn what_is_not_there_is_not_taken() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip;q=0.1"));
        assert_eq!(Coding::wanted(&headers, |coding| coding != Brotli), Gzip);
        assert_eq!(Coding::wanted(&headers, |coding| coding == Identity), Identity);
    }

    proptest! {
        #[test]
        fn any_header_has_an_answer(value in "[\\x20-\\x7e\\u{80}-\\u{ff}]{0,60}") {
            of_all(value.as_bytes());
        }
    }
}

//! The `Cookie` header, read as bytes (RFC 6265), so that invalid cookies of other applications have no effect.

use http::{HeaderMap, header};

/// Returns the values of the cookies of this name in every header, in their order, without empty ones. The size of a
/// request head bounds their number.
pub(super) fn cookie_values<'h>(headers: &'h HeaderMap, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
    let fields = headers.get_all(header::COOKIE).iter();
    let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    let value = move |pair: &'h [u8]| {
        let (found_name, value) = pair.split_at(pair.iter().position(|byte| *byte == b'=')?);
        let value = unquote(value[1..].trim_ascii());
        (found_name.trim_ascii() == name.as_bytes() && !value.is_empty()).then_some(value)
    };
    pairs.filter_map(value)
}

/// Removes the quotes around a value.
fn unquote(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn values(fields: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::COOKIE, HeaderValue::from_bytes(field).unwrap());
        }
        cookie_values(&headers, "s").map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    #[test]
    fn cookies_are_found_among_invalid_bytes() {
        assert_eq!(values(&["lang=\u{65e5}\u{672c}; s=a".as_bytes()]), ["a"]);
        assert_eq!(values(&[b"x=\xff\xfe;s=a;s=b=c", b" s = \"d\" "]), ["a", "b=c", "d"]);
        assert_eq!(values(&[b"ss=a; S=b; s; s=; =s; s=\"\""]), [""; 0]);
        assert_eq!(values(&[b"s=a;".repeat(50).as_slice(), b"s=b"]).last().map(String::as_str), Some("b"));
    }
}

//! The lists of entity tags in `If-Match` and `If-None-Match` (RFC 9110, section 8.8.3).

use http::{HeaderMap, HeaderName};

/// The joined values of all `If-Match` or `If-None-Match` headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: any current representation.
    Any,
    /// These tags. Empty if the header is not a valid list.
    List(Vec<EntityTag>),
}

/// One entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    /// Whether it has the prefix `W/`.
    pub is_weak: bool,
    /// The tag with its quotes, without the prefix.
    pub opaque: Vec<u8>,
}

impl EntityTags {
    /// Parses the headers of this name, if there are any.
    pub fn from_headers(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let mut values = headers.get_all(name).iter().peekable();
        values.peek()?;
        let mut tags = Vec::new();
        for value in values {
            let value = value.as_bytes().trim_ascii();
            if value == b"*" {
                return Some(Self::Any);
            }
            match parse(value) {
                Some(more) => tags.extend(more),
                None => return Some(Self::List(Vec::new())),
            }
        }
        Some(Self::List(tags))
    }

    /// Returns whether the list contains a tag by weak comparison, as `If-None-Match` requires.
    pub fn contains_weakly(&self, tag: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|known| known.opaque == opaque(tag)),
        }
    }
}

/// Returns a tag without the prefix of a weak tag.
fn opaque(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(WEAK).unwrap_or(tag)
}

/// The prefix of a weak tag.
const WEAK: &[u8] = b"W/";

/// Parses `#entity-tag`. Ignores empty elements. A quoted tag may contain commas.
fn parse(mut rest: &[u8]) -> Option<Vec<EntityTag>> {
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        match rest.first() {
            None => return Some(tags),
            Some(b',') => {
                rest = &rest[1..];
                continue;
            }
            Some(_) => {}
        }
        let is_weak = rest.starts_with(WEAK);
        let quoted = opaque(rest).strip_prefix(b"\"")?;
        let end = quoted.iter().position(|byte| *byte == b'"')?;
        let (tag, after) = quoted.split_at(end);
        if tag.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
            return None;
        }
        tags.push(EntityTag { is_weak, opaque: [b"\"", tag, b"\""].concat() });
        rest = after[1..].trim_ascii_start();
        if !matches!(rest.first(), None | Some(b',')) {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use http::header::IF_NONE_MATCH;

    fn parse(values: &[&'static str]) -> Option<EntityTags> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_NONE_MATCH, HeaderValue::from_static(value));
        }
        EntityTags::from_headers(&headers, &IF_NONE_MATCH)
    }

    fn list(tags: &[&str]) -> Option<EntityTags> {
        let tag = |text: &&str| EntityTag {
            is_weak: text.starts_with("W/"),
            opaque: opaque(text.as_bytes()).to_vec(),
        };
        Some(EntityTags::List(tags.iter().map(tag).collect()))
    }

    #[test]
    fn tags_of_every_field_are_one_list() {
        assert_eq!(parse(&[]), None);
        assert_eq!(parse(&[" * "]), Some(EntityTags::Any));
        assert_eq!(parse(&["\"3\""]), list(&["\"3\""]));
        assert_eq!(parse(&["\"a,b\" , W/\"4\"", ",\"5\","]), list(&["\"a,b\"", "W/\"4\"", "\"5\""]));
    }

    #[test]
    fn field_without_the_grammar_of_a_list_names_no_tag() {
        for bad in ["3", "\"3", "\"3\" \"4\"", "w/\"3\"", "\"a b\"", "\"3\";q=1", "*, \"3\""] {
            assert_eq!(parse(&[bad]), list(&[]), "{bad}");
        }
    }

    #[test]
    fn weak_comparison_ignores_the_mark() {
        let tags = parse(&["W/\"3\", \"4\""]).unwrap();
        assert!(tags.contains_weakly(b"\"3\"") && tags.contains_weakly(b"W/\"4\""));
        assert!(!tags.contains_weakly(b"\"5\""));
    }
}

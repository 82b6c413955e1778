//! The `Link` header, which names the next page.

use http::header::LINK;
use url::Url;

use crate::Response;

/// Returns the cursor in `Link: <…?cursor=…>; rel="next"`. The rest of the URL is ignored: behind a proxy it may name a
/// host that the client cannot reach.
pub(super) fn next_cursor(response: &Response) -> Option<String> {
    let links = response.headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    let target = links.flat_map(parse_links).find(|(_, relation)| relation == "next")?.0;
    let url = Url::parse("http://relative.invalid").ok()?.join(&target).ok()?;
    url.query_pairs().find(|(key, _)| key == "cursor").map(|(_, cursor)| cursor.into_owned())
}

/// The targets of a `Link` header with their relations. A target may hold commas; it ends only at its `>`.
fn parse_links(header: &str) -> Vec<(String, String)> {
    let mut links = Vec::new();
    let mut rest = header;
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        let relation =
            parameters.split([';', ',']).filter_map(|part| part.trim().strip_prefix("rel=")).next();
        if let Some(relation) = relation {
            links.push((target.to_owned(), relation.trim_matches('"').to_ascii_lowercase()));
        }
        rest = &after[parameters.len()..];
    }
    links
}

#[cfg(test)]
mod tests {
    use super::parse_links;

    #[test]
    fn links_are_distinguished_by_relation() {
        let header = r#"</a?cursor=x,y>; rel="prev", <https://h/b?cursor=z>; title="t"; rel=Next"#;
        let expected = [("/a?cursor=x,y", "prev"), ("https://h/b?cursor=z", "next")];
        assert_eq!(parse_links(header), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        for nothing in ["", "<", "<a", "a>", "<a>", "<a>; rel", "garbage"] {
            assert_eq!(parse_links(nothing), [], "{nothing}");
        }
    }
}

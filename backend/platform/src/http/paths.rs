//! Normalization of API paths: fixed segments in any case, one trailing slash, UUIDs in any case.

use std::sync::Arc;

use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;

use super::identifiers::canonical_id;

const PREFIX: &str = "/api/";

/// The paths of the API, as its OpenAPI document lists them (`/api/tickets/{id}`). Requests are rewritten to them before
/// routing.
#[derive(Debug, Clone, Default)]
pub struct CanonicalPaths {
    templates: Arc<[Vec<Segment>]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Fixed(String),
    Parameter,
}

impl Segment {
    fn matches(&self, given: &str) -> bool {
        match self {
            Self::Fixed(name) => name.eq_ignore_ascii_case(given),
            Self::Parameter => !given.is_empty(),
        }
    }
}

impl<P: AsRef<str>> FromIterator<P> for CanonicalPaths {
    fn from_iter<I: IntoIterator<Item = P>>(paths: I) -> Self {
        let segment = |text: &str| match text.strip_prefix('{') {
            Some(_) => Segment::Parameter,
            None => Segment::Fixed(text.to_ascii_lowercase()),
        };
        let mut templates: Vec<Vec<Segment>> =
            paths.into_iter().map(|path| segments(path.as_ref()).map(segment).collect()).collect();
        // A fixed segment is preferred to a parameter: `/api/payments/webhook` to `/api/payments/{id}`.
        templates.sort_by_key(|template| template.iter().filter(|it| **it == Segment::Parameter).count());
        Self { templates: templates.into() }
    }
}

impl CanonicalPaths {
    /// Rewrites the path of a request to its canonical form. A path without a route stays unchanged.
    pub(super) fn rewrite(&self, request: &mut Request) {
        if let Some(uri) = self.canonical(request.uri()) {
            *request.uri_mut() = uri;
        }
    }

    fn canonical(&self, uri: &Uri) -> Option<Uri> {
        let path = uri.path();
        let prefix = path.get(..PREFIX.len())?;
        if !prefix.eq_ignore_ascii_case(PREFIX) || is_canonical(path) {
            return None;
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let fits = |template: &&Vec<Segment>| {
            template.len() == segments(path).count()
                && template.iter().zip(segments(path)).all(|(segment, given)| segment.matches(given))
        };
        let mut text = String::with_capacity(path.len());
        match self.templates.iter().find(fits) {
            Some(template) => {
                for (segment, given) in template.iter().zip(segments(path)) {
                    text.push('/');
                    match segment {
                        Segment::Fixed(name) => text.push_str(name),
                        Segment::Parameter => text.push_str(&canonical_id(given)),
                    }
                }
            }
            // An unknown path of the API, not a page.
            None if prefix != PREFIX => {
                text.push_str(PREFIX);
                text.push_str(&uri.path()[PREFIX.len()..]);
            }
            None => return None,
        }
        if let Some(query) = uri.query() {
            text.push('?');
            text.push_str(query);
        }
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
        Uri::from_parts(parts).ok()
    }
}

/// Returns whether a path is canonical without a comparison with the templates.
fn is_canonical(path: &str) -> bool {
    !path.ends_with('/') && !path.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        let paths: CanonicalPaths = [
            "/api/tickets",
            "/api/tickets/{id}",
            "/api/payments/{id}",
            "/api/payments/webhook",
            "/api/users/currentuser",
        ]
        .into_iter()
        .collect();
        let uri: Uri = text.parse().unwrap();
        paths.canonical(&uri).unwrap_or(uri).to_string()
    }

    #[test]
    fn path_with_other_case_or_trailing_slash_becomes_canonical() {
        for (given, expected) in [
            ("/api/tickets", "/api/tickets"),
            ("/api/tickets/", "/api/tickets"),
            ("/API/Tickets/?Q=A", "/api/tickets?Q=A"),
            ("/api/users/currentUser", "/api/users/currentuser"),
            ("/Api/payments/WebHook/", "/api/payments/webhook"),
            ("http://shop.example/api/tickets/?q=1", "http://shop.example/api/tickets?q=1"),
        ] {
            assert_eq!(canonical(given), expected, "{given}");
        }
    }

    #[test]
    fn identifier_keeps_its_spelling_unless_it_is_a_uuid() {
        for (given, expected) in [
            ("/api/TICKETS/AbC", "/api/tickets/AbC"),
            ("/api/tickets/Tickets", "/api/tickets/Tickets"),
            ("/api/tickets/a%2FB/", "/api/tickets/a%2FB"),
            (
                "/api/tickets/0199F3C2-7A10-7000-8000-00000000ABCD",
                "/api/tickets/0199f3c2-7a10-7000-8000-00000000abcd",
            ),
        ] {
            assert_eq!(canonical(given), expected, "{given}");
        }
    }

    #[test]
    fn path_of_no_route_stays_as_it_is() {
        assert_eq!(canonical("/API/Nothing/?x=1"), "/api/Nothing/?x=1");
        for given in [
            "/",
            "/api",
            "/api/",
            "/Tickets/",
            "/api/tickets//",
            "/api//tickets",
            "/api/tickets/a/B",
            "/apis/X/",
        ] {
            assert_eq!(canonical(given), given);
        }
    }
}

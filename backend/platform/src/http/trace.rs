//! The span of a request: it continues the caller's trace, or begins one.

use std::borrow::Cow;

use http::{HeaderMap, Method, StatusCode};

use super::request_id::RequestId;
use crate::health;
use crate::telemetry::{Description, Span, SpanKind, TraceContext};

/// Begins the span of a request. `route` is the template that it has matched, never its path: a client must not be able
/// to make names. Whether a process is well is asked all the time, and belongs to no trace.
pub(super) fn begin(
    headers: &HeaderMap,
    method: &Method,
    route: Option<&str>,
    id: &RequestId,
    owners: &[(&'static str, &'static str)],
) -> Span {
    if route.is_some_and(|route| health::PATHS.contains(&route)) {
        return Span::default();
    }
    Span::begin(SpanKind::Server, &caller(headers), || {
        let known = known(method);
        let name = match route {
            Some(route) => Cow::Owned(format!("{} {route}", known.unwrap_or("HTTP"))),
            None => Cow::Borrowed(known.unwrap_or("HTTP")),
        };
        let mut attributes = vec![
            ("http.request.method", known.unwrap_or("_OTHER").into()),
            ("url.scheme", "http".into()),
            ("ticketing.request.id", id.as_str().to_owned().into()),
        ];
        if let Some(route) = route {
            attributes.push(("http.route", route.to_owned().into()));
            let owner = owners.iter().find(|(path, _)| route.starts_with(path));
            attributes.extend(owner.map(|(_, service)| ("ticketing.service", (*service).into())));
        }
        Description { name, attributes }
    })
}

/// Tells how it was answered; `why` is the cause of an internal failure.
pub(super) fn answered(span: &Span, status: StatusCode, why: Option<String>) {
    span.set("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set("error.type", status.as_str().to_owned());
        span.fail(why.unwrap_or_default());
    }
}

/// What the caller says that the request belongs to. Who says two things says nothing.
fn caller(headers: &HeaderMap) -> TraceContext {
    let mut values = headers.get_all("traceparent").iter();
    match (values.next(), values.next()) {
        (Some(one), None) => TraceContext::remote(one.to_str().ok()),
        _ => TraceContext::default(),
    }
}

/// A method that the conventions know by name; others share one.
fn known(method: &Method) -> Option<&'static str> {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method.as_str())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_caller_is_believed_if_it_says_one_thing() {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let mut headers = HeaderMap::new();
        assert_eq!(caller(&headers).traceparent(), None);
        headers.append("traceparent", HeaderValue::from_static(parent));
        assert_eq!(caller(&headers).traceparent().as_deref(), Some(parent));
        headers.append("traceparent", HeaderValue::from_static(parent));
        assert_eq!(caller(&headers).traceparent(), None);
        headers.insert("traceparent", HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(caller(&headers).traceparent(), None);
    }
}

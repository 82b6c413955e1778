//! The span of a request: it continues the caller's trace, or begins one.

use std::borrow::Cow;

use http::{HeaderMap, Method, StatusCode};

use super::probes::PROBE_PATHS;
use super::request_id::RequestId;
use crate::telemetry::{Description, Span, SpanKind, TraceContext};

/// Begins the span of a request. `route` is the template that the request has matched, never its path: a client must
/// not be able to create span names. Health checks are in no trace.
pub(super) fn begin(
    headers: &HeaderMap,
    method: &Method,
    route: Option<&str>,
    id: &RequestId,
    owners: &[(&'static str, &'static str)],
) -> Span {
    if route.is_some_and(|route| PROBE_PATHS.contains(&route)) {
        return Span::default();
    }
    Span::begin(SpanKind::Server, &caller(headers), || {
        let known = known_method(method);
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

/// Records the status of the response; `why` is the cause of an internal error.
pub(super) fn record_response(span: &Span, status: StatusCode, why: Option<String>) {
    span.set("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set("error.type", status.as_str().to_owned());
        span.fail(why.unwrap_or_default());
    }
}

/// Returns the trace context of the caller. A field that comes twice is ignored.
fn caller(headers: &HeaderMap) -> TraceContext {
    let mut values = headers.get_all("traceparent").iter();
    match (values.next(), values.next()) {
        (Some(one), None) => TraceContext::remote(one.to_str().ok()),
        _ => TraceContext::default(),
    }
}

/// Returns a method that the conventions of OpenTelemetry name; the others share one name.
pub(super) fn known_method(method: &Method) -> Option<&'static str> {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method.as_str())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn traceparent_counts_if_it_comes_once() {
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

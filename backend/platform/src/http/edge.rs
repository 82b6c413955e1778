//! The outermost service, before routing: canonical paths, `OPTIONS`, CORS, conditional reads, security headers.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::TryFutureExt;
use http::header::Entry;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tower::{Service, service_fn};

use super::cors::Cors;
use super::security_headers::DEFAULTS;
use super::settings::LayerSettings;
use super::tags::EntityTags;
use super::tls::is_over_tls;

/// One year.
static HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The request headers that pages of an allowed origin may send.
static CORS_REQUEST_FIELDS: HeaderValue = HeaderValue::from_static(
    "accept, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent, x-request-id, \
     x-ticketing-user",
);
/// How long a browser may cache a preflight, in seconds.
static CORS_MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Puts the outermost service around the routes.
pub(super) fn wrap(mut routes: Router, settings: Arc<LayerSettings>) -> Router {
    Router::new().fallback_service(service_fn(move |mut request: Request| {
        settings.paths.rewrite(&mut request);
        let context = RequestContext::from_request(&request, &settings);
        routes.call(request).map_ok(move |mut response| {
            context.complete(&mut response);
            response
        })
    }))
}

/// The properties of a request that its response depends on.
struct RequestContext {
    is_options: bool,
    /// The CORS part of the request, if any other origin is allowed.
    cors: Option<Cors>,
    /// The `If-None-Match` of a read.
    known: Option<EntityTags>,
    /// Whether a trusted proxy reports that the connection of the client is encrypted.
    over_tls: bool,
    /// Whether browsers must use TLS.
    tls_only: bool,
}

impl RequestContext {
    fn from_request(request: &Request, settings: &LayerSettings) -> Self {
        let (method, headers) = (request.method(), request.headers());
        let is_options = *method == Method::OPTIONS;
        let cors = (!settings.allowed_origins.is_empty()).then(|| {
            let is_allowed =
                |origin: &&HeaderValue| settings.allowed_origins.iter().any(|it| it.is(origin.as_bytes()));
            let preflight = is_options && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
            Cors { allowed: headers.get(header::ORIGIN).filter(is_allowed).cloned(), is_preflight: preflight }
        });
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let known = if reads { EntityTags::from_headers(headers, &header::IF_NONE_MATCH) } else { None };
        let over_tls = is_over_tls(request, settings);
        Self { is_options, cors, known, over_tls, tls_only: settings.tls_only }
    }

    fn complete(&self, response: &mut Response) {
        add_options(response.headers_mut());
        if self.is_options {
            self.answer_options(response);
        }
        if let Some(cors) = &self.cors {
            cors.complete(response.headers_mut());
        }
        if let Some(known) = &self.known {
            not_modified(known, response);
        }
        let headers = response.headers_mut();
        for (name, value) in &DEFAULTS {
            if let Entry::Vacant(entry) = headers.entry(name) {
                entry.insert(value.clone());
            }
        }
        if self.over_tls {
            secure_cookies(headers);
        }
        if self.over_tls || self.tls_only {
            headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert_with(|| HSTS.clone());
        }
    }

    /// Turns the 405 of a route into the response to `OPTIONS`: its methods, and the CORS headers of a preflight.
    fn answer_options(&self, response: &mut Response) {
        let Some(allow) = response.headers().get(header::ALLOW).cloned() else { return };
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            *response.status_mut() = StatusCode::NO_CONTENT;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(header::CONTENT_TYPE);
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
        if let Some(Cors { allowed: Some(_), is_preflight: true }) = &self.cors {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, CORS_REQUEST_FIELDS.clone());
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, CORS_MAX_AGE.clone());
        }
    }
}

/// Adds `OPTIONS` to `Allow`: every route answers it.
fn add_options(headers: &mut HeaderMap) {
    let Some(allow) = headers.get(header::ALLOW).and_then(|allow| allow.to_str().ok()) else { return };
    if allow.split(',').any(|method| method.trim() == "OPTIONS") {
        return;
    }
    if let Ok(allow) = HeaderValue::try_from(format!("{allow},OPTIONS")) {
        headers.insert(header::ALLOW, allow);
    }
}

/// Replaces a response by 304 without a body if the client has this representation.
fn not_modified(known: &EntityTags, response: &mut Response) {
    let tag = response.headers().get(header::ETAG);
    if response.status() != StatusCode::OK || !tag.is_some_and(|tag| known.contains_weakly(tag.as_bytes())) {
        return;
    }
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.body_mut() = Body::empty();
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING] {
        response.headers_mut().remove(name);
    }
}

/// Adds `Secure` to cookies that are set over TLS.
fn secure_cookies(headers: &mut HeaderMap) {
    let Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) else { return };
    for cookie in cookies.iter_mut() {
        let is_secure = cookie
            .as_bytes()
            .split(|byte| *byte == b';')
            .any(|attribute| attribute.trim_ascii().eq_ignore_ascii_case(b"secure"));
        if is_secure {
            continue;
        }
        if let Ok(mut secured) = HeaderValue::from_bytes(&[cookie.as_bytes(), b"; Secure"].concat()) {
            secured.set_sensitive(cookie.is_sensitive());
            *cookie = secured;
        }
    }
}

//! The layer around every route: request id, trace, access log, metrics, refusal of other origins, panics, and the
//! error body of responses that axum creates.
//!
//! It is written by hand: the layers of tower-http lose behaviours and cost more
//! (`docs/decisions/0038-tower-http-measured.md`).

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use axum::routing::future::RouteFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use pin_project_lite::pin_project;
use tower::layer::layer_fn;
use tower::{Service, service_fn};
use tracing::{Level, Span};

use super::edge;
use super::host;
use super::limits::MAX_HEAD;
use super::meters::Meters;
use super::origin::{self, SEC_FETCH_SITE};
use super::probes::PROBE_PATHS;
use super::problem::{ApiError, Cause};
use super::rejection;
use super::request_id::{RequestId, X_REQUEST_ID};
use super::serve::FromListener;
use super::settings::LayerSettings;
use super::tls::is_over_tls;
use super::trace;
use crate::error_chain::{error_chain, panic_text};
use crate::telemetry::{self, LogThrottles};

/// A response extension: an error response keeps its body, which is a page for people.
#[derive(Debug, Clone, Copy)]
pub struct KeepErrorBody;

/// Adds the layer to every route of the merged router, and to its response to unknown routes. Call it once.
pub fn wrap(router: Router, settings: LayerSettings) -> Router {
    // Handles that are created before the recorder is installed have no effect.
    telemetry::install_metrics();
    let settings = Arc::new(settings);
    let observed = Arc::clone(&settings);
    let layer = layer_fn(move |mut route: Route| {
        // The meters of one endpoint, so that a lookup compares few entries.
        let (settings, meters) = (Arc::clone(&observed), Arc::<Meters>::default());
        service_fn(move |request| observe(&mut route, &settings, &meters, request))
    });
    // Providing the (empty) state here builds the routes once instead of for each request.
    let routes = router.layer(layer).with_state(());
    // Outside of the router: routes have one spelling of each path.
    edge::wrap(routes, settings)
}

/// Passes a request to its route, unless it is refused.
fn observe(
    inner: &mut Route,
    settings: &LayerSettings,
    meters: &Arc<Meters>,
    mut request: Request,
) -> ResponseFuture {
    let began = Instant::now();
    let id = RequestId::from_headers(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let matched = route.as_ref().map(MatchedPath::as_str);
    let traced = trace::begin(request.headers(), &method, matched, &id, &settings.owners);
    let span = tracing::info_span!(
        "request",
        request_id = id.as_str(),
        %method,
        route = matched.unwrap_or(UNMATCHED),
    );
    let refusal = refuse(&request, settings);
    let inner = match refusal {
        Some(_) => None,
        None => {
            request.extensions_mut().insert(id.clone());
            Some(inner.call(request))
        }
    };
    ResponseFuture { inner, refusal, meters: Arc::clone(meters), began, id, method, route, span, traced }
}

/// How long the answer to a request with an idempotency key is stored.
pub const KEY_RETENTION: Duration = Duration::from_secs(24 * 60 * 60);
/// The header by which every response of the API announces that idempotency keys are supported, and for how long:
/// `Idempotency-Keys: max-age=86400`. A client that has not received it must not repeat a write whose outcome is unknown.
const IDEMPOTENCY_KEYS: HeaderName = HeaderName::from_static("idempotency-keys");
/// The value of [`IDEMPOTENCY_KEYS`].
static IDEMPOTENCY_KEYS_VALUE: LazyLock<HeaderValue> =
    LazyLock::new(|| HeaderValue::from_static(format!("max-age={}", KEY_RETENTION.as_secs()).leak()));

/// The route of an unmatched request in metrics and logs.
const UNMATCHED: &str = "unmatched";

/// Headers that a request may have only once, spelled as in errors: programs differ in which of two values they use.
static SINGLE: [(HeaderName, &str); 12] = [
    (header::HOST, "Host"),
    (header::ORIGIN, "Origin"),
    (SEC_FETCH_SITE, "Sec-Fetch-Site"),
    (header::CONTENT_TYPE, "Content-Type"),
    (header::CONTENT_LENGTH, "Content-Length"),
    (header::AUTHORIZATION, "Authorization"),
    (header::RANGE, "Range"),
    (HeaderName::from_static("idempotency-key"), "Idempotency-Key"),
    (HeaderName::from_static("last-event-id"), "Last-Event-ID"),
    (header::ACCESS_CONTROL_REQUEST_METHOD, "Access-Control-Request-Method"),
    (X_REQUEST_ID, "X-Request-Id"),
    (header::REFERER, "Referer"),
];

/// Returns the name of a single header that occurs more than once.
fn find_repeated(headers: &HeaderMap) -> Option<&'static str> {
    // The usual case: no header is repeated.
    if headers.len() == headers.keys_len() {
        return None;
    }
    let mut fields = SINGLE.iter();
    fields.find(|(name, _)| headers.get_all(name).iter().nth(1).is_some()).map(|(_, spelled)| *spelled)
}

/// Returns the length of the head of a request in bytes: its first line, its headers as `name: value`, and the empty
/// line. hyper accepts somewhat longer heads, depending on its buffer.
fn head_length(request: &Request) -> usize {
    const LINE: usize = " ".len() + " HTTP/1.1\r\n".len();
    let uri = request.uri();
    let target = uri.scheme_str().map_or(0, |scheme| scheme.len() + "://".len())
        + uri.authority().map_or(0, |authority| authority.as_str().len())
        + uri.path_and_query().map_or(0, |path| path.as_str().len());
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    request.method().as_str().len() + target + LINE + fields.sum::<usize>() + "\r\n".len()
}

/// Refuses a request before its handler.
fn refuse(request: &Request, settings: &LayerSettings) -> Option<ApiError> {
    let connection = request.extensions().get::<FromListener>();
    let on_reserve = connection.is_some_and(|connection| connection.on_reserve);
    if on_reserve && !PROBE_PATHS.contains(&request.uri().path()) {
        return Some(ApiError::unavailable("Too many connections, try again", 1));
    }
    let headers = request.headers();
    if head_length(request) > MAX_HEAD {
        return Some(rejection::error(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    }
    if let Some(name) = find_repeated(headers) {
        return Some(ApiError::invalid_field(name, format!("The field {name} must come once")));
    }
    // No other transfer coding is supported.
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let has_other_coding = |coding: &HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    if codings.next().is_some_and(has_other_coding) || codings.next().is_some() {
        return Some(ApiError::invalid_field(
            "Transfer-Encoding",
            "The field Transfer-Encoding must be chunked",
        ));
    }
    if let Err(refusal) = host::check(request) {
        return Some(refusal);
    }
    let is_signed = settings.signed_paths.iter().any(|path| path == request.uri().path());
    let allowed = &settings.allowed_origins;
    if !is_signed
        && origin::is_foreign(
            request.method(),
            request.uri(),
            headers,
            allowed,
            is_over_tls(request, settings),
        )
    {
        origin::log_refusal(headers);
        return Some(ApiError::cross_origin());
    }
    // PostgreSQL cannot store U+0000, so no identifier contains it.
    if request.uri().path().contains("%00") {
        return Some(ApiError::not_found());
    }
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    let limit = settings.body_limit(request.uri().path());
    (length > limit).then(|| ApiError::payload_too_large(limit))
}

pin_project! {
    struct ResponseFuture {
        #[pin]
        inner: Option<RouteFuture<Infallible>>,
        refusal: Option<ApiError>,
        meters: Arc<Meters>,
        began: Instant,
        id: RequestId,
        method: Method,
        route: Option<MatchedPath>,
        span: Span,
        traced: telemetry::Span,
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let _entered = this.span.enter();
        let _within = this.traced.context().enter();
        let mut response = match this.inner.as_pin_mut() {
            Some(inner) => match catch_unwind(AssertUnwindSafe(|| inner.poll(cx))) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(Ok(response))) => response,
                Ok(Poll::Ready(Err(never))) => match never {},
                Err(panic) => {
                    let text = format!("the handler panicked: {}", panic_text(panic.as_ref()));
                    ApiError::internal(text).into_response()
                }
            },
            // The request was refused, or the future is polled after its end.
            None => this.refusal.take().unwrap_or_else(ApiError::not_found).into_response(),
        };
        if response.extensions().get::<KeepErrorBody>().is_none() {
            normalize_error(&mut response);
        }
        let is_temporary =
            matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        let headers = response.headers_mut();
        if is_temporary && !headers.contains_key(header::RETRY_AFTER) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers.insert(X_REQUEST_ID, this.id.header());
        if this.route.as_ref().is_some_and(|route| route.as_str().starts_with("/api/")) {
            headers.insert(IDEMPOTENCY_KEYS, IDEMPOTENCY_KEYS_VALUE.clone());
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            // A response belongs to one user at one moment; no cache may store it.
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        let taken = this.began.elapsed();
        let route = this.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
        this.meters.record(this.method, route, response.status(), taken);
        let why = response.extensions().get::<Cause>().map(|Cause(cause)| error_chain(cause.as_ref()));
        log(this.id, this.method, route, response.status().as_u16(), why.as_deref(), taken);
        trace::record_response(this.traced, response.status(), why);
        Poll::Ready(Ok(response))
    }
}

/// Replaces the body of an error response of axum (an unknown route, a rejection) by the error format of the API.
fn normalize_error(response: &mut Response) {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return;
    }
    let json = HeaderValue::from_static("application/json");
    if response.headers().get(header::CONTENT_TYPE) == Some(&json) {
        return;
    }
    *response.body_mut() = ApiError::of_status(status).body().into();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, json);
}

/// Logs the access line, and the cause of an error, each with the request id.
///
/// An outage (503) is one condition for many requests: each cause is logged once a minute, with its count.
fn log(id: &RequestId, method: &Method, route: &str, status: u16, why: Option<&str>, taken: Duration) {
    static OUTAGES: LazyLock<LogThrottles> = LazyLock::new(LogThrottles::default);
    let is_outage = status == StatusCode::SERVICE_UNAVAILABLE.as_u16();
    if let Some(error) = why {
        let times = if is_outage { OUTAGES.count(error) } else { Some(1) };
        if let Some(times) = times {
            tracing::error!(request_id = id.as_str(), %method, route, status, error, times, "request failed");
        }
    }
    let is_failure = status >= 500 && !is_outage;
    if is_failure || tracing::enabled!(Level::DEBUG) {
        let micros = u64::try_from(taken.as_micros()).unwrap_or(u64::MAX);
        if is_failure {
            tracing::info!(request_id = id.as_str(), %method, route, status, micros, "answered");
        } else {
            tracing::debug!(request_id = id.as_str(), %method, route, status, micros, "answered");
        }
    }
}

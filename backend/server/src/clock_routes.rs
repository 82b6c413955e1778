//! The routes of a movable clock. A stack has them only if its settings ask for that, and never on a public address.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, http};
use jiff::fmt::rfc2822::DateTimePrinter;
use ticketing_platform::clock::Clock;
use ticketing_platform::http::{ApiError, Json, ValidationErrors};
use ticketing_sdk::{AdvanceClock, ClockTime, Timestamp};

/// The path of the clock.
const PATH: &str = "/api/clock";

/// Adds the routes of the clock, and the time of the clock to every response, so that clients compare deadlines with
/// it.
pub(crate) fn with_clock(routes: Router, clock: &Clock) -> Router {
    let own = Router::new()
        .route(PATH, get(show))
        .route(&format!("{PATH}/advance"), post(advance))
        .with_state(clock.clone());
    routes.merge(own).layer(from_fn_with_state(clock.clone(), add_date))
}

async fn show(State(clock): State<Clock>, headers: http::HeaderMap) -> Result<Json<ClockTime>, ApiError> {
    refuse_forwarded(&headers)?;
    Ok(Json(ClockTime::new(clock.now())))
}

async fn advance(
    State(clock): State<Clock>,
    headers: http::HeaderMap,
    Json(request): Json<AdvanceClock>,
) -> Result<Json<ClockTime>, ApiError> {
    refuse_forwarded(&headers)?;
    if !(1..=AdvanceClock::MAX_MILLIS).contains(&request.milliseconds) {
        let mut errors = ValidationErrors::new();
        errors.push("milliseconds", "Milliseconds must be between 1 and a year");
        errors.finish()?;
    }
    clock.advance(Duration::from_millis(request.milliseconds));
    tracing::warn!(milliseconds = request.milliseconds, now = %clock.now(), "the clock was moved forward");
    Ok(Json(ClockTime::new(clock.now())))
}

/// A proxy on this machine would let others reach the clock.
fn refuse_forwarded(headers: &http::HeaderMap) -> Result<(), ApiError> {
    let is_forwarded = ["forwarded", "x-forwarded-for"].iter().any(|name| headers.contains_key(*name));
    if is_forwarded { Err(ApiError::not_found()) } else { Ok(()) }
}

async fn add_date(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    if let Some(date) = http_date(clock.now()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::try_from(date).ok()
}

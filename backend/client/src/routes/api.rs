//! Paths below `/api` that no service has: a JSON error, never the page.

use ticketing_platform::http::ApiError;

pub(crate) async fn not_found() -> ApiError {
    ApiError::not_found()
}

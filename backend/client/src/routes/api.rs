//! What is below `/api` and of no service: an error for programs, never a page.

use ticketing_platform::http::ApiError;

pub(crate) async fn unknown() -> ApiError {
    ApiError::not_found()
}

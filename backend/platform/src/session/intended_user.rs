//! The `x-ticketing-user` header: the intended user of a request.
//!
//! A browser attaches the session cookie of the last sign-in to the requests of every tab, also of a tab that still
//! shows the previous user. If the client names the user that it shows, such a request is refused.

use http::{HeaderMap, HeaderName};
use ticketing_sdk::ErrorCode;

use super::Session;
use crate::http::{ApiError, canonical_id};

/// The name of the optional header. Its value is a user id from the response of `POST /api/users/signin`.
pub const INTENDED_USER: HeaderName = HeaderName::from_static("x-ticketing-user");

/// Refuses a request whose intended user is not the user of its session.
///
/// # Errors
/// 409 `other_user` if the header names another user, or has several values of which one does.
pub(super) fn check(headers: &HeaderMap, session: &Session) -> Result<(), ApiError> {
    let is_user = |id: &str| canonical_id(id) == session.user_id.as_str();
    let is_other = |value: &http::HeaderValue| !value.to_str().is_ok_and(is_user);
    if headers.get_all(INTENDED_USER).iter().any(is_other) {
        return Err(ApiError::conflict(
            ErrorCode::OtherUser,
            "The request is meant for another user than the one who is signed in",
        ));
    }
    Ok(())
}

//! The `x-ticketing-user` header: the user that a request is meant for.
//!
//! A browser attaches the session cookie of the last sign-in to the requests of every tab, also of a tab that still shows the
//! previous user. A client that names the user it shows has such a request refused, in place of done as another user.

use http::{HeaderMap, HeaderName};
use ticketing_sdk::ErrorCode;

use super::Session;
use crate::http::{ApiError, canonical_id};

/// Names the header, which is optional. Its value is a user id, as `POST /api/users/signin` answers it.
pub const INTENDED_USER: HeaderName = HeaderName::from_static("x-ticketing-user");

/// Refuses a request that is meant for another user than the one whose session it carries.
///
/// # Errors
/// 409 `other_user` where the header names another user, or comes more than once with different values.
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

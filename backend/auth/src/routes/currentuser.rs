//! `GET /api/users/currentuser`: who is signed in.

use ticketing_platform::http::Json;
use ticketing_platform::session::MaybeSession;
use ticketing_sdk::{CurrentUser, CurrentUserAnswer};

use super::TAG;

/// Who is signed in
///
/// The account of the session, or `null`. Whatever is wrong with a session is the same as none.
#[utoipa::path(
    get,
    path = "/api/users/currentuser",
    tag = TAG,
    responses((status = 200, description = "The account of the session, or null", body = CurrentUserAnswer)),
)]
pub(crate) async fn currentuser(MaybeSession(session): MaybeSession) -> Json<CurrentUserAnswer> {
    let current_user = session.map(|session| CurrentUser {
        id: session.user_id,
        email: session.email,
        iat: session.iat,
        exp: Some(session.exp),
        jti: Some(session.jti),
        iss: None,
    });
    Json(CurrentUserAnswer { current_user })
}

//! `GET /api/users/currentuser`: who is signed in.

use axum::extract::State;
use ticketing_platform::db::DbError;
use ticketing_platform::http::Json;
use ticketing_platform::session::{self, MaybeSession, Session};
use ticketing_platform::telemetry::LogThrottle;
use ticketing_sdk::{CurrentUser, CurrentUserAnswer};

use super::TAG;
use crate::App;

/// Who is signed in
///
/// The account of the session, or `null`. Whatever is wrong with a session is the same as none.
#[utoipa::path(
    get,
    path = "/api/users/currentuser",
    tag = TAG,
    security((), ("session" = [])),
    responses((status = 200, description = "The account of the session, or null", body = CurrentUserAnswer)),
)]
pub(crate) async fn currentuser(
    State(app): State<App>,
    MaybeSession(session): MaybeSession,
) -> Json<CurrentUserAnswer> {
    let session = match session {
        Some(session) if has_ended_elsewhere(&app, &session).await => None,
        session => session,
    };
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

/// Returns whether another replica has revoked this session, before its event arrives here. During an outage of the
/// database, only the set in memory counts.
async fn has_ended_elsewhere(app: &App, session: &Session) -> bool {
    if !app.core.db.is_shared() {
        return false;
    }
    let jti = session.jti.clone();
    let recorded: Result<bool, DbError> = app.core.db.read(move |tx| session::is_recorded(tx, &jti)).await;
    match recorded {
        Ok(true) => {
            app.sessions.revoked().insert(&session.jti, session.exp);
            true
        }
        Ok(false) => false,
        Err(error) => {
            static UNREAD: LogThrottle = LogThrottle::new();
            if let Some(times) = UNREAD.occurred() {
                tracing::warn!(%error, times, "ended sessions could not be read; answering from memory");
            }
            false
        }
    }
}

//! `GET /api/users/currentuser`: returns the signed-in user.

use axum::extract::State;
use ticketing_platform::db::DbError;
use ticketing_platform::http::Json;
use ticketing_platform::session::{self, Session};
use ticketing_platform::telemetry::LogThrottle;
use ticketing_sdk::{CurrentUser, CurrentUserAnswer};

use super::TAG;
use crate::App;

/// Returns the signed-in user.
///
/// The account of the session, or `null`. An invalid session, for any reason, is treated as none.
#[utoipa::path(
    get,
    path = "/api/users/currentuser",
    tag = TAG,
    security((), ("session" = [])),
    responses((status = 200, description = "The account of the session, or null", body = CurrentUserAnswer)),
)]
pub(crate) async fn currentuser(State(app): State<App>, session: Option<Session>) -> Json<CurrentUserAnswer> {
    let session = match session {
        Some(session) if is_revoked_by_another_replica(&app, &session).await => None,
        session => session,
    };
    let current_user = session.map(|session| {
        CurrentUser::new(session.user_id, session.email).iat(session.iat).exp(session.exp).jti(session.jti)
    });
    Json(CurrentUserAnswer::new(current_user))
}

/// Returns whether another replica has revoked this session: the table has it, and the set in memory does not yet.
/// During an outage of the database, only the set in memory counts.
async fn is_revoked_by_another_replica(app: &App, session: &Session) -> bool {
    if !app.core.db.is_shared() {
        return false;
    }
    let jti = session.jti.clone();
    let revoked: Result<bool, DbError> = app.core.db.read(move |tx| session::is_revoked(tx, &jti)).await;
    match revoked {
        Ok(true) => {
            app.sessions.revoked_sessions().insert(&session.jti, session.exp);
            true
        }
        Ok(false) => false,
        Err(error) => {
            static READ_FAILURE_LOG: LogThrottle = LogThrottle::new();
            if let Some(times) = READ_FAILURE_LOG.count() {
                tracing::warn!(%error, times, "revoked sessions could not be read; using the set in memory");
            }
            false
        }
    }
}

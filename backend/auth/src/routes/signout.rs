//! `POST /api/users/signout`: ends the session for good.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use ticketing_platform::http::{ApiError, Json};
use ticketing_platform::session::{MaybeSession, Session};
use ticketing_platform::telemetry::TraceContext;
use ticketing_sdk::Problem;
use utoipa::ToSchema;

use super::TAG;
use crate::App;
use crate::store;

/// Nothing to say: `{}`.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedOut {}

/// Sign out
///
/// Clears the cookie and ends the session: its token is refused from now on. Without a session it changes nothing.
#[utoipa::path(
    post,
    path = "/api/users/signout",
    tag = TAG,
    responses(
        (status = 200, description = "Signed out", body = SignedOut, headers(("Set-Cookie" = String, description = "Clears the session"))),
        (status = 503, description = "`unavailable`: the session was not ended", body = Problem),
    ),
)]
pub(crate) async fn signout(
    State(app): State<App>,
    MaybeSession(session): MaybeSession,
) -> Result<Response, ApiError> {
    if let Some(session) = session {
        // A task of its own: when the client goes away in the middle, both halves are done all the same.
        let ending = TraceContext::current().follow(end(app.clone(), session));
        tokio::spawn(ending).await.map_err(ApiError::internal)??;
    }
    Ok(([(header::SET_COOKIE, app.sessions.clear())], Json(SignedOut {})).into_response())
}

async fn end(app: App, session: Session) -> Result<(), ApiError> {
    let (outbox, ended, ending) = (app.core.outbox.clone(), app.sessions.ended().clone(), session.clone());
    let recorded = app.core.db.write(move |tx| store::end_session(tx, &outbox, &ended, &ending));
    recorded.await.map_err(ApiError::from)?;
    // Here at once; the other services hear of it by the event.
    app.sessions.ended().insert(&session.jti, session.exp);
    Ok(())
}

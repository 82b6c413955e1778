//! `POST /api/users/signout`: ends the session for good.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Serialize;
use ticketing_platform::http::{ApiError, Json};
use ticketing_platform::session::Session;
use ticketing_platform::telemetry::TraceContext;
use ticketing_sdk::Problem;
use utoipa::ToSchema;

use super::TAG;
use crate::App;
use crate::store;

/// An empty object: `{}`.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedOut {}

/// Signs out.
///
/// Clears the cookie and ends the session: its token is refused from now on, by every service of this process. Services of
/// other processes refuse it once they have the event. Where several session cookies come, every valid session ends;
/// without one nothing changes.
#[utoipa::path(
    post,
    path = "/api/users/signout",
    tag = TAG,
    security((), ("session" = [])),
    responses(
        (status = 200, description = "Signed out", body = SignedOut, headers(("Set-Cookie" = String, description = "Clears the session"))),
        (status = 503, description = "`unavailable`: the session was not ended", body = Problem),
    ),
)]
pub(crate) async fn signout(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    app.sessions.read_intended(&headers)?;
    let sessions = app.sessions.read_all(&headers);
    if !sessions.is_empty() {
        // A separate task, which a lost connection of the client does not cancel.
        let ending = TraceContext::current().follow(end(app.clone(), sessions));
        tokio::spawn(ending).await.map_err(ApiError::internal)??;
    }
    let cleared = app.sessions.clear_cookies(&headers).into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cleared), Json(SignedOut {})).into_response())
}

async fn end(app: App, sessions: Vec<Session>) -> Result<(), ApiError> {
    let (outbox, revoked, ending) =
        (app.core.outbox.clone(), app.sessions.revoked_sessions().clone(), sessions.clone());
    let recorded = app.core.db.write(move |tx| {
        ending.iter().try_for_each(|session| store::end_session(tx, &outbox, &revoked, session))
    });
    recorded.await.map_err(ApiError::from)?;
    // All services of this process refuse it before the response; other processes receive the event.
    for session in &sessions {
        app.sessions.revoked_sessions().insert(&session.jti, session.exp);
    }
    Ok(())
}

//! `POST /api/users/signin`: begins a session of an account.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use ticketing_platform::http::{ApiError, ClientAddress, Field, Json};
use ticketing_sdk::{ErrorCode, Problem, User};
use utoipa::ToSchema;

use super::{TAG, require_credentials};
use crate::App;
use crate::domain::{Email, GivenPassword};
use crate::store;

/// An e-mail and its password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    /// The address of the account. Case does not matter.
    #[serde(default)]
    #[schema(value_type = String, required = true, max_length = 254, example = "ada@example.com")]
    email: Field<Email>,
    /// The password, exactly as it was chosen.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 1)]
    password: Field<GivenPassword>,
}

/// Signs in.
///
/// Begins a session. An unknown e-mail and a wrong password get the same answer after the same time.
#[utoipa::path(
    post,
    path = "/api/users/signin",
    tag = TAG,
    request_body = SignIn,
    security(()),
    responses(
        (status = 200, description = "The account", body = User, headers(("Set-Cookie" = String, description = "The session"))),
        (status = 400, description = "An invalid field, or `invalid_credentials`", body = Problem),
        (status = 429, description = "`too_many_requests` from this address, to this account or to any", body = Problem),
        (status = 503, description = "`unavailable`: the queue for password hashing is full", body = Problem),
    ),
)]
pub(crate) async fn signin(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> Result<Response, ApiError> {
    app.sessions.ensure_secure_transport(&headers)?;
    let (email, password) = require_credentials(body.email, body.password, GivenPassword::MESSAGE)?;
    app.tries.count_signin(&email, address).await?;
    let key = email.key();
    let found = app.core.db.read(move |tx| store::find(tx, &key)).await.map_err(ApiError::from)?;
    let stored = found.as_ref().map(|account| account.password_hash.as_str());
    let fits = app.hasher.verify(&password, stored, app.tries.requester(Some(&email), address)).await?;
    let Some(account) = found.filter(|_| fits) else {
        return Err(ApiError::rule(ErrorCode::InvalidCredentials, "Invalid credentials"));
    };
    app.tries.remember(&email, address);
    let session = app.sessions.begin_with_cookies(&headers, &account.user.id, &account.user.email)?;
    Ok(([(header::SET_COOKIE, session.cookie)], Json(account.user)).into_response())
}

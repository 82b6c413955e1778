//! `POST /api/users/signup`: creates an account and a session.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, ClientAddress, Field, Json, ValidationErrors};
use ticketing_platform::idempotency::{
    self, Answer, EarlierRequest, Fingerprint, IdempotencyKey, KeyedAnswer, KeyedRequest,
};
use ticketing_sdk::{ErrorCode, Problem, User};
use utoipa::ToSchema;

use super::{TAG, require_credentials};
use crate::App;
use crate::domain::{Email, Password};
use crate::store::{self, NewAccount};

/// A new account.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignUp {
    /// The address that will sign in. Case does not matter.
    #[serde(default)]
    #[schema(value_type = String, required = true, max_length = 254, example = "ada@example.com")]
    email: Field<Email>,
    /// 8 to 128 characters, taken exactly as they are.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 8, max_length = 128)]
    password: Field<Password>,
}

/// Signs up.
///
/// Creates an account and begins a session. With an `Idempotency-Key`, a repeat of the request gets the same response and a
/// new session.
#[utoipa::path(
    post,
    path = "/api/users/signup",
    tag = TAG,
    request_body = SignUp,
    security(()),
    responses(
        (status = 201, description = "The account", body = User, headers(("Set-Cookie" = String, description = "The session"))),
        (status = 400, description = "An invalid field, or `email_in_use`", body = Problem),
        (status = 409, description = "`idempotency_key_in_flight`: the first request with this key is still being answered", body = Problem),
        (status = 422, description = "`idempotency_key_reused`: the key was used with another body", body = Problem),
        (status = 429, description = "`too_many_requests` from this address", body = Problem),
        (status = 503, description = "`unavailable`: the queue for password hashing is full", body = Problem),
    ),
)]
pub(crate) async fn signup(
    State(app): State<App>,
    address: ClientAddress,
    key: IdempotencyKey,
    headers: HeaderMap,
    Json(body): Json<SignUp>,
) -> Result<Response, ApiError> {
    app.sessions.ensure_secure_transport(&headers)?;
    let (email, password) = require_credentials(body.email, body.password, Password::MESSAGE)?;
    let (now, signed_up) = (app.core.clock.now(), email.clone());
    // The scope of the key is the e-mail address, because there is no signed-in user.
    let fingerprint = app.fingerprint(&email, &password)?;
    let keyed = KeyedRequest::new(&key, &email.key(), "POST /api/users/signup", fingerprint, now);
    if let Err(refusal) = app.tries.count_signup(address) {
        return app.replay(&headers, &keyed, refusal).await;
    }
    // Hashed before the e-mail is looked up, so that new, taken and repeated accounts take the same time.
    let password_hash = match app.hasher.hash(&password, app.tries.requester(None, address)).await {
        Ok(hash) => hash,
        Err(refusal) => return app.replay(&headers, &keyed, refusal.into()).await,
    };
    let account = NewAccount {
        email_key: email.key(),
        password_hash,
        user: User::new(app.core.clock.new_id(), email.as_str()),
        created_at: now,
    };
    let unit = move |tx: &mut Tx<'_>| match store::create(tx, &account)? {
        true => Answer::json(StatusCode::CREATED, &account.user),
        false => Err(email_in_use()),
    };
    let answer = idempotency::write_once(&app.core.db, keyed, unit).await?;
    if answer.answer.status == StatusCode::CREATED.as_u16() {
        app.tries.remember(&signed_up, address);
    }
    app.signed_up(&headers, answer)
}

fn email_in_use() -> ApiError {
    let mut errors = ValidationErrors::new();
    errors.push_code("email", "Email in use", ErrorCode::EmailInUse);
    errors.finish().err().unwrap_or_else(ApiError::not_found)
}

impl App {
    /// Begins a session of the new account. The token is not stored: a retry gets its own session.
    fn signed_up(&self, headers: &HeaderMap, answer: KeyedAnswer) -> Result<Response, ApiError> {
        if answer.answer.status != StatusCode::CREATED.as_u16() {
            return Ok(answer.into_response());
        }
        let user: User = serde_json::from_str(&answer.answer.body).map_err(ApiError::internal)?;
        let session = self.sessions.begin_with_cookies(headers, &user.id, &user.email)?;
        Ok(([(header::SET_COOKIE, session.cookie)], answer).into_response())
    }

    /// Replays the response of an earlier request with the same key, or returns `refusal`. It needs one read and no
    /// hash, so a limit does not refuse a client that may have lost the response.
    async fn replay(
        &self,
        headers: &HeaderMap,
        keyed: &KeyedRequest,
        refusal: ApiError,
    ) -> Result<Response, ApiError> {
        match idempotency::find(&self.core.db, keyed).await? {
            Some(EarlierRequest::Answered(answer)) => self.signed_up(headers, KeyedAnswer::replay(answer)),
            Some(EarlierRequest::InFlight) | None => Err(refusal),
        }
    }

    /// Returns the fingerprint of a sign-up. It is keyed, because a plain hash would allow a dictionary attack on the password.
    fn fingerprint(&self, email: &Email, password: &Password) -> Result<Fingerprint, ApiError> {
        #[derive(Serialize)]
        struct Body<'a> {
            email: &'a str,
            password: &'a str,
        }
        let body = Body { email: email.as_str(), password: password.expose_secret() };
        Fingerprint::from_body_with_key(&self.fingerprint_key, &body).map_err(ApiError::internal)
    }
}

//! `POST /api/users/signup`: makes an account and signs it in.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use ticketing_platform::http::{ApiError, Faults, Field, Json};
use ticketing_platform::idempotency::{self, Answer, Fingerprint, IdempotencyKey, Once};
use ticketing_platform::limits::ClientAddress;
use ticketing_sdk::{ErrorCode, Problem, User, UserId};
use utoipa::ToSchema;

use super::TAG;
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

impl SignUp {
    fn valid(self) -> Result<(Email, Password), ApiError> {
        let mut faults = Faults::new();
        let email = self.email.required("email", Email::FAULT, &mut faults);
        if email.as_ref().is_some_and(|email| !email.is_deliverable()) {
            faults.push("email", Email::FAULT);
        }
        let password = self.password.required("password", Password::FAULT, &mut faults);
        faults.finish()?;
        email.zip(password).ok_or_else(|| ApiError::internal("a field is missing without a fault"))
    }
}

/// Sign up
///
/// Makes an account and begins a session. With an `Idempotency-Key`, the same request again gets the same answer, and
/// a session of its own.
#[utoipa::path(
    post,
    path = "/api/users/signup",
    tag = TAG,
    request_body = SignUp,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters; kept for 24 hours")),
    responses(
        (status = 201, description = "The account", body = User, headers(("Set-Cookie" = String, description = "The session"))),
        (status = 400, description = "A fault of a field, or `email_in_use`", body = Problem),
        (status = 422, description = "`idempotency_key_reused`: the key was used with another body", body = Problem),
        (status = 429, description = "`too_many_requests` from this address", body = Problem),
        (status = 503, description = "`unavailable`: too many passwords wait to be hashed", body = Problem),
    ),
)]
pub(crate) async fn signup(
    State(app): State<App>,
    address: ClientAddress,
    key: IdempotencyKey,
    Json(body): Json<SignUp>,
) -> Result<Response, ApiError> {
    let (email, password) = body.valid()?;
    app.tries.count_signup(address)?;
    let (now, signed_up) = (app.core.clock.now(), email.clone());
    let once =
        Once::new(&key, "anonymous", "POST /api/users/signup", app.fingerprint(&email, &password)?, now);
    // Hashed before the e-mail is looked at, so an account costs the same whether it is new, taken or a repeat.
    let account = NewAccount {
        email_key: email.key(),
        password_hash: app.hasher.hash(&password).await?,
        user: User { id: UserId::new(app.core.clock.new_id()), email: email.as_str().to_owned() },
        created_at: now,
    };
    let unit = app.core.db.write(move |tx| {
        idempotency::once(tx, &once, |tx| {
            if !store::create(tx, &account)? {
                return Err(email_in_use());
            }
            Answer::json(StatusCode::CREATED, &account.user)
        })
    });
    let answer = unit.await?;
    if answer.status != StatusCode::CREATED.as_u16() {
        return Ok(answer.into_response());
    }
    // The token is never kept: a repeat of the request gets a session of its own.
    let user: User = serde_json::from_str(&answer.body).map_err(ApiError::internal)?;
    app.tries.remember(&signed_up, address);
    let session = app.sessions.begin(&user.id, &user.email)?;
    Ok(([(header::SET_COOKIE, session.cookie)], answer).into_response())
}

fn email_in_use() -> ApiError {
    let mut faults = Faults::new();
    faults.push_code("email", "Email in use", ErrorCode::EmailInUse);
    faults.finish().err().unwrap_or_else(ApiError::not_found)
}

impl App {
    /// What tells two sign-ups with one key apart. Keyed, since a plain hash would let the password be guessed.
    fn fingerprint(&self, email: &Email, password: &Password) -> Result<Fingerprint, ApiError> {
        #[derive(Serialize)]
        struct Body<'a> {
            email: &'a str,
            password: &'a str,
        }
        let body = Body { email: email.as_str(), password: password.expose_secret() };
        Fingerprint::keyed(&self.fingerprint_key, &body).map_err(ApiError::internal)
    }
}

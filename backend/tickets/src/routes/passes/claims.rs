//! `POST /api/passes/claims`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, Field, Json, ValidationErrors};
use ticketing_platform::idempotency::{Answer, IdempotencyKey, KeyedAnswer, KeyedRequest, write_once};
use ticketing_platform::session::Session;
use ticketing_sdk::{ClaimCode, ErrorCode, NewClaim, Pass, PassId, Problem};

use super::{map_pass_error, show_pass};
use crate::pass_keys::claim_hash;
use crate::{App, store};

/// The body as it was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct ClaimInput {
    #[serde(default, rename = "claimCode")]
    claim_code: Field<String>,
}

/// Claims a pass that another user transfers.
///
/// Codes of earlier serials admit nobody from then on. The holder who has started the transfer takes it back with this
/// call. The code is read in either case, with or without its hyphens.
#[utoipa::path(
    post, path = "/api/passes/claims", tag = "passes", operation_id = "claimPass", request_body = NewClaim,
    security(("session" = [])),
    responses(
        (status = 201, description = "The user holds the pass", body = Pass),
        (status = 400, description = "`claim_invalid`: the code is unknown, expired, used or taken back", body = Problem),
        (status = 409, description = "The first request with this key is still being answered", body = Problem),
        (status = 422, description = "The key was used with another body", body = Problem),
        (status = 429, description = "Too many failed claims, or too many writes", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    key: IdempotencyKey,
    Json(input): Json<ClaimInput>,
) -> Result<KeyedAnswer, ApiError> {
    const MISSING: &str = "ClaimCode must be provided";
    let mut errors = ValidationErrors::new();
    let code = input.claim_code.required_text("claimCode", MISSING, &mut errors);
    errors.finish()?;
    let hash = claim_hash(&ClaimCode::new(code.unwrap_or_default()));
    let now = app.core.clock.now();
    let request = KeyedRequest::of_body(&key, &session.user_id, "POST /api/passes/claims", &hash, now)?;
    app.writes.acquire_keyed(&session.user_id, &app.core.db, &request).await?;
    // Taken before the claim, so that concurrent guesses count too.
    let attempt = app.claims.take(session.user_id.as_str()).map_err(|wait| {
        ApiError::too_many(ErrorCode::TooManyRequests, "Too many failed claims, please wait a moment", wait)
    })?;
    let (service, user) = (app.clone(), session.user_id.clone());
    let unit = move |tx: &mut Tx<'_>| {
        let claimed = store::passes::claim(tx, &service.publisher(), &hash, &user).map_err(map_pass_error)?;
        // The code of the pass is not stored with the answer.
        Answer::json(StatusCode::CREATED, &claimed.id)
    };
    let claimed = write_once(&app.core.db, request, unit).await;
    if !claimed.as_ref().is_err_and(|error| error.code() == Some(&ErrorCode::ClaimInvalid)) {
        attempt.refund();
    }
    let keyed = claimed?;
    if keyed.answer.status != StatusCode::CREATED.as_u16() {
        return Ok(keyed);
    }
    let id: PassId = serde_json::from_str(&keyed.answer.body).map_err(ApiError::internal)?;
    let pass = app.core.db.read(move |tx| store::passes::find(tx, &id)).await?;
    // It may have been given away again.
    let pass = pass.ok_or_else(|| ApiError::internal("a claimed pass is missing"))?;
    let answer = Answer::json(StatusCode::CREATED, &show_pass(&app, &pass, &session.user_id)?)?;
    Ok(KeyedAnswer { answer, ..keyed })
}

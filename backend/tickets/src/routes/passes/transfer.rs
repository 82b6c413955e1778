//! `POST` and `DELETE /api/passes/{id}/transfer`

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, PathId};
use ticketing_platform::idempotency::{Answer, IdempotencyKey, KeyedAnswer, KeyedRequest, write_once};
use ticketing_platform::session::Session;
use ticketing_sdk::{PassId, PassTransfer, Problem, Timestamp};

use super::map_pass_error;
use crate::domain::pass::{TRANSFER_TTL, Transfer};
use crate::pass_keys::{claim_hash, claim_nonce};
use crate::{App, store};

/// The stored part of the answer. The claim code is derived from the nonce and the key of the service, so the database
/// does not have it.
#[derive(Serialize, Deserialize)]
struct StoredTransfer {
    nonce: String,
    expires_at: Timestamp,
}

/// Starts a transfer of a pass: the user who claims it with the claim code within seven days becomes its holder.
///
/// Until then the pass stays valid. A second call replaces the code. The answer is the only one that contains it.
#[utoipa::path(
    post, path = "/api/passes/{id}/transfer", tag = "passes", operation_id = "transferPass",
    params(("id" = String, Path, description = "The pass")),
    security(("session" = [])),
    responses(
        (status = 201, description = "The transfer is pending", body = PassTransfer),
        (status = 400, description = "`pass_not_valid`: the pass is for sale, used or void", body = Problem),
        (status = 404, description = "The user holds no such pass", body = Problem),
        (status = 409, description = "The first request with this key is still being answered", body = Problem),
        (status = 422, description = "The key was used with another pass", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<PassId>,
    key: IdempotencyKey,
) -> Result<KeyedAnswer, ApiError> {
    let now = app.core.clock.now();
    let request = KeyedRequest::of_body(&key, &session.user_id, "POST /api/passes/transfer", &id, now)?;
    app.writes.acquire_keyed(&session.user_id, &app.core.db, &request).await?;
    let nonce = claim_nonce().map_err(|_| ApiError::internal("the system has no randomness"))?;
    let (core, service) = (app.core.clone(), app.clone());
    let unit = move |tx: &mut Tx<'_>| {
        let stored = StoredTransfer { nonce: nonce.clone(), expires_at: now + TRANSFER_TTL };
        let claim_hash = claim_hash(&app.pass_signer.claim_code(&nonce));
        let transfer = Transfer { claim_hash, expires_at: stored.expires_at };
        store::passes::start_transfer(tx, &app.publisher(), &id, &session.user_id, transfer)
            .map_err(map_pass_error)?;
        Answer::json(StatusCode::CREATED, &stored)
    };
    with_code(&service, write_once(&core.db, request, unit).await?)
}

/// Replaces the nonce of a stored answer by the claim code.
fn with_code(app: &App, keyed: KeyedAnswer) -> Result<KeyedAnswer, ApiError> {
    if keyed.answer.status != StatusCode::CREATED.as_u16() {
        return Ok(keyed);
    }
    let stored: StoredTransfer = serde_json::from_str(&keyed.answer.body).map_err(ApiError::internal)?;
    let claim_code = app.pass_signer.claim_code(&stored.nonce);
    let transfer = PassTransfer::new(claim_code, stored.expires_at);
    Ok(KeyedAnswer { answer: Answer::json(StatusCode::CREATED, &transfer)?, ..keyed })
}

/// Cancels a transfer that was not claimed. Without one nothing changes.
#[utoipa::path(
    delete, path = "/api/passes/{id}/transfer", tag = "passes", operation_id = "cancelPassTransfer",
    params(("id" = String, Path, description = "The pass")),
    security(("session" = [])),
    responses(
        (status = 204, description = "No transfer is pending"),
        (status = 400, description = "`pass_not_valid`: the pass is for sale, used or void", body = Problem),
        (status = 404, description = "The user holds no such pass", body = Problem),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<PassId>,
) -> Result<StatusCode, ApiError> {
    app.writes.acquire(&session.user_id)?;
    let core = app.core.clone();
    let unit =
        move |tx: &mut Tx<'_>| store::passes::cancel_transfer(tx, &app.publisher(), &id, &session.user_id);
    core.db.write(unit).await.map_err(map_pass_error)?;
    Ok(StatusCode::NO_CONTENT)
}

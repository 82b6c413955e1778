//! `GET /api/passes/keys`

use axum::extract::State;
use ticketing_platform::http::Json;
use ticketing_sdk::PassKeys;

use crate::App;

/// Returns the public keys that verify the codes of passes.
#[utoipa::path(
    get, path = "/api/passes/keys", tag = "passes", operation_id = "getPassKeys",
    security(()),
    responses((status = 200, description = "A JWK set; the service signs with the first key", body = PassKeys)),
)]
pub(crate) async fn keys(State(app): State<App>) -> Json<PassKeys> {
    Json(app.pass_signer.public().clone())
}

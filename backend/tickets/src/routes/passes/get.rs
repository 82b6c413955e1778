//! `GET /api/passes/{id}`

use axum::extract::State;
use axum::response::IntoResponse;
use ticketing_platform::http::etag::etag;
use ticketing_platform::http::{ApiError, Json, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{Pass, PassId, Problem};

use super::show_pass;
use crate::{App, store};

/// Returns a pass to its holder or its issuer.
#[utoipa::path(
    get, path = "/api/passes/{id}", tag = "passes", operation_id = "getPass",
    params(("id" = String, Path, description = "The pass")),
    security(("session" = [])),
    responses(
        (status = 200, description = "The pass; its version is the ETag. Only its holder sees the code, while it is valid", body = Pass),
        (status = 404, description = "There is no such pass, or it is neither held nor issued by the user", body = Problem),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<PassId>,
) -> Result<impl IntoResponse, ApiError> {
    let pass = app.core.db.read(move |tx| store::passes::find(tx, &id)).await?;
    let user = &session.user_id;
    let pass = pass.filter(|pass| pass.holder_id == *user || pass.issuer_id == *user);
    let pass = pass.ok_or_else(ApiError::not_found)?;
    Ok(([etag(pass.version)], Json(show_pass(&app, &pass, user)?)))
}

//! `GET /api/passes/{id}/calendar.ics`

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use ticketing_platform::http::{ApiError, PathId};
use ticketing_platform::session::Session;
use ticketing_sdk::{PassId, Problem};

use crate::{App, calendar, store};

/// Returns the event of a pass as a calendar file to its holder.
#[utoipa::path(
    get, path = "/api/passes/{id}/calendar.ics", tag = "passes", operation_id = "getPassCalendar",
    params(("id" = String, Path, description = "The pass")),
    security(("session" = [])),
    responses(
        (status = 200, description = "The event (RFC 5545)", body = String, content_type = "text/calendar"),
        (status = 404, description = "The user holds no such pass, or it does not say when its event starts", body = Problem),
    )
)]
pub(crate) async fn calendar(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<PassId>,
) -> Result<impl IntoResponse, ApiError> {
    let pass = app.core.db.read(move |tx| store::passes::find(tx, &id)).await?;
    let pass = pass.filter(|pass| pass.holder_id == session.user_id).ok_or_else(ApiError::not_found)?;
    let text = calendar::event(&pass).ok_or_else(ApiError::not_found)?;
    let file = format!("attachment; filename=\"{}.ics\"", pass.id);
    Ok((
        [
            (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, file),
        ],
        text,
    ))
}

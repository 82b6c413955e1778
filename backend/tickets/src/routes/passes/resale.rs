//! `POST /api/passes/{id}/resale`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, Json, PathId, PriceField, ValidationErrors};
use ticketing_platform::idempotency::{Answer, IdempotencyKey, KeyedAnswer, KeyedRequest, write_once};
use ticketing_platform::session::Session;
use ticketing_sdk::{ErrorCode, Money, NewResale, PassId, Problem, Ticket, TicketId, UserId};

use super::map_pass_error;
use crate::domain::terms::Terms;
use crate::store::passes::PassError;
use crate::{App, store};

/// The body as it was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct ResaleInput {
    #[serde(default)]
    price: PriceField,
}

/// Offers a pass for resale under a listing of its holder.
///
/// Until the listing is sold or withdrawn, the pass admits nobody. A withdrawal takes effect once orders has answered that no
/// order of the listing is on its way. A listing that is not sold is withdrawn when the event starts, or when the
/// service is informed that a door without a network has admitted the pass.
#[utoipa::path(
    post, path = "/api/passes/{id}/resale", tag = "passes", operation_id = "resellPass", request_body = NewResale,
    params(("id" = String, Path, description = "The pass")),
    security(("session" = [])),
    responses(
        (status = 201, description = "The listing", body = Ticket),
        (status = 400, description = "The price is above `resaleLimit`; `pass_not_valid`: the pass is for sale, used or void, or a door has admitted an earlier holder; or `ticket_past`: its event has started", body = Problem),
        (status = 404, description = "The user holds no such pass", body = Problem),
        (status = 409, description = "The first request with this key is still being answered", body = Problem),
        (status = 422, description = "The key was used with another body", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<PassId>,
    key: IdempotencyKey,
    Json(input): Json<ResaleInput>,
) -> Result<KeyedAnswer, ApiError> {
    let mut errors = ValidationErrors::new();
    let price = input.price.required_price("price", "Price is required", &mut errors);
    errors.finish()?;
    let Some(price) = price else { return Err(ApiError::invalid(Vec::new())) };
    let now = app.core.clock.now();
    let (user, body) = (&session.user_id, (&id, price.cents()));
    let request = KeyedRequest::of_body(&key, user, "POST /api/passes/resale", &body, now)?;
    app.writes.acquire_keyed(&session.user_id, &app.core.db, &request).await?;
    let core = app.core.clone();
    let unit = move |tx: &mut Tx<'_>| {
        Answer::json(StatusCode::CREATED, &offer(tx, &app, &id, &session.user_id, price)?)
    };
    write_once(&core.db, request, unit).await
}

fn offer(tx: &mut Tx<'_>, app: &App, id: &PassId, holder: &UserId, price: Money) -> Result<Ticket, ApiError> {
    let publisher = app.publisher();
    let pass = store::passes::find(tx, id)?.filter(|pass| pass.holder_id == *holder);
    let pass = pass.ok_or_else(ApiError::not_found)?;
    let listing = TicketId::new(app.core.clock.new_id());
    store::passes::offer(tx, &publisher, pass.clone(), &listing).map_err(map_pass_error)?;
    if pass.details.starts_at.as_ref().is_some_and(|starts| starts.instant() <= publisher.now) {
        return Err(ApiError::rule(ErrorCode::TicketPast, "The event has started"));
    }
    app.resale_cap.check(price, pass.paid).map_err(|error| ApiError::invalid_field("price", error))?;
    let terms = Terms { title: pass.title, price, details: pass.details };
    store::list_terms(tx, &publisher, listing, holder, terms, Some(pass.ticket_id))
        .map_err(|error| map_pass_error(PassError::Db(error)))
}

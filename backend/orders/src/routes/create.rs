//! `POST /api/orders`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, Field, Json, PriceField, ValidationErrors};
use ticketing_platform::idempotency::{Answer, IdempotencyKey, KeyedAnswer, KeyedRequest, run_once};
use ticketing_platform::session::Session;
use ticketing_sdk::{ErrorCode, Money, NewOrder, Order, OrderId, Problem, TicketId, Timestamp};

use crate::store::ReserveError;
use crate::{App, store};

/// The unchecked body.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderInput {
    #[serde(default, rename = "ticketId")]
    ticket_id: Field<String>,
    #[serde(default)]
    price: PriceField,
}

/// Reserves a ticket by ordering it.
#[utoipa::path(
    post, path = "/api/orders", tag = "orders", operation_id = "createOrder", request_body = NewOrder,
    security(("session" = [])),
    responses(
        (status = 201, description = "The ticket is reserved until `expiresAt`, at most until its event starts", body = Order),
        (status = 400, description = "The ticket is already reserved, or `ticket_past`: its event has started", body = Problem),
        (status = 404, description = "There is no such ticket", body = Problem),
        (status = 409, description = "`price_changed`: the ticket does not cost `price` now; or the first request with this key is still being answered", body = Problem),
        (status = 422, description = "The key was used with another body", body = Problem),
        (status = 429, description = "Too many unpaid orders, too many writes, or `reorder_too_soon`: others come first after a reservation was given up", body = Problem),
        (status = 503, description = "`not_yet_visible`: the ticket was just listed and its event has not arrived; a retry is safe", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    key: IdempotencyKey,
    Json(input): Json<OrderInput>,
) -> Result<KeyedAnswer, ApiError> {
    let (ticket_id, price) = input.check()?;
    let request = Request { session, key, ticket_id, price };
    let (user, keyed) = (&request.session.user_id, request.to_keyed(app.core.clock.now())?);
    app.writes.acquire_keyed(user, &app.core.db, &keyed).await?;
    let ticket = ("ticket", request.ticket_id.as_str());
    app.visibility.retry_when_visible(user, ticket, || request.reserve(&app)).await
}

impl OrderInput {
    /// Checks the fields and reports every error together.
    fn check(self) -> Result<(TicketId, Option<Money>), ApiError> {
        const TICKET: &str = "TicketId must be provided";
        const PRICE: &str = "Price must be a number like 20 or 149.99";
        let mut errors = ValidationErrors::new();
        let id = self.ticket_id.required_id("ticketId", TICKET, &mut errors);
        let price = self.price.optional_price("price", PRICE, &mut errors);
        errors.finish()?;
        let id = id.ok_or_else(|| ApiError::invalid_field("ticketId", TICKET))?;
        Ok((TicketId::new(id), price))
    }
}

struct Request {
    session: Session,
    key: IdempotencyKey,
    ticket_id: TicketId,
    price: Option<Money>,
}

impl Request {
    /// Returns the request as one that a client may retry.
    fn to_keyed(&self, now: Timestamp) -> Result<KeyedRequest, ApiError> {
        let (user, route) = (&self.session.user_id, "POST /api/orders");
        KeyedRequest::of_body(&self.key, user, route, &(&self.ticket_id, self.price), now)
    }

    /// Reserves the ticket; `None` if the ticket is unknown, or its event has not arrived.
    async fn reserve(&self, app: &App) -> Result<Option<KeyedAnswer>, ApiError> {
        let now = app.core.clock.now();
        let request = self.to_keyed(now)?;
        let new = store::NewOrder {
            id: OrderId::new(app.core.clock.new_id()),
            user_id: self.session.user_id.clone(),
            ticket_id: self.ticket_id.clone(),
            now,
            expires_at: now + app.order_ttl,
            open_limit: i64::from(app.open_limit),
            price: self.price,
            reorder_pause: app.reorder_pause,
        };
        let outbox = app.core.outbox.clone();
        let unit = move |tx: &mut Tx<'_>| {
            let mut unknown = false;
            let keyed = run_once(tx, &request, |tx| match store::reserve(tx, &outbox, &new) {
                Ok(order) => Answer::json(StatusCode::CREATED, &order),
                Err(error) => {
                    unknown = matches!(error, ReserveError::UnknownTicket);
                    Err(reserve_error(error))
                }
            });
            keyed.map(|keyed| (keyed, unknown))
        };
        match app.core.db.write(unit).await? {
            (_, true) => Ok(None),
            (keyed, false) => keyed.map(Some),
        }
    }
}

fn reserve_error(error: ReserveError) -> ApiError {
    match error {
        ReserveError::UnknownTicket | ReserveError::NoTicket => ApiError::not_found(),
        ReserveError::Started => ApiError::rule(ErrorCode::TicketPast, "The event has started"),
        ReserveError::PriceChanged(price) => ApiError::price_changed(price),
        ReserveError::ReorderTooSoon(wait) => ApiError::too_many(
            ErrorCode::ReorderTooSoon,
            "You have given up a reservation of this ticket; others come first for a while",
            wait,
        ),
        ReserveError::Reserved => ApiError::rule(ErrorCode::TicketReserved, "Ticket is already reserved"),
        ReserveError::TooManyOpen => ApiError::too_many(
            ErrorCode::TooManyOpenOrders,
            "Too many unpaid orders: pay or cancel one first",
            60,
        ),
        ReserveError::Db(error) => error.into(),
    }
}

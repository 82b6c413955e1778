//! `POST /api/orders`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use ticketing_platform::arrivals::look_for;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::http::{ApiError, Faults, Field, Json};
use ticketing_platform::idempotency::{Answer, Fingerprint, IdempotencyKey, Once, once};
use ticketing_platform::session::Session;
use ticketing_sdk::{ErrorCode, NewOrder, Order, OrderId, Problem, TicketId};

use crate::store::ReserveError;
use crate::{App, store};

/// The body as it was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderInput {
    #[serde(default, rename = "ticketId")]
    ticket_id: Field<String>,
}

/// Reserves a ticket by ordering it.
#[utoipa::path(
    post, path = "/api/orders", tag = "orders", operation_id = "createOrder", request_body = NewOrder,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body answers the first response again")),
    responses(
        (status = 201, description = "The ticket is reserved until `expiresAt`", body = Order),
        (status = 400, description = "The ticket is already reserved", body = Problem),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 404, description = "There is no such ticket", body = Problem),
        (status = 429, description = "Too many unpaid orders", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    key: IdempotencyKey,
    Json(input): Json<OrderInput>,
) -> Result<Answer, ApiError> {
    let ticket_id = input.check()?;
    let request = Request { session, key, ticket_id };
    match request.reserve(&app).await {
        // The ticket may be so young that its event has not come yet.
        Err(ReserveOrWait::Unknown) => {}
        Err(ReserveOrWait::Refused(error)) => return Err(error),
        Ok(answer) => return Ok(answer),
    }
    request.wait_for_ticket(&app).await?.ok_or_else(ApiError::not_found)?;
    request.reserve(&app).await.map_err(|error| match error {
        ReserveOrWait::Unknown => ApiError::not_found(),
        ReserveOrWait::Refused(error) => error,
    })
}

impl OrderInput {
    fn check(self) -> Result<TicketId, ApiError> {
        let mut faults = Faults::new();
        let id = self.ticket_id.required_text("ticketId", "TicketId must be provided", &mut faults);
        match id.filter(|id| !id.trim().is_empty()) {
            Some(id) => Ok(TicketId::new(id)),
            None if faults.is_empty() => Err(ApiError::field("ticketId", "TicketId must be provided")),
            None => Err(faults.into()),
        }
    }
}

struct Request {
    session: Session,
    key: IdempotencyKey,
    ticket_id: TicketId,
}

/// Why a request was not answered.
enum ReserveOrWait {
    /// The ticket is not known here, or not yet.
    Unknown,
    Refused(ApiError),
}

impl From<DbError> for ReserveOrWait {
    fn from(error: DbError) -> Self {
        Self::Refused(error.into())
    }
}

impl Request {
    async fn reserve(&self, app: &App) -> Result<Answer, ReserveOrWait> {
        let now = app.core.clock.now();
        let fingerprint = Fingerprint::of(&self.ticket_id)
            .map_err(|error| ReserveOrWait::Refused(ApiError::internal(error)))?;
        let request =
            Once::new(&self.key, self.session.user_id.as_str(), "POST /api/orders", fingerprint, now);
        let new = store::NewOrder {
            id: OrderId::new(app.core.clock.new_id()),
            user_id: self.session.user_id.clone(),
            ticket_id: self.ticket_id.clone(),
            now,
            expires_at: now + app.order_ttl,
            open_limit: i64::from(app.open_limit),
        };
        let outbox = app.core.outbox.clone();
        let unit = move |tx: &mut Tx<'_>| {
            let mut unknown = false;
            let answer = once(tx, &request, |tx| match store::reserve(tx, &outbox, &new) {
                Ok(order) => Answer::json(StatusCode::CREATED, &order),
                Err(error) => {
                    unknown = matches!(error, ReserveError::NoTicket);
                    Err(refused(error))
                }
            });
            // Nothing is kept of a request that may be tried again in a moment, not even its key.
            if unknown { Err(ReserveOrWait::Unknown) } else { answer.map_err(ReserveOrWait::Refused) }
        };
        app.core.db.write(unit).await
    }

    async fn wait_for_ticket(&self, app: &App) -> Result<Option<store::TicketCopy>, DbError> {
        let look = || {
            let id = self.ticket_id.clone();
            app.core.db.read(move |tx| store::ticket(tx, &id))
        };
        look_for(&app.core.clock, &app.core.arrived, self.ticket_id.as_str(), look).await
    }
}

fn refused(error: ReserveError) -> ApiError {
    match error {
        ReserveError::NoTicket => ApiError::not_found(),
        ReserveError::Reserved => ApiError::rule(ErrorCode::TicketReserved, "Ticket is already reserved"),
        ReserveError::TooManyOpen => ApiError::too_many(
            ErrorCode::TooManyOpenOrders,
            "Too many unpaid orders: pay or cancel one first",
            60,
        ),
        ReserveError::Db(error) => error.into(),
    }
}

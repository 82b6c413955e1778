//! `GET /api/payments`

use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use ticketing_platform::http::page::{cursor, next_link};
use ticketing_platform::http::{ApiError, PageQuery, Query, ValidationErrors, list_body};
use ticketing_platform::session::Session;
use ticketing_sdk::{Payment, PaymentId, Problem};

use crate::store::PaymentRow;
use crate::{App, store};

/// Lists the payments of the signed-in user, newest last.
#[utoipa::path(
    get, path = "/api/payments", tag = "payments", operation_id = "listPayments",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Entries of a page; without it and a cursor the list is whole, up to 10 000"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    security(("session" = [])),
    responses(
        (status = 200, description = "A page of payments, and a Link to the next", body = Vec<Payment>),
        (status = 400, description = "The limit or the cursor is invalid", body = Problem),
        (status = 401, description = "Not signed in", body = Problem),
    )
)]
pub(crate) async fn list(State(app): State<App>, session: Session, uri: Uri) -> Result<Response, ApiError> {
    let mut errors = ValidationErrors::new();
    let page = PageQuery::parse(&Query::of(&uri), &mut errors);
    let after: Option<PaymentId> = page.after(&mut errors);
    errors.finish()?;

    // One more row than requested shows whether there is a next page.
    let limit = i64::from(page.limit) + 1;
    let read = move |tx: &mut ticketing_platform::db::Tx<'_>| {
        store::list_payments(tx, &session.user_id, after.as_ref(), limit)
    };
    let mut payments = app.core.db.read(read).await?;
    let more = payments.len() > page.limit as usize;
    payments.truncate(page.limit as usize);
    let payments: Vec<Payment> = payments.iter().map(PaymentRow::to_wire).collect();
    let (content, body) = ([(header::CONTENT_TYPE, "application/json")], list_body(&payments)?);
    match payments.last() {
        Some(last) if more => Ok(([next_link(&uri, &cursor(&last.id)?)], content, body).into_response()),
        _ => Ok((content, body).into_response()),
    }
}

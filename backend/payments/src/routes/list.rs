//! `GET /api/payments`

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use ticketing_platform::db::Tx;
use ticketing_platform::http::page::list_response;
use ticketing_platform::http::{ApiError, PageQuery, Query, ValidationErrors, list_body};
use ticketing_platform::session::Session;
use ticketing_sdk::{OrderId, Payment, PaymentId, Problem};

use crate::store::PaymentRow;
use crate::{App, store};

/// Lists the payments of the signed-in user, newest last.
#[utoipa::path(
    get, path = "/api/payments", tag = "payments", operation_id = "listPayments",
    params(
        ("order" = Option<String>, Query, pattern = "^[^\u{0}]*$", description = "The order that they pay for"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Entries of a page; without it and a cursor the list is whole, up to 10 000"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    security(("session" = [])),
    responses(
        (status = 200, description = "A page of payments, and a Link to the next", body = Vec<Payment>),
        (status = 400, description = "The order, the limit or the cursor is invalid", body = Problem),
    )
)]
pub(crate) async fn list(State(app): State<App>, session: Session, uri: Uri) -> Result<Response, ApiError> {
    let mut errors = ValidationErrors::new();
    let query = Query::from_uri(&uri);
    let page = PageQuery::parse(&query, &mut errors);
    let after: Option<PaymentId> = page.decode_cursor(&mut errors);
    let order = query.id("order", &mut errors).map(OrderId::new);
    errors.finish()?;

    let rows = page.rows();
    let unit = move |tx: &mut Tx<'_>| {
        store::list_payments(tx, &session.user_id, order.as_ref(), after.as_ref(), rows)
    };
    let mut payments = app.core.db.read(unit).await?;
    let link = page.truncate(&uri, &mut payments, |last| last.id.clone())?;
    let payments: Vec<Payment> = payments.iter().map(PaymentRow::to_wire).collect();
    Ok(list_response(list_body(&payments)?, link))
}

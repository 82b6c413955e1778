//! `GET /api/payments`

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use ticketing_platform::http::page::{cursor, next_link};
use ticketing_platform::http::{ApiError, Faults, Json, PageQuery};
use ticketing_platform::session::Session;
use ticketing_sdk::{Payment, PaymentId, Problem};

use crate::store::PaymentRow;
use crate::{App, store};

/// One's own payments, newest last.
#[utoipa::path(
    get, path = "/api/payments", tag = "payments", operation_id = "listPayments",
    params(
        ("limit" = Option<u32>, Query, description = "1–500, 100 unless told"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    responses(
        (status = 200, description = "A page of payments, and a Link to the next", body = Vec<Payment>),
        (status = 400, description = "The limit or the cursor is not valid", body = Problem),
        (status = 401, description = "Not signed in", body = Problem),
    )
)]
pub(crate) async fn list(State(app): State<App>, session: Session, uri: Uri) -> Result<Response, ApiError> {
    let mut faults = Faults::new();
    let page = PageQuery::parse(&uri, &mut faults);
    let after: Option<PaymentId> = page.after(&mut faults);
    faults.finish()?;

    // One more than asked for tells whether there is a next page.
    let limit = i64::from(page.limit) + 1;
    let read = move |tx: &mut ticketing_platform::db::Tx<'_>| {
        store::list_payments(tx, &session.user_id, after.as_ref(), limit)
    };
    let mut payments = app.core.db.read(read).await?;
    let more = payments.len() > page.limit as usize;
    payments.truncate(page.limit as usize);
    let body = Json(payments.iter().map(PaymentRow::to_wire).collect::<Vec<_>>());
    match payments.last() {
        Some(last) if more => Ok(([next_link(&uri, &cursor(&last.id)?)], body).into_response()),
        _ => Ok(body.into_response()),
    }
}

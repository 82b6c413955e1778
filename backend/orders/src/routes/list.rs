//! `GET /api/orders`

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use ticketing_platform::db::Tx;
use ticketing_platform::http::page::list_response;
use ticketing_platform::http::{ApiError, PageQuery, Query, ValidationErrors, list_body};
use ticketing_platform::session::Session;
use ticketing_sdk::{Order, OrderStatus, Problem};

use crate::{App, store};

/// The error of an invalid status.
const STATUS: &str = "Status must be created, awaiting:payment, complete, cancelled, a list of these, or all";

/// Lists the orders of the signed-in user, the newest last.
#[utoipa::path(
    get, path = "/api/orders", tag = "orders", operation_id = "listOrders",
    params(
        ("status" = Option<String>, Query, pattern = "^(all|(created|awaiting:payment|complete|cancelled)(, ?(created|awaiting:payment|complete|cancelled))*)?$",
         description = "`created`, `awaiting:payment`, `complete`, `cancelled`, a list of these with commas, or `all` (the default)."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Entries of a page; without it and a cursor the list is whole, up to 10 000"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    security(("session" = [])),
    responses(
        (status = 200, description = "A page of orders, and a Link to the next", body = Vec<Order>),
        (status = 400, description = "A filter is not valid", body = Problem),
    )
)]
pub(crate) async fn list(State(app): State<App>, session: Session, uri: Uri) -> Result<Response, ApiError> {
    let (query, mut errors) = (Query::from_uri(&uri), ValidationErrors::new());
    let page = PageQuery::parse(&query, &mut errors);
    let after: Option<String> = page.decode_cursor(&mut errors);
    let statuses: Vec<OrderStatus> = query.list("status", STATUS, &mut errors);
    errors.finish()?;

    let rows = page.rows();
    let unit = move |tx: &mut Tx<'_>| store::list(tx, &session.user_id, &statuses, after.as_deref(), rows);
    let mut orders = app.core.db.read(unit).await?;
    let link = page.truncate(&uri, &mut orders, |last| last.id.clone())?;
    Ok(list_response(list_body(&orders)?, link))
}

//! `GET /api/orders`

use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use ticketing_platform::db::Tx;
use ticketing_platform::http::page::{cursor, next_link};
use ticketing_platform::http::{ApiError, PageQuery, Query, ValidationErrors, list_body};
use ticketing_platform::session::Session;
use ticketing_sdk::{Order, OrderStatus, Problem};

use crate::{App, store};

/// The filters of the list, for the API's document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the values are read by name, so that their errors are reported together")]
pub(crate) struct Filters {
    /// `created`, `awaiting:payment`, `complete`, `cancelled`, a list of these with commas, or `all` (the default).
    #[param(
        pattern = "^(all|(created|awaiting:payment|complete|cancelled)(, ?(created|awaiting:payment|complete|cancelled))*)?$"
    )]
    status: Option<String>,
}

/// One's own orders, the newest last.
#[utoipa::path(
    get, path = "/api/orders", tag = "orders", operation_id = "listOrders",
    params(
        Filters,
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Entries of a page; without it and a cursor the list is whole, up to 10 000"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    security(("session" = [])),
    responses(
        (status = 200, description = "A page of orders, and a Link to the next", body = Vec<Order>),
        (status = 400, description = "A filter is not valid", body = Problem),
        (status = 401, description = "Not signed in", body = Problem),
    )
)]
pub(crate) async fn list(State(app): State<App>, session: Session, uri: Uri) -> Result<Response, ApiError> {
    let (query, mut errors) = (Query::of(&uri), ValidationErrors::new());
    let page = PageQuery::parse(&query, &mut errors);
    let after: Option<String> = page.after(&mut errors);
    let statuses = statuses(&query, &mut errors);
    errors.finish()?;

    let limit = page.limit;
    // One more than asked for tells whether there is a next page.
    let unit =
        move |tx: &mut Tx<'_>| store::list(tx, &session.user_id, &statuses, after.as_deref(), limit + 1);
    let mut orders = app.core.db.read(unit).await?;
    let more = orders.len() > limit as usize;
    orders.truncate(limit as usize);
    let (content, body) = ([(header::CONTENT_TYPE, "application/json")], list_body(&orders)?);
    match orders.last() {
        Some(last) if more => Ok(([next_link(&uri, &cursor(&last.id)?)], content, body).into_response()),
        _ => Ok((content, body).into_response()),
    }
}

/// The states that are asked for; none stands for all.
fn statuses(query: &Query, errors: &mut ValidationErrors) -> Vec<OrderStatus> {
    let Some(text) = query.value("status", errors).filter(|text| *text != "all") else {
        return Vec::new();
    };
    let statuses: Option<Vec<_>> = text.split(',').map(|name| name.trim().parse().ok()).collect();
    statuses.unwrap_or_else(|| {
        let message =
            "Status must be created, awaiting:payment, complete, cancelled, a list of these, or all";
        errors.push("status", message);
        Vec::new()
    })
}

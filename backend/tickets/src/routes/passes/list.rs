//! `GET /api/passes`

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use ticketing_platform::db::Tx;
use ticketing_platform::http::page::list_response;
use ticketing_platform::http::{ApiError, PageQuery, Query, ValidationErrors, list_body};
use ticketing_platform::session::Session;
use ticketing_sdk::{OrderId, Pass, PassStatus, Problem};

use super::show_pass;
use crate::domain::pass::StoredPass;
use crate::store::passes::PassFilter;
use crate::{App, store};

/// The error of an invalid status.
const STATUS: &str = "Status must be valid, offered, used, void, a list of these, or all";

/// Lists the passes that the signed-in user holds, or has issued; the newest first.
#[utoipa::path(
    get, path = "/api/passes", tag = "passes", operation_id = "listPasses",
    params(
        ("status" = Option<String>, Query, pattern = "^(all|(valid|offered|used|void)(, ?(valid|offered|used|void))*)?$",
         description = "`valid`, `offered`, `used`, `void`, a list of these with commas, or `all` (the default)."),
        ("issued" = Option<String>, Query, pattern = "^(me)?$",
         description = "`me`: the passes that the signed-in user has issued, without codes, in place of those that the user holds."),
        ("order" = Option<String>, Query, pattern = "^[^\u{0}]*$", description = "The order with which the user bought the pass."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Entries of a page; without it and a cursor the list is whole, up to 10 000"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
    ),
    security(("session" = [])),
    responses(
        (status = 200, description = "A page of passes, and a Link to the next", body = Vec<Pass>),
        (status = 400, description = "A filter is not valid", body = Problem),
    )
)]
pub(crate) async fn list(State(app): State<App>, session: Session, uri: Uri) -> Result<Response, ApiError> {
    let (query, mut errors) = (Query::from_uri(&uri), ValidationErrors::new());
    let page = PageQuery::parse(&query, &mut errors);
    let after: Option<String> = page.decode_cursor(&mut errors);
    let statuses: Vec<PassStatus> = query.list("status", STATUS, &mut errors);
    let issued = match query.value("issued", &mut errors) {
        None => false,
        Some("me") => true,
        Some(_) => {
            errors.push("issued", "Issued must be me");
            false
        }
    };
    let order = query.id("order", &mut errors).map(OrderId::new);
    errors.finish()?;

    let (rows, user) = (page.rows(), session.user_id.clone());
    let filter = PassFilter { user: session.user_id, issued, statuses, order };
    let unit = move |tx: &mut Tx<'_>| store::passes::list(tx, &filter, after.as_deref(), rows);
    let mut passes = app.core.db.read(unit).await?;
    let link = page.truncate(&uri, &mut passes, |last| last.id.clone())?;
    // Each code is signed, which takes time.
    let render = move || {
        let show = |pass| match issued {
            true => Ok(StoredPass::shown_to(pass, &user, app.resale_cap, app.core.clock.now())),
            false => show_pass(&app, pass, &user),
        };
        list_body(&passes.iter().map(show).collect::<Result<Vec<Pass>, ApiError>>()?)
    };
    let body = tokio::task::spawn_blocking(render).await.map_err(ApiError::internal)??;
    Ok(list_response(body, link))
}

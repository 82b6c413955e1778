//! A page that the application knows.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::App;

/// The same for every path: what it shows, the application decides by its address.
pub(crate) async fn page(State(app): State<App>, asked: HeaderMap) -> Response {
    app.page().answer(StatusCode::OK, &asked, app.headers())
}

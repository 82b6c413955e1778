//! The page at a path that the application knows.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::App;

/// Responds with the same page for every path. The application renders by the address.
pub(crate) async fn page(State(app): State<App>, request: HeaderMap) -> Response {
    app.page().respond(StatusCode::OK, &request, app.headers())
}

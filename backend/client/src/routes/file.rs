//! A file of the bundle, or the page of the application with status 404.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use crate::App;
use crate::bundle::HASHED_PREFIX;
use crate::resource::not_found;

/// Looks a path up in the table of embedded files. The file system is not read, so path traversal (`..`) is impossible.
pub(crate) async fn file(State(app): State<App>, uri: Uri, request: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = percent_decode_str(path).decode_utf8_lossy();
    match app.file(&path) {
        Some(file) => file.respond(StatusCode::OK, &request, app.headers()),
        None if is_file_name(&path) => not_found(app.headers()),
        None => app.page().respond(StatusCode::NOT_FOUND, &request, app.headers()),
    }
}

/// Returns whether a path names a file rather than a page. A missing script or picture must not be answered with HTML.
fn is_file_name(path: &str) -> bool {
    path.starts_with(HASHED_PREFIX) || path.rsplit('/').next().is_some_and(|name| name.contains('.'))
}

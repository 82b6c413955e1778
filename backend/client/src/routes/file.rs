//! A file of the bundle; else the application's own "not found".

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use crate::App;
use crate::answer::missing;
use crate::bundle::HASHED;

/// Paths are names in a table, and no folder is looked into: `..` and other devices of paths lead nowhere.
pub(crate) async fn file(State(app): State<App>, uri: Uri, asked: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = percent_decode_str(path).decode_utf8_lossy();
    match app.file(&path) {
        Some(file) => file.answer(StatusCode::OK, &asked, app.headers()),
        None if is_of_a_file(&path) => missing(app.headers()),
        None => app.page().answer(StatusCode::NOT_FOUND, &asked, app.headers()),
    }
}

/// Whether a path is not one that a person would be at. A page in place of a script or a picture is only a riddle.
fn is_of_a_file(path: &str) -> bool {
    path.starts_with(HASHED) || path.rsplit('/').next().is_some_and(|name| name.contains('.'))
}

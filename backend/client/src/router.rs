//! The routes: the pages of the application, its files, and every other path.

use axum::Router;
use axum::routing::{any, get};

use crate::App;
use crate::routes::{api, file, page};

/// The paths of the router of the application (`web/src/app.tsx` of this crate).
const PAGES: [&str; 14] = [
    "/",
    "/tickets/new",
    "/tickets/{id}",
    "/tickets/{id}/edit",
    "/orders",
    "/orders/{id}",
    "/listings",
    "/passes",
    "/passes/{id}",
    "/claim",
    "/check-in",
    "/auth/signin",
    "/auth/signup",
    "/auth/signout",
];

pub(crate) fn router() -> Router<App> {
    let pages = PAGES.into_iter().fold(Router::new(), |router, path| router.route(path, get(page::page)));
    pages
        .route("/{*path}", get(file::file))
        // The routes of the services are more specific, so they are matched first.
        .route("/api", any(api::not_found))
        .route("/api/", any(api::not_found))
        .route("/api/{*path}", any(api::not_found))
}

//! The routes: the pages that the application knows, its files, and what is left over.

use axum::Router;
use axum::routing::{any, get};

use crate::App;
use crate::routes::{api, file, page};

/// The pages of the application, as its own router names them (`web/`).
const PAGES: [&str; 10] = [
    "/",
    "/tickets/new",
    "/tickets/{id}",
    "/tickets/{id}/edit",
    "/orders",
    "/orders/{id}",
    "/listings",
    "/auth/signin",
    "/auth/signup",
    "/auth/signout",
];

pub(crate) fn router() -> Router<App> {
    let pages = PAGES.into_iter().fold(Router::new(), |router, path| router.route(path, get(page::page)));
    pages
        .route("/{*path}", get(file::file))
        // These lie deeper than everything else of the services, which is answered before.
        .route("/api", any(api::unknown))
        .route("/api/", any(api::unknown))
        .route("/api/{*path}", any(api::unknown))
}

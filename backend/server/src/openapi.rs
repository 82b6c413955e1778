//! The OpenAPI document: made from the routes themselves.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

/// Completes the document that the routes have made.
#[must_use]
pub fn document(routes: OpenApi) -> OpenApi {
    let info = InfoBuilder::new()
        .title("ticketing")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A ticket marketplace: list tickets, reserve one by ordering it, pay before the reservation runs out.",
        ))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .contact(None::<ContactBuilder>.map(ContactBuilder::build))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    document.merge(routes);
    document
}

/// The route of the whole document, for processes that know a part of the routes: the copy that the routes are compared with
/// in a test.
pub(crate) fn whole() -> Router {
    const DOCUMENT: &str = include_str!("../../../docs/reference/openapi.json");
    Router::new()
        .route("/api/openapi.json", get(|| async { ([(CONTENT_TYPE, "application/json")], DOCUMENT) }))
}

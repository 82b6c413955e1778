//! The OpenAPI document, generated from the routes.

mod common;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value};
use ticketing_platform::http::CanonicalPaths;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

/// The name of the security scheme of sessions.
const SESSION: &str = "session";

/// Completes the generated document for a server whose session cookie has this name.
pub fn document(routes: OpenApi, cookie_name: &str) -> OpenApi {
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
    let cookie = ApiKeyValue::with_description(
        cookie_name,
        "The session that signing in and signing up begin. A browser must also send the request from the same origin.",
    );
    let scheme = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
    document.components.get_or_insert_default().security_schemes.insert(SESSION.to_owned(), scheme.into());
    common::describe(&mut document);
    document
}

/// The committed copy, which a test compares with the routes.
const COMMITTED: &str = include_str!("../../../docs/reference/openapi.json");
/// The path of the document.
pub(crate) const PATH: &str = "/api/openapi.json";

/// Returns the route of the committed document, for processes that have a part of the routes.
pub(crate) fn document_route(cookie_name: &str) -> Router {
    // In the form that one process writes. A test parses the copy.
    let mut document: Value = serde_json::from_str(COMMITTED).unwrap_or_default();
    if let Some(name) = document.pointer_mut("/components/securitySchemes/session/name") {
        *name = cookie_name.into();
    }
    let document: Bytes = document.to_string().into();
    let respond = move || async move { ([(CONTENT_TYPE, "application/json")], document).into_response() };
    Router::new().route(PATH, get(respond))
}

/// Returns every path of the API, in any process.
pub(crate) fn canonical_paths() -> CanonicalPaths {
    // A test parses the copy; without it every path would have one spelling.
    let document: Value = serde_json::from_str(COMMITTED).unwrap_or_default();
    let named = document["paths"].as_object().into_iter().flat_map(Map::keys).cloned();
    named.chain([PATH.to_owned()]).collect()
}

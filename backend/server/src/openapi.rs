//! The OpenAPI document: made from the routes themselves.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use ticketing_platform::session::INTENDED_USER;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{
    ContactBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, Required,
    Response, ResponseBuilder,
};

/// Routes that read the session and never answer 401.
const SESSION_IS_OPTIONAL: [&str; 2] = ["/api/users/currentuser", "/api/users/signout"];

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
    for (path, item) in &mut document.paths.paths {
        let is_optional = SESSION_IS_OPTIONAL.contains(&path.as_str());
        for operation in operations(item) {
            if is_optional || operation.responses.responses.contains_key("401") {
                describe_intended_user(operation);
            }
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}

/// Adds the header of the intended user, which the extractors of the session read on every route alike.
fn describe_intended_user(operation: &mut Operation) {
    operation.parameters.get_or_insert_default().push(intended_user().into());
    let responses = &mut operation.responses.responses;
    responses.entry("409".to_owned()).or_insert_with(|| other_user().into());
}

fn intended_user() -> Parameter {
    ParameterBuilder::new()
        .name(INTENDED_USER.as_str())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "The id of the user that the request is meant for: 409 `other_user` where another one is signed in",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn other_user() -> Response {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new()
        .description("The request is meant for another user than the one who is signed in")
        .content("application/json", problem)
        .build()
}

/// The route of the whole document, for processes that know a part of the routes: the copy that the routes are compared with
/// in a test.
pub(crate) fn whole() -> Router {
    const DOCUMENT: &str = include_str!("../../../docs/reference/openapi.json");
    Router::new()
        .route("/api/openapi.json", get(|| async { ([(CONTENT_TYPE, "application/json")], DOCUMENT) }))
}

//! What layers and extractors of the platform add to every route alike: headers that they read, answers that they give.

use ticketing_platform::session::INTENDED_USER;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, Required, Response, ResponseBuilder};

/// Routes that read the session and never answer 401.
const SESSION_IS_OPTIONAL: [&str; 2] = ["/api/users/currentuser", "/api/users/signout"];

/// Answers of every operation.
const ANY: [(&str, &str); 2] = [
    ("400", "A field is malformed, or comes more than once"),
    ("503", "The service cannot answer now: see `Retry-After`"),
];
/// Answers of operations that change something.
const WRITE: [(&str, &str); 1] = [("403", "A browser sent the request from another origin")];
/// Answers of operations with a body.
const BODY: [(&str, &str); 3] = [
    ("408", "The body did not arrive in time"),
    ("413", "The body is too large"),
    ("415", "The body is not declared as JSON"),
];

/// Describes all of them.
pub(super) fn describe(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let is_optional = SESSION_IS_OPTIONAL.contains(&path.as_str());
        let PathItem { get, put, post, delete, .. } = item;
        let reads = get.iter_mut().map(|operation| (operation, false));
        let writes = [put, post, delete].into_iter().flatten().map(|operation| (operation, true));
        for (operation, is_write) in reads.chain(writes) {
            if is_optional || operation.responses.responses.contains_key("401") {
                describe_intended_user(operation);
            }
            describe_answers(operation, is_write);
        }
    }
}

fn describe_answers(operation: &mut Operation, is_write: bool) {
    let writes = if is_write { &WRITE[..] } else { &[] };
    let bodies = if operation.request_body.is_some() { &BODY[..] } else { &[] };
    for (status, description) in ANY.iter().chain(writes).chain(bodies) {
        let responses = &mut operation.responses.responses;
        responses.entry((*status).to_owned()).or_insert_with(|| problem(description).into());
    }
}

/// Adds the header of the intended user, which the extractors of the session read on every route alike.
fn describe_intended_user(operation: &mut Operation) {
    operation.parameters.get_or_insert_default().push(intended_user().into());
    let responses = &mut operation.responses.responses;
    let other_user = || problem("The request is meant for another user than the one who is signed in").into();
    responses.entry("409".to_owned()).or_insert_with(other_user);
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

fn problem(description: &str) -> Response {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/json", problem).build()
}

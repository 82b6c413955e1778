//! Describes what layers and extractors of the platform add to every route: header fields of requests, responses, and
//! header fields of responses.

use ticketing_platform::session::INTENDED_USER;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    ContentBuilder, Header, HeaderBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder,
};

/// Routes that read the session and never answer 401.
const SESSION_IS_OPTIONAL: [&str; 2] = ["/api/users/currentuser", "/api/users/signout"];

/// Responses of every operation.
const ANY: [(&str, &str); 2] = [
    ("400", "A field is malformed, or comes more than once"),
    ("503", "The service cannot answer now: see `Retry-After`"),
];
/// Responses of operations that change state.
const WRITE: [(&str, &str); 1] = [("403", "A browser sent the request from another origin")];
/// Responses of operations with a body.
const BODY: [(&str, &str); 3] = [
    ("408", "The body did not arrive in time"),
    ("413", "The body is too large"),
    ("415", "The body is not declared as JSON"),
];
/// Responses of operations with a session.
const SESSION: [(&str, &str); 1] = [("401", "Not signed in")];
/// Responses of operations with a session that change state.
const USER_WRITE: [(&str, &str); 1] = [("429", "Too many writes")];

/// Describes them in every operation.
pub(super) fn describe(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let is_optional = SESSION_IS_OPTIONAL.contains(&path.as_str());
        let PathItem { get, put, post, delete, .. } = item;
        let reads = get.iter_mut().map(|operation| (operation, false));
        let writes = [put, post, delete].into_iter().flatten().map(|operation| (operation, true));
        for (operation, is_write) in reads.chain(writes) {
            // Only an operation that reads a key can find it with another body.
            if operation.responses.responses.contains_key("422") {
                describe_idempotency_key(operation);
            }
            let is_single = path.ends_with("/{id}");
            describe_answers(operation, is_write, is_single);
            if is_optional || operation.responses.responses.contains_key("401") {
                describe_intended_user(operation);
            }
            describe_headers(operation, is_single);
        }
    }
}

/// Adds the header fields of an operation that reads an idempotency key.
fn describe_idempotency_key(operation: &mut Operation) {
    let answer = match operation.operation_id.as_deref() {
        Some("signup") => "",
        Some("checkInPass") => ". The same key and body answers the first admission again",
        Some("claimPass") => ". The same key and body answers the pass again",
        Some("resellPass") => ". The same key and body answers the first listing again",
        Some("transferPass") => ". The same key answers the first response again",
        _ => {
            ". The same key and body answers the first response again, unless that was a refusal which another try may \
             change"
        }
    };
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(format!("1 to 255 visible ASCII characters; kept for 24 hours{answer}")))
        .schema(Some(schema));
    operation.parameters.get_or_insert_default().push(key.build().into());
    if let Some(RefOr::T(created)) = operation.responses.responses.get_mut("201") {
        let description = "Of a request with a key: whether an earlier one had the effect";
        created.headers.insert("Idempotent-Replayed".to_owned(), header(description, Type::Boolean).into());
    }
}

fn describe_answers(operation: &mut Operation, is_write: bool, is_single: bool) {
    let session = [SecurityRequirement::new::<_, _, &str>("session", [])];
    let has_session = operation.security.as_deref() == Some(&session);
    let responses = &mut operation.responses.responses;
    for (is_possible, answers) in [
        (true, &ANY[..]),
        (is_write, &WRITE),
        (operation.request_body.is_some(), &BODY),
        (has_session, &SESSION),
        (has_session && is_write, &USER_WRITE),
    ] {
        for (status, description) in answers.iter().filter(|_| is_possible) {
            responses.entry((*status).to_owned()).or_insert_with(|| problem(description).into());
        }
    }
    if is_single && !is_write {
        let not_modified = ResponseBuilder::new().description("`If-None-Match` names this version");
        responses.insert("304".to_owned(), not_modified.build().into());
    }
}

/// Adds the header fields of the responses of an operation, which has one resource (`is_single`) or several.
fn describe_headers(operation: &mut Operation, is_single: bool) {
    let is_cursor = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(it) if it.name == "cursor");
    let is_list = operation.parameters.iter().flatten().any(is_cursor);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let mut add = |name: &str, header: Header| response.headers.insert(name.to_owned(), header.into());
        add("X-Request-Id", header("The id of the request, as log lines and traces have it", Type::String));
        match status.as_str() {
            "429" | "503" => {
                add("Retry-After", header("The seconds to wait before another try", Type::Integer));
            }
            "200" | "304" if is_single => {
                add("ETag", header("The version, for `If-Match` and `If-None-Match`", Type::String));
            }
            "200" if is_list => {
                let description = "The next page, as `<…>; rel=\"next\"`; absent on the last page";
                add("Link", header(description, Type::String));
            }
            _ => {}
        }
    }
}

fn header(description: &str, schema_type: Type) -> Header {
    HeaderBuilder::new()
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(schema_type)))
        .build()
}

/// Adds the header of the intended user, which the session extractors read on every route.
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

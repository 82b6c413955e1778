//! `/api/users`.

use serde_json::json;
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{ErrorCode, Method};

use crate::support::{client, signed_in};

#[tokio::test]
async fn signing_in_makes_the_session_and_signing_out_ends_it() {
    let mock = Mock::new();
    signed_in(&mock, "session");
    let current = json!({"currentUser": {"id": "u-1", "email": "ada@example.com", "iat": 1}});
    mock.on(Method::GET, "/api/users/currentuser", Reply::json(200, &current));
    mock.on(Method::POST, "/api/users/signout", Reply::json(200, &json!({})));
    let client = client(&mock);
    let user = client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    assert_eq!(user.email, "ada@example.com");
    assert_eq!(client.auth().current_user().await.unwrap().unwrap().id, user.id);
    assert!(client.session().await.unwrap().present);
    client.auth().sign_out().await.unwrap();
    assert!(!client.session().await.unwrap().present);
    client.auth().current_user().await.unwrap();
    let cookies: Vec<_> = mock.requests().iter().map(|request| request.header("cookie").is_some()).collect();
    assert_eq!(cookies, [false, true, true, false]);
}

#[tokio::test]
async fn signing_up_reports_every_field() {
    let mock = Mock::new();
    let details = json!({"errors": [
        {"message": "Email must be valid", "field": "email", "code": "invalid_input"},
        {"message": "Password must be 8 to 128 characters", "field": "password", "code": "invalid_input"},
    ]});
    mock.on(Method::POST, "/api/users/signup", Reply::json(400, &details));
    let error = client(&mock).auth().sign_up("x", "y").await.unwrap_err();
    let fields: Vec<_> = error.details().iter().filter_map(|detail| detail.field.as_deref()).collect();
    assert_eq!(fields, ["email", "password"]);
    assert_eq!(error.code(), Some(&ErrorCode::InvalidInput));
    assert_eq!(error.to_string(), "Email must be valid; Password must be 8 to 128 characters");
}

#[tokio::test]
async fn failed_sign_in_keeps_the_session() {
    let mock = Mock::new();
    signed_in(&mock, "session");
    let refusal = Reply::problem(400, ErrorCode::InvalidCredentials, "Invalid credentials");
    mock.on(Method::POST, "/api/users/signin", refusal);
    let client = client(&mock);
    client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    let error = client.auth().sign_in("ada@example.com", "wrong").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::InvalidCredentials));
    assert!(client.session().await.unwrap().present);
}

#[tokio::test]
async fn current_user_is_none_without_session() {
    let mock = Mock::new();
    mock.on(Method::GET, "/api/users/currentuser", Reply::json(200, &json!({"currentUser": null})));
    assert_eq!(client(&mock).auth().current_user().await.unwrap(), None);
}

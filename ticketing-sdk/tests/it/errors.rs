//! An error keeps what a caller needs, even when the answer is not the marketplace's.

use serde_json::json;
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Client, Error, ErrorCategory, ErrorCode, Method, StatusCode};

use crate::support::{SERVER, client};

const PATH: &str = "/api/tickets/t-1";

async fn error_of(reply: Reply) -> Error {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, reply);
    let client = Client::builder(SERVER).mock(&mock).max_retries(0).build().unwrap();
    client.tickets().get("t-1").await.unwrap_err()
}

#[tokio::test]
async fn proxy_error_page_keeps_status_and_head() {
    let page = format!("<html>\u{1b}[31m<h1>502 Bad Gateway</h1>{}</html>", "x".repeat(5000));
    let error = error_of(Reply::text(502, "text/html", page)).await;
    let Error::Unexpected(answer) = &error else { panic!("{error:?}") };
    assert_eq!((answer.status, answer.content_type.as_deref()), (StatusCode::BAD_GATEWAY, Some("text/html")));
    assert_eq!(answer.head.chars().count(), 512);
    let text = error.to_string();
    assert!(text.contains("502 Bad Gateway") && !text.contains('\u{1b}') && text.len() < 250, "{text}");
}

#[tokio::test]
async fn login_page_is_not_read_as_a_ticket() {
    let error = error_of(Reply::text(200, "text/html", "<html>Welcome to our wifi</html>")).await;
    assert!(matches!(&error, Error::Unexpected(answer) if answer.status == StatusCode::OK), "{error:?}");
}

#[tokio::test]
async fn page_of_another_program_says_nothing_of_the_ticket() {
    for (status, category) in [
        (404, ErrorCategory::Failed),
        (401, ErrorCategory::Failed),
        (409, ErrorCategory::Failed),
        (502, ErrorCategory::Unreachable),
    ] {
        let error = error_of(Reply::text(status, "text/html", "<html>no such page</html>")).await;
        assert_eq!((error.category(), error.is_not_found()), (category, false), "{status}");
    }
}

#[tokio::test]
async fn body_of_another_shape_is_unexpected() {
    let error = error_of(Reply::json(200, &json!({"id": "t-1"}))).await;
    assert!(matches!(&error, Error::Decode { path, .. } if path == PATH), "{error:?}");
    let error =
        error_of(Reply::json(200, &json!({"id": "t", "title": "x", "userId": "u", "price": 19.999}))).await;
    assert!(error.to_string().contains("at most two decimals"), "{error}");
}

#[tokio::test]
async fn codes_are_derived_only_from_a_status_that_leaves_no_doubt() {
    for (status, code) in [
        (400, None),
        (401, Some(ErrorCode::NotSignedIn)),
        (404, Some(ErrorCode::NotFound)),
        (409, None),
        (412, Some(ErrorCode::VersionMismatch)),
        (415, Some(ErrorCode::UnsupportedMediaType)),
        (429, Some(ErrorCode::TooManyRequests)),
        (500, None),
    ] {
        let error = error_of(Reply::json(status, &json!({"errors": [{"message": "no"}]}))).await;
        assert_eq!(error.code(), code.as_ref(), "{status}");
        assert_eq!(error.is_not_found(), status == 404);
        assert_eq!(error.is_unauthenticated(), status == 401);
    }
}

#[tokio::test]
async fn server_messages_have_no_control_characters() {
    let error = error_of(Reply::problem(400, ErrorCode::InvalidInput, "bad title \u{1b}]0;x\u{7}")).await;
    assert_eq!(error.to_string(), "bad title ]0;x");
}

#[tokio::test]
async fn raw_requests_choose() {
    let mock = Mock::new();
    let client = client(&mock);
    let response = client.request(Method::GET, "/nowhere").send().await.unwrap();
    assert_eq!((response.status(), response.request_id()), (StatusCode::NOT_FOUND, Some("1")));
    assert!(response.text().contains("no answer"));
    assert!(client.request(Method::GET, "/nowhere").send_checked().await.unwrap_err().is_not_found());
    let faulty = client.request(Method::GET, "/x").header("bad name", "v").header("good", "bad\nvalue");
    assert!(matches!(faulty.send().await, Err(Error::InvalidInput { field: "header", .. })));
    assert!(client.request(Method::GET, "no-slash").send().await.is_err());
}

#[test]
fn url_is_checked_before_any_request() {
    for bad in ["", "ftp://x", "http://", "http://u:s3cret@x", "http://x/?a=b", "http://x/#f", "nonsense"] {
        let error = Client::new(bad).unwrap_err();
        assert!(matches!(error, Error::InvalidInput { field: "server", .. }), "{bad}");
        assert!(!error.to_string().contains("s3cret"));
    }
    for (short, whole) in [
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("localhost:3000", "http://localhost:3000"),
        ("shop.example", "https://shop.example"),
        ("shop.example:8443/market", "https://shop.example:8443/market"),
    ] {
        assert_eq!(Client::new(short).unwrap().server(), whole);
    }
    assert_eq!(Client::new("HTTP://LocalHost:80/market/").unwrap().server(), "http://localhost/market");
}

//! Every error, of a route or the framework, has the one JSON format.

use axum::Router;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;
use ticketing_platform::http::{ApiError, Json, KeepErrorBody, RequestId};
use ticketing_sdk::ErrorCode;

use crate::wire::{Server, fails};

#[derive(Deserialize)]
struct Number {
    number: u8,
}

#[expect(clippy::panic, reason = "that is the case under test")]
async fn panics() -> &'static str {
    panic!("secret detail")
}

async fn server() -> Server {
    let router = Router::new()
        .route("/ok", get(|| async { Json(serde_json::json!({"ok": true})) }))
        .route("/ok", post(|| async { StatusCode::NO_CONTENT }))
        .route("/panic", get(panics))
        .route("/internal", get(|| async { ApiError::internal("secret detail") }))
        .route("/busy", get(|| async { ApiError::unavailable("Busy", 3) }))
        .route("/many", get(|| async { ApiError::too_many(ErrorCode::TooManyRequests, "Slowly", 7) }))
        .route("/plain", get(|| async { (StatusCode::BAD_GATEWAY, "secret detail").into_response() }))
        .route(
            "/page",
            get(|| async { (StatusCode::NOT_FOUND, axum::Extension(KeepErrorBody), "for people") }),
        )
        .route("/query", get(|Query(query): Query<Number>| async move { query.number.to_string() }))
        .route("/path/{number}", get(|Path(number): Path<u8>| async move { number.to_string() }))
        .route(
            "/id",
            get(|axum::Extension(id): axum::Extension<RequestId>| async move { id.as_str().to_owned() }),
        );
    Server::start(router).await
}

#[tokio::test]
async fn unknown_routes_and_methods_get_json_errors() {
    let server = server().await;
    for path in ["/", "/nothing", "/ok/", "/%ff", "/ok%00", "/ok?a=%ff%00"] {
        let reply = server.send(&format!("GET {path}"), &[], "").await;
        if path.starts_with("/ok?") {
            assert_eq!(reply.status, 200);
        } else {
            fails(&reply, 404, "not_found");
        }
    }
    let reply = server.send("DELETE /ok", &[], "").await;
    fails(&reply, 405, "method_not_allowed");
    assert_eq!(reply.header("allow"), Some("GET,HEAD,POST,OPTIONS"));
    fails(&server.send("BREW /nothing", &[], "").await, 404, "not_found");
}

#[tokio::test]
async fn internal_errors_do_not_reveal_their_cause() {
    let server = server().await;
    for path in ["/panic", "/internal", "/plain"] {
        let reply = server.send(&format!("GET {path}"), &[], "").await;
        let (status, code) = reply.failure();
        assert!(status >= 500 && code == "internal", "{reply:?}");
        assert!(!reply.body.contains("secret"), "{reply:?}");
    }
    // The panic did not stop the server.
    assert_eq!(server.send("GET /ok", &[], "").await.status, 200);
}

#[tokio::test]
async fn rejections_of_axum_get_json_errors() {
    let server = server().await;
    for path in ["/query", "/query?number=x", "/path/x", "/path/300"] {
        fails(&server.send(&format!("GET {path}"), &[], "").await, 400, "invalid_input");
    }
}

#[tokio::test]
async fn html_error_page_keeps_its_body() {
    let reply = server().await.send("GET /page", &[], "").await;
    assert_eq!((reply.status, reply.body.as_str()), (404, "for people"));
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(reply.header("x-request-id").is_some());
}

#[tokio::test]
async fn retry_after_is_sent() {
    let server = server().await;
    let reply = server.send("GET /busy", &[], "").await;
    fails(&reply, 503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("3"));
    let reply = server.send("GET /many", &[], "").await;
    fails(&reply, 429, "too_many_requests");
    assert_eq!(reply.header("retry-after"), Some("7"));
}

#[tokio::test]
async fn request_ids_are_kept_if_valid_and_generated_otherwise() {
    let server = server().await;
    let reply = server.send("GET /id", &[("x-request-id", "trace-7.1")], "").await;
    assert_eq!((reply.header("x-request-id"), reply.body.as_str()), (Some("trace-7.1"), "trace-7.1"));
    let mut seen = std::collections::HashSet::new();
    for given in ["", "a b", "<script>", &"x".repeat(200)] {
        let reply = server.send("GET /id", &[("x-request-id", given)], "").await;
        let id = reply.header("x-request-id").unwrap().to_owned();
        assert_eq!(id, reply.body);
        assert_ne!(id, given);
        assert!(seen.insert(id));
    }
}

#[tokio::test]
async fn successful_answers_are_not_changed() {
    let server = server().await;
    let reply = server.send("GET /ok", &[], "").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"ok":true}"#));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(server.send("POST /ok", &[("content-length", "0")], "").await.status, 204);
}

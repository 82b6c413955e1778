//! Request bodies that are not JSON, too large, or of the wrong types.

use axum::Router;
use axum::routing::post;
use serde::Deserialize;
use ticketing_platform::http::{ApiError, Field, Json, ValidationErrors};
use ticketing_sdk::{Money, Problem};

use crate::wire::{Server, fails};

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    title: Field<String>,
    #[serde(default)]
    price: Field<Money>,
}

async fn create(Json(body): Json<Body>) -> Result<String, ApiError> {
    let mut errors = ValidationErrors::new();
    let title = body.title.required("title", "Title is required", &mut errors);
    let price = body.price.required("price", "Price must be greater than 0", &mut errors);
    errors.finish()?;
    Ok(format!("{} {}", title.unwrap(), price.unwrap()))
}

async fn server() -> Server {
    Server::start(Router::new().route("/t", post(create))).await
}

#[tokio::test]
async fn valid_body_is_read() {
    let server = server().await;
    for body in [r#"{"title":"A","price":149.99}"#, r#"{"title":"A","price":"149.99","more":[1]}"#] {
        let reply = server.post_json("/t", body).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "A 149.99"));
    }
}

#[tokio::test]
async fn body_that_is_no_json_object_is_refused() {
    let server = server().await;
    for body in ["{", "nonsense", "[]", "null", "\"text\"", "7", "{\"title\":\"\u{1}\"}", "{}{}"] {
        fails(&server.post_json("/t", body).await, 400, "invalid_json");
    }
    let empty =
        server.send("POST /t", &[("content-type", "application/json"), ("content-length", "0")], "").await;
    fails(&empty, 400, "invalid_json");
    fails(&server.post_json("/t", &"[".repeat(60_000)).await, 400, "invalid_json");
    let deep = format!("{{\"title\":{}", "[".repeat(60_000));
    fails(&server.post_json("/t", &deep).await, 400, "invalid_json");
}

#[tokio::test]
async fn body_of_another_media_type_is_refused() {
    let server = server().await;
    fails(&server.send("POST /t", &[], "{}").await, 415, "unsupported_media_type");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let reply = server.send("POST /t", &[("content-type", kind)], "{}").await;
        fails(&reply, 415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn wrong_types_are_reported_by_field_together() {
    let server = server().await;
    for body in [
        r#"{}"#,
        r#"{"title":7,"price":"cheap"}"#,
        r#"{"title":null,"price":{"a":[]}}"#,
        r#"{"title":[],"price":-1}"#,
    ] {
        let reply = server.post_json("/t", body).await;
        assert_eq!(reply.status, 400);
        let problem: Problem = serde_json::from_str(&reply.body).unwrap();
        let fields: Vec<_> = problem.errors.iter().map(|error| error.field.as_deref()).collect();
        assert_eq!(fields, [Some("title"), Some("price")], "{body}");
        assert!(problem.errors.iter().all(|error| error.code == Some("invalid_input".into())));
    }
}

#[tokio::test]
async fn large_body_is_refused_and_the_answer_arrives() {
    let server = server().await;
    let padded = |size: usize| {
        let frame = r#"{"title":"","price":1}"#.len();
        format!(r#"{{"title":"{}","price":1}}"#, "x".repeat(size - frame))
    };
    assert_eq!(server.post_json("/t", &padded(64 * 1024)).await.status, 200);
    fails(&server.post_json("/t", &padded(64 * 1024 + 1)).await, 413, "payload_too_large");
    // The client writes all of it before it looks for an answer.
    fails(&server.post_json("/t", &padded(3 * 1024 * 1024)).await, 413, "payload_too_large");
}

#[tokio::test]
async fn large_body_of_unknown_length_is_refused() {
    let server = server().await;
    let mut client = server.connect().await;
    client
        .write("POST /t HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    for _ in 0..17 {
        client.write(&chunk).await;
    }
    fails(&client.reply().await.unwrap(), 413, "payload_too_large");
}

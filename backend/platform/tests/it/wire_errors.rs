//! Requests that are not valid HTTP are answered in the common error format.

use axum::Router;
use axum::routing::get;
use ticketing_platform::http::{LayerSettings, ServeLimits};

use crate::wire::{Server, fails};

async fn server() -> Server {
    Server::start(Router::new().route("/things", get(|| async { "things" }))).await
}

#[tokio::test]
async fn invalid_http_is_answered_with_an_error_code() {
    let server = server().await;
    let long = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(70_000));
    let large = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(200_000));
    let many = format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "a: b\r\n".repeat(200));
    for (request, status, code) in [
        ("nonsense\r\n\r\n", 400, "malformed_request"),
        ("GET /a b HTTP/1.1\r\nhost: a\r\n\r\n", 400, "malformed_request"),
        ("GET / HTTP/1.1\r\nhost: a\r\nbad name: 1\r\n\r\n", 400, "malformed_request"),
        ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n", 400, "malformed_request"),
        (&long, 414, "uri_too_long"),
        (&large, 431, "header_fields_too_large"),
        (&many, 431, "header_fields_too_large"),
    ] {
        let mut client = server.connect().await;
        client.write(request).await;
        let reply = client.reply().await.expect("no answer");
        fails(&reply, status, code);
        assert_eq!(reply.header("connection"), Some("close"), "{reply:?}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("date").is_some());
    }
}

#[tokio::test]
async fn page_of_an_allowed_origin_can_read_errors_of_invalid_http() {
    const SHOP: &str = "https://shop.example";
    let allowed = vec![SHOP.parse().unwrap()];
    let limits = ServeLimits { allowed_origins: allowed.clone().into(), ..ServeLimits::default() };
    let layers = LayerSettings { allowed_origins: allowed, ..LayerSettings::default() };
    let server = Server::layered(Router::new(), limits, layers).await;
    let none_allowed = self::server().await;
    let fields = "a: b\r\n".repeat(200);
    // The layer refuses what hyper has read beyond its limit.
    let long_head =
        format!("GET / HTTP/1.1\r\nhost: a\r\nORIGIN: {SHOP}\r\nx: {}\r\n\r\n", "x".repeat(65_536));
    let error = |origin: &str| format!("GET / HTTP/1.1\r\nhost: a\r\nOrigin: {origin}\r\n{fields}\r\n");
    for (server, request, expected) in [
        (&server, error(SHOP), Some(SHOP)),
        (&server, long_head, Some(SHOP)),
        (&server, error("https://evil.example"), None),
        (&server, error(&format!("{SHOP}.evil.example")), None),
        (&none_allowed, error(SHOP), None),
    ] {
        let mut client = server.connect().await;
        client.write(&request).await;
        let reply = client.reply().await.expect("no answer");
        fails(&reply, 431, "header_fields_too_large");
        assert_eq!(reply.header("access-control-allow-origin"), expected, "{reply:?}");
        let exposed =
            reply.header("access-control-expose-headers").is_some_and(|it| it.contains("x-request-id"));
        assert_eq!(exposed, expected.is_some());
    }
    // The next request of the connection names no origin.
    let mut client = server.connect().await;
    fails(&client.send("GET /nothing", &[("origin", SHOP)], "").await, 404, "not_found");
    client.write("nonsense\r\n\r\n").await;
    let reply = client.reply().await.expect("no answer");
    fails(&reply, 400, "malformed_request");
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn heads_are_read_up_to_64_kib_exactly() {
    let server = server().await;
    let head = |length: usize| {
        let around = "GET /things HTTP/1.1\r\nhost: a\r\nx: \r\n\r\n";
        around.replace("x: ", &format!("x: {}", "x".repeat(length - around.len())))
    };
    let limit = 64 * 1024;
    for length in [limit - 1, limit] {
        let mut client = server.connect().await;
        client.write(&head(length)).await;
        assert_eq!(client.reply().await.expect("no answer").status, 200, "{length}");
    }
    for length in [limit + 1, 70_000, 100_000, 130_000, 200_000] {
        let mut client = server.connect().await;
        client.write(&head(length)).await;
        fails(&client.reply().await.expect("no answer"), 431, "header_fields_too_large");
    }
}

#[tokio::test]
async fn invalid_http_after_a_valid_request_gets_an_error_code() {
    let server = server().await;
    let mut client = server.connect().await;
    assert_eq!(client.send("GET /things", &[], "").await.body, "things");
    client.write("nonsense\r\n\r\n").await;
    fails(&client.reply().await.expect("no answer"), 400, "malformed_request");
}

#[tokio::test]
async fn request_without_one_valid_host_is_refused() {
    let server = server().await;
    for (head, status) in [
        ("GET /things HTTP/1.1\r\n\r\n", 400),
        ("GET /things HTTP/1.1\r\nhost:\r\n\r\n", 400),
        ("GET /things HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", 400),
        ("GET /things HTTP/1.1\r\nhost: a@b\r\n\r\n", 400),
        ("GET /things HTTP/1.1\r\nhost: a b\r\n\r\n", 400),
        ("GET /things HTTP/1.1\r\nhost: a:99999\r\n\r\n", 400),
        ("GET http://b/things HTTP/1.1\r\n\r\n", 400),
        ("GET http://b/things HTTP/1.1\r\nhost: a\r\n\r\n", 200),
        ("GET /things HTTP/1.1\r\nhost: [::1]:80\r\n\r\n", 200),
        ("GET /things HTTP/1.0\r\n\r\n", 200),
    ] {
        let mut client = server.connect().await;
        client.write(head).await;
        let reply = client.reply().await.expect("no answer");
        assert_eq!(reply.status, status, "{head:?}");
        if status == 400 {
            fails(&reply, 400, "invalid_input");
            assert!(reply.body.contains("\"field\":\"Host\""), "{}", reply.body);
        }
    }
}

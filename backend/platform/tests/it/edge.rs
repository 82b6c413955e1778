//! The layers around every route.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use http::HeaderValue;
use http::header::SET_COOKIE;
use ticketing_platform::http::etag::etag;
use ticketing_platform::http::{LayerSettings, ServeLimits};

use crate::wire::{Server, fails};

const SHOP: &str = "https://shop.example";

/// Returns a router with a thing that has a version and can be changed, and a layer that knows its paths.
async fn server(change: impl FnOnce(&mut LayerSettings)) -> Server {
    let cookie = (SET_COOKIE, HeaderValue::from_static("session=x; HttpOnly; Path=/"));
    let one = get(|Path(id): Path<String>| async move { ([etag(3)], id) });
    let router = Router::new()
        .route("/api/things", get(|| async { "things" }).post(move || async move { [cookie] }))
        .route("/api/things/{id}", one);
    let mut layers = LayerSettings {
        paths: ["/api/things", "/api/things/{id}"].into_iter().collect(),
        ..LayerSettings::default()
    };
    change(&mut layers);
    Server::layered(router, ServeLimits::default(), layers).await
}

fn methods(allow: Option<&str>) -> Vec<String> {
    let mut methods: Vec<String> =
        allow.unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect();
    methods.sort();
    methods
}

#[tokio::test]
async fn path_in_another_case_reaches_its_route() {
    let server = server(|_| {}).await;
    for path in ["/api/things", "/api/things/", "/API/Things?x=1"] {
        assert_eq!(server.send(&format!("GET {path}"), &[], "").await.body, "things", "{path}");
    }
    assert_eq!(server.send("GET /Api/THINGS/AbC/", &[], "").await.body, "AbC");
    fails(&server.send("GET /api/things//", &[], "").await, 404, "not_found");
    fails(&server.send("GET /api/other/", &[], "").await, 404, "not_found");
}

#[tokio::test]
async fn options_answers_the_methods_of_the_path() {
    let server = server(|_| {}).await;
    let reply = server.send("OPTIONS /api/things/", &[], "").await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{reply:?}");
    assert_eq!(methods(reply.header("allow")), ["GET", "HEAD", "OPTIONS", "POST"]);
    assert_eq!(reply.header("content-type"), None);
    let refused = server.send("DELETE /api/things", &[], "").await;
    fails(&refused, 405, "method_not_allowed");
    assert_eq!(methods(refused.header("allow")), ["GET", "HEAD", "OPTIONS", "POST"]);
    fails(&server.send("OPTIONS /api/nothing", &[], "").await, 404, "not_found");
}

#[tokio::test]
async fn allowed_origin_gets_cors_answers() {
    let server = server(|layers| layers.allowed_origins = vec![SHOP.parse().unwrap()]).await;
    let preflight = [
        ("origin", SHOP),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let reply = server.send("OPTIONS /api/things", &preflight, "").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), Some(SHOP));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    let allowed = methods(reply.header("access-control-allow-methods"));
    assert_eq!(allowed, ["GET", "HEAD", "OPTIONS", "POST"]);
    assert!(reply.header("access-control-allow-headers").unwrap().contains("content-type"));
    assert_eq!(reply.headers("vary"), ["origin"]);

    let reply = server.send("POST /api/things", &[("origin", SHOP)], "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), Some(SHOP));
    assert!(reply.header("access-control-expose-headers").unwrap().contains("link"));
    // A failure must be readable, too.
    let reply = server.send("GET /api/nothing", &[("origin", SHOP)], "").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (404, Some(SHOP)));
}

#[tokio::test]
async fn other_origin_gets_no_cors_answers() {
    let one_allowed = server(|layers| layers.allowed_origins = vec![SHOP.parse().unwrap()]).await;
    let none_allowed = server(|_| {}).await;
    for server in [&one_allowed, &none_allowed] {
        for origin in ["https://evil.example", "https://shop.example.evil.example", "null"] {
            let preflight = [("origin", origin), ("access-control-request-method", "POST")];
            let reply = server.send("OPTIONS /api/things", &preflight, "").await;
            assert!(reply.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{reply:?}");
            let reply = server.send("GET /api/things", &[("origin", origin)], "").await;
            assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None));
        }
    }
    let vary = |reply: &crate::wire::Reply| reply.header("vary").map(str::to_owned);
    assert_eq!(vary(&one_allowed.send("GET /api/things", &[], "").await).as_deref(), Some("origin"));
    assert_eq!(vary(&none_allowed.send("GET /api/things", &[], "").await), None);
}

#[tokio::test]
async fn repeated_header_field_is_refused() {
    let server = server(|_| {}).await;
    for (name, value) in [
        ("host", "127.0.0.1"),
        ("origin", "http://127.0.0.1"),
        ("sec-fetch-site", "none"),
        ("content-type", "application/json"),
        ("idempotency-key", "k"),
        ("last-event-id", "x"),
        ("authorization", "x"),
        ("range", "bytes=0-1"),
        ("referer", "http://127.0.0.1/"),
        ("access-control-request-method", "PUT"),
        ("x-request-id", "an-id"),
    ] {
        // The client sends one `Host` itself.
        let twice = [(name, value), (name, value)];
        let reply = server.send("POST /api/things", &twice[usize::from(name == "host")..], "").await;
        fails(&reply, 400, "invalid_input");
        assert!(reply.body.to_lowercase().contains(name), "{reply:?}");
    }
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (name, value) in [
        ("accept", "a/b"),
        ("cookie", "a=b"),
        ("if-match", "\"1\""),
        ("if-none-match", "\"1\""),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "http"),
        // Two of them begin a new trace, as its specification says.
        ("traceparent", traceparent),
    ] {
        let reply = server.send("GET /api/things", &[(name, value), (name, value)], "").await;
        assert_eq!(reply.status, 200, "{name} is a list");
    }
}

#[tokio::test]
async fn transfer_coding_other_than_chunked_is_refused() {
    let server = server(|_| {}).await;
    for (codings, expected) in [
        ("transfer-encoding: gzip, chunked\r\n", 400),
        ("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", 400),
        ("transfer-encoding: Chunked\r\n", 200),
    ] {
        let mut client = server.connect().await;
        client.write(&format!("POST /api/things HTTP/1.1\r\nhost: a\r\n{codings}\r\n0\r\n\r\n")).await;
        let status = client.reply().await.expect("an answer").status;
        assert_eq!(status == 400, expected == 400, "{codings}: {status}");
    }
}

#[tokio::test]
async fn read_of_a_known_version_is_answered_304() {
    let server = server(|_| {}).await;
    for known in ["\"3\"", "W/\"3\"", "\"2\", \"3\"", "*"] {
        let reply = server.send("GET /api/things/a", &[("if-none-match", known)], "").await;
        assert_eq!((reply.status, reply.body.as_str()), (304, ""), "{known}");
        assert_eq!(reply.header("etag"), Some("\"3\""));
    }
    for other in ["\"2\"", "3", "\"33\""] {
        let reply = server.send("GET /api/things/a", &[("if-none-match", other)], "").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "a"), "{other}");
    }
}

#[tokio::test]
async fn every_answer_protects_browsers() {
    let server = server(|_| {}).await;
    for line in ["GET /api/things", "GET /api/nothing", "OPTIONS /api/things", "PUT /api/things"] {
        let reply = server.send(line, &[], "").await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(reply.headers(name), [value], "{line}");
        }
        assert_eq!(reply.header("strict-transport-security"), None);
    }
}

#[tokio::test]
async fn tls_in_front_secures_cookies_and_later_visits() {
    let server = server(|_| {}).await;
    for (scheme, expected) in [
        ("https", true),
        ("HTTPS", true),
        ("https, http", true),
        ("http", false),
        ("http, https", false),
        ("", false),
    ] {
        let reply = server.send("POST /api/things", &[("x-forwarded-proto", scheme)], "").await;
        let cookie = reply.header("set-cookie").unwrap();
        assert_eq!(cookie.ends_with("; Secure"), expected, "{scheme}: {cookie}");
        assert_eq!(reply.header("strict-transport-security").is_some(), expected, "{scheme}");
    }
    let always = self::server(|layers| layers.tls_only = true).await;
    let reply = always.send("GET /api/things", &[], "").await;
    assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"));
}

//! Invalid paths, methods and headers: refused in the common error format, without effect.

use serde_json::json;
use ticketing_testkit::{Method, Shape, TestSession, TestStack, on_shapes};

use crate::support::{list, rows};

on_shapes! {
    [embedded, postgres_and_nats, processes]
    #[tokio::test]
    unknown_identifiers_are_not_found, unknown_routes_are_not_found,
    unsupported_methods_list_the_allowed_ones, cross_site_writes_are_refused,
    write_from_an_allowed_origin_is_accepted, every_response_has_a_request_id;
    [embedded, postgres_and_nats]
    #[tokio::test]
    invalid_query_fields_are_refused_by_name;
}

/// Invalid identifiers.
const BAD_IDS: [&str; 12] = [
    "nope",
    "0",
    "-1",
    "null",
    "5f8d0d55b54764421b7156d9",
    "0190a6e5-0000-7000-8000-000000000000",
    "%00",
    "%FF%FE",
    "%2e%2e%2fetc%2fpasswd",
    "%27%20OR%201=1--",
    "%F0%9F%8E%AB",
    "%",
];

/// Paths that the ingress refuses as malformed.
const NO_ADDRESS: [&str; 2] = ["%00", "%"];

async fn unknown_identifiers_are_not_found(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let new = json!({ "title": "A title", "price": 1 });
    let long = "x".repeat(2000);
    let before = rows(&stack).await;
    for id in BAD_IDS.into_iter().chain([long.as_str()]) {
        let raw = stack.raw();
        for reply in [
            raw.get(&format!("/api/tickets/{id}")).await,
            raw.put(&format!("/api/tickets/{id}")).by(&user).json(&new).await,
            raw.delete(&format!("/api/tickets/{id}")).by(&user).await,
            raw.get(&format!("/api/orders/{id}")).by(&user).await,
            raw.delete(&format!("/api/orders/{id}")).by(&user).await,
            raw.get(&format!("/api/payments/{id}")).by(&user).await,
        ] {
            if shape == Shape::Processes && NO_ADDRESS.contains(&id) {
                assert_eq!(reply.assert_refused(400, "invalid_input"), "Malformed request", "{id}");
                continue;
            }
            assert_eq!(reply.status, 404, "{id}: {}", reply.text());
            assert_eq!(reply.assert_refused(404, "not_found"), "Not Found", "{id}");
        }
        raw.post("/api/orders")
            .by(&user)
            .json(&json!({ "ticketId": id }))
            .await
            .assert_refused(404, "not_found");
        let payment = json!({ "orderId": id, "token": "tok_visa" });
        raw.post("/api/payments").by(&user).json(&payment).await.assert_refused(404, "not_found");
    }
    assert_eq!(rows(&stack).await, before);
    stack.finish().await;
}

async fn unknown_routes_are_not_found(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    for path in ["/api", "/api/", "/api/nothing", "/api/users", "/api/tickets/x/y"] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let reply = stack.raw().request(method, path).await;
            assert_eq!(reply.assert_refused(404, "not_found"), "Not Found", "{path}");
        }
    }
    // Other paths are pages, which allow reads only.
    for path in ["/index.html", "/tickets/x/y", "/nothing"] {
        assert_eq!(stack.raw().get(path).await.status, 404, "{path}");
        for method in [Method::POST, Method::DELETE] {
            stack.raw().request(method, path).await.assert_refused(405, "method_not_allowed");
        }
    }
    stack.finish().await;
}

async fn unsupported_methods_list_the_allowed_ones(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    for (method, path, allowed) in [
        (Method::DELETE, "/api/tickets", ["GET", "POST"].as_slice()),
        (Method::PATCH, "/api/tickets/x", &["GET", "PUT", "DELETE"]),
        (Method::PUT, "/api/orders", &["GET", "POST"]),
        (Method::PUT, "/api/orders/x", &["GET", "DELETE"]),
        (Method::DELETE, "/api/payments/x", &["GET"]),
        (Method::GET, "/api/users/signup", &["POST"]),
        (Method::GET, "/api/users/signout", &["POST"]),
        (Method::POST, "/api/users/currentuser", &["GET"]),
        (Method::POST, "/api/openapi.json", &["GET"]),
    ] {
        let reply = stack.raw().request(method.clone(), path).await;
        reply.assert_refused(405, "method_not_allowed");
        let named: Vec<&str> = reply.header("allow").split(',').map(str::trim).collect();
        assert!(allowed.iter().all(|method| named.contains(method)), "{method} {path}: {named:?}");
    }
    stack.finish().await;
}

/// Returns routes of each service that change state, with a valid body.
fn writes(user: &TestSession) -> Vec<(Method, String, String)> {
    let credentials = json!({ "email": user.email, "password": "wrong horse battery" }).to_string();
    let ticket = json!({ "title": "A title", "price": 20 }).to_string();
    [
        (
            Method::POST,
            "/api/users/signup",
            json!({ "email": "new@example.com", "password": "12345678" }).to_string(),
        ),
        (Method::POST, "/api/users/signin", credentials),
        (Method::POST, "/api/users/signout", "{}".to_owned()),
        (Method::POST, "/api/tickets", ticket.clone()),
        (Method::PUT, "/api/tickets/x", ticket),
        (Method::DELETE, "/api/tickets/x", String::new()),
        (Method::POST, "/api/orders", json!({ "ticketId": "x" }).to_string()),
        (Method::DELETE, "/api/orders/x", String::new()),
        (Method::POST, "/api/payments", json!({ "orderId": "x", "token": "tok_visa" }).to_string()),
    ]
    .into_iter()
    .map(|(method, path, body)| (method, path.to_owned(), body))
    .collect()
}

async fn cross_site_writes_are_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let before = rows(&stack).await;
    let own = stack.url();
    let own_port = own.rsplit_once(':').unwrap().1;
    let localhost = format!("http://localhost:{own_port}");
    let https = own.replace("http://", "https://x.");
    for (method, path, body) in writes(&user) {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", localhost.as_str()),
            ("origin", https.as_str()),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let request = stack.raw().request(method.clone(), &path).by(&user).header(name, value);
            let reply = request.body("application/json", body.clone()).await;
            reply.assert_refused(403, "cross_origin");
            assert!(reply.header("set-cookie").is_empty());
            assert!(reply.header("access-control-allow-origin").is_empty());
        }
    }
    assert_eq!(rows(&stack).await, before);
    let user_info = stack.raw().get("/api/users/currentuser").by(&user).await.json();
    assert_eq!(user_info["currentUser"]["id"], user.id, "the session was not ended");

    // Other sites may read, and the pages of the server may write.
    stack.raw().get("/api/tickets").header("origin", "https://evil.example").await.ok(200);
    let new = json!({ "title": "A title", "price": 20 });
    let own_page = stack.raw().post("/api/tickets").by(&user).header("origin", &own);
    own_page.header("sec-fetch-site", "same-origin").json(&new).await.ok(201);
    stack.finish().await;
}

async fn write_from_an_allowed_origin_is_accepted(shape: Shape) {
    let shop = "https://shop.example";
    let stack = TestStack::builder()
        .on(shape)
        .with(|settings| settings.allowed_origins = vec![shop.parse().unwrap()]);
    let stack = stack.start().await;
    let user = stack.session("user").await;
    let new = json!({ "title": "A title", "price": 20 });
    let from = |origin: &str| stack.raw().post("/api/tickets").by(&user).header("origin", origin).json(&new);
    from(shop).await.ok(201);
    from("https://shop.example.evil.example").await.assert_refused(403, "cross_origin");
    stack.finish().await;
}

async fn every_response_has_a_request_id(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let mut seen = std::collections::HashSet::new();
    for path in ["/api/tickets", "/api/tickets/x", "/api/orders", "/nothing", "/healthz", "/api/openapi.json"]
    {
        let reply = stack.raw().get(path).await;
        let id = reply.header("x-request-id").to_owned();
        assert!(!id.is_empty(), "{path}");
        assert!(seen.insert(id), "a request id came twice");
        let named = stack.raw().get(path).header("x-request-id", "Caller-1.2_3").await;
        assert_eq!(named.header("x-request-id"), "Caller-1.2_3", "{path}");
        let odd = stack.raw().get(path).header("x-request-id", "<script>").await;
        assert_ne!(odd.header("x-request-id"), "<script>");
        let bytes = stack.raw().get(path).header("x-request-id", b"\xff").await;
        assert!(!bytes.header("x-request-id").is_empty());
    }
    stack.finish().await;
}

async fn invalid_query_fields_are_refused_by_name(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    list(&stack, &user, "A ticket", 20.0).await;
    for (query, fields) in [
        ("limit=0", vec!["limit"]),
        ("limit=501", vec!["limit"]),
        ("limit=ten", vec!["limit"]),
        ("limit=-1&cursor=!", vec!["cursor", "limit"]),
        ("cursor=bm9wZQ", vec!["cursor"]),
        ("minPrice=cheap", vec!["minPrice"]),
        ("minPrice=-1&maxPrice=1.234", vec!["maxPrice", "minPrice"]),
        ("sort=random", vec!["sort"]),
        ("status=stolen", vec!["status"]),
        ("status=available,", vec!["status"]),
        ("seller=you", vec!["seller"]),
        ("sort=x&status=y&seller=z&limit=0", vec!["limit", "seller", "sort", "status"]),
        ("minPrice=0.001", vec!["minPrice"]),
        ("limit=1&limit=2&sort=x", vec!["limit", "sort"]),
        ("q=a&q=b", vec!["q"]),
        ("status=sold&status=reserved", vec!["status"]),
        ("cursor=a&cursor=b&seller=me&seller=me", vec!["cursor", "seller"]),
    ] {
        let reply = stack.raw().get(&format!("/api/tickets?{query}")).by(&user).await;
        assert_eq!(reply.fields(), fields, "{query}");
    }
    for query in ["status=paid", "limit=0", "cursor=x", "status=created&status=complete", "limit=1&limit=2"] {
        stack.raw().get(&format!("/api/orders?{query}")).by(&user).await.assert_refused(400, "invalid_input");
    }
    for query in ["limit=0", "cursor=x", "limit=1&limit=1"] {
        stack
            .raw()
            .get(&format!("/api/payments?{query}"))
            .by(&user)
            .await
            .assert_refused(400, "invalid_input");
    }
    // A cursor of one sort order is invalid in another.
    list(&stack, &user, "Another", 30.0).await;
    let next = stack.raw().get("/api/tickets?sort=price&limit=1").await.next_page().unwrap();
    let moved = next.replace("sort=price", "sort=title");
    assert_eq!(stack.raw().get(&moved).await.fields(), ["cursor"]);
    // A query that cannot be decoded is refused or ignored, and not misread.
    for query in ["%", "q=%FF", "&&&=", "q"] {
        let reply = stack.raw().get(&format!("/api/tickets?{query}")).await;
        assert!(reply.status == 200 || !reply.errors(400).is_empty(), "{query}");
    }
    stack.finish().await;
}

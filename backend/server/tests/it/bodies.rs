//! Invalid request bodies: refused in the common error format, with all errors at once, without effect.

use serde_json::{Value, json};
use ticketing_testkit::{Method, Reply, Shape, TestSession, TestStack, on_shapes};

use crate::support::{id, list, order_when_visible, rows, ticket};

on_shapes! {
    [embedded, postgres_and_nats, processes]
    #[tokio::test]
    non_json_bodies_are_refused, body_above_64_kib_is_too_large,
    chunked_body_above_64_kib_is_too_large, title_keeps_all_but_control_characters;
    [embedded, postgres_and_nats]
    #[tokio::test]
    all_errors_of_a_body_are_reported_at_once, prices_have_at_most_two_decimals,
    duplicate_and_unknown_fields_are_harmless, deep_nesting_is_refused;
}

/// A route with a body, and its required fields.
struct Route {
    method: Method,
    path: String,
    fields: &'static [&'static str],
}

async fn routes(stack: &TestStack, user: &TestSession) -> Vec<Route> {
    let ticket = list(stack, user, "A ticket", 20.0).await;
    let route = |method, path: &str, fields| Route { method, path: path.to_owned(), fields };
    vec![
        route(Method::POST, "/api/users/signup", &["email", "password"]),
        route(Method::POST, "/api/users/signin", &["email", "password"]),
        route(Method::POST, "/api/tickets", &["price", "title"]),
        route(Method::PUT, &format!("/api/tickets/{ticket}"), &["price", "title"]),
        route(Method::POST, "/api/orders", &["ticketId"]),
        route(Method::POST, "/api/payments", &["orderId", "token"]),
    ]
}

/// A marketplace with a signed-in user, to which only refused requests are sent.
struct Market {
    stack: TestStack,
    user: TestSession,
    routes: Vec<Route>,
    /// The rows of all services before the requests.
    rows: Vec<i64>,
}

impl Market {
    async fn start(shape: Shape) -> Self {
        let stack = TestStack::start_on(shape).await;
        let user = stack.session("user").await;
        let routes = routes(&stack, &user).await;
        stack.settle().await;
        let rows = rows(&stack).await;
        Self { stack, user, routes, rows }
    }

    async fn send(&self, route: &Route, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
        let request = self.stack.raw().request(route.method.clone(), &route.path);
        request.by(&self.user).body(kind, body.into()).await
    }

    /// Asserts that no request has changed a row.
    fn finish_unchanged(self) -> impl Future<Output = ()> {
        Box::pin(async move {
            assert_eq!(rows(&self.stack).await, self.rows, "nothing was changed");
            self.stack.finish().await;
        })
    }
}

async fn non_json_bodies_are_refused(shape: Shape) {
    let market = Market::start(shape).await;
    for route in &market.routes {
        for body in [
            b"".to_vec(),
            b"{".to_vec(),
            b"{\"title\":\"x\",}".to_vec(),
            b"{'title':'x'}".to_vec(),
            b"title=x&price=1".to_vec(),
            b"[]".to_vec(),
            b"null".to_vec(),
            b"\"text\"".to_vec(),
            b"42".to_vec(),
            b"{}{}".to_vec(),
            [b"{\"", route.fields[0].as_bytes(), b"\":\"\xff\xfe\"}"].concat(),
            b"{\"price\":NaN}".to_vec(),
            b"\xef\xbb\xbf{}".to_vec(),
        ] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let reply = market.send(route, "application/json", body).await;
            assert_eq!(reply.status, 400, "{} {shown}: {}", route.path, reply.text());
            reply.assert_refused(400, "invalid_json");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
        {
            let reply = market.send(route, kind, b"{}").await;
            reply.assert_refused(415, "unsupported_media_type");
        }
        for kind in ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"] {
            let reply = market.send(route, kind, b"{}").await;
            assert_ne!(reply.status, 415, "{kind}");
        }
    }
    market.finish_unchanged().await;
}

async fn all_errors_of_a_body_are_reported_at_once(shape: Shape) {
    let market = Market::start(shape).await;
    for route in &market.routes {
        let wrong = [json!(null), json!([]), json!({}), json!(true), json!({ "$gt": "" })];
        let mut bodies = vec![json!({}), json!({ "other": 1 })];
        for value in wrong {
            bodies.push(route.fields.iter().map(|field| ((*field).to_owned(), value.clone())).collect());
        }
        for body in bodies {
            let reply = market.send(route, "application/json", body.to_string()).await;
            assert_eq!(reply.fields(), route.fields, "{} {body}", route.path);
            for error in reply.errors(400) {
                assert_eq!(error["code"], "invalid_input");
            }
        }
    }
    market.finish_unchanged().await;
}

async fn body_above_64_kib_is_too_large(shape: Shape) {
    let market = Market::start(shape).await;
    for route in &market.routes {
        let padding = "x".repeat(64 * 1024 - r#"{"padding":""}"#.len());
        let most = json!({ "padding": padding }).to_string();
        assert_eq!(most.len(), 64 * 1024);
        let reply = market.send(route, "application/json", most.clone()).await;
        assert_eq!(reply.fields(), route.fields, "the largest body is read");
        let more = most.replace("xx", "xxx");
        assert!(more.len() > 64 * 1024);
        let reply = market.send(route, "application/json", more).await;
        reply.assert_refused(413, "payload_too_large");
    }
    market.finish_unchanged().await;
}

async fn chunked_body_above_64_kib_is_too_large(shape: Shape) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let mut socket = tokio::net::TcpStream::connect(stack.url().trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /api/tickets HTTP/1.1\r\nhost: x\r\ncookie: {}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n",
        user.cookie
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 8192, "x".repeat(8192));
    for _ in 0..9 {
        // The server may have responded and closed the connection.
        if socket.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 4096];
    let read = socket.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    // The body is refused before its end, though its first byte is not JSON either.
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("payload_too_large"), "{answer}");
    stack.finish().await;
}

async fn prices_have_at_most_two_decimals(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    for bad in [
        json!(0),
        json!(-1),
        json!(-0.01),
        json!(0.001),
        json!(19.999),
        json!(1_000_000),
        json!(999_999.991),
        json!(1e300),
        json!("0"),
        json!("-20"),
        json!("abc"),
        json!(""),
        json!("20.001"),
        json!("1e-3"),
        json!("0x10"),
        json!("٣"),
        json!("$20"),
        json!("20 USD"),
        json!("Infinity"),
    ] {
        let reply =
            stack.raw().post("/api/tickets").by(&user).json(&json!({ "title": "x", "price": bad })).await;
        assert_eq!(reply.fields(), ["price"], "{bad}");
    }
    for (given, expected) in [
        (json!(0.01), "0.01"),
        (json!(20), "20"),
        (json!(20.0), "20"),
        (json!(20.5), "20.5"),
        (json!(19.99), "19.99"),
        (json!(0.1), "0.1"),
        (json!(999_999.99), "999999.99"),
        (json!("20"), "20"),
        (json!("20.00"), "20"),
        (json!("149.99"), "149.99"),
        (json!("1e3"), "1000"),
    ] {
        let reply =
            stack.raw().post("/api/tickets").by(&user).json(&json!({ "title": "x", "price": given })).await;
        reply.ok(201);
        assert!(reply.text().contains(&format!(r#""price":{expected},"#)), "{given}: {}", reply.text());
    }
    stack.finish().await;
}

async fn title_keeps_all_but_control_characters(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    for (given, title) in [("red \u{1b} alert\u{7}", "red alert"), ("line\nbreak\ttab", "line break tab")] {
        let new = json!({ "title": given, "price": 20 });
        assert_eq!(stack.raw().post("/api/tickets").by(&user).json(&new).await.ok(201)["title"], title);
    }
    for title in [
        "right\u{202e}to left",
        "zero\u{200b}width\u{feff}within",
        "</script><script>alert(1)</script>",
        "'; DROP TABLE tickets; --",
        "\"quotes\" \\ and %s {} ${x}",
        "🎫 日本語 العربية",
        "é is composed",
        "\u{fffd}",
    ] {
        let new = json!({ "title": title, "price": 20 });
        let created = stack.raw().post("/api/tickets").by(&user).json(&new).await;
        assert_eq!(created.header("content-type"), "application/json");
        let created = created.ok(201);
        assert_eq!(created["title"], title);
        assert_eq!(ticket(&stack, &id(&created)).await["title"], title);
        let order = order_when_visible(&stack, &user, &id(&created)).await;
        let order = stack.raw().get(&format!("/api/orders/{order}")).by(&user).await;
        assert_eq!(order.json()["ticket"]["title"], title);
        // Control characters are escaped in responses.
        assert!(order.body.iter().all(|byte| *byte >= b' '), "{:?}", order.body);
    }
    let surrogate = br#"{"title":"\ud800","price":20}"#;
    let reply = stack.raw().post("/api/tickets").by(&user).body("application/json", surrogate.to_vec()).await;
    reply.errors(400);
    stack.finish().await;
}

async fn duplicate_and_unknown_fields_are_harmless(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let body = json!({
        "title": "A title", "price": 20, "id": "mine", "userId": "another", "version": 7, "status": "sold",
        "orderId": "mine", "__proto__": { "x": 1 },
    });
    let created = stack.raw().post("/api/tickets").by(&user).json(&body).await.ok(201);
    assert_ne!(created["id"], "mine");
    assert_eq!((&created["userId"], &created["version"]), (&Value::from(user.id.as_str()), &json!(0)));
    assert_eq!((&created["status"], created.get("orderId")), (&json!("available"), None));
    let twice = br#"{"title":"first","price":1,"title":"second","price":2}"#;
    let reply = stack.raw().post("/api/tickets").by(&user).body("application/json", twice.to_vec()).await;
    assert!(reply.status == 201 || reply.status == 400, "{}", reply.text());
    stack.finish().await;
}

async fn deep_nesting_is_refused(shape: Shape) {
    let market = Market::start(shape).await;
    for route in &market.routes {
        let (open, close) = ("[".repeat(20_000), "]".repeat(20_000));
        let body = format!(r#"{{"{}":{open}{close}}}"#, route.fields[0]);
        market.send(route, "application/json", body).await.assert_refused(400, "invalid_input");
    }
    market.finish_unchanged().await;
}

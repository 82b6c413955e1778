//! Invalid tokens and cookies: forged, foreign, expired or malformed.

use serde_json::{Value, json};
use ticketing_platform::clock::Clock;
use ticketing_testkit::{
    JWT_KEY, Shape, TestStack, cookie_of, on_shapes, payload_of, sign_token, token_of, unsigned_token,
};

use crate::support::rows;

on_shapes! {
    [embedded, postgres_and_nats, processes]
    #[tokio::test]
    forged_token_is_refused, original_token_is_valid_until_sign_out;
    [embedded, postgres_and_nats]
    #[tokio::test]
    malformed_cookie_is_refused;
}

async fn assert_no_session(stack: &TestStack, what: &str, cookie: &str) {
    let raw = stack.raw();
    let user = raw.get("/api/users/currentuser").cookie(cookie).await;
    assert_eq!((user.status, user.json()), (200, json!({ "currentUser": null })), "{what}");
    let new = json!({ "title": "Forged", "price": 1 });
    for reply in [
        raw.post("/api/tickets").cookie(cookie).json(&new).await,
        raw.put("/api/tickets/x").cookie(cookie).json(&new).await,
        raw.delete("/api/tickets/x").cookie(cookie).await,
        raw.get("/api/tickets?seller=me").cookie(cookie).await,
        raw.get("/api/orders").cookie(cookie).await,
        raw.get("/api/orders/x").cookie(cookie).await,
        raw.post("/api/orders").cookie(cookie).json(&json!({ "ticketId": "x" })).await,
        raw.delete("/api/orders/x").cookie(cookie).await,
        raw.get("/api/payments").cookie(cookie).await,
        raw.get("/api/payments/x").cookie(cookie).await,
        raw.post("/api/payments").cookie(cookie).json(&json!({ "orderId": "x", "token": "tok_visa" })).await,
    ] {
        assert_eq!(reply.assert_refused(401, "not_signed_in"), "Not authorized", "{what}");
    }
}

async fn forged_token_is_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let session = stack.session("user").await;
    let token = token_of(&session.cookie);
    let payload = payload_of(&token);
    let header = json!({ "typ": "JWT", "alg": "HS256" });
    let again = cookie_of(&sign_token(JWT_KEY, &header, &payload));
    let user = stack.raw().get("/api/users/currentuser").cookie(&again).await.json();
    assert_eq!(user["currentUser"]["id"], session.id, "a token signed with the key is good");

    let before = rows(&stack).await;
    let with = |name: &str, value: Value| {
        let mut payload = payload.clone();
        payload[name] = value;
        payload
    };
    let without = |name: &str| {
        let mut payload = payload.clone();
        payload.as_object_mut().unwrap().remove(name);
        payload
    };
    let now = Clock::system().now().as_millis() / 1000;
    let (body, signature) = token.rsplit_once('.').unwrap();
    let stretched = sign_token(JWT_KEY, &header, &with("exp", json!(now + 9_999_999)));
    let (other_body, _) = stretched.rsplit_once('.').unwrap();
    let tokens = [
        ("alg none", unsigned_token(&json!({ "alg": "none", "typ": "JWT" }), &payload)),
        ("alg None", unsigned_token(&json!({ "alg": "None" }), &payload)),
        ("no signature", format!("{body}.")),
        ("no third part", body.to_owned()),
        ("a fourth part", format!("{token}.x")),
        ("another body", format!("{other_body}.{signature}")),
        ("another key", sign_token("another key that is long enough!", &header, &payload)),
        ("an empty key", sign_token("", &header, &payload)),
        ("alg HS512 in the header", sign_token(JWT_KEY, &json!({ "alg": "HS512" }), &payload)),
        ("alg RS256 in the header", sign_token(JWT_KEY, &json!({ "alg": "RS256" }), &payload)),
        ("no alg", sign_token(JWT_KEY, &json!({ "typ": "JWT" }), &payload)),
        ("expired", sign_token(JWT_KEY, &header, &with("exp", json!(now - 60)))),
        ("not yet valid", sign_token(JWT_KEY, &header, &with("nbf", json!(now + 60)))),
        ("not yet valid as text", sign_token(JWT_KEY, &header, &with("nbf", json!("9999999999")))),
        ("an unknown crit", sign_token(JWT_KEY, &json!({ "alg": "HS256", "crit": ["x"], "x": 1 }), &payload)),
        ("an empty crit", sign_token(JWT_KEY, &json!({ "alg": "HS256", "crit": [] }), &payload)),
        ("expires as text", sign_token(JWT_KEY, &header, &with("exp", json!("9999999999")))),
        ("another issuer", sign_token(JWT_KEY, &header, &with("iss", json!("another")))),
        ("no id", sign_token(JWT_KEY, &header, &without("id"))),
        ("an empty id", sign_token(JWT_KEY, &header, &with("id", json!("")))),
        ("an id that is a number", sign_token(JWT_KEY, &header, &with("id", json!(7)))),
        ("an expiry of null", sign_token(JWT_KEY, &header, &with("exp", Value::Null))),
        ("no beginning", sign_token(JWT_KEY, &header, &without("iat"))),
        ("no e-mail", sign_token(JWT_KEY, &header, &without("email"))),
        ("a payload that is no object", sign_token(JWT_KEY, &header, &json!([1]))),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("no base64", "a.b.c".to_owned()),
    ];
    for (what, token) in &tokens {
        assert_no_session(&stack, what, &cookie_of(token)).await;
    }
    assert_eq!(rows(&stack).await, before, "nothing was changed");
    stack.finish().await;
}

/// A deployment that took over the key of the original accepts its tokens, which have only `id`, `email` and `iat`.
async fn original_token_is_valid_until_sign_out(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let now = Clock::system().now().as_millis() / 1000;
    let payload = json!({ "id": "5ea9b8f0c1d2e3f405162738", "email": "ada@example.com", "iat": now - 60 });
    let cookie = cookie_of(&sign_token(JWT_KEY, &json!({ "alg": "HS256", "typ": "JWT" }), &payload));
    let raw = stack.raw();
    let user = raw.get("/api/users/currentuser").cookie(&cookie).await.json();
    assert_eq!(user["currentUser"]["id"], payload["id"]);
    let new = json!({ "title": "Listed", "price": 1 });
    let ticket = raw.post("/api/tickets").cookie(&cookie).json(&new).await.ok(201);
    assert_eq!(ticket["userId"], payload["id"]);
    raw.post("/api/users/signout").cookie(&cookie).await.ok(200);
    let user = raw.get("/api/users/currentuser").cookie(&cookie).await.json();
    assert_eq!(user, json!({ "currentUser": null }));
    stack.finish().await;
}

async fn malformed_cookie_is_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let session = stack.session("user").await;
    let huge = format!("session={}", "A".repeat(7000));
    let cookies = [
        "session=",
        "session",
        "session=%%%",
        "session=bnVsbA==",
        "session=W10=",
        "session=WyJhLmIuYyJd",
        "session=eyJqd3QiOjd9",
        "session={\"jwt\":\"x\"}",
        "sessions=x; Session=y; =z; ;;; ===",
        huge.as_str(),
    ];
    for cookie in cookies {
        assert_no_session(&stack, cookie.get(..40).unwrap_or(cookie), cookie).await;
    }
    let bytes = stack.raw().get("/api/users/currentuser").header("cookie", b"session=\xff\xfe").await;
    assert_eq!(bytes.ok(200), json!({ "currentUser": null }));
    // Other cookies do not hide the session.
    let crowded = format!("a=b; {}; c=d", session.cookie);
    let user = stack.raw().get("/api/users/currentuser").cookie(&crowded).await.json();
    assert_eq!(user["currentUser"]["id"], session.id);
    stack.finish().await;
}

//! Sessions: created by auth, valid in all services, and ended in all.

use std::time::Duration;

use serde_json::{Value, json};
use ticketing_server::Service;
use ticketing_testkit::{
    PASSWORD, RawClient, RawRequest, Reply, Shape, TestSession, TestStack, eventually, on_shapes, payload_of,
    token_of,
};

on_shapes! {
    [embedded, postgres, postgres_and_nats, processes]
    #[tokio::test]
    ended_session_is_refused_by_every_service, older_key_verifies_sessions;
    [embedded, postgres, postgres_and_nats]
    #[tokio::test]
    writes_after_a_sign_out_are_refused;
    [embedded, postgres_and_nats]
    #[tokio::test]
    sign_out_without_a_session_succeeds, session_expires_after_its_ttl, session_cookie_is_http_only,
    token_has_the_claims_of_the_contract;
}

async fn current_user(stack: &TestStack, session: &TestSession) -> Value {
    stack.raw().get("/api/users/currentuser").by(session).await.ok(200)["currentUser"].clone()
}

const SESSION_SERVICES: [Service; 3] = [Service::Tickets, Service::Orders, Service::Payments];

/// Returns a request to a service that requires a session and changes nothing.
fn request(raw: &RawClient, service: Service) -> RawRequest {
    match service {
        Service::Tickets => raw.post("/api/tickets").json(&json!({})),
        service => raw.get(&format!("/api/{}", service.name())),
    }
}

async fn request_each(stack: &TestStack, session: &TestSession) -> [Reply; 3] {
    let [tickets, orders, payments] =
        SESSION_SERVICES.map(|service| request(stack.raw(), service).by(session).into_future());
    let (tickets, orders, payments) = tokio::join!(tickets, orders, payments);
    [tickets, orders, payments]
}

/// Returns whether each process of each service refuses this session.
async fn is_refused_everywhere(stack: &TestStack, session: &TestSession) -> bool {
    for raw in stack.raw_of_each(Service::Auth) {
        let user = raw.get("/api/users/currentuser").by(session).await.ok(200);
        if user["currentUser"] != Value::Null {
            return false;
        }
    }
    for service in SESSION_SERVICES {
        for raw in stack.raw_of_each(service) {
            if request(&raw, service).by(session).await.status != 401 {
                return false;
            }
        }
    }
    true
}

async fn ended_session_is_refused_by_every_service(shape: Shape) {
    let mut stack = TestStack::start_on(shape).await;
    let session = stack.session("user").await;
    let other = session.sign_in_again(stack.raw()).await;
    assert_eq!(request_each(&stack, &session).await.map(|reply| reply.status), [400, 200, 200]);

    let reply = stack.raw().post("/api/users/signout").by(&session).json(&json!({})).await;
    assert_eq!(reply.ok(200), json!({}));
    let cleared = reply.header("set-cookie");
    assert!(cleared.starts_with("session=;") && cleared.contains("Max-Age=0"), "{cleared}");
    if shape != Shape::Processes {
        assert_eq!(current_user(&stack, &session).await, Value::Null, "auth refuses it at once");
    }
    eventually!(is_refused_everywhere(&stack, &session).await);
    for reply in request_each(&stack, &session).await {
        assert_eq!(reply.assert_refused(401, "not_signed_in"), "Not authorized");
    }

    assert_eq!(current_user(&stack, &other).await["email"], session.email, "the other session goes on");
    assert_eq!(request_each(&stack, &other).await.map(|reply| reply.status), [400, 200, 200]);
    stack.settle().await;
    stack.restart().await;
    assert_eq!(current_user(&stack, &session).await, Value::Null);
    assert!(is_refused_everywhere(&stack, &session).await, "a restart forgets no ended session");
    assert_eq!(current_user(&stack, &other).await["email"], session.email);
    stack.finish().await;
}

/// One process refuses an ended session in all of its services before it responds to the sign-out.
async fn writes_after_a_sign_out_are_refused(shape: Shape) {
    let stack = TestStack::builder().on(shape).with(|settings| settings.limits.signins_per_account = 100);
    let stack = stack.start().await;
    let user = stack.session("user").await;
    for _ in 0..20 {
        let session = user.sign_in_again(stack.raw()).await;
        stack.raw().post("/api/users/signout").by(&session).await.ok(200);
        let new = json!({ "title": "After", "price": 1 });
        let write = stack.raw().post("/api/tickets").by(&session).json(&new).into_future();
        let (write, others) = tokio::join!(write, request_each(&stack, &session));
        for reply in others.into_iter().chain([write]) {
            assert_eq!(reply.assert_refused(401, "not_signed_in"), "Not authorized");
        }
        assert_eq!(current_user(&stack, &session).await, Value::Null);
    }
    stack.finish().await;
}

async fn sign_out_without_a_session_succeeds(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    assert_eq!(stack.raw().post("/api/users/signout").json(&json!({})).await.ok(200), json!({}));
    assert_eq!(stack.raw().post("/api/users/signout").await.ok(200), json!({}));
    let session = stack.session("user").await;
    for _ in 0..2 {
        stack.raw().post("/api/users/signout").by(&session).await.ok(200);
    }
    stack.finish().await;
}

async fn session_expires_after_its_ttl(shape: Shape) {
    let stack =
        TestStack::builder().on(shape).with(|settings| settings.session_ttl = Duration::from_secs(3600));
    let stack = stack.start().await;
    let session = stack.session("user").await;
    stack.clock().advance(Duration::from_secs(3590));
    assert_eq!(current_user(&stack, &session).await["id"], session.id);
    stack.clock().advance(Duration::from_secs(60));
    assert_eq!(current_user(&stack, &session).await, Value::Null);
    assert!(is_refused_everywhere(&stack, &session).await);
    stack.finish().await;
}

async fn session_cookie_is_http_only(shape: Shape) {
    for (secure, attributes) in
        [(false, "; HttpOnly; Path=/; SameSite=Lax"), (true, "; HttpOnly; Path=/; SameSite=Lax; Secure")]
    {
        let stack = TestStack::builder().on(shape).with(|settings| {
            settings.cookie = ticketing_platform::session::CookieSettings::new("session", secure).unwrap();
        });
        let stack = stack.start().await;
        let credentials = json!({ "email": "a@example.com", "password": PASSWORD });
        for path in ["/api/users/signup", "/api/users/signin"] {
            let reply = stack.raw().post(path).json(&credentials).await;
            let cookie = reply.header("set-cookie");
            assert!(cookie.starts_with("session=") && cookie.ends_with(attributes), "{cookie}");
        }
        stack.finish().await;
    }
}

async fn token_has_the_claims_of_the_contract(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let session = stack.session("user").await;
    let token = payload_of(&token_of(&session.cookie));
    assert_eq!((&token["id"], &token["email"]), (&json!(session.id), &json!(session.email)));
    for claim in ["iat", "exp"] {
        assert!(token[claim].is_i64(), "{token}");
    }
    for claim in ["iss", "jti"] {
        assert!(token[claim].is_string(), "{token}");
    }
    let user = current_user(&stack, &session).await;
    for claim in ["id", "email", "iat"] {
        assert_eq!(user[claim], token[claim]);
    }
    assert!(!user.to_string().contains(&token_of(&session.cookie)), "the token is in the cookie alone");
    stack.finish().await;
}

async fn older_key_verifies_sessions(shape: Shape) {
    let mut stack = TestStack::start_on(shape).await;
    let session = stack.session("user").await;
    stack
        .restart_with(|settings| settings.jwt_keys.insert(0, "a newer key that is long enough too".into()))
        .await;
    assert_eq!(current_user(&stack, &session).await["id"], session.id);
    assert_eq!(request_each(&stack, &session).await.map(|reply| reply.status), [400, 200, 200]);
    let fresh = session.sign_in_again(stack.raw()).await;
    stack.restart_with(|settings| drop(settings.jwt_keys.remove(0))).await;
    assert_eq!(current_user(&stack, &session).await["id"], session.id);
    let unknown = current_user(&stack, &fresh).await;
    assert_eq!(unknown, Value::Null, "the older server does not know the newer key");
    assert!(is_refused_everywhere(&stack, &fresh).await);
    stack.finish().await;
}

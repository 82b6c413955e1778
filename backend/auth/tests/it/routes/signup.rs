//! `POST /api/users/signup`.

use axum::http::{Request, StatusCode, header};
use futures_util::future::join_all;
use serde_json::json;
use ticketing_auth::HashingSettings;
use ticketing_engines::{DbEngine, on_both};
use ticketing_platform::session::{CookieSettings, DEFAULT_LIFETIME, RevokedSessions, SessionKeys, Sessions};

use crate::support::{KEY, PASSWORD, Service, parts, post};

on_both! {
    #[tokio::test]
    signup_creates_an_account_and_signs_it_in, cookie_is_secure_by_default,
    email_has_one_account_whatever_its_case, concurrent_signups_create_one_account,
    validation_errors_are_reported_together, body_that_is_no_json_is_refused,
    signup_from_another_site_is_refused, passwords_are_stored_as_salted_argon2id, concurrent_hashing_is_bounded;
}

const EMAIL_FAULT: (&str, &str, &str) = ("email", "invalid_input", "Email must be valid");
const PASSWORD_FAULT: (&str, &str, &str) =
    ("password", "invalid_input", "Password must be between 8 and 128 characters");

async fn signup_creates_an_account_and_signs_it_in(engine: DbEngine) {
    let service = Service::on(engine).await;
    let reply = service.signup("Ada@Example.com", PASSWORD).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let user = reply.json();
    assert_eq!(user, json!({ "id": user["id"], "email": "Ada@Example.com" }));
    assert_eq!(user["id"].as_str().unwrap().len(), 36);

    let set_cookie = reply.set_cookie().unwrap();
    assert_eq!(set_cookie.split_once(';').unwrap().1, " HttpOnly; Path=/; SameSite=Lax");
    let (head, claims) = parts(&reply.token());
    assert_eq!(head["alg"], "HS256");
    let (iat, jti) = (1_700_000_000, claims["jti"].as_str().unwrap());
    assert_eq!(
        claims,
        json!({
            "id": user["id"], "email": "Ada@Example.com", "iat": iat, "exp": iat + DEFAULT_LIFETIME.as_secs(),
            "iss": "ticketing", "jti": jti,
        })
    );
    assert_eq!(service.current_user(Some(reply.cookie())).await["id"], user["id"]);
}

async fn cookie_is_secure_by_default(engine: DbEngine) {
    let service = Service::with(engine, |settings| {
        let keys = SessionKeys::new(&[KEY.into()]).unwrap();
        let (clock, revoked) = (settings.clock.clone(), RevokedSessions::new(settings.clock.clone()));
        settings.sessions = Sessions::new(keys, CookieSettings::default(), DEFAULT_LIFETIME, revoked, clock);
    })
    .await;
    let reply = service.signup("ada@example.com", PASSWORD).await;
    assert!(reply.set_cookie().unwrap().ends_with("; HttpOnly; Path=/; SameSite=Lax; Secure"));
}

async fn email_has_one_account_whatever_its_case(engine: DbEngine) {
    let service = Service::on(engine).await;
    assert_eq!(service.signup("ada@example.com", PASSWORD).await.status, StatusCode::CREATED);
    for email in ["ada@example.com", "ADA@EXAMPLE.COM", "Ada@example.Com"] {
        let reply = service.signup(email, "another password").await;
        reply.assert_refused(400, &[("email", "email_in_use", "Email in use")]);
    }
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 1);
    // The first password is still the one.
    assert_eq!(service.signin("ada@example.com", PASSWORD).await.status, StatusCode::OK);
}

async fn concurrent_signups_create_one_account(engine: DbEngine) {
    let service = Service::on(engine).await;
    let replies = join_all((0..20).map(|number| {
        let email = if number % 2 == 0 { "ada@example.com" } else { "Ada@Example.com" };
        service.signup(email, PASSWORD)
    }))
    .await;
    let (made, refused): (Vec<_>, Vec<_>) =
        replies.iter().partition(|reply| reply.status == StatusCode::CREATED);
    assert_eq!(made.len(), 1);
    for reply in refused {
        reply.assert_refused(400, &[("email", "email_in_use", "Email in use")]);
    }
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 1);
}

async fn validation_errors_are_reported_together(engine: DbEngine) {
    let service = Service::on(engine).await;
    let path = "/api/users/signup";
    for body in [
        json!({}),
        json!({ "email": null, "password": null }),
        json!({ "email": 5, "password": ["12345678"] }),
        json!({ "email": { "a": 1 }, "password": true }),
        json!({ "email": "ada", "password": "1234567" }),
        json!({ "email": "ada@example.com ", "password": "x".repeat(129) }),
        json!({ "mail": "ada@example.com", "Password": PASSWORD }),
    ] {
        service.post(path, body).await.assert_refused(400, &[EMAIL_FAULT, PASSWORD_FAULT]);
    }
    service.post(path, json!({ "email": "ada@example.com" })).await.assert_refused(400, &[PASSWORD_FAULT]);
    service.post(path, json!({ "password": PASSWORD })).await.assert_refused(400, &[EMAIL_FAULT]);
    assert_eq!(service.app.hash_counts(), [0, 0]);
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 0);
}

async fn body_that_is_no_json_is_refused(engine: DbEngine) {
    let service = Service::on(engine).await;
    for body in ["", "{", "[]", "\"ada@example.com\"", "{\"email\":\"ada@example.com\",}"] {
        let reply = service.send(post("/api/users/signup", body)).await;
        assert_eq!(
            (reply.status.as_u16(), reply.json()["errors"][0]["code"].as_str()),
            (400, Some("invalid_json"))
        );
    }
    let form = Request::post("/api/users/signup")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("email=ada@example.com".into())
        .unwrap();
    assert_eq!(service.send(form).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let huge = json!({ "email": "ada@example.com", "password": "x".repeat(70_000) }).to_string();
    assert_eq!(service.send(post("/api/users/signup", huge)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 0);
}

async fn signup_from_another_site_is_refused(engine: DbEngine) {
    let service = Service::on(engine).await;
    let mut request =
        post("/api/users/signup", json!({ "email": "ada@example.com", "password": PASSWORD }).to_string());
    request.headers_mut().insert(header::HOST, "shop.example".parse().unwrap());
    request.headers_mut().insert(header::ORIGIN, "https://evil.example".parse().unwrap());
    assert_eq!(service.send(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 0);
}

async fn passwords_are_stored_as_salted_argon2id(engine: DbEngine) {
    let service = Service::with(engine, |settings| settings.hashing = HashingSettings::default()).await;
    service.signup("ada@example.com", PASSWORD).await;
    service.signup("bob@example.com", PASSWORD).await;
    let hashes = service.texts("SELECT password_hash AS t FROM users").await;
    assert!(hashes.iter().all(|hash| hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")), "{hashes:?}");
    assert_ne!(hashes[0], hashes[1]);
}

async fn concurrent_hashing_is_bounded(engine: DbEngine) {
    let service = Service::with(engine, |settings| {
        settings.hashing = HashingSettings { slots: 1, waiting: 1, ..HashingSettings::default() };
    })
    .await;
    let emails: Vec<String> = (0..12).map(|number| format!("u{number}@example.com")).collect();
    let replies = join_all(emails.iter().map(|email| service.signup(email, PASSWORD))).await;
    let (made, refused): (Vec<_>, Vec<_>) =
        replies.iter().partition(|reply| reply.status == StatusCode::CREATED);
    assert!(made.len() >= 2, "{}", made.len());
    assert!(!refused.is_empty());
    for reply in refused {
        reply.assert_refused(503, &[("", "unavailable", "The service is busy, try again")]);
        assert_eq!(reply.retry_after(), 1);
    }
    // The refused requests have changed nothing, and a new one succeeds.
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, i64::try_from(made.len()).unwrap());
    assert_eq!(service.signup("late@example.com", PASSWORD).await.status, StatusCode::CREATED);
}

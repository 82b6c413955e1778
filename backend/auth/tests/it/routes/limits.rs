//! The limits on sign-ins and sign-ups.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use serde_json::json;
use ticketing_auth::Limits;
use ticketing_engines::{Engine, on_both};
use ticketing_platform::limits::TrustedProxies;

use crate::support::{PASSWORD, Reply, Service, post};

on_both! {
    #[tokio::test]
    an_account_takes_ten_tries_a_minute, an_account_that_does_not_exist_is_limited_just_so,
    an_address_has_its_limit_over_all_accounts, without_settings_an_address_has_three_hundred;
}

const TOO_MANY: (&str, &str, &str) = ("", "too_many_requests", "Too many tries, please wait a moment");

async fn an_account_takes_ten_tries_a_minute(engine: Engine) {
    let service = Service::on(engine).await;
    service.signup("ada@example.com", PASSWORD).await;
    for number in 0..10 {
        let email = if number % 2 == 0 { "ada@example.com" } else { "ADA@example.com" };
        assert_eq!(service.signin(email, "wrong password").await.status, StatusCode::BAD_REQUEST);
    }
    // Even the right password has to wait, and nothing more is computed.
    let before = service.app.hash_counts();
    let reply = service.signin("ada@example.com", PASSWORD).await;
    reply.refused(429, &[TOO_MANY]);
    assert_eq!(reply.retry_after(), 6);
    assert_eq!(service.app.hash_counts(), before);
    // Other accounts do not.
    service.signup("bob@example.com", PASSWORD).await;
    assert_eq!(service.signin("bob@example.com", PASSWORD).await.status, StatusCode::OK);

    service.clock.advance(Duration::from_secs(reply.retry_after()));
    assert_eq!(service.signin("ada@example.com", PASSWORD).await.status, StatusCode::OK);
}

async fn an_account_that_does_not_exist_is_limited_just_so(engine: Engine) {
    let service = Service::on(engine).await;
    for _ in 0..10 {
        assert_eq!(service.signin("nobody@example.com", "guess").await.status, StatusCode::BAD_REQUEST);
    }
    service.signin("nobody@example.com", "guess").await.refused(429, &[TOO_MANY]);
}

async fn from(service: &Service, peer: &str, forwarded: &str, path: &str, number: u32) -> Reply {
    let body = json!({ "email": format!("u{number}@example.com"), "password": PASSWORD });
    let mut request = post(path, body.to_string());
    request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 5555)));
    service.send(request).await
}

async fn an_address_has_its_limit_over_all_accounts(engine: Engine) {
    let service = Service::with(engine, |settings| {
        settings.limits = Limits { tries_per_address: 6, ..Limits::default() };
        settings.proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
    })
    .await;
    for number in 0..3 {
        let made = from(&service, "203.0.113.9", "1.1.1.1", "/api/users/signup", number).await;
        assert_eq!(made.status, StatusCode::CREATED);
        // What a stranger says about itself does not give it another address.
        let signed_in = from(&service, "203.0.113.9", "2.2.2.2", "/api/users/signin", number).await;
        assert_eq!(signed_in.status, StatusCode::OK);
    }
    for path in ["/api/users/signup", "/api/users/signin"] {
        let reply = from(&service, "203.0.113.9", "3.3.3.3", path, 9).await;
        reply.refused(429, &[TOO_MANY]);
        assert_eq!(reply.retry_after(), 10);
    }
    // Behind the proxy that is trusted, each client is its own; so is another address.
    assert_eq!(
        from(&service, "10.0.0.1", "1.1.1.1", "/api/users/signup", 10).await.status,
        StatusCode::CREATED
    );
    assert_eq!(from(&service, "203.0.113.8", "", "/api/users/signup", 11).await.status, StatusCode::CREATED);
    assert_eq!(from(&service, "10.0.0.1", "203.0.113.9", "/api/users/signup", 12).await.status, 429);

    service.clock.advance(Duration::from_secs(10));
    assert_eq!(from(&service, "203.0.113.9", "", "/api/users/signin", 0).await.status, StatusCode::OK);
}

async fn without_settings_an_address_has_three_hundred(engine: Engine) {
    let service = Service::on(engine).await;
    for number in 0..300 {
        let reply = service.signin(&format!("u{number}@example.com"), "guess").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }
    service.signup("ada@example.com", PASSWORD).await.refused(429, &[TOO_MANY]);
    // Who is signed in may still be asked, and signing out still works.
    assert!(service.current_user(None).await.is_null());
    assert_eq!(service.signout(None).await.status, StatusCode::OK);
}

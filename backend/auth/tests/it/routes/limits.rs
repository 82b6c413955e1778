//! The limits on sign-ins and sign-ups.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use serde_json::json;
use ticketing_auth::Limits;
use ticketing_engines::{DbEngine, on_both};
use ticketing_platform::http::TrustedProxies;

use crate::support::{PASSWORD, Reply, Service, post};

on_both! {
    #[tokio::test]
    account_has_ten_tries_a_minute_from_one_address, unknown_account_is_limited_like_a_known_one,
    address_is_limited_over_all_accounts, default_limit_of_an_address_is_300,
    owner_signs_in_while_another_address_guesses, guesses_from_many_addresses_delay_but_never_refuse_the_owner;
}

const TOO_MANY: (&str, &str, &str) = ("", "too_many_requests", "Too many attempts, please wait a moment");

async fn account_has_ten_tries_a_minute_from_one_address(engine: DbEngine) {
    let service = Service::on(engine).await;
    service.signup("ada@example.com", PASSWORD).await;
    for number in 0..10 {
        let email = if number % 2 == 0 { "ada@example.com" } else { "ADA@example.com" };
        assert_eq!(service.signin(email, "wrong password").await.status, StatusCode::BAD_REQUEST);
    }
    // Even the correct password is refused, without a hash.
    let before = service.app.hash_counts();
    let reply = service.signin("ada@example.com", PASSWORD).await;
    reply.assert_refused(429, &[TOO_MANY]);
    assert_eq!(reply.retry_after(), 6);
    assert_eq!(service.app.hash_counts(), before);
    // Other accounts are not limited.
    service.signup("bob@example.com", PASSWORD).await;
    assert_eq!(service.signin("bob@example.com", PASSWORD).await.status, StatusCode::OK);

    service.clock.advance(Duration::from_secs(reply.retry_after()));
    assert_eq!(service.signin("ada@example.com", PASSWORD).await.status, StatusCode::OK);
}

async fn unknown_account_is_limited_like_a_known_one(engine: DbEngine) {
    let service = Service::on(engine).await;
    for _ in 0..10 {
        assert_eq!(service.signin("nobody@example.com", "guess").await.status, StatusCode::BAD_REQUEST);
    }
    service.signin("nobody@example.com", "guess").await.assert_refused(429, &[TOO_MANY]);
}

/// Signs in to Ada's account from an address.
async fn signin_from(service: &Service, peer: &str, password: &str) -> Reply {
    let mut request = post("/api/users/signin", json!({ "email": ADA, "password": password }).to_string());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 5555)));
    service.send(request).await
}

const ADA: &str = "ada@example.com";

async fn owner_signs_in_while_another_address_guesses(engine: DbEngine) {
    let service = Service::on(engine).await;
    service.signup(ADA, PASSWORD).await;
    for number in 0..13 {
        for _ in 0..20 {
            let guess = signin_from(&service, "203.0.113.9", "wrong password").await;
            assert!(matches!(guess.status.as_u16(), 400 | 429), "{}", guess.status);
        }
        let reply = signin_from(&service, "198.51.100.7", PASSWORD).await;
        assert_eq!(reply.status, StatusCode::OK, "try {number} of the owner");
        service.clock.advance(Duration::from_secs(6));
    }
    assert_eq!(signin_from(&service, "203.0.113.9", "wrong password").await.status, StatusCode::BAD_REQUEST);
    signin_from(&service, "203.0.113.9", PASSWORD).await.assert_refused(429, &[TOO_MANY]);
}

async fn guesses_from_many_addresses_delay_but_never_refuse_the_owner(engine: DbEngine) {
    let service = Service::with(engine, |settings| {
        settings.limits =
            Limits { signins_before_delay: 6, signin_delay: Duration::from_secs(2), ..Limits::default() };
    })
    .await;
    service.signup(ADA, PASSWORD).await;
    assert_eq!(signin_from(&service, "198.51.100.7", PASSWORD).await.status, StatusCode::OK);
    for number in 1..6 {
        let guess = signin_from(&service, &format!("203.0.113.{number}"), "wrong password").await;
        assert_eq!(guess.status, StatusCode::BAD_REQUEST);
    }
    // A new address waits, even with the correct password; the address that has signed in before does not.
    let slow = signin_from(&service, "192.0.2.1", PASSWORD);
    tokio::pin!(slow);
    for advanced in [0, 1_000, 999] {
        service.clock.advance(Duration::from_millis(advanced));
        let known = signin_from(&service, "198.51.100.7", PASSWORD);
        tokio::select! {
            biased;
            reply = &mut slow => panic!("it did not wait: {reply:?}"),
            reply = known => assert_eq!(reply.status, StatusCode::OK),
        }
    }
    service.clock.advance(Duration::from_millis(1));
    assert_eq!(slow.await.status, StatusCode::OK);
}

async fn post_from(service: &Service, peer: &str, forwarded: &str, path: &str, number: u32) -> Reply {
    let body = json!({ "email": format!("u{number}@example.com"), "password": PASSWORD });
    let mut request = post(path, body.to_string());
    request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 5555)));
    service.send(request).await
}

async fn address_is_limited_over_all_accounts(engine: DbEngine) {
    let service = Service::with(engine, |settings| {
        settings.limits = Limits { signins_per_address: 6, ..Limits::default() };
        settings.proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
    })
    .await;
    for number in 0..3 {
        let made = post_from(&service, "203.0.113.9", "1.1.1.1", "/api/users/signup", number).await;
        assert_eq!(made.status, StatusCode::CREATED);
        // A header of a client that is no trusted proxy does not change its address.
        let signed_in = post_from(&service, "203.0.113.9", "2.2.2.2", "/api/users/signin", number).await;
        assert_eq!(signed_in.status, StatusCode::OK);
    }
    for path in ["/api/users/signup", "/api/users/signin"] {
        let reply = post_from(&service, "203.0.113.9", "3.3.3.3", path, 9).await;
        reply.assert_refused(429, &[TOO_MANY]);
        assert_eq!(reply.retry_after(), 10);
    }
    // Behind a trusted proxy each client has its own limit, and so has another address.
    assert_eq!(
        post_from(&service, "10.0.0.1", "1.1.1.1", "/api/users/signup", 10).await.status,
        StatusCode::CREATED
    );
    assert_eq!(
        post_from(&service, "203.0.113.8", "", "/api/users/signup", 11).await.status,
        StatusCode::CREATED
    );
    assert_eq!(post_from(&service, "10.0.0.1", "203.0.113.9", "/api/users/signup", 12).await.status, 429);

    service.clock.advance(Duration::from_secs(10));
    assert_eq!(post_from(&service, "203.0.113.9", "", "/api/users/signin", 0).await.status, StatusCode::OK);
}

async fn default_limit_of_an_address_is_300(engine: DbEngine) {
    let service = Service::on(engine).await;
    for number in 0..300 {
        let reply = service.signin(&format!("u{number}@example.com"), "guess").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }
    service.signup("ada@example.com", PASSWORD).await.assert_refused(429, &[TOO_MANY]);
    // Reading the signed-in user and signing out still work.
    assert!(service.current_user(None).await.is_null());
    assert_eq!(service.signout(None).await.status, StatusCode::OK);
}

//! `POST /api/users/signup` with an `Idempotency-Key`.

use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::{Value, json};
use ticketing_engines::{DbEngine, on_both};
use ticketing_platform::idempotency::{Fingerprint, RETENTION};

use crate::support::{PASSWORD, Reply, Service, post};

on_both! {
    #[tokio::test]
    repeated_signup_gets_the_same_answer_and_a_new_session, key_with_another_body_is_refused,
    concurrent_repeats_of_a_signup_create_one_account, refused_signup_releases_its_key,
    idempotency_key_belongs_to_the_address_that_signs_up, stored_answer_is_replayed_beyond_the_limit,
    keys_are_validated_and_removed_after_a_day, stored_answer_has_no_secret;
}

async fn sign_up_with_key(service: &Service, key: &str, body: Value) -> Reply {
    let mut request = post("/api/users/signup", body.to_string());
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    service.send(request).await
}

fn ada() -> Value {
    json!({ "email": "ada@example.com", "password": PASSWORD })
}

const REUSED: (&str, &str, &str) =
    ("", "idempotency_key_reused", "This Idempotency-Key was used with another request body");

async fn repeated_signup_gets_the_same_answer_and_a_new_session(engine: DbEngine) {
    let service = Service::on(engine).await;
    let first = sign_up_with_key(&service, "k-1", ada()).await;
    let again = sign_up_with_key(&service, "k-1", ada()).await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.body, again.body);
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 1);

    let (one, two) =
        (service.current_user(Some(first.cookie())).await, service.current_user(Some(again.cookie())).await);
    assert_eq!(one["id"], two["id"]);
    assert_ne!(one["jti"], two["jti"]);
    // Unknown fields and white space do not change the fingerprint.
    let spaced = json!({ "password": PASSWORD, "email": "ada@example.com", "more": 1 });
    assert_eq!(sign_up_with_key(&service, "k-1", spaced).await.body, first.body);
}

async fn key_with_another_body_is_refused(engine: DbEngine) {
    let service = Service::on(engine).await;
    sign_up_with_key(&service, "k-1", ada()).await;
    let another = json!({ "email": "ada@example.com", "password": "another password" });
    sign_up_with_key(&service, "k-1", another).await.assert_refused(422, &[REUSED]);
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 1);
    // Another key is another request, and the e-mail is taken by then.
    sign_up_with_key(&service, "k-2", ada())
        .await
        .assert_refused(400, &[("email", "email_in_use", "Email in use")]);
}

async fn idempotency_key_belongs_to_the_address_that_signs_up(engine: DbEngine) {
    let service = Service::on(engine).await;
    assert_eq!(sign_up_with_key(&service, "1", ada()).await.status, StatusCode::CREATED);
    let bob = json!({ "email": "bob@example.com", "password": PASSWORD });
    let first = sign_up_with_key(&service, "1", bob.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(sign_up_with_key(&service, "1", bob).await.body, first.body);
    // Addresses that differ in case share the scope of the key, but the bodies differ.
    let shouted = json!({ "email": "ADA@example.com", "password": PASSWORD });
    sign_up_with_key(&service, "1", shouted).await.assert_refused(422, &[REUSED]);
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 2);
}

async fn stored_answer_is_replayed_beyond_the_limit(engine: DbEngine) {
    let service = Service::with(engine, |settings| settings.limits.signins_per_address = 1).await;
    let first = sign_up_with_key(&service, "k-1", ada()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let again = sign_up_with_key(&service, "k-1", ada()).await;
    assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body));
    assert!(
        service.current_user(Some(again.cookie())).await["id"].is_string(),
        "the repeated sign-up is signed in"
    );
    for (key, body) in
        [("k-2", ada()), ("k-1", json!({ "email": "ada@example.com", "password": "another password" }))]
    {
        assert_eq!(sign_up_with_key(&service, key, body).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

async fn concurrent_repeats_of_a_signup_create_one_account(engine: DbEngine) {
    let service = Service::on(engine).await;
    let replies = join_all((0..20).map(|_| sign_up_with_key(&service, "k-1", ada()))).await;
    for reply in &replies {
        assert_eq!((reply.status, &reply.body), (StatusCode::CREATED, &replies[0].body));
    }
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 1);
}

async fn refused_signup_releases_its_key(engine: DbEngine) {
    let service = Service::on(engine).await;
    let bad = json!({ "email": "ada", "password": PASSWORD });
    assert_eq!(sign_up_with_key(&service, "k-0", bad).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(sign_up_with_key(&service, "k-0", ada()).await.status, StatusCode::CREATED);

    sign_up_with_key(&service, "k-1", ada())
        .await
        .assert_refused(400, &[("email", "email_in_use", "Email in use")]);
    let kept = service.count("SELECT COUNT(*) AS n FROM idempotency_keys WHERE key = 'k-1'").await;
    assert_eq!(kept, 0);
}

async fn keys_are_validated_and_removed_after_a_day(engine: DbEngine) {
    let service = Service::on(engine).await;
    let reply = sign_up_with_key(&service, &"k".repeat(256), ada()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.json()["errors"][0]["field"], "Idempotency-Key");

    assert_eq!(sign_up_with_key(&service, "k-1", ada()).await.status, StatusCode::CREATED);
    service.clock.advance(RETENTION + Duration::from_millis(1));
    sign_up_with_key(&service, "k-1", ada())
        .await
        .assert_refused(400, &[("email", "email_in_use", "Email in use")]);
}

async fn stored_answer_has_no_secret(engine: DbEngine) {
    let service = Service::on(engine).await;
    let reply = sign_up_with_key(&service, "k-1", ada()).await;
    let kept = service
        .texts("SELECT scope || key || fingerprint || status || body AS t FROM idempotency_keys")
        .await;
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].contains(PASSWORD) && !kept[0].contains(&reply.token()) && !kept[0].contains("argon2"));

    // The fingerprint is keyed, so that a leaked table does not allow passwords to be guessed offline.
    let plain = Fingerprint::from_body(&ada()).unwrap();
    let fingerprint = service.texts("SELECT fingerprint AS t FROM idempotency_keys").await;
    assert_ne!(fingerprint[0], plain.as_str());
    let other = Service::with(engine, |settings| settings.fingerprint_key = "another key".into()).await;
    sign_up_with_key(&other, "k-1", ada()).await;
    assert_ne!(fingerprint, other.texts("SELECT fingerprint AS t FROM idempotency_keys").await);
}

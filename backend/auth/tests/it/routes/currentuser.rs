//! `GET /api/users/currentuser`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};
use ticketing_engines::{DbEngine, on_both};
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::session::DEFAULT_LIFETIME;

use crate::support::{KEY, PASSWORD, Service, cookie_of, parts};

on_both! {
    #[tokio::test]
    currentuser_returns_the_signed_in_user, forged_and_foreign_tokens_are_no_session, session_ends_after_its_lifetime;
}

#[tokio::test]
async fn session_revoked_by_another_replica_is_refused_at_once() {
    let service = Service::on(DbEngine::Postgres).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    let (_, claims) = parts(&made.token());
    // The row of another replica, before its event and its notification arrive.
    let jti = claims["jti"].as_str().unwrap().to_owned();
    let sql = "INSERT INTO revoked_sessions (jti, user_id, expires_at, recorded_at, xact) VALUES ($1, 'u', $2, 0, 1)";
    let exp = claims["exp"].as_i64().unwrap() * 1000;
    let write = move |tx: &mut Tx<'_>| tx.execute(sql, ticketing_platform::args![&jti, exp]);
    let written: Result<u64, DbError> = service.app.core().db.write(write).await;
    assert_eq!(written.unwrap(), 1);
    assert!(service.current_user(Some(made.cookie())).await.is_null());
}

/// Returns a token whose header names `algorithm`, signed with it.
fn sign_token(algorithm: &str, key: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({ "alg": algorithm, "typ": "JWT" })), part(claims));
    macro_rules! signature {
        ($hash:ty) => {
            Hmac::<$hash>::new_from_slice(key.as_bytes())
                .unwrap()
                .chain_update(&text)
                .finalize()
                .into_bytes()
                .to_vec()
        };
    }
    let signature = match algorithm {
        "HS256" => signature!(Sha256),
        "HS384" => signature!(Sha384),
        _ => signature!(Sha512),
    };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn change_claim(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn remove_claim(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

async fn currentuser_returns_the_signed_in_user(engine: DbEngine) {
    let service = Service::on(engine).await;
    assert!(service.current_user(None).await.is_null());
    let made = service.signup("Ada@example.com", PASSWORD).await;
    let (_, claims) = parts(&made.token());
    let user = service.current_user(Some(made.cookie())).await;
    let expected = json!({
        "id": made.json()["id"], "email": "Ada@example.com", "iat": 1_700_000_000,
        "exp": claims["exp"], "jti": claims["jti"],
    });
    assert_eq!(user, expected);
    let among_others = format!("a=b; {}; c=d", made.cookie());
    assert_eq!(service.current_user(Some(&among_others)).await, expected);
}

async fn forged_and_foreign_tokens_are_no_session(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    let token = made.token();
    let (_, claims) = parts(&token);
    // The forger knows everything but the key; made with the key, the same claims are a session.
    assert!(service.current_user(Some(&cookie_of(&sign_token("HS256", KEY, &claims)))).await.is_object());

    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let [head, body, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other_user = encoded(&change_claim(&claims, "id", json!("someone-else")));
    let none = encoded(&json!({ "alg": "none", "typ": "JWT" }));
    let tokens = [
        format!("{none}.{body}."),
        format!("{none}.{body}.{signature}"),
        format!("{head}.{other_user}.{signature}"),
        format!("{head}.{body}."),
        format!("{head}.{body}"),
        format!("{head}.{body}.{signature}x"),
        String::new(),
        "...".to_owned(),
        sign_token("HS256", "another key that is long enough too", &claims),
        sign_token("HS384", KEY, &claims),
        sign_token("HS512", KEY, &claims),
        sign_token("HS256", KEY, &change_claim(&claims, "iss", json!("elsewhere"))),
        sign_token("HS256", KEY, &change_claim(&claims, "exp", json!(1_600_000_000))),
        sign_token("HS256", KEY, &change_claim(&claims, "exp", json!("tomorrow"))),
        sign_token("HS256", KEY, &change_claim(&claims, "id", json!(7))),
        sign_token("HS256", KEY, &change_claim(&claims, "nbf", json!(1_700_000_060))),
        sign_token("HS256", KEY, &remove_claim(&claims, "iat")),
        sign_token("HS256", KEY, &remove_claim(&claims, "id")),
    ];
    for token in &tokens {
        assert!(service.current_user(Some(&cookie_of(token))).await.is_null(), "{token}");
    }
    for cookie in ["session=", "session=%%%", "session=e30=", "session=bnVsbA==", &format!("session={token}")]
    {
        assert!(service.current_user(Some(cookie)).await.is_null(), "{cookie}");
    }
}

async fn session_ends_after_its_lifetime(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    service.clock.advance(DEFAULT_LIFETIME - Duration::from_secs(1));
    assert!(service.current_user(Some(made.cookie())).await.is_object());
    service.clock.advance(Duration::from_secs(10));
    assert!(service.current_user(Some(made.cookie())).await.is_null());
}

//! `POST /api/users/signout`.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use ticketing_engines::{DbEngine, eventually, on_both};
use ticketing_platform::session::DEFAULT_LIFETIME;

use crate::support::{PASSWORD, Reply, Service, cookie_of};

on_both! {
    #[tokio::test]
    signout_revokes_the_session_and_publishes_once, signout_without_a_session_succeeds,
    revoked_cookie_is_refused_after_a_restart, concurrent_sign_outs_publish_once,
    expired_session_is_no_session, disconnected_client_is_still_signed_out,
    signout_revokes_every_valid_session_cookie, link_or_foreign_form_does_not_sign_out;
}

fn assert_signed_out(reply: &Reply) {
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, "{}"));
    assert_eq!(
        reply.set_cookie().unwrap(),
        "session=; HttpOnly; Path=/; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    );
}

async fn events(service: &Service) -> Vec<Value> {
    let rows = service.texts("SELECT name || ' ' || body AS t FROM outbox ORDER BY id").await;
    rows.iter()
        .map(|row| serde_json::from_str(row.strip_prefix("session:ended ").unwrap()).unwrap())
        .collect()
}

async fn signout_revokes_the_session_and_publishes_once(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    let other = service.signin("ada@example.com", PASSWORD).await;
    let session = service.current_user(Some(made.cookie())).await;

    assert_signed_out(&service.signout(Some(made.cookie())).await);
    assert!(service.current_user(Some(made.cookie())).await.is_null(), "the old cookie is refused");
    let ended = json!({ "jti": session["jti"], "userId": session["id"], "exp": session["exp"] });
    assert_eq!(events(&service).await, std::slice::from_ref(&ended));

    // Again, with a token that is no session any more: nothing changes.
    assert_signed_out(&service.signout(Some(made.cookie())).await);
    assert_eq!(events(&service).await, [ended]);
    // The user's other session is another one.
    assert_eq!(service.current_user(Some(other.cookie())).await["id"], session["id"]);
}

async fn signout_without_a_session_succeeds(engine: DbEngine) {
    let service = Service::on(engine).await;
    let forged = cookie_of("eyJhbGciOiJub25lIn0.e30.");
    for cookie in [None, Some("session=garbage"), Some("other=1"), Some(forged.as_str())] {
        assert_signed_out(&service.signout(cookie).await);
    }
    assert!(events(&service).await.is_empty());
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM revoked_sessions").await, 0);
}

async fn revoked_cookie_is_refused_after_a_restart(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    service.signout(Some(made.cookie())).await;
    let service = service.reopened().await;
    assert!(service.current_user(Some(made.cookie())).await.is_null());
}

async fn concurrent_sign_outs_publish_once(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    let replies = futures_util::future::join_all((0..20).map(|_| service.signout(Some(made.cookie())))).await;
    replies.iter().for_each(assert_signed_out);
    assert_eq!(events(&service).await.len(), 1);
}

async fn expired_session_is_no_session(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    service.clock.advance(DEFAULT_LIFETIME + Duration::from_secs(10));
    assert_signed_out(&service.signout(Some(made.cookie())).await);
    assert!(events(&service).await.is_empty());
}

async fn disconnected_client_is_still_signed_out(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    tokio::select! {
        biased;
        reply = service.signout(Some(made.cookie())) => panic!("it did not wait for the disk: {reply:?}"),
        () = std::future::ready(()) => {}
    }
    eventually("the old cookie is refused", async || {
        service.current_user(Some(made.cookie())).await.is_null()
    })
    .await;
    assert_eq!(events(&service).await.len(), 1);
}

async fn signout_revokes_every_valid_session_cookie(engine: DbEngine) {
    let service = Service::on(engine).await;
    let first = service.signup("ada@example.com", PASSWORD).await;
    let second = service.signin("ada@example.com", PASSWORD).await;
    let other = service.signin("ada@example.com", PASSWORD).await;
    let cookies =
        format!("session=garbage; {}; a=b; {}; {}", first.cookie(), second.cookie(), first.cookie());
    assert_signed_out(&service.signout(Some(&cookies)).await);
    for ended in [&first, &second] {
        assert!(service.current_user(Some(ended.cookie())).await.is_null());
    }
    assert_eq!(events(&service).await.len(), 2);
    assert!(service.current_user(Some(other.cookie())).await.is_object(), "another device stays signed in");
}

async fn link_or_foreign_form_does_not_sign_out(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    let refused = [
        (Method::GET, 405, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")][..]),
        (Method::GET, 405, &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")]),
        (Method::HEAD, 405, &[]),
        (Method::POST, 403, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]),
        (Method::POST, 403, &[("sec-fetch-site", "same-site")]),
        (Method::POST, 403, &[("origin", "https://other.example")]),
        (Method::POST, 403, &[("origin", "null")]),
    ];
    for (method, status, headers) in refused {
        let mut request = Request::builder()
            .method(&method)
            .uri("/api/users/signout")
            .header("host", "shop.example")
            .header("cookie", made.cookie())
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let reply = service.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {headers:?}");
        assert!(reply.set_cookie().is_none(), "{method} {headers:?}");
    }
    assert!(service.current_user(Some(made.cookie())).await.is_object());
    assert!(events(&service).await.is_empty());
}

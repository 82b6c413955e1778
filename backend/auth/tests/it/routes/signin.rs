//! `POST /api/users/signin`.

use axum::http::StatusCode;
use serde_json::json;
use ticketing_engines::{DbEngine, on_both};

use crate::support::{PASSWORD, Service};

on_both! {
    #[tokio::test]
    signin_ignores_the_case_of_the_email,
    unknown_email_and_wrong_password_get_the_same_answer, passwords_are_compared_exactly_as_received,
    validation_errors_are_reported_together, invalid_hash_is_an_internal_error_without_detail,
    accounts_survive_a_restart;
}

const WRONG: (&str, &str, &str) = ("", "invalid_credentials", "Invalid credentials");

async fn signin_ignores_the_case_of_the_email(engine: DbEngine) {
    let service = Service::on(engine).await;
    let user = service.signup("Ada@Example.com", PASSWORD).await.json();
    for email in ["Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"] {
        let reply = service.signin(email, PASSWORD).await;
        assert_eq!((reply.status, reply.json()), (StatusCode::OK, user.clone()));
        assert!(reply.set_cookie().unwrap().ends_with("; HttpOnly; Path=/; SameSite=Lax"));
        assert_eq!(service.current_user(Some(reply.cookie())).await["id"], user["id"]);
    }
}

async fn unknown_email_and_wrong_password_get_the_same_answer(engine: DbEngine) {
    let service = Service::on(engine).await;
    service.signup("ada@example.com", PASSWORD).await;
    let mut seen = Vec::new();
    for (email, password) in [
        ("ada@example.com", "wrong password"),
        ("nobody@example.com", "wrong password"),
        ("ada@example.com", "x"),
    ] {
        let [hashed, verified] = service.app.hash_counts();
        let reply = service.signin(email, password).await;
        reply.assert_refused(400, &[WRONG]);
        assert_eq!(service.app.hash_counts(), [hashed, verified + 1], "{email}");
        let mut headers = reply.headers.clone();
        headers.remove("x-request-id");
        seen.push((reply.status, headers, reply.body));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
}

async fn passwords_are_compared_exactly_as_received(engine: DbEngine) {
    let service = Service::on(engine).await;
    let password = "  Пароль\t🎫 \u{301} ";
    service.signup("ada@example.com", password).await;
    for wrong in
        [password.trim(), &password.to_lowercase(), &format!("{password} "), &format!("{password}\0")]
    {
        service.signin("ada@example.com", wrong).await.assert_refused(400, &[WRONG]);
    }
    assert_eq!(service.signin("ada@example.com", password).await.status, StatusCode::OK);
    // 128 characters of four bytes each: nothing is cut off.
    let long = "🎫".repeat(128);
    service.signup("bob@example.com", &long).await;
    service.signin("bob@example.com", &"🎫".repeat(127)).await.assert_refused(400, &[WRONG]);
    assert_eq!(service.signin("bob@example.com", &long).await.status, StatusCode::OK);
}

async fn validation_errors_are_reported_together(engine: DbEngine) {
    let service = Service::on(engine).await;
    let email = ("email", "invalid_input", "Email must be valid");
    let password = ("password", "invalid_input", "You must supply a password");
    for body in [json!({}), json!({ "email": 1, "password": 2 }), json!({ "email": "ada", "password": "" })] {
        service.post("/api/users/signin", body).await.assert_refused(400, &[email, password]);
    }
    service.signin("ada@example.com", "").await.assert_refused(400, &[password]);
    service.signin("ada@", "x").await.assert_refused(400, &[email]);
    assert_eq!(service.app.hash_counts()[1], 0);
}

async fn invalid_hash_is_an_internal_error_without_detail(engine: DbEngine) {
    let service = Service::on(engine).await;
    service.signup("ada@example.com", PASSWORD).await;
    let db = &service.app.core().db;
    let broken = db.write(|tx| tx.execute("UPDATE users SET password_hash = 'not a hash'", &[])).await;
    assert_eq!(broken.unwrap(), 1);
    let reply = service.signin("ada@example.com", PASSWORD).await;
    reply.assert_refused(500, &[("", "internal", "Something went wrong")]);
}

async fn accounts_survive_a_restart(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    let service = service.reopened().await;
    assert_eq!(service.signin("ada@example.com", PASSWORD).await.json(), made.json());
    assert_eq!(service.current_user(Some(made.cookie())).await["id"], made.json()["id"]);
}

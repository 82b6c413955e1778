//! One e-mail address is one account, however it is spelled.

use axum::http::StatusCode;
use ticketing_engines::{DbEngine, on_both};

use crate::support::{PASSWORD, Service};

on_both! {
    #[tokio::test]
    address_is_one_account_in_every_spelling, undeliverable_address_is_refused;
}

const SPELLINGS: [&str; 4] =
    ["ada@müller.example", "ada@xn--mller-kva.example", "ada@mu\u{308}ller.example", "ADA@MÜLLER.Example"];

async fn address_is_one_account_in_every_spelling(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup(SPELLINGS[0], PASSWORD).await;
    assert_eq!(made.json()["email"], SPELLINGS[0], "it is kept as it was typed");
    for spelling in SPELLINGS {
        let reply = service.signin(spelling, PASSWORD).await;
        assert_eq!((reply.status, &reply.json()["id"]), (StatusCode::OK, &made.json()["id"]), "{spelling}");
        let again = service.signup(spelling, PASSWORD).await;
        again.assert_refused(400, &[("email", "email_in_use", "Email in use")]);
    }
}

async fn undeliverable_address_is_refused(engine: DbEngine) {
    let service = Service::on(engine).await;
    for email in ["ada@xn--a-b.example", "a\u{200b}da@example.com", "ada\u{0}@example.com"] {
        let reply = service.signup(email, PASSWORD).await;
        reply.assert_refused(400, &[("email", "invalid_input", "Email must be valid")]);
        let reply = service.signin(email, PASSWORD).await;
        reply.assert_refused(400, &[("email", "invalid_input", "Email must be valid")]);
    }
}

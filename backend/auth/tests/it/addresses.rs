//! One e-mail address is one account, however it is spelled; accounts of older versions are brought up to date.

use axum::http::StatusCode;
use ticketing_engines::{Engine, on_both};
use ticketing_platform::args;
use ticketing_platform::db::DbError;

use crate::support::{PASSWORD, Service};

on_both! {
    #[tokio::test]
    address_is_one_account_in_every_spelling, undeliverable_address_is_refused,
    accounts_of_an_older_version_are_found_by_every_spelling, older_of_two_accounts_keeps_the_address;
}

const SPELLINGS: [&str; 4] =
    ["ada@müller.example", "ada@xn--mller-kva.example", "ada@mu\u{308}ller.example", "ADA@MÜLLER.Example"];

async fn address_is_one_account_in_every_spelling(engine: Engine) {
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

async fn undeliverable_address_is_refused(engine: Engine) {
    let service = Service::on(engine).await;
    for email in ["ada@xn--a-b.example", "a\u{200b}da@example.com", "ada\u{0}@example.com"] {
        let reply = service.signup(email, PASSWORD).await;
        reply.assert_refused(400, &[("email", "invalid_input", "Email must be valid")]);
    }
    let reply = service.signin("ada@xn--a-b.example", PASSWORD).await;
    reply.assert_refused(400, &[("", "invalid_credentials", "Invalid credentials")]);
}

/// Makes the accounts look as an older version has made them: with the address in lower case as the key.
async fn age(service: &Service, emails: &'static [&'static str]) {
    let db = &service.app.core().db;
    let aged: Result<(), DbError> = db
        .write(move |tx| {
            for (number, email) in emails.iter().enumerate() {
                let (made_as, at) = (format!("u{number}@example.com"), i64::try_from(number).unwrap());
                tx.execute(
                    "UPDATE users SET email = $1, email_key = $2, created_at = $3, key_version = 0 WHERE email = $4",
                    args![*email, &email.to_lowercase(), at, &made_as],
                )?;
            }
            Ok(())
        })
        .await;
    aged.unwrap();
}

/// Returns the identifiers of accounts, made in this order with a password each.
async fn accounts(service: &Service, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        let made = service.signup(&format!("u{number}@example.com"), &format!("{PASSWORD} {number}")).await;
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    ids
}

async fn signs_in(service: &Service, email: &str, number: usize) -> Option<String> {
    let reply = service.signin(email, &format!("{PASSWORD} {number}")).await;
    (reply.status == StatusCode::OK).then(|| reply.json()["id"].as_str().unwrap().to_owned())
}

async fn accounts_of_an_older_version_are_found_by_every_spelling(engine: Engine) {
    let service = Service::on(engine).await;
    let ids = accounts(&service, 2).await;
    age(&service, &["ada@müller.example", "Bob@example.com"]).await;
    // Until the next start the account is found by the spelling it was made with.
    assert_eq!(signs_in(&service, "ada@müller.example", 0).await.as_ref(), Some(&ids[0]));
    let service = service.reopened().await;
    for spelling in SPELLINGS {
        assert_eq!(signs_in(&service, spelling, 0).await.as_ref(), Some(&ids[0]), "{spelling}");
    }
    assert_eq!(signs_in(&service, "bob@EXAMPLE.com", 1).await.as_ref(), Some(&ids[1]));
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users WHERE key_version = 0").await, 0);
    let keys = service.texts("SELECT email_key AS t FROM users ORDER BY created_at").await;
    let service = service.reopened().await;
    assert_eq!(service.texts("SELECT email_key AS t FROM users ORDER BY created_at").await, keys);
}

async fn older_of_two_accounts_keeps_the_address(engine: Engine) {
    let service = Service::on(engine).await;
    let ids = accounts(&service, 3).await;
    age(&service, &["ada@mu\u{308}ller.example", "ada@xn--mller-kva.example", "ada@müller.example"]).await;
    let service = service.reopened().await;
    assert_eq!(service.count("SELECT COUNT(*) AS n FROM users").await, 3, "nothing is deleted");
    // Each account signs in with its own spelling; every other spelling is the oldest account's.
    assert_eq!(signs_in(&service, "ada@mu\u{308}ller.example", 0).await.as_ref(), Some(&ids[0]));
    assert_eq!(signs_in(&service, "ada@xn--mller-kva.example", 1).await.as_ref(), Some(&ids[1]));
    assert_eq!(signs_in(&service, "ada@müller.example", 2).await.as_ref(), Some(&ids[2]));
    assert_eq!(signs_in(&service, "ada@MU\u{308}LLER.example", 0).await.as_ref(), Some(&ids[0]));
    assert_eq!(signs_in(&service, "ada@ｍüller.example", 0).await.as_ref(), Some(&ids[0]));
    assert_eq!(signs_in(&service, "ada@ｍüller.example", 1).await, None);
    let again = service.signup("ada@müller.example", PASSWORD).await;
    again.assert_refused(400, &[("email", "email_in_use", "Email in use")]);
    let keys = service.texts("SELECT email_key AS t FROM users ORDER BY created_at").await;
    let service = service.reopened().await;
    assert_eq!(service.texts("SELECT email_key AS t FROM users ORDER BY created_at").await, keys);
}

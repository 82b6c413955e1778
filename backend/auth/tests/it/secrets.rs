//! Secrets are neither shown nor logged.

use axum::http::StatusCode;
use serde_json::json;
use ticketing_auth::App;
use ticketing_engines::{DbEngine, LogLines, TestDatabases};
use ticketing_platform::clock::Clock;
use ticketing_sdk::Timestamp;

use crate::support::{KEY, PASSWORD, Service, post, settings};

#[tokio::test]
async fn keys_are_not_shown() {
    let databases = TestDatabases::on(DbEngine::Sqlite);
    let settings = settings(&databases, &Clock::manual(Timestamp::from_millis(0)));
    let shown = format!("{settings:?} {settings:#?}");
    assert!(shown.contains("Settings") && !shown.contains(KEY), "{shown}");
    let app = App::open(settings).await.unwrap();
    let shown = format!("{app:?} {app:#?} {:?}", app.router().split_for_parts().0);
    assert!(shown.contains("App") && !shown.contains(KEY), "{shown}");
}

#[tokio::test]
async fn passwords_and_tokens_are_not_logged() {
    let log = LogLines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let service = Service::on(DbEngine::Sqlite).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    let signed_in = service.signin("ada@example.com", PASSWORD).await;
    assert_eq!(signed_in.status, StatusCode::OK);
    service.signin("ada@example.com", "wrong-password-here").await;
    service.post("/api/users/signup", json!({ "email": "x", "password": "short-pw".repeat(20) })).await;
    service
        .send(post("/api/users/signin", r#"{"email":"ada@example.com","password":"cut-off-password"#))
        .await;
    service.signout(Some(made.cookie())).await;
    // The log of an internal error contains the cause, but not the password.
    let db = &service.app.core().db;
    db.write(|tx| tx.execute("UPDATE users SET password_hash = 'broken'", &[])).await.unwrap();
    assert_eq!(service.signin("ada@example.com", PASSWORD).await.status, 500);
    drop(guard);

    let log = log.text();
    assert!(log.contains("/api/users/signin"), "the log is of these requests: {log}");
    for secret in [
        PASSWORD,
        "wrong-password-here",
        "short-pw",
        "cut-off-password",
        "$argon2",
        &made.token(),
        made.cookie().strip_prefix("session=").unwrap(),
        &signed_in.token(),
        KEY,
    ] {
        assert!(!log.contains(secret), "{secret:?} is in the log: {log}");
    }
}

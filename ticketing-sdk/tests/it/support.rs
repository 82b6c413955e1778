//! A client over the mock, and values to answer with.

use std::path::Path;

use serde_json::{Value, json};
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Client, Method};

pub(crate) const SERVER: &str = "http://marketplace.test";

pub(crate) fn client(mock: &Mock) -> Client {
    Client::builder(SERVER).mock(mock).build().unwrap()
}

pub(crate) fn ticket(id: &str) -> Value {
    json!({
        "id": id, "title": "RustConf, day 1", "price": 149.99, "userId": "u-1", "version": 0, "status": "available",
        "createdAt": "2026-11-22T10:15:00.000Z", "updatedAt": "2026-11-22T10:15:00.000Z",
    })
}

pub(crate) fn order(status: &str) -> Value {
    json!({
        "id": "o-1", "userId": "u-2", "status": status, "expiresAt": "2026-11-22T10:30:00.000Z",
        "ticket": {"id": "t-1", "title": "RustConf, day 1", "price": 149.99, "version": 0},
        "version": 0, "createdAt": "2026-11-22T10:15:00.000Z",
    })
}

pub(crate) fn payment(status: &str) -> Value {
    json!({
        "id": "p-1", "orderId": "o-1", "stripeId": "pi_1", "amount": 149.99, "currency": "usd", "status": status,
        "createdAt": "2026-11-22T10:16:00.000Z",
    })
}

/// A sign-in whose cookie has this name.
pub(crate) fn signed_in(mock: &Mock, cookie: &str) {
    let reply = Reply::json(200, &json!({"id": "u-1", "email": "ada@example.com"}));
    let cookie = format!("{cookie}=eyJqd3QiOiJ4LnkueiJ9; path=/; httponly; samesite=lax");
    mock.on(Method::POST, "/api/users/signin", reply.header("set-cookie", &cookie));
}

/// Compares with a file of the repository; with `UPDATE_GOLDEN` set, writes it.
pub(crate) fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/wire").join(name);
    let text = format!("{text}\n");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{name}");
}

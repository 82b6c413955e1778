//! `POST /api/payments`: invalid input changes nothing.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use ticketing_engines::{DbEngine, on_both};
use ticketing_payments::domain::PaymentStep;

use crate::fixture::Fixture;

on_both! {
    #[tokio::test]
    invalid_fields_are_all_reported, body_that_is_no_json_object_is_refused,
    forged_session_is_refused;
}

async fn invalid_fields_are_all_reported(engine: DbEngine) {
    let fixture = Fixture::on(engine).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let both = ["orderId", "token"];
    let long = format!("tok_{}", "x".repeat(252));
    let cases: Vec<(Value, &[&str])> = vec![
        (json!({}), &both),
        (json!({ "orderId": null, "token": null }), &both),
        (json!({ "orderId": 7, "token": ["tok_visa"] }), &both),
        (json!({ "orderId": "", "token": "" }), &both),
        (json!({ "orderId": order }), &["token"]),
        (json!({ "token": "tok_visa" }), &["orderId"]),
        (json!({ "orderId": { "id": order }, "token": "tok_visa" }), &["orderId"]),
        (json!({ "orderId": order, "token": "4242424242424242" }), &["token"]),
        (json!({ "orderId": order, "token": "tok_" }), &["token"]),
        (json!({ "orderId": order, "token": "tok_a b" }), &["token"]),
        (json!({ "orderId": order, "token": "tok_\u{0}" }), &["token"]),
        (json!({ "orderId": order, "token": "tok_é" }), &["token"]),
        (json!({ "orderId": order, "token": long }), &["token"]),
    ];
    for (body, fields) in cases {
        let answer = ada.post(&body, None).await;
        assert_eq!(answer.invalid_fields(), fields, "{body}");
        assert!(!answer.text.contains("4242"), "a card number is not repeated");
    }
    ada.pay_with_key(&order, "tok_visa", &"k".repeat(256)).await.assert_refused(400, "invalid_input");
    assert_no_payment(&fixture).await;
}

async fn body_that_is_no_json_object_is_refused(engine: DbEngine) {
    let fixture = Fixture::on(engine).await;
    let ada = fixture.user("ada");
    for (kind, body, status, code) in [
        ("application/json", "{\"orderId\":", 400, "invalid_json"),
        ("application/json", "[]", 400, "invalid_json"),
        ("application/json", "", 400, "invalid_json"),
        ("text/plain", "{}", 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", "orderId=1&token=tok_visa", 415, "unsupported_media_type"),
    ] {
        let request = Request::post("/api/payments")
            .header(header::COOKIE, &ada.cookie)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        ada.send(request).await.assert_refused(status, code);
    }
    let huge = json!({ "orderId": "x".repeat(70_000), "token": "tok_visa" });
    ada.post(&huge, None).await.assert_refused(413, "payload_too_large");
    assert_no_payment(&fixture).await;
}

async fn forged_session_is_refused(engine: DbEngine) {
    let fixture = Fixture::on(engine).await;
    let mut eve = fixture.user("eve");
    let order = fixture.order(&eve, "20").await;
    eve.cookie.truncate(eve.cookie.len() - 12);
    eve.pay(&order, "tok_visa").await.assert_refused(401, "not_signed_in");
    eve.get("/api/payments").await.assert_refused(401, "not_signed_in");
    assert_no_payment(&fixture).await;
}

async fn assert_no_payment(fixture: &Fixture) {
    for name in ["ada", "eve"] {
        assert!(fixture.payments(&fixture.user(name)).await.is_empty());
    }
    assert_eq!(fixture.provider().faults().call_count(PaymentStep::Authorize), 0);
}

//! `POST /api/payments/webhook`: signed events settle payments, unsigned ones are refused.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use ticketing_engines::{DbEngine, eventually, on_both};
use ticketing_payments::PaymentTimeouts;
use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::PaymentStatus;
use ticketing_testkit::STRIPE_WEBHOOK_SECRET;

use crate::fixture::{Fixture, Setup, TestResponse, quick};

on_both! {
    #[tokio::test]
    webhook_event_settles_payment_with_lost_response, webhook_event_during_call_is_processed_after_it, webhook_events_may_be_duplicated_and_reordered, unsigned_webhook_request_is_refused, webhook_events_of_unknown_payments_are_ignored, webhook_event_settles_declined_payment;
}

/// Returns timeouts with retries later than any test lasts.
fn slow() -> PaymentTimeouts {
    PaymentTimeouts {
        first_retry: Duration::from_secs(60),
        longest_retry: Duration::from_secs(60),
        ..quick()
    }
}

async fn post(fixture: &Fixture, body: String, signature: Option<&str>) -> TestResponse {
    let mut request = Request::post("/api/payments/webhook").header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    fixture.user("nobody").signed_out().send(request.body(Body::from(body)).unwrap()).await
}

async fn post_signed(fixture: &Fixture, event: &Value) -> TestResponse {
    let body = event.to_string();
    let signature = fixture.stripe().sign(&body, STRIPE_WEBHOOK_SECRET);
    post(fixture, body, Some(&signature)).await
}

async fn webhook_events(fixture: &Fixture) -> i64 {
    let count = fixture
        .app()
        .core()
        .db
        .read(|tx| tx.query_one("SELECT COUNT(*) AS n FROM webhook_events", &[], |row| row.int("n")));
    count.await.map_err(|error: ticketing_platform::db::DbError| error).unwrap()
}

async fn webhook_event_settles_payment_with_lost_response(engine: DbEngine) {
    for call in [PaymentStep::Authorize, PaymentStep::Capture] {
        let fixture = Fixture::with_timeouts(Setup::stripe_on(engine), slow()).await;
        let ada = fixture.user("ada");
        let order = fixture.order(&ada, "19.99").await;
        fixture.stripe().faults().lose_response(call, 1);
        let request = {
            let (ada, order) = (ada.clone(), order.clone());
            tokio::spawn(async move { ada.pay(&order, "tok_visa").await })
        };
        eventually("the response was lost", async || {
            let payments = fixture.payments(&ada).await;
            let waits = payments.first().is_some_and(|payment| {
                payment.next_step.is_some() && payment.claimed_until.is_none() && payment.attempts == 1
            });
            waits && fixture.stripe().faults().call_count(call) == 1
        })
        .await;

        let event = fixture.stripe().events().pop().unwrap();
        assert_eq!(post_signed(&fixture, &event).await.json(), json!({ "received": true }));

        request.await.unwrap().succeeded_payment();
        let ledger = fixture.ledger().await;
        assert_eq!((ledger.charges.len(), ledger.captures(&order), ledger.kept_cents(&order)), (1, 1, 1999));
    }
}

async fn webhook_event_during_call_is_processed_after_it(engine: DbEngine) {
    let fixture = Fixture::with_timeouts(
        Setup::stripe_on(engine),
        PaymentTimeouts { call_timeout: Duration::from_secs(2), ..slow() },
    )
    .await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;
    // The effect happens and the event arrives, but the response does not.
    fixture.stripe().faults().lose_response(PaymentStep::Authorize, 1);
    let gate = fixture.stripe().faults().hold(PaymentStep::Authorize);
    let request = {
        let (ada, order) = (ada.clone(), order.clone());
        tokio::spawn(async move { ada.pay(&order, "tok_visa").await })
    };
    eventually("the call has started", async || {
        fixture.stripe().faults().call_count(PaymentStep::Authorize) == 1
    })
    .await;
    let payment = fixture.payments(&ada).await.remove(0);
    let early = json!({ "id": "evt_early", "data": { "object": {
        "object": "payment_intent", "id": "pi_fake000001", "metadata": { "payment_id": payment.id },
    } } });
    post_signed(&fixture, &early).await;
    drop(gate);

    request.await.unwrap().succeeded_payment();
    assert_eq!(fixture.ledger().await.charges.len(), 1);
}

async fn webhook_events_may_be_duplicated_and_reordered(engine: DbEngine) {
    let fixture = Fixture::on(Setup::stripe_on(engine)).await;
    let ada = fixture.user("ada");
    let (paid, lost) = (fixture.order(&ada, "19.99").await, fixture.order(&ada, "20").await);
    ada.pay(&paid, "tok_visa").await.succeeded_payment();
    ada.pay(&lost, "tok_chargeDeclined").await.assert_refused(400, "card_declined");
    let (published, before) = (fixture.published_names().await, fixture.payments(&ada).await);

    let mut events = fixture.stripe().events();
    events.reverse();
    for event in events.iter().chain(&events).rev().chain(&events) {
        assert_eq!(post_signed(&fixture, event).await.status, 200);
    }

    assert_eq!(fixture.payments(&ada).await, before, "what is settled stays settled");
    assert_eq!(fixture.published_names().await, published);
    let of_the_paid = events.iter().filter(|event| event["data"]["object"]["id"] == "pi_fake000001").count();
    assert_eq!(webhook_events(&fixture).await, i64::try_from(of_the_paid).unwrap(), "each is kept once");
    let ledger = fixture.ledger().await;
    assert_eq!((ledger.captures(&paid), ledger.kept_cents(&paid), ledger.kept_cents(&lost)), (1, 1999, 0));
}

async fn unsigned_webhook_request_is_refused(engine: DbEngine) {
    let fixture = Fixture::on(Setup::stripe_on(engine)).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;
    ada.pay(&order, "tok_visa").await.succeeded_payment();
    let body = fixture.stripe().events().pop().unwrap().to_string();
    let good = fixture.stripe().sign(&body, STRIPE_WEBHOOK_SECRET);
    let forged = fixture.stripe().sign(&body, "whsec_another");
    for (body, signature) in [
        (body.clone(), None),
        (body.clone(), Some("")),
        (body.clone(), Some("t=1,v1=00")),
        (body.clone(), Some(forged.as_str())),
        (format!("{body} "), Some(good.as_str())),
        ("no JSON at all".to_owned(), Some(good.as_str())),
        (String::new(), Some(good.as_str())),
    ] {
        post(&fixture, body, signature).await.assert_refused(400, "invalid_signature");
    }
    fixture.clock.advance(Duration::from_secs(301));
    post(&fixture, body.clone(), Some(&good)).await.assert_refused(400, "invalid_signature");
    assert_eq!(webhook_events(&fixture).await, 0);

    let large = "x".repeat(1024 * 1024 + 1);
    let signature = fixture.stripe().sign(&large, STRIPE_WEBHOOK_SECRET);
    post(&fixture, large, Some(&signature)).await.assert_refused(413, "payload_too_large");
}

async fn webhook_events_of_unknown_payments_are_ignored(engine: DbEngine) {
    let fixture = Fixture::on(Setup::stripe_on(engine)).await;
    let intent =
        json!({ "object": "payment_intent", "id": "pi_9", "metadata": { "payment_id": "nobody's" } });
    for object in [
        intent,
        json!({ "object": "customer", "id": "cus_9" }),
        json!({ "object": "refund", "payment_intent": "pi_9" }),
        json!({ "object": "charge", "payment_intent": { "id": "pi_9" } }),
        json!({ "object": "payment_intent", "id": "pi_9", "metadata": [] }),
        json!({ "object": "payment_intent", "id": "pi_9\0", "metadata": { "payment_id": "\0" } }),
        json!(null),
    ] {
        let event = json!({ "id": "evt_9", "type": "x", "data": { "object": object } });
        assert_eq!(post_signed(&fixture, &event).await.status, 200, "{event}");
    }
    let large =
        json!({ "id": "evt_9", "data": { "object": { "object": "customer", "name": "x".repeat(900_000) } } });
    for body in
        ["nonsense".to_owned(), String::new(), "{}".to_owned(), "[null]".to_owned(), large.to_string()]
    {
        let signature = fixture.stripe().sign(&body, STRIPE_WEBHOOK_SECRET);
        assert_eq!(post(&fixture, body, Some(&signature)).await.status, 200);
    }
    assert_eq!(webhook_events(&fixture).await, 0);
}

#[tokio::test]
async fn simulated_provider_has_no_webhook() {
    let fixture = Fixture::on(DbEngine::Sqlite).await;
    post(&fixture, "{}".to_owned(), Some("t=1,v1=00")).await.assert_refused(404, "not_found");
}

async fn webhook_event_settles_declined_payment(engine: DbEngine) {
    let fixture = Fixture::with_timeouts(Setup::stripe_on(engine), slow()).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;
    fixture.stripe().faults().lose_response(PaymentStep::Authorize, 1);
    let request = {
        let (ada, order) = (ada.clone(), order.clone());
        tokio::spawn(async move { ada.pay(&order, "tok_chargeDeclinedInsufficientFunds").await })
    };
    eventually("the response was lost", async || {
        fixture
            .payments(&ada)
            .await
            .first()
            .is_some_and(|payment| payment.attempts == 1 && payment.claimed_until.is_none())
    })
    .await;
    post_signed(&fixture, &fixture.stripe().events().pop().unwrap()).await;
    let message = request.await.unwrap().assert_refused(400, "card_declined");
    assert_eq!(message, "Your card has insufficient funds.");
    fixture.wait_until_settled(&ada, PaymentStatus::Failed).await;
}

//! Webhooks of Stripe: signatures, origins and sizes.

use serde_json::json;
use ticketing_testkit::TestStack;

use super::StripeMarket;
use crate::support::pay;

#[tokio::test]
async fn webhooks_need_a_signature_but_no_session_or_origin() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    let event = market.stripe.events().pop().unwrap();
    assert_eq!(market.stripe.send(market.stack.raw(), &event).await.ok(200), json!({ "received": true }));
    let body = event.to_string();
    let elsewhere = |path: &str, signature: &str| {
        let request = market.stack.raw().post(path).header("origin", "https://elsewhere.example");
        request.header("stripe-signature", signature).body("application/json", body.clone())
    };
    let good = market.stripe.sign(&body, ticketing_testkit::STRIPE_WEBHOOK_SECRET);
    elsewhere("/api/payments/webhook", &good).await.ok(200);
    elsewhere("/api/payments/webhook", "t=1,v1=00").await.assert_refused(400, "invalid_signature");
    elsewhere("/api/payments", &good).await.assert_refused(403, "cross_origin");
    let object = json!({ "object": "customer", "description": "x".repeat(900 * 1024) });
    let large = json!({ "id": "evt_large", "data": { "object": object } });
    assert_eq!(market.stripe.send(market.stack.raw(), &large).await.ok(200), json!({ "received": true }));
    let large =
        market.stack.raw().post("/api/payments/webhook").body("application/json", "x".repeat(1025 * 1024));
    large.await.assert_refused(413, "payload_too_large");
    let get = market.stack.raw().get("/api/payments/webhook").by(&reservation.buyer).await;
    assert!([404, 405].contains(&get.status), "{}", get.text());
    market.finish().await;
}

#[tokio::test]
async fn webhooks_are_not_found_without_stripe() {
    let stack = TestStack::start().await;
    let reply = stack.raw().post("/api/payments/webhook").header("stripe-signature", "t=1,v1=00");
    reply.body("application/json", "{}").await.assert_refused(404, "not_found");
    stack.finish().await;
}

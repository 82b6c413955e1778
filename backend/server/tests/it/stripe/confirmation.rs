//! Cards that their owners confirm (3-D Secure).

use serde_json::{Value, json};
use ticketing_testkit::eventually;

use super::{Reservation, StripeMarket};
use crate::support::{cancel, id, order_of, pay};

/// Pays with a card that requires confirmation, from a client that supports it. Returns the payment and its intent.
async fn pay_with_confirmation(market: &StripeMarket, reservation: &Reservation) -> (Value, String) {
    market.stack.settle().await;
    let body = json!({ "orderId": reservation.order, "token": "pm_card_authenticationRequired", "canConfirm": true });
    let payment = market.stack.raw().post("/api/payments").by(&reservation.buyer).json(&body).await.ok(202);
    assert_eq!(payment["status"], "pending");
    let intent = payment["stripeId"].as_str().unwrap().to_owned();
    assert_eq!(payment["clientSecret"], format!("{intent}_secret_fake"));
    (payment, intent)
}

#[tokio::test]
async fn confirmed_card_pays() {
    let market = StripeMarket::start().await;
    market.stripe.send_events_to(&market.stack.url());
    let reservation = market.reserve().await;
    let (payment, intent) = pay_with_confirmation(&market, &reservation).await;
    let path = format!("/api/payments/{}", id(&payment));
    // The buyer can read the secret again, and other users cannot.
    let again = market.stack.raw().get(&path).by(&reservation.buyer).await.ok(200);
    assert_eq!(again["clientSecret"], payment["clientSecret"]);
    let other = market.stack.session("other").await;
    let refused = market.stack.raw().get(&path).by(&other).await;
    refused.assert_refused(401, "not_owner");
    assert_eq!(market.captures(&reservation), (0, 0));
    market.stripe.confirm(&intent, true);
    market.assert_sold(&reservation).await;
    let paid = market.stack.raw().get(&path).by(&reservation.buyer).await.ok(200);
    assert_eq!(paid["status"], "succeeded");
    assert!(paid["clientSecret"].is_null(), "{paid}");
    market.finish().await;
}

#[tokio::test]
async fn unconfirmed_card_is_declined() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    let (payment, intent) = pay_with_confirmation(&market, &reservation).await;
    // Without a webhook event, payments polls Stripe.
    market.stripe.confirm(&intent, false);
    let path = format!("/api/payments/{}", id(&payment));
    eventually!(market.stack.raw().get(&path).by(&reservation.buyer).await.ok(200)["status"] == "failed");
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    market.assert_sold(&reservation).await;
    market.finish().await;
}

#[tokio::test]
async fn cancelled_order_releases_an_unconfirmed_card() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    let (_, intent) = pay_with_confirmation(&market, &reservation).await;
    cancel(&market.stack, &reservation.buyer, &reservation.order).await.ok(204);
    eventually!(
        market.stripe.intents().iter().any(|known| known["id"] == *intent && known["status"] == "canceled")
    );
    assert_eq!(market.captures(&reservation), (0, 0));
    market.finish().await;
}

#[tokio::test]
async fn card_confirmed_after_cancellation_holds_nothing() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    let (_, intent) = pay_with_confirmation(&market, &reservation).await;
    market.stripe.confirm(&intent, true);
    cancel(&market.stack, &reservation.buyer, &reservation.order).await;
    eventually!(market.stripe.ledger().charges.iter().all(|charge| !charge.held || charge.captured > 0));
    eventually!(["cancelled", "complete"].contains(
        &order_of(&market.stack, &reservation.buyer, &reservation.order).await["status"].as_str().unwrap()
    ));
    market.finish().await;
}

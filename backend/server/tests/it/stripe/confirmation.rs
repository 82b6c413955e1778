//! Cards that their owners confirm (3-D Secure).

use serde_json::{Value, json};
use ticketing_testkit::eventually;

use super::{Deal, Shop};
use crate::support::{cancel, id, order_of, pay};

/// Pays with a card that its owner must confirm, from a client that can have it confirmed: the payment, and its intent.
async fn pay_with_confirmation(shop: &Shop, deal: &Deal) -> (Value, String) {
    let body =
        json!({ "orderId": deal.order, "token": "pm_card_authenticationRequired", "canConfirm": true });
    let payment = shop.stack.raw().post("/api/payments").by(&deal.buyer).json(&body).await.ok(202);
    assert_eq!(payment["status"], "pending");
    let intent = payment["stripeId"].as_str().unwrap().to_owned();
    assert_eq!(payment["clientSecret"], format!("{intent}_secret_fake"));
    (payment, intent)
}

#[tokio::test]
async fn confirmed_card_pays() {
    let shop = Shop::open().await;
    shop.stripe.send_events_to(&shop.stack.url());
    let deal = shop.deal().await;
    let (payment, intent) = pay_with_confirmation(&shop, &deal).await;
    let path = format!("/api/payments/{}", id(&payment));
    // A reload finds the secret again, and nobody else does.
    let again = shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200);
    assert_eq!(again["clientSecret"], payment["clientSecret"]);
    let other = shop.stack.session("other").await;
    let refused = shop.stack.raw().get(&path).by(&other).await;
    refused.refused(401, "not_owner");
    assert_eq!(shop.taken(&deal), (0, 0));
    shop.stripe.confirm(&intent, true);
    shop.assert_sold(&deal).await;
    let paid = shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200);
    assert_eq!(paid["status"], "succeeded");
    assert!(paid["clientSecret"].is_null(), "{paid}");
    shop.finish().await;
}

#[tokio::test]
async fn unconfirmed_card_is_declined() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    let (payment, intent) = pay_with_confirmation(&shop, &deal).await;
    // No event comes: the marketplace asks by itself.
    shop.stripe.confirm(&intent, false);
    let path = format!("/api/payments/{}", id(&payment));
    eventually!(shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200)["status"] == "failed");
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.assert_sold(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn cancelled_order_releases_an_unconfirmed_card() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    let (_, intent) = pay_with_confirmation(&shop, &deal).await;
    cancel(&shop.stack, &deal.buyer, &deal.order).await.ok(204);
    eventually!(
        shop.stripe.intents().iter().any(|known| known["id"] == *intent && known["status"] == "canceled")
    );
    assert_eq!(shop.taken(&deal), (0, 0));
    shop.finish().await;
}

#[tokio::test]
async fn card_confirmed_after_cancellation_holds_nothing() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    let (_, intent) = pay_with_confirmation(&shop, &deal).await;
    shop.stripe.confirm(&intent, true);
    cancel(&shop.stack, &deal.buyer, &deal.order).await;
    eventually!(shop.stripe.ledger().charges.iter().all(|charge| !charge.held || charge.captured > 0));
    eventually!(
        ["cancelled", "complete"]
            .contains(&order_of(&shop.stack, &deal.buyer, &deal.order).await["status"].as_str().unwrap())
    );
    shop.finish().await;
}
